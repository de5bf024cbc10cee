"""The kinds of picture that the imaging passes around, and what is done with them everywhere."""

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float32]
"""(h, w) float32."""
Mask: TypeAlias = NDArray[np.bool_]
"""(h, w) bool."""
Values: TypeAlias = NDArray[np.float32]
"""(n,) float32."""
FINE_SIGMA_PX = 3.0
"""Width of smoothing, in pixels, that tells all there is to tell after it."""


def sample(image: Array, x: Array, y: Array, border: int = cv2.BORDER_REPLICATE) -> Array:
    """Values of ``image`` at pixel positions, interpolated linearly; ``x``, ``y`` and the result are float32 (m, n)."""
    return np.asarray(cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=border), np.float32)


def quantile(values: NDArray[np.floating], share: float) -> float:
    """One of the values that ``share`` of them lie below; several times quicker on few values than NumPy's."""
    rank = min(int(share * values.size), values.size - 1)
    return float(np.partition(values, rank, axis=None)[rank])


def median(values: NDArray[np.floating]) -> float:
    """The value in the middle, of two the upper."""
    return quantile(values, 0.5)


def grown(mask: Mask, radius_px: float) -> Mask:
    """The mask widened by a square of that half side, at least a pixel."""
    k = 2 * max(1, round(radius_px)) + 1
    return cv2.dilate(mask.view(np.uint8), np.ones((k, k), np.uint8)).view(bool)


def smoothed_within(picture: Array, ground: Mask, sigma_px: float, least_weight: float) -> Array:
    """Smoothed by what lies in the ground only; where less of it than ``least_weight`` is near, paler, down to 0."""
    weight = ground.astype(np.float32)
    sums, weights = (_smoothed(a, sigma_px) for a in (picture * weight, weight))
    return np.asarray(sums / np.maximum(weights, np.float32(least_weight)), np.float32)


def _smoothed(picture: Array, sigma_px: float) -> Array:
    """Smoothed; widely on a coarser grid, which tells nearly the same many times faster."""
    coarse = int(sigma_px / FINE_SIGMA_PX)
    if coarse < 2:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma_px), np.float32)
    h, w = picture.shape
    small = cv2.resize(picture, (max(1, w // coarse), max(1, h // coarse)), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), sigma_px / coarse)
    return np.asarray(cv2.resize(smooth, (w, h), interpolation=cv2.INTER_LINEAR), np.float32)


def components(mask: Mask) -> tuple[int, NDArray[np.int32]]:
    """How many labels there are, and each pixel's: 0 outside the mask, one for each of its connected parts."""
    count, labels = cv2.connectedComponents(mask.view(np.uint8), connectivity=8)
    return count, np.asarray(labels, np.int32)


def places(mask: Mask) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Columns and rows of the pixels in a mask that isn't empty; several times quicker than NumPy's."""
    xs, ys = np.asarray(cv2.findNonZero(mask.view(np.uint8)), np.int32).reshape(-1, 2).T
    return xs, ys


def window(mask: Mask, margin_px: float) -> tuple[slice, slice]:
    """Rows and columns around a mask, with a margin."""
    x, y, w, h = cv2.boundingRect(mask.view(np.uint8))
    margin = round(margin_px)
    return slice(max(y - margin, 0), y + h + margin), slice(max(x - margin, 0), x + w + margin)


def opened(mask: Mask, size_px: int) -> Mask:
    """Parts of a mask that a square of this size fits into; of an even size too, where OpenCV's opening is shifted."""
    square, middle = np.ones((size_px, size_px), np.uint8), (size_px - 1) // 2
    left = cv2.erode(mask.view(np.uint8), square)
    return cv2.dilate(left, square, anchor=(middle, middle)).view(bool)


def positive(image: Array) -> Array:
    """The image with 0 in place of what is negative."""
    return np.asarray(cv2.threshold(image, 0, 0, cv2.THRESH_TOZERO)[1], np.float32)


def halved(image: Array) -> Array:
    """The image at half the size, each pixel the mean of four."""
    return np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
