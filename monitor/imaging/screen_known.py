"""Whether a field found is a new one, or the known one partly dark.

A direct beam shown black, lead or metal at the rim make a field look smaller than it is, in one view and not in the
next. Only a clean circle or rectangle, or the straight edge of a shutter, makes a smaller field; otherwise what has
been seen of the field so far belongs to it.
"""

from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon, polygon
from monitor.imaging.screen_shape import Shape

_MARGIN = 0.03
_BORDERED = 0.6


def settle(found: Shape, known: Polygon) -> Polygon:
    """The field's outline, given what was found on this frame and the outline known before (same resolution)."""
    if found.regular or _ends_at_shutters(found, known):
        return found.outline
    return polygon(cv2.convexHull(np.vstack([found.outline, known])))


def _ends_at_shutters(found: Shape, known: Polygon) -> bool:
    """Whether the outline's part inside the known field runs mostly along shutters."""
    size = float(np.ptp(known, axis=0).max())
    closed = np.vstack([found.outline, found.outline[:1]])
    points = np.vstack([np.linspace(a, b, 16, endpoint=False) for a, b in pairwise(closed)])
    length = np.repeat(np.linalg.norm(np.diff(closed, axis=0), axis=1), 16)
    depth = np.array([cv2.pointPolygonTest(known, (float(x), float(y)), True) for x, y in points])
    inside = depth > _MARGIN * size
    if not inside.any():
        return False
    ends = np.array([_near_shutter(point, found, _MARGIN * size) for point in points])
    return float(length[inside & ends].sum() / length[inside].sum()) > _BORDERED


def _near_shutter(point: NDArray[np.float32], found: Shape, distance: float) -> bool:
    return any(_distance(point, np.array(a), np.array(b)) < distance for a, b in found.shutters)


def _distance(point: NDArray[np.float32], a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    """Distance of a point from the segment between a and b."""
    along = b - a
    share = float(np.clip((point - a) @ along / max(float(along @ along), 1e-9), 0, 1))
    return float(np.linalg.norm(point - a - share * along))


def overlap(a: Polygon, b: Polygon) -> float:
    """Area in common over area of both together, on every fourth frame pixel."""
    size = tuple(int(v) // 4 + 2 for v in np.maximum(a.max(0), b.max(0)))[::-1]
    first, second = np.zeros(size, np.uint8), np.zeros(size, np.uint8)
    for mask, outline in ((first, a), (second, b)):
        cv2.fillConvexPoly(mask, np.round(outline / 4).astype(np.int32), (1,))
    return float((first & second).sum() / max(int((first | second).sum()), 1))
