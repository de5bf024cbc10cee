"""Where much has changed all around, as when the C-arm has turned, a change as small as the rest is no cement."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, smoothed_within

STANDS_OUT = 5.4
"""Times the change around it that cement adds at least."""
AROUND_MM, SMOOTH_MM, SHINE_MM = 10.0, 0.7, 1.0
"""How far away change counts less; how finely it is told; how far cement shines beyond its border."""
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
    return np.square(smoothed_within(np.sqrt(np.abs(fine)), ground, AROUND_MM / px_mm, LEAST_GROUND))
