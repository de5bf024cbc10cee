"""How a patient may lie on the display: which way is the head, which way is the front."""

from dataclasses import dataclass, replace
from math import cos, exp, hypot, log, log1p, pi, sin

import numpy as np

from monitor.domain import Point, View
from monitor.imaging.outline_shape import (
    FORWARD_LEAN,
    PARAMETERS,
    PER_SIDE,
    SAG_ANTERIOR,
    SAG_INFERIOR,
    SAG_POSTERIOR,
    SAG_SUPERIOR,
    SHEAR,
    TAPER,
    TURN,
    WEDGE,
    Array,
)

HEAD_DOWN = log(0.0003)
"""Hardly anybody looks at a patient upside down. An AP view doesn't tell the head from the feet well enough to outweigh
that, so there it isn't tried."""
NEGLIGIBLE = -3.0
"""A direction of the spine this much less likely (log-odds) than the other isn't tried."""


@dataclass(frozen=True, slots=True)
class Pose:
    """``turn``: the head from straight up, clockwise (radians); ``facing``: see ``outline_shape.contour``."""

    turn: float
    facing: float
    log_prior: float

    @property
    def forward(self) -> Point:
        """Unit vector on the image towards the front of the body."""
        return (self.facing * cos(self.turn), self.facing * sin(self.turn))


def poses(view: View, upright: float, anterior: Point | None) -> tuple[Pose, ...]:
    """Every pose to try.

    Parameters
    ----------
    view
        In an AP view left and right look alike, so that bodies face one way only.
    upright
        Log-odds that the spine runs up and down the display.
    anterior
        Direction on the image towards the front (lateral views), where known: leaves the poses that face that way.
    """
    facings = (1.0, -1.0) if view is View.LATERAL else (1.0,)
    directed = anterior is not None and view is View.LATERAL
    lying, standing = -log1p(exp(upright)), -log1p(exp(-upright))
    turns: dict[float, float] = {}
    if directed or upright > NEGLIGIBLE:
        turns |= {0.0: standing} if view is View.AP else {0.0: standing, pi: standing + HEAD_DOWN}
    if directed or upright < -NEGLIGIBLE:
        turns |= {pi / 2: lying - log(2), -pi / 2: lying - log(2)}
    every = tuple(Pose(turn, facing, prior) for turn, prior in turns.items() for facing in facings)
    if anterior is None or not directed:
        return every
    length = max(hypot(*anterior), 1e-9)
    along = [(p.forward[0] * anterior[0] + p.forward[1] * anterior[1]) / length for p in every]
    return tuple(p for p, cosine in zip(every, along, strict=True) if cosine > max(along) - 0.1)


@dataclass(frozen=True, slots=True, eq=False)
class Flip:
    """The same border said of a body that lies otherwise: its new parameters and the order of its points.

    Point ``i`` of the flipped body is point ``order[i]`` of the body it was; a flip undoes itself (but for full turns).
    """

    turn: float
    facing: float
    order: np.ndarray[tuple[int], np.dtype[np.intp]]
    source: tuple[int, ...]
    sign: Array

    def apply(self, parameters: Array) -> Array:
        """Take (m, 14) parameters to the flipped body."""
        flipped: Array = parameters[:, self.source] * self.sign
        flipped[:, TURN] += self.turn
        return flipped


def _flip(mirrored: bool, upended: bool) -> Flip:
    source, sign = list(range(PARAMETERS)), np.ones(PARAMETERS)
    order = np.arange(4 * PER_SIDE)
    if mirrored:
        order = (PER_SIDE - 1 - order) % (4 * PER_SIDE)
        source[SAG_ANTERIOR], source[SAG_POSTERIOR] = SAG_POSTERIOR, SAG_ANTERIOR
        sign[[WEDGE, SHEAR, *FORWARD_LEAN]] *= -1
    if upended:
        order = np.roll(order, 2 * PER_SIDE)
        source[SAG_ANTERIOR], source[SAG_POSTERIOR] = source[SAG_POSTERIOR], source[SAG_ANTERIOR]
        source[SAG_SUPERIOR], source[SAG_INFERIOR] = SAG_INFERIOR, SAG_SUPERIOR
        source[FORWARD_LEAN[0]], source[FORWARD_LEAN[1]] = FORWARD_LEAN[1], FORWARD_LEAN[0]
        sign[[WEDGE, TAPER, *FORWARD_LEAN]] *= -1
    return Flip(pi if upended else 0.0, -1.0 if mirrored else 1.0, order, tuple(source), sign)


_FLIPS = {(mirrored, upended): _flip(mirrored, upended) for mirrored in (False, True) for upended in (False, True)}


def flip_to(pose: Pose, axis: float) -> Flip:
    """The flip that says a body with the head along ``axis`` (facing 1) as one in ``pose``, on the same spine axis."""
    upended = abs(pose.turn - axis) > 1.0
    flip = _FLIPS[pose.facing < 0, upended]
    return replace(flip, turn=pose.turn - axis)
