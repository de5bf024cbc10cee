"""From the captured frame to the image the analysis works on: cropped, reduced, log-attenuation."""

from dataclasses import replace
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame, Image
from monitor.imaging.screen_layout import Screen
from monitor.imaging.screen_watch import to_grey

_OFFSET = 8.0
"""Grey levels added before the logarithm, so that black stays finite: the display's black isn't zero dose."""


def reduced(frame: Frame, screen: Screen) -> NDArray[np.uint8]:
    """The box around the field in grey, averaged over ``screen.factor`` x ``screen.factor`` frame pixels.

    Returns
    -------
    uint8 (h, w), the shape of ``screen.usable``; the display's own polarity.
    """
    x, y, _, _ = screen.box
    height, width = screen.usable.shape
    part = frame.pixels[y : y + height * screen.factor, x : x + width * screen.factor]
    if screen.factor > 1:
        part = np.asarray(cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return np.ascontiguousarray(to_grey(part))


def to_image(frame: Frame, screen: Screen) -> Image:
    """Turn the fluoroscopic part of a frame into log-attenuation.

    ``-ln((g + c) / (255 + c))`` for grey value ``g`` of the usual polarity; on an inverted display ``255 - g`` takes
    its place. Bone, cement and metal come out high.
    """
    x, y, _, _ = screen.box
    attenuation = cv2.LUT(reduced(frame, screen), _attenuation(screen.inverted)).astype(np.float32, copy=False)
    attenuation.setflags(write=False)
    centre = (screen.factor - 1) / 2
    return Image(
        frame=frame.index,
        t_s=frame.t_s,
        attenuation=attenuation,
        usable=screen.usable,
        scale=float(screen.factor),
        origin=(x + centre, y + centre),
        layout=screen.layout,
    )


def turned_over(image: Image) -> Image:
    """The same image, had its display been of the other polarity."""
    white = (255 + 2 * _OFFSET) / (255 + _OFFSET)
    left = np.maximum(np.float32(white) - np.exp(-image.attenuation), np.float32(_OFFSET / (255 + _OFFSET)))
    return replace(image, attenuation=np.asarray(-np.log(left), np.float32))


@lru_cache(maxsize=2)
def _attenuation(inverted: bool) -> NDArray[np.float32]:
    grey = np.arange(256, dtype=np.float64)
    table = -np.log(((255 - grey if inverted else grey) + _OFFSET) / (255 + _OFFSET))
    return table.astype(np.float32)
