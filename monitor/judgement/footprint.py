"""Where a piece of cement lies on the target, whatever the C-arm or the patient did since."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Observation, Polygon
from monitor.domain.geometry import inside


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """Border points of a piece on the target vertebra: (n, 2) float64, mm, in the view's reference frame."""

    points_mm: NDArray[np.float64]

    def touches(self, other: "Footprint", within_mm: float) -> bool:
        """Whether the two overlap, or come within ``within_mm`` of each other."""
        a, b = self.points_mm, other.points_mm
        apart = np.maximum(a.min(0) - b.max(0), b.min(0) - a.max(0))
        if float(apart.max()) > within_mm:
            return False
        if float(np.square(a[:, None] - b[None]).sum(2).min()) <= within_mm**2:
            return True
        return (
            bool(inside(a[:1], b).any() or inside(b[:1], a).any()) or min(_nearest(a, b), _nearest(b, a)) <= within_mm
        )

    def holds(self, other: "Footprint", within_mm: float) -> bool:
        """Whether the middle of the other lies in this one, or within ``within_mm`` of it."""
        middle = other.points_mm.mean(0, keepdims=True)
        return bool(inside(middle, self.points_mm)[0]) or _nearest(middle, self.points_mm) <= within_mm


def footprint(observation: Observation, polygon: Polygon) -> Footprint:
    """Take a polygon of an observation (frame pixels) back to the reference of its view, in mm."""
    points, scale = polygon.astype(np.float64), 1.0
    if observation.motion is not None:
        matrix = observation.motion.matrix()
        points = (points - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T
        scale = observation.motion.scale
    return Footprint(points * (observation.spacing_mm or 1.0) * scale)


def _nearest(points: NDArray[np.float64], border: NDArray[np.float64]) -> float:
    """Least distance of any point from the edges of a closed border."""
    start, along = border, np.roll(border, -1, axis=0) - border
    to = points[:, None, :] - start[None]
    length2 = np.maximum((along**2).sum(1), 1e-12)
    share = np.clip((to * along[None]).sum(2) / length2, 0, 1)
    return float(np.sqrt(((to - share[..., None] * along[None]) ** 2).sum(2).min()))
