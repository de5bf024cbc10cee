"""What may happen to a picture between detector and monitor, at random: no habit of one source is to be learnt."""

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.learning.picture import DARKEST

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


def spoiled(rng: Generator, grey: Array, usable: Mask) -> tuple[Array, Mask]:
    """Change how a window looks, not what it shows.

    Parameters
    ----------
    grey, usable
        float32 and bool (n, n): grey levels 0 to 255, bone dark.

    Returns
    -------
    Attenuation as the monitor makes it from the spoiled picture, and what is left usable.
    """
    n = len(grey)
    grey = _toned(rng, grey)
    if rng.random() < 0.5:
        grey = _blotched(rng, grey)
    if rng.random() < 0.4:
        grey = np.asarray(cv2.GaussianBlur(grey, (0, 0), rng.uniform(0.4, 1.4)), np.float32)
    if rng.random() < 0.25:
        grey = grey + rng.uniform(0.3, 1.5) * (grey - cv2.GaussianBlur(grey, (0, 0), rng.uniform(1, 3)))
    if rng.random() < 0.5:
        grain = cv2.GaussianBlur(rng.standard_normal((n, n), np.float32), (0, 0), rng.uniform(0.3, 1.0))
        grey = grey + np.float32(rng.uniform(1, 14)) * grain
    if rng.random() < 0.3:
        grey = _compressed(rng, grey)
    if rng.random() < 0.25:
        grey, usable = _written(rng, grey, usable)
    shown = np.round(np.clip(grey, 0, 255))
    return np.asarray(-np.log((shown + DARKEST) / (255 + DARKEST)), np.float32), usable & _field(rng, n)


def _toned(rng: Generator, grey: Array) -> Array:
    """Gamma, gain, offset: exposure, burn-out, window."""
    level = (np.clip(grey, 0, 255) / 255) ** np.exp(rng.normal(0, 0.25))
    return np.asarray(255 * (level * np.exp(rng.normal(0, 0.18)) + rng.normal(0, 0.05)), np.float32)


def _blotched(rng: Generator, grey: Array) -> Array:
    """Slow changes of brightness: vignetting, wedge filters, gas, a thicker part."""
    cells = rng.integers(2, 6)
    slow = cv2.resize(rng.normal(0, rng.uniform(0.05, 0.35), (cells, cells)), grey.shape, interpolation=cv2.INTER_CUBIC)
    return np.asarray(grey * np.exp(slow), np.float32)


def _compressed(rng: Generator, grey: Array) -> Array:
    quality = int(rng.integers(25, 80))
    _, code = cv2.imencode(".jpg", np.clip(grey, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.float32)


def _written(rng: Generator, grey: Array, usable: Mask) -> tuple[Array, Mask]:
    """Text in the picture; what reads the screen finds most of it and leaves a box out."""
    grey, usable, n = grey.copy(), usable.copy(), len(grey)
    for _ in range(int(rng.integers(1, 4))):
        x, y = rng.integers(0, n, 2)
        w, h = int(n * rng.uniform(0.05, 0.25)), int(n * rng.uniform(0.02, 0.06))
        box = slice(y, y + h), slice(x, x + w)
        level = rng.uniform(0, 255)
        grey[box] = np.where(rng.random(grey[box].shape) < 0.5, level, grey[box])
        if rng.random() < 0.8:
            usable[box] = False
    return grey, usable


def _field(rng: Generator, n: int) -> Mask:
    """Another field now and then: a circle, blades of a collimator."""
    y, x = np.mgrid[:n, :n] / n - 0.5
    inside = np.ones((n, n), bool)
    if rng.random() < 0.2:
        inside &= np.hypot(x, y) < rng.uniform(0.44, 0.6)
    for _ in range(int(rng.integers(1, 3)) if rng.random() < 0.2 else 0):
        angle = rng.uniform(0, 2 * np.pi)
        inside &= x * np.cos(angle) + y * np.sin(angle) < rng.uniform(0.3, 0.5)
    return inside
