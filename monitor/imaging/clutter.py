"""How much difference from the reference means nothing: quantum noise, and edges that no longer quite fit."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, median

STRIDE = 3
STEEP_FROM = 8
"""Tenths of the pixels that are less steep than those that tell the misfit of edges."""


def edges(reference: Array) -> Array:
    """Steepness of the reference, -ln units per pixel, float32 (h, w)."""
    smooth = cv2.GaussianBlur(reference, (0, 0), 1.0)
    gx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    gy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    steep = np.asarray(cv2.magnitude(gx, gy), np.float32)
    return np.asarray(cv2.dilate(steep, np.ones((3, 3), np.uint8)), np.float32)


def clutter(added: Array, steepness: Array, still: Mask) -> Array:
    """Standard deviation of the difference where nothing was added, float32 (h, w).

    Parameters
    ----------
    added
        Smoothed difference from the reference.
    steepness
        From :func:`edges`. A residual turn or parallax shows in proportion to it.
    still
        bool (h, w): usable pixels away from metal and known cement.
    """
    every = slice(None, None, STRIDE)
    picked, added_there, steep_there = still[every, every], added[every, every], steepness[every, every]
    fine = np.abs(added_there - cv2.blur(added, (9, 9))[every, every])[picked]
    whole, steep = np.abs(added_there[picked]), steep_there[picked]
    if len(fine) < 100:
        return np.full(added.shape, 0.05, np.float32)
    noise = 1.4826 * median(fine)
    rank = STEEP_FROM * len(steep) // 10
    edge = steep > np.partition(steep, rank)[rank]
    misfit = 1.4826 * median(whole[edge]) / max(median(steep[edge]), 1e-4) if edge.any() else 0.0
    return np.asarray(cv2.sqrt(noise**2 + np.square(np.float32(min(misfit, 1.0)) * steepness)), np.float32)
