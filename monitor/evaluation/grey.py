"""Frames as one grey channel, so that every method compared gets the same."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]


def grey(pixels: NDArray[np.uint8]) -> Grey:
    """Luminance of a frame's pixels: uint8, (h, w) grey or (h, w, 3) RGB to (h, w)."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
