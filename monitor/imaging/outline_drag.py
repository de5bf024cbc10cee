"""An outline whose corner a person has moved."""

from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np

from monitor.domain import Outline, Point, polygon


def with_corner(outline: Outline, name: str, point: Point) -> Outline | None:
    """The outline with one corner elsewhere; the two sides that meet in it follow, the others stay as they are.

    Points of the border move by the corner's shift times its bilinear weight, in coordinates in which the four corners
    are the unit square::

        (0,0) corner ----- (1,0)        weight of (0,0) at (u, v): (1 - u) (1 - v)
          |                  |
        (0,1) ------------ (1,1)

    Returns
    -------
    Outline | None
        With source ``user``; None where there is no such corner, or the corners would no longer enclose a body.
    """
    names = _around(outline)
    if name not in names:
        return None
    turn = names.index(name)
    names = names[turn:] + names[:turn]
    old = np.array([outline.corners[n] for n in names], np.float32)
    new = old.copy()
    new[0] = point
    if not cv2.isContourConvex(new):
        return None
    square = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32)
    place = cv2.perspectiveTransform(outline.polygon.reshape(-1, 1, 2), cv2.getPerspectiveTransform(old, square))
    u, v = np.clip(place.reshape(-1, 2), 0, 1).T
    moved = outline.polygon + ((1 - u) * (1 - v))[:, None] * (new[0] - old[0])
    corners = MappingProxyType({**outline.corners, name: (float(point[0]), float(point[1]))})
    return replace(outline, polygon=polygon(moved), corners=corners, source="user", confidence=1.0)


def _around(outline: Outline) -> list[str]:
    """Names of the corners in the order in which one meets them going around."""
    one, other = ("anterior", "posterior") if "superior_anterior" in outline.corners else ("left", "right")
    names = [f"superior_{one}", f"superior_{other}", f"inferior_{other}", f"inferior_{one}"]
    return [name for name in names if name in outline.corners]
