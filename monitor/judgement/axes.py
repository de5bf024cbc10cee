"""The body's own axes in the image, however the display is turned."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Outline, Polygon


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """``centre`` of the body in frame pixels; rows of ``turn`` (2, 2): across (to the image's right), head to foot."""

    centre: NDArray[np.float64]
    turn: NDArray[np.float64]

    def apply(self, points: Polygon) -> NDArray[np.float64]:
        """Take (n, 2) frame pixels to pixels along the axes from the centre."""
        return np.asarray((points.astype(np.float64) - self.centre) @ self.turn.T)


def axes_of(outline: Outline) -> Axes:
    """From the corners: head to foot runs from the superior to the inferior ones; without corners, upright."""
    superior = [point for name, point in outline.corners.items() if name.startswith("superior")]
    inferior = [point for name, point in outline.corners.items() if name.startswith("inferior")]
    if not superior or not inferior:
        return Axes((outline.polygon.min(0) + outline.polygon.max(0)).astype(np.float64) / 2, np.eye(2))
    above, below = np.mean(superior, axis=0), np.mean(inferior, axis=0)
    down = (below - above) / max(float(np.hypot(*(below - above))), 1e-9)
    return Axes((above + below) / 2, np.array([[down[1], -down[0]], down]))
