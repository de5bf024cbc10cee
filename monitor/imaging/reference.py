"""The target's surroundings before any cement, in one view: what every later pulse is compared with."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask
from monitor.imaging.exposure import GreyMap

BURNT_OUT = 0.03
"""Attenuation below which the display is white: what would lie there before it can not be known."""
BARED_PX = 6.0
MEMORY = 24
"""Pulses over which the reference averages; enough for noise, few enough to follow slow changes."""


class Reference:
    """A running picture of the region without cement or metal.

    Parameters
    ----------
    attenuation, usable
        float32 and bool (h, w): the region in the view's first pulse.
    metal
        bool (h, w): where a cannula hides the bone in it; unknown until seen bare.
    """

    def __init__(self, attenuation: Array, usable: Mask, metal: Mask) -> None:
        self.picture = _bared(attenuation, usable, metal)
        self.known = usable & ~metal & (attenuation > BURNT_OUT)
        self._count = self.known.astype(np.float32)

    def absorb(self, current: Array, added: Array, grey: GreyMap, bare: Mask, noise: Array) -> None:
        """Average a pulse in, where it shows bare bone: like before within its noise, or unknown until now.

        Parameters
        ----------
        current
            float32 (h, w): the pulse's attenuation, registered.
        added
            Its difference from the reference.
        bare
            Usable, without metal.
        noise
            Standard deviation of ``added`` where nothing changed.
        """
        like = bare & (current > BURNT_OUT) & (~self.known | (np.abs(added) < 4 * noise + 0.03))
        c = grey.coefficients
        slope = np.maximum(c[1] + 2 * c[2] * self.picture, 0.3)
        self._count = np.minimum(self._count + like, np.float32(MEMORY))
        self.picture = self.picture + np.where(like, added / (slope * np.maximum(self._count, 1)), np.float32(0))
        self.known |= like


def _bared(attenuation: Array, usable: Mask, metal: Mask) -> Array:
    """The picture with metal replaced by what surrounds it: a shaft that is there from the start stands out too."""
    if not metal.any():
        return attenuation.copy()
    bare = (usable & ~metal).astype(np.float32)
    weight = cv2.GaussianBlur(bare, (0, 0), BARED_PX)
    around = cv2.GaussianBlur(attenuation * bare, (0, 0), BARED_PX) / np.maximum(weight, 1e-3)
    return np.where(metal & (weight > 0.02), around, attenuation).astype(np.float32)


def region_of(
    attenuation: Array, usable: Mask, matrix: NDArray[np.float64], box: tuple[int, int, int, int]
) -> tuple[Array, Mask]:
    """Resample a pulse onto the region ``box`` (x0, y0, x1, y1) of the reference's grid; float32 and bool (h, w)."""
    x0, y0, x1, y1 = box
    moved = matrix.copy()
    moved[:, 2] += moved[:, :2] @ [x0, y0]
    size = (x1 - x0, y1 - y0)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    picture = cv2.warpAffine(attenuation, moved, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    seen = cv2.warpAffine(usable.view(np.uint8), moved, size, flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(picture, np.float32), seen.view(bool)
