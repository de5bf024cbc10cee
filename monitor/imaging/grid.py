"""The grid that pulses are measured on: fine enough for the smallest leak, coarse enough for the time there is."""

from dataclasses import replace

import cv2
import numpy as np

from monitor.domain import Image

GRID_MM = 0.36
"""A deposit of 1.5 mm, about the smallest that quantum noise lets through, is four such pixels across."""
WORTHWHILE = 1.2


def coarsened(image: Image, spacing_mm: float) -> Image:
    """The image on a grid of about ``GRID_MM``, or as it is where that would save little.

    ``spacing_mm`` is millimetres per frame pixel at the target.
    """
    factor = GRID_MM / (spacing_mm * image.scale)
    if factor < WORTHWHILE:
        return image
    # Several times quicker than averaging over areas, and as even in noise.
    smooth = cv2.GaussianBlur(image.attenuation, (3, 3), 0.3 * factor)
    picture = cv2.resize(smooth, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_LINEAR)
    seen = cv2.resize(
        image.usable.astype(np.uint8), None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_NEAREST
    )
    shift = image.scale * (factor - 1) / 2
    return replace(
        image,
        attenuation=np.asarray(picture, np.float32),
        usable=seen.astype(bool),
        scale=image.scale * factor,
        origin=(image.origin[0] + shift, image.origin[1] + shift),
    )
