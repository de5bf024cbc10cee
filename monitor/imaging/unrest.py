"""Where much has changed all around, as when the C-arm has turned, a change as small as the rest is no cement."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown

STANDS_OUT = 5.4
"""Times the change around it that cement adds at least."""
AROUND_MM, SMOOTH_MM, SHINE_MM = 10.0, 0.7, 1.0
"""How far away change counts less; how finely it is told; how far cement shines beyond its border."""
COARSE = 4
"""What is smoothed so widely needs only every so manieth pixel of the searched ones."""
LEAST_GROUND = 0.02
"""Share of the smoothing's weight from which a place's surroundings are known."""


def without_unrest(cement: Mask, signal: Array, body: Mask, free: Mask, spacing_mm: float) -> Mask:
    """Drop parts outside the body that don't stand out from change around; arguments as for ``haze.without_haze``."""
    outside = cement & ~grown(body, 1)
    if not outside.any():
        return cement
    every, px_mm = (slice(None, None, 2),) * 2, 2 * spacing_mm
    ground = (free & ~body)[every] & ~grown(np.ascontiguousarray(cement[every]), SHINE_MM / px_mm)
    small = np.asarray(cv2.resize(signal, ground.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    count, labels = components(outside)
    parts = labels[every]
    own, around = (
        np.bincount(parts.ravel(), values.ravel(), minlength=count) for values in (small, _change(small, ground, px_mm))
    )
    restless = own < STANDS_OUT * around
    restless[0] = False
    return np.asarray(cement & ~restless[labels], bool)


def _change(signal: Array, ground: Mask, px_mm: float) -> Array:
    """How much has changed around each place, -ln units; what has changed much in few places counts little."""
    fine = cv2.GaussianBlur(signal * ground, (0, 0), SMOOTH_MM / px_mm)
    weight = ground.astype(np.float32)
    coarse = tuple(max(1, side // COARSE) for side in signal.shape[::-1])
    sums, weights = (
        cv2.GaussianBlur(cv2.resize(a, coarse, interpolation=cv2.INTER_AREA), (0, 0), AROUND_MM / (COARSE * px_mm))
        for a in (np.sqrt(np.abs(fine)) * weight, weight)
    )
    level = np.square(sums / np.maximum(weights, np.float32(LEAST_GROUND)))
    return np.asarray(cv2.resize(level, signal.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
