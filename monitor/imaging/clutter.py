"""How much difference from the reference means nothing: quantum noise, and edges that no longer quite fit."""

from dataclasses import dataclass

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, median, smoothed_within

STRIDE = 3
STEEP_FROM = 8
"""Tenths of the pixels that are less steep than those that tell the misfit of edges."""
AROUND_MM, LEAST_GROUND = 8.0, 0.02
"""How far the misfit nearby is told from; share of the smoothing's weight that tells something."""


@dataclass(frozen=True, slots=True, eq=False)
class Clutter:
    """Standard deviations of a difference where nothing was added, float32 (h, w), -ln units.

    Attributes
    ----------
    whole
        Of noise and of edges that don't fit, as the whole region tells them.
    nearby
        Of edges alone, as those nearby tell it: a diaphragm that has moved in one corner says nothing of another.
    """

    whole: Array
    nearby: Array

    def doubting(self, moved: Array) -> "Clutter":
        """The same with what organs leave behind that have moved."""
        return Clutter(self.whole + moved, self.nearby + moved)


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
    every = slice(None, None, STRIDE)
    picked, there, steepness_there = still[every, every], added[every, every], steepness[every, every]
    fine = np.abs(there - cv2.blur(added, (9, 9))[every, every])[picked]
    whole, steep = np.abs(there[picked]), steepness_there[picked]
    if len(fine) < 100:
        return Clutter(np.full(added.shape, 0.05, np.float32), np.zeros_like(added))
    noise = 1.4826 * median(fine)
    rank = STEEP_FROM * len(steep) // 10
    steep_from = np.partition(steep, rank)[rank]
    edge = steep > steep_from
    misfit = 1.4826 * median(whole[edge]) / max(median(steep[edge]), 1e-4) if edge.any() else 0.0
    nearby = _nearby(there, steepness_there, picked & (steepness_there > steep_from), AROUND_MM / (STRIDE * spacing_mm))
    return Clutter(
        np.asarray(cv2.sqrt(noise**2 + np.square(np.float32(min(misfit, 1.0)) * steepness)), np.float32),
        steepness * np.asarray(cv2.resize(nearby, added.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32),
    )


def _nearby(added: Array, steepness: Array, edge: Mask, sigma_px: float) -> Array:
    """Standard deviation at the edges near each place, as a part of their steepness, 1 at most.

    Told by the squared mean of the roots, which a few large values, as a vein's, hardly raise.
    """
    misfit, steep = (
        np.square(smoothed_within(np.sqrt(np.abs(a)), edge, sigma_px, LEAST_GROUND)) for a in (added, steepness)
    )
    return np.minimum(misfit / np.maximum(steep, np.float32(1e-4)), np.float32(1))
