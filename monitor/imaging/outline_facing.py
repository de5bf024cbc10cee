"""Which side of a body is its back in a lateral view: pedicles, facets and laminae make it full of edges."""

import numpy as np

from monitor.imaging.outline_evidence import PATCH_MM, Array, Patch, Picture
from monitor.imaging.outline_shape import CX, CY, LOG_HEIGHT, LOG_WIDTH, TURN

BEYOND_MM = np.arange(3.0, 30.0, 1.5)
ALONG = np.linspace(-1.0, 1.0, 25)
LOG_ODDS = 4.0
"""Per unit of ln(detail behind / detail in front); on simulated views that is 1.4 with a spread of 0.5."""
FAINT = 0.02
LEAST_POINTS = 60


def facing_log_odds(seen: Patch, parameters: Array, facing: Array) -> Array:
    """Log-odds (m,) that bodies (m, 14) have their front where ``facing`` says."""
    detail = np.abs(seen.fine - seen.coarse)
    front, back = (_detail(detail, seen, parameters, facing * side) for side in (1.0, -1.0))
    known = np.isfinite(front) & np.isfinite(back)
    odds: Array = np.where(known, LOG_ODDS * np.log(np.where(known, back, 1.0) / np.where(known, front, 1.0)), 0.0)
    return odds


def _detail(detail: Picture, seen: Patch, parameters: Array, side: Array) -> Array:
    """Root mean square of fine structure beyond the front (or back) wall, from one disc to the other; (m,)."""
    width, height = np.exp(parameters[:, LOG_WIDTH]), np.exp(parameters[:, LOG_HEIGHT])
    turn = parameters[:, TURN]
    out = np.stack([np.cos(turn), np.sin(turn)], axis=1) * side[:, None]
    down = np.stack([-np.sin(turn), np.cos(turn)], axis=1)
    reach = (width[:, None] / 2 + BEYOND_MM)[:, :, None, None] * out[:, None, None, :]
    level = (height[:, None] * ALONG)[:, None, :, None] * down[:, None, None, :]
    place = parameters[:, None, None, [CX, CY]] + reach + level
    size = detail.shape[0]
    index = np.floor(place / PATCH_MM + size // 2 + 0.5).astype(np.intp)
    within = ((index >= 0) & (index < size)).all(axis=-1)
    column, row = np.moveaxis(np.clip(index, 0, size - 1), -1, 0)
    counts = within & seen.known[row, column]
    number = counts.sum(axis=(1, 2))
    square = (np.where(counts, detail[row, column], 0.0) ** 2).sum(axis=(1, 2)) / np.maximum(number, 1)
    return np.where(number >= LEAST_POINTS, np.sqrt(square) + FAINT, np.nan)
