"""The mean of registered pulses: what one pulse leaves in the noise, several show."""

from dataclasses import replace

import cv2
import numpy as np

from monitor.domain import Image
from monitor.imaging.registration import Affine


class Average:
    """A running mean on the grid of its first image, which stands for ``count`` pulses itself."""

    def __init__(self, first: Image, count: int = 1) -> None:
        self._first = first
        self._mean = first.attenuation.copy()
        self._count = count

    @property
    def image(self) -> Image:
        """The mean so far, usable where the first image is."""
        return replace(self._first, attenuation=self._mean)

    @property
    def count(self) -> int:
        """How many pulses it averages."""
        return self._count

    def add(self, image: Image, matrix: Affine) -> None:
        """Average a pulse in; ``matrix`` takes pixels of this grid to pixels of ``image``. Its level is adjusted."""
        moved = resampled(image, matrix, self._first)
        seen = moved.usable
        level = float(np.median((moved.attenuation - self._mean)[seen])) if seen.any() else 0.0
        self._count += 1
        self._mean[seen] += ((moved.attenuation - level - self._mean) / self._count)[seen]


def resampled(image: Image, matrix: Affine, grid: Image) -> Image:
    """The image on the grid of another; ``matrix`` takes pixels of ``grid`` to pixels of ``image``."""
    height, width = grid.attenuation.shape
    flags = cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(image.attenuation, matrix, (width, height), flags=cv2.INTER_LINEAR | flags)
    seen = cv2.warpAffine(image.usable.astype(np.uint8), matrix, (width, height), flags=cv2.INTER_NEAREST | flags)
    moved = replace(grid, attenuation=np.asarray(picture, np.float32), usable=seen.astype(bool))
    return replace(moved, frame=image.frame, t_s=image.t_s)
