"""The fine structure of a field on one frame, and how two of them differ.

Two exposures differ by quantum noise everywhere in the field, also where nothing moves. The noise that survives display
and compression is a few pixels wide, so it is measured in a band of about 2 to 9 pixels of a grid some 240 pixels
wide; noise of the video path (white, from pixel to pixel) is mostly averaged away on that grid.
"""

from dataclasses import dataclass
from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame
from monitor.imaging.screen_image import reduced
from monitor.imaging.screen_layout import Screen

_COARSE_PX = 360
_BAND = 9
_BLOCK = 15
_SMOOTH_SHARE = 0.4
_BLACK, _WHITE = 4, 250
_ROUNDING = 0.05
_MOST = 0.95
"""Share of the blocks below those that changed most; a clock that ticks within the field is smaller than the rest."""
_LEAST_NOISE = 0.05
Blocks = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """Band-passed field of one frame.

    Attributes
    ----------
    band
        float32 (h, w), grey levels about the local mean; 0 outside the usable field.
    energy
        float32 (blocks), mean square of ``band`` by block.
    usable
        bool (blocks), mostly inside the usable field and not saturated.
    """

    band: NDArray[np.float32]
    energy: Blocks
    usable: NDArray[np.bool_]

    @property
    def noise(self) -> float:
        """Amplitude in the smoother blocks, grey levels: mostly noise, little anatomy. 0 where nothing is usable."""
        return float(np.sqrt(_quantile(self.energy[self.usable], 0.2))) if self.usable.any() else 0.0


@dataclass(frozen=True, slots=True)
class Difference:
    """How two textures differ.

    Attributes
    ----------
    change
        Grey levels, median over the blocks.
    likeness
        Correlation of the smoother blocks' fine structure, median; 1 for the same exposure even if brightness or
        contrast were changed, near 0 for another exposure.
    stir
        Change of the blocks that changed most, as a part of the image's noise. Compression leaves most blocks of a weak
        pulse as they were and draws some anew; of a held image it draws none.
    """

    change: float
    likeness: float
    stir: float

    @property
    def renewed(self) -> float:
        """Share of the noise that is another: 0 for the same image, 1.4 for another exposure, all of it shown."""
        return sqrt(max(2 * (1 - self.likeness), 0.0))


class Grid:
    """Measures textures on one screen layout."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen
        self._halved = max(screen.usable.shape) > _COARSE_PX
        self._mask = self._coarse(screen.usable.astype(np.float32))
        self._inside = _blocks(self._mask) > 0.6

    def measure(self, frame: Frame) -> Texture:
        """Measure the fine structure of the field."""
        return self._texture(self._coarse(reduced(frame, self.screen).astype(np.float32)))

    def _texture(self, grey: NDArray[np.float32]) -> Texture:
        band = (grey - cv2.blur(grey, (_BAND, _BAND))) * self._mask
        clipped = ((grey > _WHITE) | (grey < _BLACK)).astype(np.float32)
        return Texture(band, _blocks(band * band), self._inside & (_blocks(clipped) < 0.3))

    def _coarse(self, array: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average pairs of lines at least: the two halves of an interlaced frame can differ in brightness."""
        if not self._halved:
            return np.asarray(cv2.blur(array, (1, 2)), np.float32)
        height, width = (n // 2 for n in array.shape)
        even = array[: 2 * height, : 2 * width]
        return np.asarray(cv2.resize(even, (width, height), interpolation=cv2.INTER_AREA), np.float32)


def of_band(band: NDArray[np.float32]) -> Texture:
    """A texture from a band alone, usable where there is more than rounding in it."""
    energy = _blocks(band * band)
    covered = _blocks((np.abs(band) > _ROUNDING).astype(np.float32)) > 0.5
    return Texture(band, energy, covered)


def compare(new: Texture, old: Texture) -> Difference | None:
    """Compare two textures of one layout; None where they have no usable block in common."""
    if new.band.shape != old.band.shape:
        return None
    usable = new.usable & old.usable
    if not usable.any():
        return None
    a, b = new.energy[usable], old.energy[usable]
    cross = _blocks(new.band * old.band)[usable]
    change = np.sqrt(np.maximum(a + b - 2 * cross, 0))
    smooth = a <= _quantile(a, _SMOOTH_SHARE)
    likeness = cross[smooth] / np.sqrt(a[smooth] * b[smooth] + 1e-3)
    stir = _quantile(change, _MOST) / max(new.noise, _LEAST_NOISE)
    return Difference(_quantile(change, 0.75), _quantile(likeness, 0.5), stir)


def _quantile(values: NDArray[np.float32], share: float) -> float:
    """The value below which a share of the values lies; many times faster than numpy's on a few hundred values."""
    return float(np.sort(values)[round(share * (len(values) - 1))])


def _blocks(array: NDArray[np.float32]) -> Blocks:
    """Mean over blocks."""
    rows, columns = array.shape[0] // _BLOCK, array.shape[1] // _BLOCK
    part = array[: rows * _BLOCK, : columns * _BLOCK]
    blocks: Blocks = np.asarray(cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    return blocks
