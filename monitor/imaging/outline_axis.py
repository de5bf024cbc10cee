"""Whether the spine runs up and down the display or across it: vertebrae repeat along it."""

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import fft

from monitor.imaging.outline_evidence import PATCH_MM, Array, Mask, Patch

COARSE = 3
REPEAT_MM = (20.0, 44.0)
"""A body with its disc: 22 mm at T8, 40 mm at L4; a little more for magnification."""
SECTOR_RAD = np.radians(15)
LEAST_OVERLAP = 0.15
SHADE, DETAIL = 6.0, 3.0
"""Log-odds per difference of the correlations up and down, and sideways: of the shading and of where its edges are."""
UPRIGHT = 3.5
"""Log-odds before the picture is seen: about one display in thirty is turned by a right angle."""


def upright_log_odds(seen: Patch) -> float:
    """Log-odds that the spine runs up and down."""
    edges = cv2.GaussianBlur(np.abs(seen.fine - seen.coarse), (0, 0), 1.5 / PATCH_MM)
    return UPRIGHT + SHADE * _repeats(seen.coarse, seen.known) + DETAIL * _repeats(edges, seen.known)


def _repeats(values: NDArray[np.floating], known: Mask) -> float:
    """Correlation of the picture with itself, shifted by a vertebra up or down, less that when shifted sideways."""
    correlation = autocorrelation(values[::COARSE, ::COARSE], known[::COARSE, ::COARSE])
    middle = correlation.shape[0] // 2
    y, x = (np.mgrid[: correlation.shape[0], : correlation.shape[1]] - middle) * (PATCH_MM * COARSE)
    distance, angle = np.hypot(x, y), np.arctan2(np.abs(x), np.abs(y))
    ring = (distance > REPEAT_MM[0]) & (distance < REPEAT_MM[1])
    along = correlation[ring & (angle < SECTOR_RAD)].max()
    across = correlation[ring & (angle > np.pi / 2 - SECTOR_RAD)].max()
    return float(along - across)


def autocorrelation(values: NDArray[np.floating], known: Mask) -> Array:
    """Normalised correlation of a masked picture with itself at each shift (Padfield 2012); the middle is no shift."""
    weight = known.astype(np.float32)
    centred = np.asarray((values - values[known].mean()) * weight, np.float32)
    size = fft.next_fast_len(2 * values.shape[0], real=True)
    a, b, c = (fft.rfft2(m, (size, size)) for m in (centred, weight, centred**2))
    product, overlap, one, two = (
        fft.irfft2(m, (size, size)) for m in (a * a.conj(), b * b.conj(), c * b.conj(), b * c.conj())
    )
    correlation = product / np.sqrt(np.maximum(one * two, 1e-9))
    correlation[overlap < LEAST_OVERLAP * weight.size] = 0.0
    return np.asarray(fft.fftshift(correlation), np.float64)
