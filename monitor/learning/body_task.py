"""What the second network learns: the exact border of one body, its corners and pedicles, from a window around it."""

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from monitor.domain import View
from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_body import window_around
from monitor.imaging.anatomy_input import Affine, channels, sampled
from monitor.imaging.anatomy_maps import BODY_CELLS as CELLS
from monitor.imaging.anatomy_maps import BODY_PX
from monitor.learning.geometry import Array, bump, covered, extent, into, middle, moved
from monitor.learning.losses import hills, place
from monitor.learning.network import Eye, rare
from monitor.learning.picture import Picture, Points
from monitor.learning.spoil import spoiled
from monitor.learning.train import Task

HILL = 1.3
KNOWN = maps.BODY_MAPS
CORNERS_KNOWN, PEDICLES_KNOWN = KNOWN + 1, KNOWN + 2
"""Extra planes of the truth: where the border is visible; whether corners and pedicles are known."""
GOOD_DICE = 0.92
LEAST_VISIBLE = 0.85
OTHER_ODDS = 0.35


def network() -> Eye:
    """The untrained network; its one number is the log-odds that the border is right."""
    return rare(Eye((20,), (32, 48, 80, 112), maps.BODY_MAPS, 1), (maps.BODY_TIP,))


def sample(rng: Generator, picture: Picture) -> tuple[Array, Array]:
    """A window around a body, and its truth (BODY_MAPS + 3, CELLS, CELLS)."""
    chosen = _choose(rng, picture)
    window = _window(rng, picture, picture.bodies[chosen])
    grey, usable = sampled(picture.grey.astype(np.float32), picture.usable, window, BODY_PX)
    attenuation, usable = spoiled(rng, grey, usable)
    return channels(attenuation, usable), _truth(picture, chosen, window)


def _choose(rng: Generator, picture: Picture) -> int:
    """The target, or another body that lies within the field."""
    if rng.random() > OTHER_ODDS:
        return 0
    inside = [k for k, ring in enumerate(picture.bodies) if k and _visible(picture, ring)]
    return int(rng.choice(inside)) if inside else 0


def _visible(picture: Picture, ring: Points) -> bool:
    column, row = np.round(ring).astype(int).T
    size = len(picture.grey)
    within = (column >= 0) & (row >= 0) & (column < size) & (row < size)
    return bool((picture.grey[row[within], column[within]] > 0).sum() >= LEAST_VISIBLE * len(ring))


def _window(rng: Generator, picture: Picture, ring: Points) -> Affine:
    """Upright, the front to the left, as far as the first network's word is right."""
    up, front = attitude(picture)
    side = maps.WINDOW * extent(ring) * np.exp(np.clip(rng.normal(0, 0.09), -0.25, 0.25))
    centre = middle(ring) + rng.normal(0, 0.035, 2) * side
    turn = np.arctan2(up[0], -up[1]) + np.radians(rng.normal(0, 7))
    right = np.array([-up[1], up[0]])
    mirrored = rng.random() < 0.5 if picture.view is View.AP else front @ right > 0
    return window_around(centre, side, np.array([np.sin(turn), -np.cos(turn)]), bool(mirrored), BODY_PX)


def attitude(picture: Picture) -> tuple[Points, Points]:
    """Unit vectors towards the head and the front."""
    if picture.up is None or picture.corners is None:
        raise ValueError("a picture of no spine has no bodies")
    front = picture.corners[[0, 3]].mean(0) - picture.corners[[1, 2]].mean(0)
    return picture.up, np.asarray(front / np.linalg.norm(front), np.float32)


def _truth(picture: Picture, chosen: int, window: Affine) -> Array:
    truth = np.zeros((maps.BODY_MAPS + 3, CELLS, CELLS), np.float32)
    to_cells = into(window, BODY_PX, CELLS)
    truth[maps.INSIDE] = covered([moved(picture.bodies[chosen], to_cells)], CELLS)
    truth[KNOWN] = 1
    if picture.cannulas is not None and len(picture.cannulas):
        truth[maps.BODY_TIP] = bump(moved(picture.cannulas, to_cells)[:, 0], CELLS, HILL)
    if chosen == 0 and picture.corners is not None:
        corners = _ordered(picture.view, moved(picture.corners, to_cells))
        truth[maps.CORNERS] = [bump([corner], CELLS, HILL) for corner in corners]
        truth[CORNERS_KNOWN] = _within(corners)
    if chosen == 0 and picture.pedicles is not None and len(picture.pedicles) == 2:
        pedicles = moved(picture.pedicles, to_cells)
        pedicles = pedicles[np.argsort(pedicles[:, 0])]
        truth[maps.PEDICLES] = [bump([pedicle], CELLS, HILL) for pedicle in pedicles]
        truth[PEDICLES_KNOWN] = _within(pedicles)
    return truth


def _ordered(view: View, corners: Points) -> Points:
    """Corners with the front to the left; in an AP view whatever lies to the left is called so."""
    if view is View.AP and corners[0, 0] > corners[1, 0]:
        return corners[[1, 0, 3, 2]]
    return corners


def _within(points: Points) -> float:
    return float((points >= 0).all() and (points <= CELLS - 1).all())


def loss(found: Tensor, sure: Tensor, truth: Tensor) -> Tensor:
    """How far maps (b, BODY_MAPS, n, n) and confidence logits (b, 1) are from the truth."""
    inside, known = truth[:, maps.INSIDE], truth[:, KNOWN]
    total = 3 * functional.binary_cross_entropy_with_logits(found[:, maps.INSIDE], inside, weight=known)
    dice = overlap(torch.sigmoid(found[:, maps.INSIDE]), inside)
    total = total + (1 - dice).mean()
    total = total + 0.5 * hills(found[:, maps.BODY_TIP], truth[:, maps.BODY_TIP], known)
    for planes, plane in ((maps.CORNERS, CORNERS_KNOWN), (maps.PEDICLES, PEDICLES_KNOWN)):
        told = truth[:, plane, 0, 0]
        for k in range(planes.start, planes.stop):
            total = total + 0.06 * place(found[:, k], truth[:, k], told)
    hard = overlap((found[:, maps.INSIDE].detach() > 0).float(), inside)
    good = (hard > GOOD_DICE).float()
    return total + 0.1 * functional.binary_cross_entropy_with_logits(sure[:, 0], good)


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """Dice's coefficient of maps (b, n, n)."""
    return 2 * (a * b).sum((1, 2)) / (a.sum((1, 2)) + b.sum((1, 2)) + 1e-3)


TASK = Task(network, sample, loss)
