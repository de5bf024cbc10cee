"""Pictures to learn from, of the project's simulator."""

import numpy as np

from monitor.domain import View
from monitor.learning.picture import Picture, Points, scaled
from monitor.simulation.still import Still, still


def simulated(seed: int, difficulty: str) -> Picture:
    """One still of the simulator; consecutive seeds share an anatomy."""
    return from_still(still(seed, difficulty))


def from_still(drawn: Still) -> Picture:
    """Take a still's truth over."""
    corners = _corners(drawn)
    up = corners[:2].mean(0) - corners[2:].mean(0)
    return Picture(
        grey=scaled(255 - drawn.image if drawn.inverted else drawn.image, drawn.usable),
        view=drawn.view,
        bodies=(drawn.outline, *(ring for ring in drawn.neighbours.values() if len(ring) > 2)),
        corners=corners,
        up=(up / np.linalg.norm(up)).astype(np.float32),
        pedicles=drawn.pedicles if drawn.view is View.AP else None,
        cannulas=np.array([(c.tip, c.tail) for c in drawn.cannulas], np.float32).reshape(-1, 2, 2),
        spacing_mm=drawn.spacing_mm,
    )


def _corners(drawn: Still) -> Points:
    front, back = ("anterior", "posterior") if drawn.view is View.LATERAL else ("right", "left")
    names = (f"superior_{front}", f"superior_{back}", f"inferior_{back}", f"inferior_{front}")
    return np.array([drawn.corners[name] for name in names], np.float32)
