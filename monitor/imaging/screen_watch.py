"""Cheap looks at a frame: has the screen changed, is it in colour, does it hold an image with noise."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon

_STEP = 8
_OCCUPIED = 12
_CHANGED_SHARE = 0.015
_CHANGED_GREY = 3.0
_COLOUR = 30
_BLOCK = 16
_NOISE = 0.2
"""Grey levels of fine structure that the median block of a detector's image has at least, even after compression."""


@dataclass(frozen=True, slots=True, eq=False)
class Thumbnail:
    """Every eighth pixel of the screen and where it differs from the screen's border."""

    grey: NDArray[np.int16]
    occupied: NDArray[np.bool_]

    @classmethod
    def of(cls, pixels: NDArray[np.uint8]) -> "Thumbnail":
        """Take a thumbnail; of colour the green channel."""
        grey = (pixels[::_STEP, ::_STEP] if pixels.ndim == 2 else pixels[::_STEP, ::_STEP, 1]).astype(np.int16)
        level = np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]]))
        return cls(grey, np.abs(grey - int(level)) > _OCCUPIED)

    def same_size(self, other: "Thumbnail") -> bool:
        """Whether both come from screens of one resolution."""
        return self.grey.shape == other.grey.shape

    def differs(self, other: "Thumbnail") -> bool:
        """Whether more (or less) of the screen is covered."""
        return bool((self.occupied ^ other.occupied).mean() > _CHANGED_SHARE)

    def differs_in_image(self, other: "Thumbnail") -> bool:
        """Whether another image is shown."""
        return not self.same_size(other) or float(np.abs(self.grey - other.grey).mean()) > _CHANGED_GREY


def to_grey(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Brightness of a grey or RGB picture, uint8 (h, w)."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def colour_share(pixels: NDArray[np.uint8], outline: Polygon) -> float:
    """Part of the field that is clearly coloured, 0 to 1."""
    if pixels.ndim == 2:
        return 0.0
    few = pixels[::_STEP, ::_STEP].astype(np.int16)
    inside = np.zeros(few.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, np.round(outline / _STEP).astype(np.int32), (1,))
    return float((np.ptp(few, axis=2) > _COLOUR)[inside > 0].mean())


def has_texture(grey: NDArray[np.uint8], outline: Polygon) -> bool:
    """Whether fine structure, such as noise, is nearly everywhere in the field that isn't saturated."""
    x, y, w, h = cv2.boundingRect(outline)
    part = grey[max(y, 0) : y + h, max(x, 0) : x + w]
    part = part[: part.shape[0] // _BLOCK * _BLOCK, : part.shape[1] // _BLOCK * _BLOCK].astype(np.float32)
    size = (part.shape[1] // _BLOCK, part.shape[0] // _BLOCK)
    fine = cv2.absdiff(part, cv2.blur(part, (3, 3)))
    level, energy = (cv2.resize(a, size, interpolation=cv2.INTER_AREA) for a in (part, fine))
    inside = np.zeros(level.shape, np.uint8)
    cv2.fillConvexPoly(inside, np.round((outline - [x, y]) / _BLOCK - 0.5).astype(np.int32), (1,))
    lit = (inside > 0) & (level > _OCCUPIED) & (level < 245)
    return bool(lit.any()) and float(np.median(energy[lit])) > _NOISE
