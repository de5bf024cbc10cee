"""What is added along a line: a vein too pale for its noise at any one place shows over several millimetres."""

from functools import cache, reduce

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, median

LENGTH_MM, DIRECTIONS = 7.0, 8
"""Over how much of a line is averaged: a vein is nearly straight for so long."""
STRIDE = 3
"""Every so many pixels tell how much the others scatter."""
STANDS_OUT, SINGLE = 3.0, 1.5
"""Spreads of the best line's average, and of single places, that a strand exceeds."""


def strands(level: Array, doubt: Array, ground: Mask, spacing_mm: float) -> Mask:
    """Places on a line whose average stands out from all others and exceeds the doubt around; bool (h, w).

    Parameters
    ----------
    level
        float32 (h, w): what was added to the surroundings, -ln units.
    doubt
        float32 (h, w): what may be none of cement there.
    ground
        bool (h, w): where it can be told.
    spacing_mm
        Millimetres per pixel.
    """
    if not ground[::STRIDE, ::STRIDE].any():
        return np.zeros_like(ground)
    level = np.where(ground, level, np.float32(0))
    lines = _lines(max(3, round(LENGTH_MM / spacing_mm) // 2 * 2 + 1))
    best = np.asarray(reduce(cv2.max, (cv2.filter2D(level, -1, line) for line in lines)), np.float32)
    doubted = cv2.blur(np.where(ground, doubt, np.float32(0)), lines[0].shape)
    middle, spread = _middle_and_spread(best, ground)
    single = SINGLE * _middle_and_spread(level, ground)[1]
    return np.asarray(ground & (best > middle + STANDS_OUT * spread) & (best > doubted) & (level > single), bool)


@cache
def _lines(size: int) -> tuple[Array, ...]:
    """Straight lines through the middle of a square in all directions, each of weight 1."""
    reach, lines = size // 2, []
    for turn in np.arange(DIRECTIONS) * np.pi / DIRECTIONS:
        x, y = (round(reach * float(part)) for part in (np.cos(turn), np.sin(turn)))
        drawn = np.zeros((size, size), np.float32)
        cv2.line(drawn, (reach - x, reach - y), (reach + x, reach + y), 1.0)
        lines.append(np.asarray(drawn / drawn.sum(), np.float32))
    return tuple(lines)


def _middle_and_spread(values: Array, ground: Mask) -> tuple[float, float]:
    """Median and standard deviation within the ground, whatever a small part of it shows."""
    there = values[::STRIDE, ::STRIDE][ground[::STRIDE, ::STRIDE]]
    middle = median(there)
    return middle, 1.4826 * median(np.abs(there - middle))
