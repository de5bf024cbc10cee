"""Densities along a shaft: of its core, and of what lies in the metal's blur on both sides of it.

They are read at places a pixel apart along its axis, so far either way of the foot of the body's middle on it::

    body      ________
    shaft   --|------->        places run from the tail to the tip
    foot          x
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask
from monitor.imaging.cannula_fit import Band

REACH_MM = 45.0
FLANK_MM, BESIDE_MM = (0.3, 1.1), (2.2, 3.5)
"""Distances from the shaft's edge: of its flank, and of what that is compared with."""


class AlongShaft:
    """Reads along shafts on one region's grid.

    Parameters
    ----------
    body
        bool (h, w): the target's silhouette.
    spacing_mm
        Millimetres per pixel.
    """

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._body, self._mm = body, spacing_mm
        self._half = round(REACH_MM / spacing_mm)
        ys, xs = np.nonzero(body)
        self._centre = np.array([xs.mean(), ys.mean()])

    def densities(self, added: Array, band: Band, width_px: float) -> NDArray[np.float64]:
        """Density of core and both flanks at every pixel along the axis, ``REACH_MM`` either way of the body's middle.

        float64 (3, n): nan before the tail, beyond the tip, and outside the region.
        """
        core = self._mean(added, band, -width_px / 4, width_px / 4)
        flanks = [self._flank(added, band, side * width_px / 2, side) for side in (-1, 1)]
        axis, _, foot = self._frame(band)
        tail, tip = ((np.array(end) - foot) @ axis + self._half for end in (band.tail, band.tip))
        place = np.arange(len(core))
        return np.asarray(np.where((place < tail) | (place > tip), np.nan, [core, *flanks]), np.float64)

    def inside(self, band: Band) -> NDArray[np.bool_]:
        """Which places lie in the body."""
        axis, _, foot = self._frame(band)
        x, y = np.round(foot + (np.arange(2 * self._half + 1) - self._half)[:, None] * axis).astype(int).T
        h, w = self._body.shape
        return np.asarray(self._body[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)], bool)

    def at(self, band: Band, place: int) -> tuple[float, float]:
        """Where a place is, (x, y) pixels."""
        axis, _, foot = self._frame(band)
        x, y = foot + (place - self._half) * axis
        return float(x), float(y)

    def aside_px(self, band: Band, line: Band) -> float:
        """How far a shaft lies beside the line of another, where that passes the body."""
        _, normal, foot = self._frame(line)
        return abs(float((self._frame(band)[2] - foot) @ normal))

    def _flank(self, added: Array, band: Band, edge_px: float, side: int) -> NDArray[np.float64]:
        """How much denser it is next to one edge of the shaft than farther out."""
        near, beside = (
            self._mean(added, band, edge_px + side * first / self._mm, edge_px + side * last / self._mm)
            for first, last in (FLANK_MM, BESIDE_MM)
        )
        return near - beside

    def _mean(self, added: Array, band: Band, first_px: float, last_px: float) -> NDArray[np.float64]:
        """Mean over the lines between two distances beside the axis, at every pixel along it."""
        axis, normal, foot = self._frame(band)
        half, rows = self._half, max(3, round(abs(last_px - first_px)) + 1)
        corner = foot - half * axis + first_px * normal
        step = normal * (last_px - first_px) / (rows - 1)
        strip = cv2.warpAffine(
            added,
            np.column_stack([axis, step, corner]),
            (2 * half + 1, rows),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=float("nan"),
        )
        return np.asarray(cv2.blur(strip, (3, 1)).mean(0), np.float64)

    def _frame(self, band: Band) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """Axis from tail to tip, normal, and the place on the axis nearest to the body's middle."""
        tail, tip = np.array(band.tail), np.array(band.tip)
        axis = (tip - tail) / max(band.length(), 1e-6)
        return axis, np.array([-axis[1], axis[0]]), tail + float((self._centre - tail) @ axis) * axis
