"""Windows on pictures, and truth drawn in them."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.imaging.anatomy_input import Affine
from monitor.learning.picture import Points

Array = NDArray[np.float32]
FINE = 8
"""Drawn this much finer than the map, so that its cells say how much of them is covered."""


def moved(points: Points, matrix: Affine) -> Points:
    """Take (..., 2) points through a (2, 3) matrix."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def into(window: Affine, size: int, cells: int) -> Affine:
    """From a picture's pixels to the cells of a map over a window of ``size`` pixels (centres at integers)."""
    to_window = cv2.invertAffineTransform(window)
    step = size / cells
    out = to_window / step
    out[:, 2] = (to_window[:, 2] + 0.5) / step - 0.5
    return np.asarray(out, np.float64)


def covered(rings: Iterable[Points], cells: int) -> Array:
    """How much of each cell of a map polygons (in cells) cover, float32 (cells, cells)."""
    fine = np.zeros((cells * FINE, cells * FINE), np.uint8)
    for ring in rings:
        points = np.round(((ring + 0.5) * FINE - 0.5) * 16).astype(np.int32)
        cv2.fillPoly(fine, [points], (1,), shift=4)
    return np.asarray(cv2.resize(fine.astype(np.float32), (cells, cells), interpolation=cv2.INTER_AREA), np.float32)


def bump(points: Iterable[Points], cells: int, sigma: float) -> Array:
    """A hill of height 1 at each point, float32 (cells, cells)."""
    y, x = np.mgrid[:cells, :cells].astype(np.float32)
    out = np.zeros((cells, cells), np.float32)
    for px, py in points:
        out = np.maximum(out, np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * sigma**2)))
    return out


def middle(ring: Points) -> Points:
    """Centre of area of a polygon."""
    m = cv2.moments(ring.reshape(-1, 1, 2))
    return np.array([m["m10"], m["m01"]], np.float32) / np.float32(m["m00"]) if m["m00"] > 0 else ring.mean(0)


def extent(ring: Points) -> float:
    """Square root of a polygon's area."""
    return float(np.sqrt(max(cv2.contourArea(ring), 1.0)))


def any_up(rng: Generator) -> NDArray[np.float64]:
    """Where up is for a spine on a display: upright in half of all, else on either side or head down.

    Far oftener turned than in a theatre: where nearly all were upright, the network learnt to say so without looking.
    """
    turn = float(np.radians(rng.choice([0, 90, -90, 180], p=[0.49, 0.17, 0.17, 0.17]) + rng.normal(0, 8)))
    return np.array([np.sin(turn), -np.cos(turn)])
