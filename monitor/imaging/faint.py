"""Faint cement outside the body: a vein or a thin sheet, too pale for single pixels but not over a millimetre."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, median

SMOOTH_MM = 0.7
"""Veins are 1.5 to 3 mm wide: this width of smoothing suits them best."""
SURE = 5.0
"""Standard deviations of the smoothed difference that nothing but cement reaches."""
MISFIT, LEAST_PIXELS = 4.0, 50
LEAST = 0.012
"""Least added attenuation, -ln units."""
SEED, SEED_MM2 = 1.4, 1.0
NEAR_MM, AT_BODY_MM = 4.5, 2.5
"""Cement gets nowhere by jumping: faint cement begins this near to plain cement, and to the body. Where a vein leaves
the body at the rim of its silhouette, the bolus before it is thin and paler than the vein."""
BRIGHT_MM = 0.8
"""Plain cement shines this far beyond its border."""


def find_faint(
    signal: Array, noise: Array, parallax: Array, cement: Mask, body: Mask, free: Mask, spacing_mm: float
) -> Mask:
    """Pixels of faint cement outside the body, bool (h, w); searched at half the resolution.

    Parameters
    ----------
    signal
        float32 (h, w): added attenuation, slow changes taken off.
    noise
        float32 (h, w): its standard deviation pixel by pixel, larger where edges don't fit.
    parallax
        float32 (h, w): what bone that has moved may add.
    cement
        bool (h, w): the cement that is plain to see.
    body, free
        bool (h, w): the silhouette; usable pixels without metal.
    spacing_mm
        Millimetres per pixel.
    """
    if not cement.any():
        return np.zeros_like(cement)
    every, px_mm = (slice(None, None, 2),) * 2, 2 * spacing_mm
    plain = cement[every]
    ground = free[every] & ~grown(plain, BRIGHT_MM / px_mm)
    small = np.asarray(cv2.resize(signal, plain.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    smooth = _smoothed(small, ground, SMOOTH_MM / px_mm)
    low = np.maximum(_doubt(noise[every], parallax[every]), max(SURE * _spread(smooth, ground), LEAST))
    found = _seeded((smooth > low) & ground, smooth > SEED * low, SEED_MM2 / px_mm**2)
    start = grown(plain, NEAR_MM / px_mm) & grown(body[every], AT_BODY_MM / px_mm)
    kept = cv2.resize(_touching(found, start).view(np.uint8), cement.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return kept.view(bool) & ~body


def _doubt(noise: Array, parallax: Array) -> Array:
    """What edges add that don't fit, or that have moved against the target."""
    misfit = cv2.sqrt(np.square(noise) - np.square(noise.min()))
    return np.asarray(np.maximum(MISFIT * misfit, parallax), np.float32)


def _spread(smooth: Array, ground: Mask) -> float:
    """Standard deviation within the ground, whatever a small part of it shows; infinite where there is too little."""
    level = smooth[::3, ::3][ground[::3, ::3]]
    return 1.4826 * median(np.abs(level - median(level))) if len(level) >= LEAST_PIXELS else float("inf")


def _smoothed(signal: Array, ground: Mask, sigma_px: float) -> Array:
    """Smoothed within the ground only: what shines beside it stays out."""
    weight = ground.astype(np.float32)
    sums, weights = (cv2.GaussianBlur(a, (0, 0), sigma_px) for a in (signal * weight, weight))
    return np.asarray(sums / np.maximum(weights, np.float32(0.2)), np.float32)


def _seeded(candidate: Mask, seed: Mask, least_px: float) -> Mask:
    count, labels = components(candidate)
    keep = np.bincount(labels[seed & candidate], minlength=count) >= least_px
    keep[0] = False
    return np.asarray(keep.take(labels), bool)


def _touching(found: Mask, near: Mask) -> Mask:
    """Components that begin where cement is near."""
    _, labels = components(found)
    return np.asarray(found & np.isin(labels, np.unique(labels[near & found])), bool)
