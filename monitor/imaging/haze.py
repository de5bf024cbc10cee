"""Gas and soft tissue on the move gain attenuation all around; cement stands out from what lies beside it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask, components, grown, smoothed_within, window

AROUND, AROUND_MM, REACH_MM = 0.25, 3.0, 9.0
"""Most that the surroundings of cement may have gained, of what it has; how far away they count less, and nothing."""
LEAST_GROUND = 0.02
"""Share of the smoothing's weight from which a place's surroundings are known."""
SHINE_MM = 0.8
"""Cement shines this far beyond its border."""


def without_haze(cement: Mask, signal: Array, body: Mask, free: Mask, spacing_mm: float) -> Mask:
    """Drop parts outside the body whose surroundings have gained too; masks and signal (h, w).

    Parameters
    ----------
    cement
        bool: what may be cement.
    signal
        float32: added attenuation, -ln units.
    body, free
        bool: the silhouette; usable pixels without metal.
    spacing_mm
        Millimetres per pixel.
    """
    outside = cement & ~grown(body, 1)
    if not outside.any():
        return cement
    near = window(outside, REACH_MM / spacing_mm)
    kept = cement.copy()
    kept[near] &= ~_hazy(outside[near], cement[near], signal[near], (free & ~body)[near], spacing_mm)
    return kept


def _hazy(outside: Mask, cement: Mask, signal: Array, ground: Mask, spacing_mm: float) -> Mask:
    """The parts of ``outside`` whose surroundings have gained too."""
    every, px_mm = (slice(None, None, 2),) * 2, 2 * spacing_mm
    ground = ground[every] & ~grown(np.ascontiguousarray(cement[every]), SHINE_MM / px_mm)
    small = np.asarray(cv2.resize(signal, ground.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    count, labels = components(outside)
    parts = labels[every]
    level = smoothed_within(small, ground, AROUND_MM / px_mm, LEAST_GROUND)
    around, own = _sums(level, parts, count), _sums(small, parts, count)
    hazy = around > AROUND * own
    hazy[0] = False
    return np.asarray(hazy[labels], bool)


def _sums(values: Array, parts: NDArray[np.int32], count: int) -> NDArray[np.float64]:
    """Sum of the values by part."""
    return np.asarray(np.bincount(parts.ravel(), values.ravel(), minlength=count), np.float64)
