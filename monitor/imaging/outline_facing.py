"""Where the back and the head are in a lateral view: facets and laminae behind, pedicles behind the upper half."""

import numpy as np

from monitor.imaging.outline_evidence import PATCH_MM, Array, Mask, Patch, Picture
from monitor.imaging.outline_shape import CX, CY, LOG_HEIGHT, LOG_WIDTH, TURN

NEAR_MM, FAR_MM = np.arange(3.0, 14.0, 1.0), np.arange(14.0, 30.0, 1.5)
PEDICLE_MM = np.arange(2.0, 10.0, 1.0)
LEVEL = np.linspace(-0.8, 0.8, 17)
PEDICLE, FORAMEN = np.linspace(-0.5, -0.05, 8), np.linspace(0.15, 0.6, 8)
"""Levels along the body, from -0.5 at its superior to 0.5 at its inferior endplate."""
NEAR, FAR, SHADE = 3.9, 1.0, 3.2
"""Log-odds per unit, fitted on simulated views; the side was right in 99 of 100 where the body was."""
HEAD = 3.9
TRUST = 3.0
"""The border itself speaks for a side far too loudly, as its points aren't independent; this keeps the proportion."""
FAINT = 0.02
LEAST_POINTS = 20


def facing_log_odds(seen: Patch, parameters: Array, facing: Array) -> Array:
    """Log-odds (m,) that lateral bodies (m, 14) have front and head where ``facing`` and ``turn`` say."""
    detail = np.asarray(np.abs(seen.fine - seen.coarse), np.float32)
    odds = np.zeros(len(parameters))
    for side, sign in ((-facing, 1.0), (facing, -1.0)):
        near = _Strip(seen.known, parameters, side, NEAR_MM, LEVEL)
        far = _Strip(seen.known, parameters, side, FAR_MM, 1.25 * LEVEL)
        odds += sign * (
            NEAR * near.log_energy(detail) + FAR * far.log_energy(detail) + SHADE * near.spread(seen.coarse)
        )
    upper, lower = (_Strip(seen.known, parameters, -facing, PEDICLE_MM, level) for level in (PEDICLE, FORAMEN))
    return TRUST * (odds + HEAD * (upper.mean(seen.coarse) - lower.mean(seen.coarse)))


class _Strip:
    """Places beyond the walls of bodies on one side of each: (m, across, along)."""

    def __init__(self, known: Mask, parameters: Array, side: Array, beyond_mm: Array, level: Array) -> None:
        width, height = np.exp(parameters[:, LOG_WIDTH]), np.exp(parameters[:, LOG_HEIGHT])
        turn = parameters[:, TURN]
        out = np.stack([np.cos(turn), np.sin(turn)], axis=1) * side[:, None]
        down = np.stack([-np.sin(turn), np.cos(turn)], axis=1)
        reach = (width[:, None] / 2 + beyond_mm)[:, :, None, None] * out[:, None, None, :]
        along = (height[:, None] * level)[:, None, :, None] * down[:, None, None, :]
        place = parameters[:, None, None, [CX, CY]] + reach + along
        size = known.shape[0]
        index = np.floor(place / PATCH_MM + size // 2 + 0.5).astype(np.intp)
        within = ((index >= 0) & (index < size)).all(axis=-1)
        self._column, self._row = np.moveaxis(np.clip(index, 0, size - 1), -1, 0)
        self._counts = within & known[self._row, self._column]
        self._number = self._counts.sum(axis=(1, 2))
        self._enough = self._number >= LEAST_POINTS

    def mean(self, picture: Picture) -> Array:
        """Mean over each body's strip, 0 where too little of it is in the field."""
        total = np.where(self._counts, picture[self._row, self._column], 0.0).sum(axis=(1, 2))
        return np.where(self._enough, total / np.maximum(self._number, 1), 0.0)

    def spread(self, picture: Picture) -> Array:
        """Standard deviation over each strip."""
        return np.sqrt(np.maximum(self.mean(picture**2) - self.mean(picture) ** 2, 0.0))

    def log_energy(self, picture: Picture) -> Array:
        """Logarithm of the root mean square over each strip."""
        return np.log(np.sqrt(self.mean(picture**2)) + FAINT)
