"""How much difference from the reference means nothing: quantum noise, and edges that no longer quite fit."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, quantile, smoothed_within

STRIDE = 3
STEEP_SHARE = 0.8
"""Share of the pixels that are less steep than those that tell the misfit of edges."""
AROUND_MM, LEAST_GROUND = 8.0, 0.02
"""Both are told place by place, within some 8 mm: noise grows with what the beam must pass, and a diaphragm that has
moved in one corner says nothing of an endplate in another. Share of the smoothing's weight that tells something."""
LEAST_PIXELS, UNKNOWN = 100, 0.05
"""With fewer pixels that noise, -ln units, is taken."""
ROOT_OF_NORMAL = 0.676
"""Squared mean root of a normal variable's size, in standard deviations; a few large values hardly raise it."""


@dataclass(frozen=True, slots=True, eq=False)
class Clutter:
    """Standard deviations, float32 (h, w), -ln units: of quantum noise, and of edges that don't fit or have moved."""

    noise: Array
    misfit: Array

    @property
    def total(self) -> Array:
        """Of the difference where nothing was added."""
        return np.asarray(cv2.magnitude(self.noise, self.misfit), np.float32)

    def doubting(self, moved: Array) -> "Clutter":
        """The same with what organs leave behind that have moved."""
        return replace(self, misfit=self.misfit + moved)


def edges(reference: Array) -> Array:
    """Steepness of the reference, -ln units per pixel, float32 (h, w)."""
    smooth = cv2.GaussianBlur(reference, (0, 0), 1.0)
    gx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    steep = np.asarray(cv2.magnitude(gx, gy), np.float32)
    return np.asarray(cv2.dilate(steep, np.ones((3, 3), np.uint8)), np.float32)


def clutter(added: Array, steepness: Array, still: Mask, spacing_mm: float) -> Clutter:
    """How much of a difference means nothing.

    Parameters
    ----------
    added
        Smoothed difference from the reference.
    steepness
        From :func:`edges`. A residual turn or parallax shows in proportion to it.
    still
        bool (h, w): usable pixels away from metal and known cement.
    spacing_mm
        Millimetres per pixel.
    """
    every, sigma_px = (slice(None, None, STRIDE),) * 2, AROUND_MM / (STRIDE * spacing_mm)
    picked, there, steep = still[every], added[every], steepness[every]
    if np.count_nonzero(picked) < LEAST_PIXELS:
        return Clutter(np.full(added.shape, UNKNOWN, np.float32), np.zeros_like(added))
    fine = np.asarray(there - cv2.blur(added, (9, 9))[every], np.float32)
    edge = picked & (steep > quantile(steep[picked], STEEP_SHARE))
    misfit = _around(there, edge, sigma_px) / np.maximum(_around(steep, edge, sigma_px), np.float32(1e-4))
    return Clutter(
        _widened(_around(fine, picked, sigma_px), added),
        steepness * _widened(np.minimum(misfit, np.float32(1)), added),
    )


def _around(values: Array, ground: Mask, sigma_px: float) -> Array:
    """Standard deviation of values near each place, as far as they lie in the ground."""
    root = smoothed_within(np.sqrt(np.abs(values)), ground, sigma_px, LEAST_GROUND)
    return np.asarray(np.square(root) / np.float32(ROOT_OF_NORMAL), np.float32)


def _widened(values: Array, like: Array) -> Array:
    """Values of a coarse grid on the grid of ``like``."""
    return np.asarray(cv2.resize(values, like.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
