"""Recognises the held image after the display turned, mirrored, shifted or magnified it.

Phase correlation, of the images and of their spectra in log-polar coordinates, finds the motion between the two. The
noise of an exposure moves with the image, so after the right motion the held image agrees with its altered self down
to the noise, and another exposure of the same anatomy doesn't. Small pictures tell whether it is worth a closer look.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from monitor.imaging.beam_texture import Texture, compare, of_band

_SMALL, _SIDE = 128, 256
_HINT, _FOUND = 0.33, 0.3
"""Peak of the correlation from which small pictures hint at a motion, and from which it is one."""
_SAME_NOISE = 0.6
_LEAST_DEGREES, _LEAST_SCALE = 7.0, 0.08
"""A patient or a C-arm moves by less than this between shots; a display turns and magnifies by more."""
_ANGLES = 360
Square = NDArray[np.float32]
_Found = tuple[float, NDArray[np.float64]]


class _Kind(NamedTuple):
    """What a display may have done: mirror the image or not, and turn it by quarters or to where the spectra fit."""

    mirrored: bool
    fitted: bool


_KINDS = [_Kind(mirrored, fitted) for mirrored in (False, True) for fitted in (False, True)]


def shown_otherwise(new: Texture, held: Texture) -> bool:
    """Whether ``new`` is the exposure ``held``, clearly turned, mirrored or magnified by the display."""
    hinted = [kind for kind in _KINDS if any(map(_hints, _motions(new, held, _SMALL, kind)))]
    closer = [found for kind in hinted for found in _motions(new, held, _SIDE, kind)]
    if not closer:
        return False
    peak, motion = max(closer, key=lambda found: found[0])
    if peak < _FOUND or not _is_display(motion):
        return False
    return _likeness(_square(new.band, _SIDE), _moved(_square(held.band, _SIDE), motion)) > _SAME_NOISE


def _motions(new: Texture, held: Texture, side: int, kind: _Kind) -> Iterator[_Found]:
    """Motions that may take the held image to the new one, each with the height of its correlation's peak."""
    target, source = _square(new.band, side), _square(held.band, side)
    window = _window(side, side)
    for candidate in _candidates(source, target, window, kind):
        (dx, dy), peak = cv2.phaseCorrelate(_moved(source, candidate), target.copy(), window)
        yield peak, np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]]) @ candidate


def _hints(found: _Found) -> bool:
    """Whether a motion of the small pictures is worth a closer look."""
    peak, motion = found
    return peak > _HINT and _is_display(motion)


@lru_cache(maxsize=4)
def _window(width: int, height: int) -> Square:
    return np.asarray(cv2.createHanningWindow((width, height), cv2.CV_32F), np.float32)


def _is_display(motion: NDArray[np.float64]) -> bool:
    """Whether a motion is larger than that of a patient between two shots."""
    across, along = motion[:2, 0]
    degrees, scale = abs(np.degrees(np.arctan2(along, across))), float(np.hypot(across, along))
    mirrored = np.linalg.det(motion[:2, :2]) < 0
    return bool(mirrored or degrees > _LEAST_DEGREES or abs(scale - 1) > _LEAST_SCALE)


def _likeness(a: Square, b: Square) -> float:
    """In the middle, where a motion that is a little off still fits."""
    part = slice(len(a) // 4, -len(a) // 4)
    difference = compare(of_band(a[part, part]), of_band(b[part, part]))
    return 0.0 if difference is None else difference.likeness


def _moved(square: Square, motion: NDArray[np.float64]) -> Square:
    size = square.shape[1], square.shape[0]
    return np.asarray(cv2.warpAffine(square, motion[:2], size, flags=cv2.INTER_CUBIC), np.float32)


def _candidates(source: Square, target: Square, window: Square, kind: _Kind) -> Iterator[NDArray[np.float64]]:
    """Quarter turns, or the turns and magnification that fit the spectra, as 3x3 matrices."""
    side = len(source)
    mirror = np.array([[-1.0, 0, side - 1], [0, 1, 0], [0, 0, 1]]) if kind.mirrored else np.eye(3)
    if not kind.fitted:
        yield from (_turn(side, quarter, 1.0) @ mirror for quarter in (0.0, 90.0, 180.0, 270.0))
        return
    degrees, scale = _fit(_moved(source, mirror), target, window)
    if 0.4 < scale < 2.5:
        yield from (_turn(side, degrees + half, scale) @ mirror for half in (0.0, 180.0))


def _turn(side: int, degrees: float, scale: float) -> NDArray[np.float64]:
    centre = ((side - 1) / 2, (side - 1) / 2)
    return np.vstack([cv2.getRotationMatrix2D(centre, -degrees, scale), [0.0, 0.0, 1.0]])


def _fit(source: Square, target: Square, window: Square) -> tuple[float, float]:
    """Turn in degrees (clockwise on the screen, up to half a turn more) and magnification that fit the spectra."""
    side = len(source)
    base, polar = side / np.log(side / 2), _window(side, _ANGLES)
    (dx, dy), _ = cv2.phaseCorrelate(_spectrum(source, window), _spectrum(target, window), polar)
    return dy * 180 / _ANGLES, float(np.exp(-dx / base))


def _spectrum(square: Square, window: Square) -> Square:
    """Log-polar magnitude: rows are half a turn of angles, columns the logarithm of frequency."""
    magnitude = np.fft.fftshift(np.abs(fft.fft2(square * window)))
    side = len(square)
    size, centre = (side, 2 * _ANGLES), (side / 2, side / 2)
    polar = cv2.warpPolar(np.log1p(magnitude), size, centre, side / 2, cv2.INTER_LINEAR | cv2.WARP_POLAR_LOG)
    return np.asarray(polar[:_ANGLES], np.float32)


def _square(band: NDArray[np.float32], side: int) -> Square:
    """The band in the middle of a square of a given size."""
    height, width = band.shape
    scale = min(1.0, side / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        band = np.asarray(cv2.resize(band, size, interpolation=cv2.INTER_AREA), np.float32)
        height, width = band.shape
    square = np.zeros((side, side), np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = band
    return square
