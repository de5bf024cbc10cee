"""Plane geometry in pixels of the recorded frame: ``[x, y]``, origin top left, y down, pixel centres at integers."""

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Point: TypeAlias = tuple[float, float]
Polygon: TypeAlias = NDArray[np.float32]
"""(n, 2) float32, read-only, n >= 3, not closed (the first point is not repeated)."""


def polygon(points: object) -> Polygon:
    """Make a read-only ``Polygon`` from any (n, 2) array-like."""
    array = np.array(points, np.float32).reshape(-1, 2)
    array.setflags(write=False)
    return array


def polygon_area(points: Polygon) -> float:
    """Area enclosed by a polygon, in square pixels (shoelace formula), never negative."""
    x, y = points[:, 0].astype(float), points[:, 1].astype(float)
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def inside(points: NDArray[np.floating[Any]], border: NDArray[np.floating[Any]]) -> NDArray[np.bool_]:
    """Which of (n, 2) points lie inside a closed border of (m, 2) points, by the even-odd rule: bool (n,)."""
    x, y = points[:, 0, None], points[:, 1, None]
    x0, y0 = border.T
    x1, y1 = np.roll(border, -1, axis=0).T
    crosses = (y0 > y) != (y1 > y)
    at = x0 + (y - y0) * (x1 - x0) / np.where(y1 == y0, 1.0, y1 - y0)
    return np.asarray((crosses & (x < at)).sum(1) % 2 == 1)


@dataclass(frozen=True, slots=True)
class Motion:
    """How the target vertebra has moved on the screen since its view's reference.

    A point ``p`` of the reference frame is now at ``centre + scale * R(degrees) @ (p - centre) + (dx, dy)``, where R
    turns from the x towards the y axis of the image (clockwise as seen on the screen).

    Attributes
    ----------
    dx_px, dy_px
        Shift of ``centre``, in pixels of the recorded frame.
    degrees
        Rotation about ``centre``.
    scale
        Magnification against the reference; 1 unless the field size changed.
    centre
        The point the rotation turns about: the target body's centre in the reference frame.
    """

    dx_px: float = 0.0
    dy_px: float = 0.0
    degrees: float = 0.0
    scale: float = 1.0
    centre: Point = (0.0, 0.0)

    def matrix(self) -> NDArray[np.float64]:
        """The (2, 3) affine matrix that takes reference pixels to pixels of the current frame."""
        c, s = self.scale * cos(radians(self.degrees)), self.scale * sin(radians(self.degrees))
        x, y = self.centre
        return np.array([[c, -s, x + self.dx_px - (c * x - s * y)], [s, c, y + self.dy_px - (s * x + c * y)]])

    def apply(self, points: Polygon) -> Polygon:
        """Take (n, 2) reference points to the current frame."""
        m = self.matrix()
        return polygon(points.astype(np.float64) @ m[:, :2].T + m[:, 2])
