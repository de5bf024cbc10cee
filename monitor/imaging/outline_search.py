"""The body that the picture supports best: many are drawn from the prior, the best few are pulled to the evidence."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import pi

import numpy as np
from numpy.typing import NDArray

from monitor.domain import View
from monitor.imaging.outline_evidence import FINE, STEP_MM, Array, Mask, Patch, border_model, profiles
from monitor.imaging.outline_facing import facing_log_odds
from monitor.imaging.outline_pose import Pose, flip_to
from monitor.imaging.outline_shape import (
    CX,
    CY,
    LOG_HEIGHT,
    LOG_WIDTH,
    PARAMETERS,
    PER_SIDE,
    TURN,
    border,
    contour,
    prior,
)

DRAWS = 450
CANDIDATES = 12
PER_POSE = 3
JUMPING = 2
FINALISTS = 3
JUMP_MM = 6.0
DISTINCT_MM = 0.7
REACH = 7
NEIGHBOURS = 12.0
GAPS_MM = (1.0, 3.0, 5.0, 7.0, 9.0, 11.0)
CLIP = 4.0
GRID_MM2 = 0.15
"""Variance that the steps of the search and the width of a wall leave even to a sharp border."""
SHARE = 0.25
"""Neighbouring points see much the same pixels: each counts as this share of an independent one."""


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Candidates: ``parameters`` (m, 14) in mm from the tap, and for each the index of its pose."""

    view: View
    poses: tuple[Pose, ...]
    parameters: Array
    pose: NDArray[np.intp]

    @property
    def facing(self) -> Array:
        """1 or -1 for each candidate."""
        return np.array([pose.facing for pose in self.poses])[self.pose]

    def deviation(self) -> Array:
        """Parameters less the prior's mean for the pose, (m, 14)."""
        mean = np.tile(prior(self.view).mean, (len(self.pose), 1))
        mean[:, TURN] = np.array([pose.turn for pose in self.poses])[self.pose]
        return self.parameters - mean

    def log_prior(self) -> Array:
        """Log density of each candidate before the picture is seen, up to a constant."""
        pose = np.array([pose.log_prior for pose in self.poses])[self.pose]
        total: Array = pose - 0.5 * ((self.deviation() / prior(self.view).sd) ** 2).sum(axis=1)
        return total

    def take(self, index: NDArray[np.intp]) -> "Bodies":
        """The candidates with these numbers."""
        return replace(self, parameters=self.parameters[index], pose=self.pose[index])


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A body in millimetres from the tap; ``score`` is the log-odds that it is one against a chance place."""

    parameters: Array
    pose: Pose
    score: float


def search(seen: Patch, view: View, poses: tuple[Pose, ...]) -> list[Fit]:
    """The best bodies, best first."""
    bodies = _settling(seen, _promising(seen, view, poses))
    bodies = _settling(seen, _jumps(_best(seen, bodies, JUMPING)))
    bodies = _best(seen, bodies, FINALISTS)
    for _ in range(4):
        bodies = _pulled(seen, bodies, softness=1.0, every=1)
    score = _scores(seen, bodies) + NEIGHBOURS * _stacked(seen, bodies)
    return [
        Fit(bodies.parameters[i], poses[bodies.pose[i]], float(score[i]))
        for i in np.argsort(-score - _faced(seen, bodies))
    ]


def _settling(seen: Patch, bodies: Bodies) -> Bodies:
    """Roughly to where the evidence near each pulls it."""
    for _ in range(3):
        bodies = _pulled(seen, bodies, softness=2.0, every=2)
    return bodies


def _best(seen: Patch, bodies: Bodies, count: int) -> Bodies:
    """The best that differ from each other."""
    score = _scores(seen, bodies) + _faced(seen, bodies)
    points, _ = contour(bodies.parameters, bodies.facing)
    chosen: list[int] = []
    for candidate in np.argsort(-score):
        apart = [np.abs(points[candidate] - points[other]).mean() for other in chosen]
        if len(chosen) < count and min(apart, default=np.inf) > DISTINCT_MM:
            chosen.append(int(candidate))
    return bodies.take(np.array(chosen, np.intp))


def _jumps(bodies: Bodies) -> Bodies:
    """Each body with, besides, each of its sides on the far bank of a disc or of a pedicle: beyond the pull's reach."""
    turn, height, width = (bodies.parameters[:, n] for n in (TURN, LOG_HEIGHT, LOG_WIDTH))
    down = np.stack([-np.sin(turn), np.cos(turn)], axis=1)
    across = np.stack([np.cos(turn), np.sin(turn)], axis=1)
    variants = [bodies.parameters]
    for axis, extent, size in ((down, LOG_HEIGHT, np.exp(height)), (across, LOG_WIDTH, np.exp(width))):
        for side in (-1.0, 1.0):
            for jump_mm in (-JUMP_MM, JUMP_MM):
                moved = bodies.parameters.copy()
                moved[:, extent] = np.log(np.maximum(size + jump_mm, 0.4 * size))
                moved[:, [CX, CY]] += side * jump_mm / 2 * axis
                variants.append(moved)
    return replace(bodies, parameters=np.concatenate(variants), pose=np.tile(bodies.pose, len(variants)))


def _promising(seen: Patch, view: View, poses: tuple[Pose, ...]) -> Bodies:
    """Draw bodies along each direction of the spine, say each in every pose it may be in, and keep the best."""
    parts = [part for axis in sorted({pose.turn % pi for pose in poses}) for part in _along(seen, view, poses, axis)]
    score = np.concatenate([score for score, _ in parts])
    parameters = np.concatenate([bodies.parameters for _, bodies in parts])
    pose = np.concatenate([bodies.pose for _, bodies in parts])
    return Bodies(view, poses, parameters, pose).take(np.argsort(-score)[:CANDIDATES])


def _along(seen: Patch, view: View, poses: tuple[Pose, ...], axis: float) -> Iterator[tuple[Array, Bodies]]:
    """The best few draws for each pose whose head or feet point along ``axis``; all share one sampling."""
    shape = prior(view)
    drawn = shape.mean + shape.sd * np.random.default_rng(0).normal(size=(DRAWS, PARAMETERS))
    drawn[:, TURN] += axis
    points, normals = contour(drawn, np.ones(DRAWS))
    chosen = np.arange(1, points.shape[1], 3)
    features, known = profiles(seen, points[:, chosen], normals[:, chosen], FINE)
    for number, pose in enumerate(poses):
        if pose.turn % pi != axis:
            continue
        flip = flip_to(pose, axis)
        bodies = Bodies(view, poses, flip.apply(drawn), np.full(DRAWS, number))
        odds = _odds(view, flip.order[chosen], features, known)[..., 0]
        score = odds.sum(axis=1) * 3 * SHARE + bodies.log_prior()
        best = np.argsort(-score)[:PER_POSE]
        yield score[best], bodies.take(best)


def _scores(seen: Patch, bodies: Bodies) -> Array:
    """Log posterior of each body up to a constant."""
    return _support(seen, bodies) * 4 * PER_SIDE * SHARE + bodies.log_prior()


def _support(seen: Patch, bodies: Bodies) -> Array:
    """Mean log-odds a point that these are borders."""
    points, normals = contour(bodies.parameters, bodies.facing)
    features, known = profiles(seen, points, normals, FINE)
    mean: Array = _odds(bodies.view, np.arange(points.shape[1]), features, known)[..., 0].mean(axis=1)
    return mean


def _faced(seen: Patch, bodies: Bodies) -> Array:
    if bodies.view is not View.LATERAL:
        return np.zeros(len(bodies.pose))
    return facing_log_odds(seen, bodies.parameters, bodies.facing)


def _stacked(seen: Patch, bodies: Bodies) -> Array:
    """Whether a like body lies above and below each: mean log-odds a point, the best of some disc heights."""
    total = np.zeros(len(bodies.pose))
    turn, height = bodies.parameters[:, TURN], np.exp(bodies.parameters[:, LOG_HEIGHT])
    axis = np.stack([np.sin(turn), -np.cos(turn)], axis=1)
    for side in (1.0, -1.0):
        best = np.full(len(total), -np.inf)
        for gap_mm in GAPS_MM:
            parameters = bodies.parameters.copy()
            parameters[:, [CX, CY]] += side * (height + gap_mm)[:, None] * axis
            best = np.maximum(best, _support(seen, replace(bodies, parameters=parameters)))
        total += best
    return total


def _odds(view: View, chosen: NDArray[np.intp], features: Array, known: Mask) -> Array:
    """Log-odds of a border, limited to ``CLIP``, for (m, n, shifts, FEATURES): (m, n, shifts)."""
    limited: Array = np.clip(border_model(view).log_odds(features, chosen), -CLIP, CLIP) * known[..., None]
    return limited


def _pulled(seen: Patch, bodies: Bodies, softness: float, every: int) -> Bodies:
    """One Gauss-Newton step of each body towards where the evidence along its normals lies."""
    points, normals = contour(bodies.parameters, bodies.facing)
    chosen = np.arange(0, points.shape[1], every)
    pull, trust = pulls(seen, bodies.view, points[:, chosen], normals[:, chosen], chosen, softness)
    slope = _slopes(bodies, points, normals)[:, :, chosen]
    keep = 1 / prior(bodies.view).sd ** 2
    trust = trust * SHARE * every
    left = np.einsum("mpn,mn,mqn->mpq", slope, trust, slope) + np.diag(keep)
    right = np.einsum("mpn,mn,mn->mp", slope, trust, pull) - keep * bodies.deviation()
    return replace(bodies, parameters=bodies.parameters + np.linalg.solve(left, right[..., None])[..., 0])


def pulls(
    seen: Patch, view: View, points: Array, normals: Array, chosen: NDArray[np.intp], softness: float
) -> tuple[Array, Array]:
    """Where the border lies along each normal (mm outwards), and the inverse variance of that (1/mm²).

    The log-odds over ``softness`` are taken for a distribution over shifts of up to ``REACH`` steps.
    """
    features, known = profiles(seen, points, normals, FINE + REACH)
    odds = _odds(view, chosen, features, known) / softness
    shifts = np.arange(-REACH, REACH + 1) * STEP_MM
    chance = np.exp(odds - odds.max(axis=-1, keepdims=True))
    chance /= chance.sum(axis=-1, keepdims=True)
    pull = chance @ shifts
    return pull, known / (chance @ shifts**2 - pull**2 + GRID_MM2)


def _slopes(bodies: Bodies, points: Array, normals: Array) -> Array:
    """How far each point moves along its normal per unit of each parameter: (m, parameters, points)."""
    small = 1e-4
    moved = bodies.parameters[:, None, :] + small * np.eye(PARAMETERS)
    there = border(moved.reshape(-1, PARAMETERS), np.repeat(bodies.facing, PARAMETERS))
    there = there.reshape(len(bodies.pose), PARAMETERS, *points.shape[1:])
    slopes: Array = ((there - points[:, None]) * normals[:, None]).sum(axis=-1) / small
    return slopes
