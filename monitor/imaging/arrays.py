"""The two kinds of picture that the imaging passes around."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]
"""(h, w) float32."""
Mask: TypeAlias = NDArray[np.bool_]
"""(h, w) bool."""


def sample(image: Array, x: Array, y: Array, border: int = cv2.BORDER_REPLICATE) -> Array:
    """Values of ``image`` at pixel positions, interpolated linearly; ``x``, ``y`` and the result are float32 (m, n)."""
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=border), np.float32)


def halved(image: Array) -> Array:
    """The image at half the size, each pixel the mean of four."""
    return np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
