"""Local contrast normalisation: what registration compares, blind to exposure, shading and display curve."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, median, positive

SHADING_MM = 3.0
"""Structures wider than about this are shading; endplates, walls and pedicle rims are narrower."""
STRIDE = 3
"""Every third row and column tells the typical contrast as well as all do."""


def texture(attenuation: Array, usable: Mask, radius_px: float) -> tuple[Array, Array]:
    """Remove slow shading and scale what is left to unit local contrast.

    Parameters
    ----------
    attenuation
        float32 (h, w), bone high.
    usable
        bool (h, w).
    radius_px
        Width of the shading filter, pixels.

    Returns
    -------
    texture, confidence
        float32 (h, w) clipped to -2.5..2.5, 0 where unusable; and how much of each neighbourhood was usable, 0..1.
    """
    mask = usable.astype(np.float32)
    k = 2 * round(radius_px) + 1
    support = cv2.blur(mask, (k, k)) + np.float32(1e-3)
    detail = (attenuation - cv2.blur(attenuation * mask, (k, k)) / support) * mask
    power = cv2.blur(detail * detail, (2 * k + 1, 2 * k + 1)) / support
    contrast = np.asarray(cv2.sqrt(positive(np.asarray(power, np.float32))), np.float32)
    typical = contrast[::STRIDE, ::STRIDE][usable[::STRIDE, ::STRIDE]]
    floor = 0.25 * median(typical) + 1e-4 if len(typical) else 1.0
    scaled = cv2.GaussianBlur(detail / (contrast + np.float32(floor)), (0, 0), 1.0)
    return np.asarray(np.clip(scaled, -2.5, 2.5) * mask, np.float32), support
