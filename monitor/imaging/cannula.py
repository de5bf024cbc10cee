"""The cannula: a straight, dark, parallel-sided band of known calibre that ends in or near the body.

Along every direction the image is turned so that the band would lie flat::

      side   - - - - - - - - -
             =================   centre: one calibre high
      side   - - - - - - - - -

and a pixel's evidence is the centre's mean less the *darker* side's, so a mere edge (bone border, skin) gives none.
Evidence is averaged along a length no bone ridge keeps straight. The centre fits a K-wire (1 to 2 mm) and lies well
within a cannula (13 to 10 gauge, 2.4 to 3.4 mm outside), whose sides it clears.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Point
from monitor.imaging.arrays import Array, Mask
from monitor.imaging.cannula_fit import GAP_MM, Band, sharpen, strongest_run

GRID_MM = 0.55
CALIBRE_MM = 1.6
LENGTH_MM = 16.0
STEP_DEG = 5.0
"""Half of it lifts the ends of the averaged length off the axis by a third of a millimetre."""


def find_band(
    signal: Array,
    usable: Mask,
    spacing_mm: float,
    inside: Point,
    least_contrast: float,
) -> Band | None:
    """Find the strongest cannula-like band.

    Parameters
    ----------
    signal
        float32 (h, w): attenuation, or what was added to the reference; metal high.
    usable
        bool (h, w).
    spacing_mm
        Millimetres per pixel of ``signal``.
    inside
        A point in the target body, pixels of ``signal``: the end nearer to it is the tip.
    least_contrast
        Mean evidence along the band below which nothing is found, -ln units.
    """
    step = max(1, round(GRID_MM / spacing_mm))
    size = (round(signal.shape[1] / step), round(signal.shape[0] / step))
    small = np.asarray(cv2.resize(signal, size, interpolation=cv2.INTER_AREA), np.float32)
    valid = np.asarray(cv2.resize(usable.astype(np.float32), size, interpolation=cv2.INTER_AREA), np.float32)
    px_mm = spacing_mm * step
    best = max((_turned(small, valid, float(a), px_mm) for a in np.arange(0, 180, STEP_DEG)), key=lambda t: t.score)
    if best.score < least_contrast:
        return None
    fine = [_turned(small, valid, best.angle_deg + d, px_mm) for d in (-2.0, -1.0, 1.0, 2.0)]
    best = max([best, *fine], key=lambda t: t.score)
    ends = best.ends(px_mm)
    if ends is None:
        return None
    a, b = (((x + 0.5) * step - 0.5, (y + 0.5) * step - 0.5) for x, y in ends)
    near, far = sorted((a, b), key=lambda p: np.hypot(p[0] - inside[0], p[1] - inside[1]))
    band = sharpen(signal, usable, spacing_mm, Band(near, far, 2.6 / spacing_mm, best.score))
    return band if band.contrast >= least_contrast else None


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """The image turned by ``angle_deg``: evidence per pixel, and where along its best row the band lies."""

    angle_deg: float
    score: float
    row: int
    column: int
    evidence: Array
    back: NDArray[np.float64]

    def ends(self, px_mm: float) -> tuple[Point, Point] | None:
        """Where the band starts and stops, in pixels of the unturned image."""
        rows = self.evidence[max(self.row - 1, 0) : self.row + 2]
        profile = cv2.blur(rows.max(0, keepdims=True), (max(1, round(1.5 / px_mm)), 1))[0]
        half = int(LENGTH_MM / px_mm / 2)
        core = profile[max(self.column - half, 0) : self.column + half]
        least = 0.3 * float(np.median(core))
        centre = slice(max(self.column - half, 0), self.column + half)
        left, right = strongest_run(np.where(profile > least, profile, 0), centre, int(GAP_MM / px_mm))
        if (right - left) * px_mm < 0.7 * LENGTH_MM:
            return None
        first, last = (self.back @ np.array([x, self.row, 1.0]) for x in (left, right))
        return (float(first[0]), float(first[1])), (float(last[0]), float(last[1]))


def _turned(small: Array, valid: Array, angle_deg: float, px_mm: float) -> _Turn:
    h, w = small.shape
    size = int(np.hypot(h, w)) + 2
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    # Turned pixel (x, y) shows small pixel ``back @ (x, y, 1)``: the axis runs along x.
    turn = np.array([[c, -s], [s, c]])
    back = np.column_stack([turn, np.array([(w - 1) / 2, (h - 1) / 2]) - turn @ np.array([size / 2, size / 2])])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    flat = cv2.warpAffine(small, back, (size, size), flags=flags)
    seen = cv2.warpAffine(valid, back, (size, size), flags=flags)
    calibre = max(1, round(CALIBRE_MM / px_mm))
    reach = 2.4 / px_mm
    centre = cv2.blur(flat, (1, calibre))
    side = cv2.blur(flat, (1, max(1, round(1.2 / px_mm))))
    offset = max(1, round(reach))
    above, below = np.roll(side, offset, 0), np.roll(side, -offset, 0)
    seen = np.minimum(seen, np.minimum(np.roll(seen, offset, 0), np.roll(seen, -offset, 0)))
    evidence = np.clip(centre - np.maximum(above, below), 0, 1.0) * (seen > 0.9)
    line = cv2.blur(evidence, (max(3, round(LENGTH_MM / px_mm)), 1))
    line[:offset] = 0
    line[-offset:] = 0
    row, column = np.unravel_index(int(line.argmax()), line.shape)
    return _Turn(angle_deg, float(line[row, column]), int(row), int(column), evidence.astype(np.float32), back)
