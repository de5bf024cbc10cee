"""Areas and borders compared on a fine grid laid over part of a frame."""

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Point, Polygon

Mask = NDArray[np.bool_]
STEP_MM = 0.1
"""Grid step where the spacing is known: well below the 0.8 mm asked of a border."""
STEP_PX = 0.5
"""Grid step where it isn't."""


@dataclass(frozen=True, slots=True)
class Grid:
    """A raster over part of a frame: cell (i, j) has its centre at frame pixel ``origin + step_px * (i, j)``."""

    origin: Point
    step_px: float
    width: int
    height: int

    @classmethod
    def around(cls, drawn: Iterable[Polygon], spacing_mm: float | None) -> "Grid":
        """The smallest grid that holds all polygons with a margin of two cells."""
        step = STEP_MM / spacing_mm if spacing_mm else STEP_PX
        points = np.concatenate(list(drawn)).astype(float)
        low = points.min(axis=0) - 2 * step
        cells = np.ceil((points.max(axis=0) - low) / step).astype(int) + 3
        return cls((float(low[0]), float(low[1])), step, int(cells[0]), int(cells[1]))

    def mask(self, drawn: Iterable[Polygon]) -> Mask:
        """Union of polygons: bool (height, width)."""
        out = np.zeros((self.height, self.width), np.uint8)
        for points in drawn:
            cells = np.round((points.astype(float) - self.origin) / self.step_px).astype(np.int32)
            cv2.fillPoly(out, [cells], 1)
        return out.astype(bool)


def dice(a: Mask, b: Mask) -> float:
    """Dice coefficient of two masks of one grid; 1 where both are empty."""
    total = int(a.sum()) + int(b.sum())
    return 2 * int((a & b).sum()) / total if total else 1.0


def border_distance(a: Mask, b: Mask) -> float:
    """Mean distance between the borders of two masks, in cells: both ways, averaged. Infinite where one is empty."""
    if not a.any() or not b.any():
        return float("inf")
    edge_a, edge_b = _edge(a), _edge(b)
    return float(_distance_to(edge_b)[edge_a].mean() + _distance_to(edge_a)[edge_b].mean()) / 2


def _edge(mask: Mask) -> Mask:
    inner = cv2.erode(mask.astype(np.uint8), np.ones((3, 3), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(mask & (inner == 0), np.bool_)


def _distance_to(edge: Mask) -> NDArray[np.float32]:
    return np.asarray(cv2.distanceTransform((~edge).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE), np.float32)
