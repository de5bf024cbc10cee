"""How cement fills the body from side to side: central mass, one-sided mass, or diffuse honeycomb (AP views)."""

import numpy as np
from numpy.typing import NDArray

from monitor.config import DistributionSettings
from monitor.domain import Observation, Outline, Polygon, View, polygon
from monitor.domain.geometry import inside
from monitor.judgement.axes import axes_of

CENTRAL, UNILATERAL, DIFFUSE = "central", "unilateral", "diffuse"

_ACROSS = 64
"""Points of the grid on which areas are counted, along each side of the outline's bounding box."""


class Distribution:
    """Reads the filling pattern from the newest judged AP observation that shows cement inside the body.

    The three patterns are those that a clinical series of one-sided vertebroplasty reports: a central aggregate mass, a
    unilateral aggregate mass, a diffuse honeycomb. Cement outside the body is no part of them. Axes are the body's own,
    from the corners of its outline::

        superior_left  +--------|--------+  superior_right
                       |  left  |  right |
                       +--------|--------+
    """

    def __init__(self, settings: DistributionSettings) -> None:
        self._settings = settings
        self._newest: Observation | None = None

    def observe(self, observation: Observation) -> None:
        """Take a judged observation."""
        if observation.view is View.AP and observation.outline is not None and observation.cement:
            self._newest = observation

    @property
    def pattern(self) -> str | None:
        """The pattern; None while no cement was seen inside the body in an AP view."""
        if self._newest is None or self._newest.outline is None:
            return None
        step_px, points = _grid_within(self._newest.outline)
        across = axes_of(self._newest.outline).apply(points)
        pieces = [across[found] / step_px for piece in self._newest.cement if (found := inside(points, piece)).any()]
        return self._classify(pieces) if pieces else None

    def _classify(self, pieces: list[NDArray[np.float64]]) -> str:
        """Tell the pattern of pieces given as points along the axes from the body's centre, in steps of their grid."""
        s = self._settings
        areas = np.array([len(piece) for piece in pieces])
        boxes = np.array([(np.ptp(piece, axis=0) + 1).prod() for piece in pieces])
        scattered = len(pieces) >= s.diffuse_pieces and areas.max() < areas.sum() / 2
        if scattered or areas.sum() < s.diffuse_fill * boxes.sum():
            return DIFFUSE
        left = float(np.mean(np.concatenate(pieces)[:, 0] <= 0))
        return UNILATERAL if min(left, 1 - left) < s.unilateral_share else CENTRAL


def _grid_within(outline: Outline) -> tuple[float, Polygon]:
    """Step of a square grid, frame pixels, and its points inside an outline."""
    low, size = outline.polygon.min(0), np.ptp(outline.polygon, axis=0)
    step_px = float(size.max()) / _ACROSS
    x, y = (low[axis] + step_px * (np.arange(size[axis] // step_px) + 0.5) for axis in (0, 1))
    points = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return step_px, polygon(points[inside(points, outline.polygon)])
