"""The cannula: a straight, dark, parallel-sided band of known calibre that ends in or near the body.

Along every direction the image is turned so that the band would lie flat::

      side   - - - - - - - - -
             =================   centre: one calibre high
      side   - - - - - - - - -

and a pixel's evidence is the centre's mean less the *darker* side's, so a mere edge (bone border, skin) gives none.
Evidence is averaged along a length no bone ridge keeps straight. The centre fits a K-wire (1 to 2 mm) and lies well
within a cannula (13 to 10 gauge, 2.4 to 3.4 mm outside), whose sides it clears.
"""

from collections.abc import Iterator
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
SIDE_MM, BESIDE_MM = 1.2, 2.4
LENGTH_MM = 16.0
STEP_DEG, FINE_DEG = 5.0, (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Directions are searched at half the resolution; half a step lifts the ends of the averaged length off the axis by a
third of a millimetre."""
TRIES, APART_DEG = 3, 7.0
ROUGHLY = 0.5
"""Share of its evidence that the thinnest wire keeps at half the resolution."""


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
    small, px_mm = _Scaled.of(signal, usable, step), spacing_mm * step
    rough, rough_mm = _Scaled.of(signal, usable, 2 * step), 2 * px_mm
    for angle in _likely(rough, rough_mm, ROUGHLY * least_contrast):
        best = max((_turned(small, angle + d, px_mm) for d in FINE_DEG), key=lambda t: t.score)
        ends = best.ends(px_mm) if best.score >= least_contrast else None
        if ends is None:
            continue
        a, b = (((x + 0.5) * step - 0.5, (y + 0.5) * step - 0.5) for x, y in ends)
        near, far = sorted((a, b), key=lambda p: np.hypot(p[0] - inside[0], p[1] - inside[1]))
        band = sharpen(signal, usable, spacing_mm, Band(near, far, 2.6 / spacing_mm, best.score))
        if band.contrast >= least_contrast:
            return band
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Scaled:
    """The picture reduced, and 255 where a pixel of it was usable throughout."""

    picture: Array
    usable: NDArray[np.uint8]

    @classmethod
    def of(cls, signal: Array, usable: Mask, step: int) -> "_Scaled":
        size = (round(signal.shape[1] / step), round(signal.shape[0] / step))
        picture = cv2.resize(signal, size, interpolation=cv2.INTER_AREA)
        whole = cv2.resize(usable.astype(np.uint8) * 255, size, interpolation=cv2.INTER_AREA)
        return cls(np.asarray(picture, np.float32), np.where(whole > 240, np.uint8(255), np.uint8(0)))


def _likely(rough: "_Scaled", px_mm: float, least: float) -> Iterator[float]:
    """The likeliest directions of a band, degrees, best first, none beside a better one."""
    scores = {float(a): _turned(rough, float(a), px_mm).score for a in np.arange(0, 180, STEP_DEG)}
    taken: list[float] = []
    for angle in sorted(scores, key=lambda a: -scores[a]):
        if scores[angle] < least or len(taken) == TRIES:
            return
        if all(abs((angle - other + 90) % 180 - 90) > APART_DEG for other in taken):
            taken.append(angle)
            yield angle


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


def _turned(small: _Scaled, angle_deg: float, px_mm: float) -> _Turn:
    h, w = small.picture.shape
    c, s = cos(radians(angle_deg)), sin(radians(angle_deg))
    size = int(abs(w * c) + abs(h * s)) + 2, int(abs(w * s) + abs(h * c)) + 2
    # Turned pixel (x, y) shows small pixel ``back @ (x, y, 1)``: the axis runs along x.
    turn = np.array([[c, -s], [s, c]])
    back = np.column_stack([turn, np.array([w - 1, h - 1]) / 2 - turn @ (np.array(size) - 1) / 2])
    flat = cv2.warpAffine(small.picture, back, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    seen = cv2.warpAffine(small.usable, back, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    centre = cv2.blur(flat, (1, max(1, round(CALIBRE_MM / px_mm))))
    side = cv2.blur(flat, (1, max(1, round(SIDE_MM / px_mm))))
    off = max(1, round(BESIDE_MM / px_mm))
    whole = cv2.erode(seen, np.ones((2 * off + 1, 1), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    evidence = np.zeros(flat.shape, np.float32)
    evidence[off:-off] = np.clip(centre[off:-off] - np.maximum(side[: -2 * off], side[2 * off :]), 0, 1)
    evidence[whole == 0] = 0
    line = cv2.blur(evidence, (max(3, round(LENGTH_MM / px_mm)), 1))
    _, score, _, (column, row) = cv2.minMaxLoc(line)
    return _Turn(angle_deg, float(score), row, column, evidence, back)
