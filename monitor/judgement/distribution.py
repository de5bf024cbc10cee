"""How cement fills the body from side to side: central mass, one-sided mass, or diffuse honeycomb (AP views)."""

import numpy as np
from numpy.typing import NDArray

from monitor.config import DistributionSettings
from monitor.domain import Observation, Polygon, View, polygon_area
from monitor.judgement.axes import axes_of

CENTRAL, UNILATERAL, DIFFUSE = "central", "unilateral", "diffuse"


class Distribution:
    """Reads the filling pattern from the newest judged AP observation that shows cement.

    The three patterns are those that a clinical series of one-sided vertebroplasty reports: a central aggregate mass, a
    unilateral aggregate mass, a diffuse honeycomb. Axes are the body's own, from the corners of its outline::

        superior_left  +--------|--------+  superior_right
                       |  left  |  right |
                       +--------|--------+
    """

    def __init__(self, settings: DistributionSettings) -> None:
        self._settings = settings
        self.pattern: str | None = None

    def observe(self, observation: Observation) -> None:
        """Take a judged observation."""
        outline = observation.outline
        if observation.view is View.AP and outline is not None and observation.cement:
            axes = axes_of(outline)
            pieces = [axes.apply(piece) for piece in observation.cement]
            self.pattern = self._classify(pieces)

    def _classify(self, pieces: list[NDArray[np.float64]]) -> str:
        s = self._settings
        areas = np.array([polygon_area(piece.astype(np.float32)) for piece in pieces])
        boxes = np.array([np.ptp(piece, axis=0).prod() for piece in pieces])
        if areas.sum() <= 0:
            return CENTRAL
        scattered = len(pieces) >= s.diffuse_pieces and areas.max() < areas.sum() / 2
        if scattered or areas.sum() < s.diffuse_fill * boxes.sum():
            return DIFFUSE
        left = sum(polygon_area(_left_of_midline(piece)) for piece in pieces) / areas.sum()
        return UNILATERAL if min(left, 1 - left) < s.unilateral_share else CENTRAL


def _left_of_midline(piece: NDArray[np.float64]) -> Polygon:
    """Clip a polygon to x <= 0 (Sutherland and Hodgman)."""
    kept: list[NDArray[np.float64]] = []
    for here, there in zip(piece, np.roll(piece, -1, axis=0), strict=True):
        if here[0] <= 0:
            kept.append(here)
        if (here[0] <= 0) != (there[0] <= 0):
            kept.append(here + (there - here) * (here[0] / (here[0] - there[0])))
    return np.array(kept, np.float32).reshape(-1, 2) if kept else np.zeros((1, 2), np.float32)
