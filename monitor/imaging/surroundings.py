"""What lies around the target in a view: the other bodies, counted from it, and its pedicles."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from monitor.domain import Motion, Neighbour, Outline, Point, Polygon, Proposal, polygon

WIDEST_DISC = 0.7
"""Free space between two bodies, as a part of the taller one, beyond which one between them may have been missed."""


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Neighbours and pedicles, frame pixels of the view's reference."""

    neighbours: tuple[Neighbour, ...] = ()
    pedicles: tuple[Point, ...] = ()

    def moved(self, motion: Motion) -> "Surroundings":
        """Carried to the current frame."""
        return Surroundings(
            tuple(replace(n, polygon=motion.apply(n.polygon)) for n in self.neighbours),
            tuple(moved_point(motion, p) for p in self.pedicles),
        )

    def upended(self) -> "Surroundings":
        """The same with the head where the feet were."""
        turned = (replace(n, steps=None if n.steps is None else -n.steps) for n in reversed(self.neighbours))
        return replace(self, neighbours=tuple(turned))


def moved_points(motion: Motion, points: Mapping[str, Point]) -> dict[str, Point]:
    """Named points of the reference's frame carried to the current frame."""
    moved = motion.apply(polygon(list(points.values()))) if points else ()
    return {name: (float(x), float(y)) for name, (x, y) in zip(points, moved, strict=True)}


def moved_point(motion: Motion, point: Point) -> Point:
    """A point of the reference's frame carried to the current frame."""
    x, y = motion.apply(polygon([point]))[0]
    return float(x), float(y)


def surroundings(target: Outline, proposal: Proposal | None) -> Surroundings:
    """What a proposal shows around the target, whoever outlined that."""
    if proposal is None:
        return Surroundings()
    centre = target.polygon.mean(0)
    others = [body for body in proposal.neighbours if not _overlap(body, target.polygon)]
    return Surroundings(_counted(target, centre, others), proposal.pedicles)


def _overlap(body: Polygon, target: Polygon) -> bool:
    """Whether the middle of one lies within the box of the other."""
    x, y = body.mean(0)
    (left, top), (right, bottom) = target.min(0), target.max(0)
    return bool(left < x < right and top < y < bottom)


def _counted(target: Outline, centre: np.ndarray, bodies: Iterable[Polygon]) -> tuple[Neighbour, ...]:
    """Bodies from the head down, each with its number of steps from the target along the spine.

    ::

      -2  [    ]
      -1  [    ]
          [target]    feet: towards the target's inferior corners
       1  [    ]
       ?            a gap that a body fits in: what lies beyond can't be counted
    None  [    ]
    """
    corners = {name: np.array(point) for name, point in target.corners.items()}
    ends = ("anterior", "posterior") if "superior_anterior" in corners else ("left", "right")
    feet = np.sum([corners[f"inferior_{end}"] - corners[f"superior_{end}"] for end in ends], 0)
    feet = feet / max(float(np.hypot(*feet)), 1e-9)
    along = [(body, (body - centre) @ feet) for body in bodies]
    own = (target.polygon - centre) @ feet
    below = _side([(body, s) for body, s in along if s.mean() > 0], own, 1)
    above = _side([(body, -s) for body, s in along if s.mean() <= 0], -own, -1)
    return (*reversed(above), *below)


def _side(bodies: list[tuple[Polygon, np.ndarray]], own: np.ndarray, sign: int) -> list[Neighbour]:
    """Neighbours on one side, nearest first; ``bodies`` with their extent away from the target."""
    counted: list[Neighbour] = []
    last, steps = own, 0
    for body, extent in sorted(bodies, key=lambda pair: float(pair[1].mean())):
        free = float(extent.min() - last.max())
        known = free <= WIDEST_DISC * max(float(np.ptp(extent)), float(np.ptp(last))) and abs(steps) == len(counted)
        steps = steps + sign if known else steps
        counted.append(Neighbour(body, steps if known else None))
        last = extent
    return counted
