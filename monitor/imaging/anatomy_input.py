"""What the networks are shown: a square window of a picture, free of the display's brightness and contrast."""

from math import hypot

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]
Affine = NDArray[np.float64]

CHANNELS = 3
ALIASING = 0.4
"""Blur before sampling more coarsely, in pixels of the coarser grid (standard deviation)."""
LOCAL = 0.06
"""Neighbourhood that local contrast is measured in, as a part of the window's side."""
LEAST_SPREAD = 1e-3


def sampled(picture: Array, usable: Mask, window: Affine, size: int) -> tuple[Array, Mask]:
    """Cut a square window out of a picture.

    Parameters
    ----------
    picture, usable
        float32 and bool (h, w).
    window
        (2, 3): takes a pixel of the window to one of the picture.
    size
        Side of the window in pixels.

    Returns
    -------
    float32 and bool (size, size); nothing outside the picture is usable.
    """
    factor = hypot(window[0, 0], window[1, 0])
    known = usable.astype(np.float32)
    filled = np.where(usable, picture, _middle(picture, usable)).astype(np.float32)
    if factor > 1.2:
        filled = np.asarray(cv2.GaussianBlur(filled, (0, 0), ALIASING * factor), np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    cut = cv2.warpAffine(filled, window, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.warpAffine(known, window, (size, size), flags=flags, borderValue=(0.0,))
    return np.asarray(cut, np.float32), np.asarray(seen > 0.9, np.bool_)


def channels(picture: Array, usable: Mask) -> Array:
    """Make a window fit for a network.

    Returns
    -------
    float32 (3, size, size): attenuation less its median over its spread; what stands out locally over the local spread;
    1 where usable. The first two are 0 elsewhere.
    """
    known = usable.astype(np.float32)
    values = picture[usable]
    if values.size == 0:
        return np.zeros((CHANNELS, *picture.shape), np.float32)
    low, middle, high = np.percentile(values[:: max(1, values.size // 8192)], [10, 50, 90])
    spread = max(float(high - low), LEAST_SPREAD)
    overall = np.clip((picture - np.float32(middle)) / np.float32(spread), -3, 3) * known
    size = max(3, round(LOCAL * len(picture)) * 2 + 1)
    weight = np.maximum(_smooth(known, size), 1e-3)
    detail = (overall - _smooth(overall, size) / weight) * known
    local = np.sqrt(np.maximum(_smooth(detail * detail, size), 0) / weight) + np.float32(0.05)
    return np.stack([overall, np.clip(detail / local, -4, 4) / 2, known]).astype(np.float32)


def _smooth(picture: Array, size: int) -> Array:
    return np.asarray(cv2.blur(cv2.blur(picture, (size, size)), (size, size)), np.float32)


def _middle(picture: Array, usable: Mask) -> np.float32:
    values = picture[usable]
    return np.float32(np.median(values[:: max(1, values.size // 8192)])) if values.size else np.float32(0)
