"""Burned-in text, icons and markers inside the field: what the display drew over the image.

Drawn things are nearly white or coloured, thin, and end from one pixel to the next; what the detector saw is blurred.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.screen_watch import to_grey

_NEARLY_WHITE = 215
_STANDS_OUT = 60
_STROKE = 0.012
"""Widest stroke of a glyph or an icon's line, as a part of the field's longest side."""
_EXTENT = 0.12
"""Longest glyph or icon, as a part of the field's longest side; a bright cannula is longer."""
_COLOUR = 60


def find_text(pixels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mark what the display drew.

    Parameters
    ----------
    pixels
        uint8 (h, w) grey or (h, w, 3) RGB: the box around the field, at full resolution.

    Returns
    -------
    bool (h, w), true on drawn pixels and a margin around them.
    """
    grey = to_grey(pixels)
    drawn = _glyphs(grey)
    if pixels.ndim == 3:
        drawn |= _coloured(pixels)
    margin = max(3, round(0.006 * max(grey.shape))) | 1
    return cv2.dilate(drawn, np.ones((margin, margin), np.uint8)) > 0


def _glyphs(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    size = max(grey.shape)
    width = max(5, round(2 * _STROKE * size)) | 1
    hat = cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, np.ones((width, width), np.uint8))
    candidate = ((hat > _STANDS_OUT) & (grey > _NEARLY_WHITE)).astype(np.uint8)
    drawn = np.zeros_like(grey)
    x, y, w, h = cv2.boundingRect(candidate)
    if w == 0:
        return drawn
    part = (slice(y, y + h), slice(x, x + w))
    drawn[part] = _crisp_and_small(grey[part], np.ascontiguousarray(candidate[part]), size)
    return drawn


def _crisp_and_small(grey: NDArray[np.uint8], candidate: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """Of the candidates, the pieces that are small and end from one pixel to the next."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(candidate)
    extent = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    small = (extent < _EXTENT * size) & (stats[:, cv2.CC_STAT_AREA] >= 4)
    small[0] = False
    crisp = _crispness(grey, labels, count)
    keep = small & (crisp > _STANDS_OUT)
    return np.asarray(keep[labels], np.uint8)


def _crispness(grey: NDArray[np.uint8], labels: NDArray[Any], count: int) -> NDArray[np.float64]:
    """Mean brightness range within 3x3 pixels over each label."""
    square = np.ones((3, 3), np.uint8)
    spread = cv2.subtract(cv2.dilate(grey, square), cv2.erode(grey, square))
    inside = labels > 0
    index = labels[inside]
    total = np.bincount(index, weights=spread[inside].astype(np.float64), minlength=count)
    return total / np.maximum(np.bincount(index, minlength=count), 1)


def _coloured(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    red, green, blue = cv2.split(pixels)
    highest, lowest = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return (cv2.subtract(highest, lowest) > _COLOUR).astype(np.uint8)
