"""Recognises the held image after the display turned, mirrored, shifted or magnified it.

Phase correlation, of the images and of their spectra in log-polar coordinates, finds the motion between the two. The
noise of an exposure moves with the image, so after the right motion the held image agrees with its altered self down
to the noise, and another exposure of the same anatomy doesn't.
"""

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.beam_texture import Texture, compare, of_band

_SIDE = 256
_FOUND = 0.3
_SAME_NOISE = 0.6
_LEAST_DEGREES, _LEAST_SCALE = 7.0, 0.08
"""A patient or a C-arm moves by less than this between shots; a display turns and magnifies by more."""
_ANGLES = 360
Square = NDArray[np.float32]


def shown_otherwise(new: Texture, held: Texture) -> bool:
    """Whether ``new`` is the exposure ``held``, clearly turned, mirrored or magnified by the display."""
    target, source = _square(new.band), _square(held.band)
    window = np.asarray(cv2.createHanningWindow((_SIDE, _SIDE), cv2.CV_32F), np.float32)
    best, motion = _FOUND, np.eye(3)
    for candidate in _candidates(source, target, window):
        (dx, dy), peak = cv2.phaseCorrelate(_moved(source, candidate), target, window)
        if peak > best:
            best, motion = peak, np.array([[1, 0, dx], [0, 1, dy], [0, 0, 1]]) @ candidate
    return _is_display(motion) and _likeness(target, _moved(source, motion)) > _SAME_NOISE


def _is_display(motion: NDArray[np.float64]) -> bool:
    """Whether a motion is larger than that of a patient between two shots."""
    across, along = motion[:2, 0]
    degrees, scale = abs(np.degrees(np.arctan2(along, across))), float(np.hypot(across, along))
    mirrored = np.linalg.det(motion[:2, :2]) < 0
    return bool(mirrored or degrees > _LEAST_DEGREES or abs(scale - 1) > _LEAST_SCALE)


def _likeness(a: Square, b: Square) -> float:
    difference = compare(of_band(a), of_band(b))
    return 0.0 if difference is None else difference.likeness


def _moved(square: Square, motion: NDArray[np.float64]) -> Square:
    return np.asarray(cv2.warpAffine(square, motion[:2], (_SIDE, _SIDE), flags=cv2.INTER_CUBIC), np.float32)


def _candidates(source: Square, target: Square, window: Square) -> Iterator[NDArray[np.float64]]:
    """Quarter turns, and the turn and magnification that fit the spectra, each plain and mirrored, as 3x3 matrices."""
    for mirror in (np.eye(3), np.array([[-1.0, 0, _SIDE - 1], [0, 1, 0], [0, 0, 1]])):
        yield from (_turn(quarter, 1.0) @ mirror for quarter in (0.0, 90.0, 180.0, 270.0))
        degrees, scale = _fit(_moved(source, mirror), target, window)
        if 0.4 < scale < 2.5:
            yield from (_turn(degrees + half, scale) @ mirror for half in (0.0, 180.0))


def _turn(degrees: float, scale: float) -> NDArray[np.float64]:
    centre = ((_SIDE - 1) / 2, (_SIDE - 1) / 2)
    return np.vstack([cv2.getRotationMatrix2D(centre, -degrees, scale), [0.0, 0.0, 1.0]])


def _fit(source: Square, target: Square, window: Square) -> tuple[float, float]:
    """Turn in degrees (clockwise on the screen, up to half a turn more) and magnification that fit the spectra."""
    base = _SIDE / np.log(_SIDE / 2)
    polar = np.asarray(cv2.createHanningWindow((_SIDE, _ANGLES), cv2.CV_32F), np.float32)
    (dx, dy), _ = cv2.phaseCorrelate(_spectrum(source, window), _spectrum(target, window), polar)
    return dy * 180 / _ANGLES, float(np.exp(-dx / base))


def _spectrum(square: Square, window: Square) -> Square:
    """Log-polar magnitude: rows are half a turn of angles, columns the logarithm of frequency."""
    magnitude = np.abs(np.fft.fftshift(np.fft.fft2(square * window))).astype(np.float32)
    size, centre = (_SIDE, 2 * _ANGLES), (_SIDE / 2, _SIDE / 2)
    polar = cv2.warpPolar(np.log1p(magnitude), size, centre, _SIDE / 2, cv2.INTER_LINEAR | cv2.WARP_POLAR_LOG)
    return np.asarray(polar[:_ANGLES], np.float32)


def _square(band: NDArray[np.float32]) -> Square:
    """The band in the middle of a square of fixed size."""
    height, width = band.shape
    scale = min(1.0, _SIDE / max(height, width))
    if scale < 1:
        size = (round(width * scale), round(height * scale))
        band = np.asarray(cv2.resize(band, size, interpolation=cv2.INTER_AREA), np.float32)
        height, width = band.shape
    square = np.zeros((_SIDE, _SIDE), np.float32)
    top, left = (_SIDE - height) // 2, (_SIDE - width) // 2
    square[top : top + height, left : left + width] = band
    return square
