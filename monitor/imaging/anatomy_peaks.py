"""Reading places off maps: probabilities, peaks, centres of gravity."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.anatomy_input import Array, Mask

Point2 = NDArray[np.float64]

AROUND = 2
"""Cells around a peak that its place is the mean of."""


def chance(log_odds: Array) -> Array:
    """Probabilities."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -30, 30))), np.float32)


def share(plane: Array, seen: Mask) -> Array:
    """Softmax over the cells seen."""
    highest = float(plane[seen].max()) if seen.any() else 0.0
    raised = np.exp(np.minimum(plane - highest, 0)) * seen
    return np.asarray(raised / max(float(raised.sum()), 1e-9), np.float32)


def peaks(weights: Array, seen: Mask, least: float) -> list[tuple[float, Point2]]:
    """Height and place (x, y) of every cell above ``least`` that is the highest of its neighbours, highest first."""
    top = (weights >= cv2.dilate(weights, np.ones((3, 3), np.uint8))) & (weights > least) & seen
    found = [(float(weights[row, column]), gravity(weights, row, column)) for row, column in np.argwhere(top)]
    return sorted(found, key=lambda peak: -peak[0])


def gravity(weights: Array, row: int, column: int) -> Point2:
    """Centre of gravity (x, y) around a cell."""
    rows = np.arange(max(row - AROUND, 0), min(row + AROUND + 1, weights.shape[0]))
    columns = np.arange(max(column - AROUND, 0), min(column + AROUND + 1, weights.shape[1]))
    part = weights[np.ix_(rows, columns)].astype(np.float64)
    return np.array([part.sum(0) @ columns, part.sum(1) @ rows], np.float64) / float(part.sum())
