"""What the first network's maps say: the bodies in the field, which of them is meant, the cannulas.

A cell of a body votes for the middle of its body; votes that meet near a peak of the middles' map are one body::

    . . . . . .            each cell of a body: where its middle is (the arrow),
    . > v v < .            which way the head and the front are, how large the body is
    . > > O < .
    . > ^ ^ < .            target: how likely each body is the one that is treated
    . . . . . .
"""

from dataclasses import dataclass
from math import exp, hypot

import numpy as np
from numpy.typing import NDArray

from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_input import Array, Mask
from monitor.imaging.anatomy_peaks import chance, peaks, share

Vector = NDArray[np.float64]

LEAST_PEAK = 0.25
LEAST_CELLS = 4
CLOSEST = 0.6
"""Two middles nearer than this part of a body's size are one."""
NEAR = 0.45
"""Votes this near (as a part of the body's size) belong to the body."""
SHAFT_CELLS = 3.5
"""Around a tip, where the cannula's direction is read."""
LEAST_SHAFT, SHAFT_GAP = 0.25, 3
REACH = 1.6
"""How far from a body's middle a tip, in sizes of the body, still points at it: it may lie in the pedicle yet."""


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A vertebral body, in cells of the map.

    ``extent`` is the square root of its area, ``up`` and ``front`` unit vectors (``front`` means something in lateral
    views only), ``chance`` the probability that it is the one meant, ``cells`` a bool map of what belongs to it.
    """

    centre: Vector
    up: Vector
    front: Vector
    extent: float
    peak: float
    chance: float
    cells: Mask


@dataclass(frozen=True, slots=True, eq=False)
class Rod:
    """A cannula or a wire, in cells: tip, tail, and the probability of the tip."""

    tip: Vector
    tail: Vector
    peak: float


def find_bodies(found: Array, seen: Mask) -> list[Body]:
    """Every body whose middle is seen, the likeliest target first.

    Parameters
    ----------
    found
        float32 (FIELD_MAPS, n, n), as the network gives them.
    seen
        bool (n, n): usable cells.
    """
    weights = share(found[maps.TARGET], seen)
    votes, inside = _votes(found), (found[maps.BODY] > 0) & seen
    bodies: list[Body] = []
    for peak, start in peaks(chance(found[maps.CENTRE]), seen, LEAST_PEAK):
        column, row = np.round(start).astype(int)
        size = maps.EXTENT_CELLS * exp(min(max(float(found[maps.EXTENT][row, column]), -2.0), 2.0))
        if any(hypot(*(b.centre - start)) < CLOSEST * min(size, b.extent) for b in bodies):
            continue
        mine = inside & (np.hypot(votes[0] - start[0], votes[1] - start[1]) < NEAR * size)
        if mine.sum() >= LEAST_CELLS:
            bodies.append(_body(found, votes, mine, peak, weights))
    return sorted(bodies, key=lambda b: -b.chance)


def _body(found: Array, votes: Array, mine: Mask, peak: float, weights: Array) -> Body:
    centre = np.median(votes[:, mine], axis=1).astype(np.float64)
    extent = maps.EXTENT_CELLS * exp(float(np.median(found[maps.EXTENT][mine])))
    y, x = np.mgrid[: len(weights), : len(weights)]
    around = np.hypot(x - centre[0], y - centre[1]) < CLOSEST * extent
    return Body(
        centre, _unit(found[maps.UP][:, mine].mean(1)), _unit(found[maps.FRONT][:, mine].mean(1)), extent, peak,
        float(weights[around].sum()), mine,
    )  # fmt: skip


def find_rods(found: Array, seen: Mask) -> list[Rod]:
    """Every cannula whose tip is seen, the surest first."""
    shaft = chance(found[maps.SHAFT]) * seen
    rods = []
    for peak, tip in peaks(chance(found[maps.TIP]), seen, LEAST_PEAK):
        y, x = np.mgrid[: len(shaft), : len(shaft)]
        weight = shaft * (np.hypot(x - tip[0], y - tip[1]) < SHAFT_CELLS)
        along = _unit((found[maps.ALONG] * weight).sum((1, 2)))
        rods.append(Rod(tip, _tail(shaft, tip, along), peak))
    return rods


def _tail(shaft: Array, tip: Vector, along: Vector) -> Vector:
    """Where the shaft, followed from the tip, ends."""
    last, size = 0, len(shaft)
    for step in range(1, 2 * size):
        column, row = np.round(tip + step * along).astype(int)
        if not (0 <= column < size and 0 <= row < size) or step - last > SHAFT_GAP:
            break
        beside = shaft[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
        last = step if beside.max() > LEAST_SHAFT else last
    return tip + max(last, 1) * along


def at_tap(bodies: list[Body], tap: Vector) -> Body | None:
    """The body that a tap (cells) lies in."""
    near = [b for b in bodies if hypot(*(b.centre - tap)) < CLOSEST * b.extent]
    return min(near, key=lambda b: hypot(*(b.centre - tap)) / b.extent, default=None)


def points_at(rod: Rod, body: Body) -> bool:
    """Whether a tip is in a body or on its way there."""
    return hypot(*(rod.tip - body.centre)) < REACH * body.extent


def _votes(found: Array) -> Array:
    y, x = np.mgrid[: found.shape[1], : found.shape[2]].astype(np.float32)
    return np.asarray(np.stack([x, y]) + maps.OFFSET_CELLS * found[maps.OFFSET], np.float32)


def _unit(vector: NDArray[np.float32]) -> Vector:
    length = float(np.hypot(*vector))
    return np.array([0.0, -1.0]) if length < 1e-6 else np.asarray(vector, np.float64) / length
