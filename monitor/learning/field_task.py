"""What the first network learns: bodies, their middles and attitudes, cannulas and the view, from the whole field."""

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor
from torch.nn import functional

from monitor.domain import View
from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_body import window_around
from monitor.imaging.anatomy_input import Affine, channels, sampled
from monitor.imaging.anatomy_maps import FIELD_CELLS as CELLS
from monitor.imaging.anatomy_maps import FIELD_PX
from monitor.learning.geometry import Array, any_up, bump, covered, extent, into, middle, moved
from monitor.learning.losses import dense, hills, place
from monitor.learning.network import Eye, rare
from monitor.learning.picture import Picture, Points
from monitor.learning.spoil import spoiled
from monitor.learning.train import Task

HILL = 1.1
"""Width of a hill that stands for a point, cells."""
KNOWN, TARGET_KNOWN = maps.FIELD_MAPS, maps.FIELD_MAPS + 1
"""Extra planes of the truth: where it holds; whether the target's place does."""


def network() -> Eye:
    """The untrained network."""
    eye = Eye((16, 24), (28, 56, 96, 128), maps.FIELD_MAPS, len(maps.VIEWS))
    return rare(eye, (maps.CENTRE, maps.TIP, maps.SHAFT))


def sample(rng: Generator, picture: Picture) -> tuple[Array, Array, int]:
    """A window around the field, its truth (FIELD_MAPS + 2, CELLS, CELLS), and the number of its view."""
    window = _window(rng, picture)
    grey, usable = sampled(picture.grey.astype(np.float32), picture.usable, window, FIELD_PX)
    attenuation, usable = spoiled(rng, grey, usable)
    view = maps.VIEWS.index(picture.view)
    return channels(attenuation, usable), _truth(picture, window, usable), view


def _window(rng: Generator, picture: Picture) -> Affine:
    rows, columns = np.flatnonzero(picture.usable.any(1)), np.flatnonzero(picture.usable.any(0))
    left, top, right, bottom = columns[0], rows[0], columns[-1], rows[-1]
    side = max(right - left, bottom - top) + 1
    centre = np.array([left + right, top + bottom]) / 2 + rng.normal(0, 0.04, 2) * side
    size = side * np.exp(np.clip(rng.normal(0, 0.15), -0.35, 0.2))
    return window_around(centre, size, any_up(rng), bool(rng.random() < 0.5), FIELD_PX)


def _truth(picture: Picture, window: Affine, usable: np.ndarray) -> Array:
    truth = np.zeros((maps.FIELD_MAPS + 2, CELLS, CELLS), np.float32)
    seen = cv2.resize(usable.astype(np.float32), (CELLS, CELLS), interpolation=cv2.INTER_AREA)
    truth[KNOWN] = seen > 0.5
    to_cells = into(window, FIELD_PX, CELLS)
    if picture.view is not View.UNKNOWN:
        _draw_bodies(truth, picture, to_cells)
    if picture.cannulas is not None and len(picture.cannulas):
        _draw_cannulas(truth, moved(picture.cannulas, to_cells))
    return truth


def _draw_bodies(truth: Array, picture: Picture, to_cells: Affine) -> None:
    rings = [moved(ring, to_cells) for ring in picture.bodies]
    centres = np.stack([middle(ring) for ring in rings])
    ups = _ups(picture, to_cells, centres)
    front = _front(picture, to_cells)
    y, x = np.mgrid[:CELLS, :CELLS].astype(np.float32)
    for ring, centre, up in reversed(list(zip(rings, centres, ups, strict=True))):
        cover = covered([ring], CELLS)
        mine = cover > 0.5
        truth[maps.BODY] = np.maximum(truth[maps.BODY], cover)
        towards = np.stack([centre[0] - x, centre[1] - y]) / maps.OFFSET_CELLS
        truth[maps.OFFSET][:, mine] = towards[:, mine]
        truth[maps.UP][:, mine] = up[:, None]
        truth[maps.FRONT][:, mine] = front[:, None]
        truth[maps.EXTENT][mine] = np.log(extent(ring) / maps.EXTENT_CELLS)
    truth[maps.CENTRE] = bump(centres, CELLS, HILL)
    column, row = np.round(centres[0]).astype(int)
    if 0 <= column < CELLS and 0 <= row < CELLS and truth[KNOWN][row, column]:
        truth[maps.TARGET] = bump(centres[:1], CELLS, HILL)
        truth[TARGET_KNOWN] = 1


def _ups(picture: Picture, to_cells: Affine, centres: Points) -> Points:
    """Each body's own up: along the line of its neighbours' middles, the target's as given."""
    own = picture.up if picture.up is not None else np.zeros(2, np.float32)
    up = own @ to_cells[:, :2].T
    up = up / max(float(np.linalg.norm(up)), 1e-9)
    order = np.argsort(centres @ up)
    out = np.repeat(up[None], len(centres), 0)
    for place_, k in enumerate(order):
        below, above = order[max(place_ - 1, 0)], order[min(place_ + 1, len(order) - 1)]
        line = centres[above] - centres[below]
        if k and np.linalg.norm(line) > 0:
            out[k] = line / np.linalg.norm(line)
    return np.asarray(out, np.float32)


def _front(picture: Picture, to_cells: Affine) -> Points:
    if picture.view is not View.LATERAL or picture.corners is None:
        return np.zeros(2, np.float32)
    corners = moved(picture.corners, to_cells)
    front = corners[[0, 3]].mean(0) - corners[[1, 2]].mean(0)
    return np.asarray(front / max(float(np.linalg.norm(front)), 1e-9), np.float32)


def _draw_cannulas(truth: Array, cannulas: Points) -> None:
    for tip, tail in cannulas:
        along = (tail - tip) / max(float(np.linalg.norm(tail - tip)), 1e-9)
        across = np.array([-along[1], along[0]], np.float32) * 0.6
        cover = covered([np.stack([tip + across, tail + across, tail - across, tip - across])], CELLS)
        truth[maps.SHAFT] = np.maximum(truth[maps.SHAFT], cover)
        truth[maps.ALONG][:, cover > 0.3] = along[:, None]
    truth[maps.TIP] = bump(cannulas[:, 0], CELLS, HILL)


def loss(found: Tensor, view: Tensor, truth: Tensor, views: Tensor) -> Tensor:
    """How far maps (b, FIELD_MAPS, n, n) and view logits (b, 3) are from the truth."""
    known = truth[:, KNOWN : KNOWN + 1]
    body = truth[:, maps.BODY : maps.BODY + 1]
    inside = known * (body > 0.5)
    lateral = inside * (views == maps.VIEWS.index(View.LATERAL)).float()[:, None, None, None]
    shaft = known * (truth[:, maps.SHAFT : maps.SHAFT + 1] > 0.3)
    total = 2 * functional.binary_cross_entropy_with_logits(found[:, maps.BODY : maps.BODY + 1], body, weight=known)
    total = total + hills(found[:, maps.CENTRE], truth[:, maps.CENTRE], known[:, 0])
    total = total + hills(found[:, maps.TIP], truth[:, maps.TIP], known[:, 0])
    total = total + functional.binary_cross_entropy_with_logits(
        found[:, maps.SHAFT], truth[:, maps.SHAFT], weight=known[:, 0], pos_weight=torch.tensor(2.0)
    )
    for planes, where, weight in (
        (maps.OFFSET, inside, 1.0),
        (maps.UP, inside, 0.5),
        (maps.FRONT, lateral, 0.5),
        (slice(maps.EXTENT, maps.EXTENT + 1), inside, 1.0),
        (maps.ALONG, shaft, 0.3),
    ):
        total = total + weight * dense(found[:, planes], truth[:, planes], where)
    target = place(found[:, maps.TARGET], truth[:, maps.TARGET], truth[:, TARGET_KNOWN, 0, 0])
    return total + 0.2 * target + 0.5 * functional.cross_entropy(view, views)


TASK = Task(network, sample, loss)
