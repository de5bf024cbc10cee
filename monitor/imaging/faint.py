"""Faint cement outside the body: a vein or a thin sheet, too pale for single pixels but not over a millimetre."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask, components, grown, median, smoothed_within

SMOOTH_MM = 0.7
"""Veins are 1.5 to 3 mm wide: this width of smoothing suits them best."""
LEAST_GROUND = 0.2
"""Share of the smoothing's weight from which a place counts in full; what shines beside the ground stays out."""
WIDE_MM = 4.0
"""What changes over more than that, as soft tissue does, is neither a vein nor to count against one."""
SURE = 5.0
"""Standard deviations of the smoothed difference that nothing but cement reaches."""
MISFIT, LEAST_PIXELS = 4.0, 50
LEAST = 0.012
"""Least added attenuation, -ln units."""
SEED, SEED_MM2 = 1.4, 1.0
PLENTY_MM2 = 12.0
"""Area outside the body from which a piece is sure without pixels that stand out from the rest: of 45 recordings none
without a leak had more than 6 mm² of such, gas on the move apart."""
APART = 2.0
"""Times the threshold that as much of it reaches which is seen apart from all other cement: its way may be too thin."""
NEAR_MM = 4.5
"""Cement gets nowhere by jumping: faint cement comes this near to plain cement, and to the body. Where a vein leaves
the body at the rim of its silhouette, the bolus before it is thin and paler than the vein, and hidden by the rim."""
GAP_MM = 2.5
"""Where a vein crosses an edge of bone, that hides so much of it."""
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
    smooth = smoothed_within(small, ground, SMOOTH_MM / px_mm, LEAST_GROUND)
    lone = smooth - smoothed_within(small, ground, WIDE_MM / px_mm, LEAST_GROUND)
    low = np.maximum(_doubt(noise[every], parallax[every]), LEAST)
    excess = np.maximum(*(level / np.maximum(low, SURE * _spread(level, ground)) for level in (smooth, lone)))
    found = (excess > 1) & ground
    labels = _linked(found, GAP_MM / px_mm)
    plenty = _sizes(labels, found & ~body[every]) * px_mm**2 >= PLENTY_MM2
    bolus, under_metal, wall = (
        _sizes(labels, found & grown(origin, NEAR_MM / px_mm)) > 0
        for origin in (plain, _carried_on(plain, body[every] & ~free[every]), body[every])
    )
    apart = _sizes(labels, found & ~body[every] & (excess > APART)) * px_mm**2 >= PLENTY_MM2
    seeded = _sizes(labels, found & (excess > SEED)) * px_mm**2 >= SEED_MM2
    sure = wall & ((bolus & seeded) | (under_metal & plenty) | apart)
    whole = _closed(found & sure[labels], GAP_MM / px_mm)
    kept = cv2.resize(whole.view(np.uint8), cement.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return kept.view(bool) & ~body


def _carried_on(plain: Mask, hidden: Mask) -> Mask:
    """Plain cement with what metal hides next to it: under a shaft it can't be seen to go on."""
    _, labels = components(plain | hidden)
    return np.isin(labels, np.unique(labels[plain]))


def _doubt(noise: Array, parallax: Array) -> Array:
    """What edges add that don't fit, or that have moved against the target."""
    misfit = cv2.sqrt(np.square(noise) - np.square(noise.min()))
    return np.asarray(np.maximum(MISFIT * misfit, parallax), np.float32)


def _spread(smooth: Array, ground: Mask) -> float:
    """Standard deviation within the ground, whatever a small part of it shows; infinite where there is too little."""
    level = smooth[::3, ::3][ground[::3, ::3]]
    return 1.4826 * median(np.abs(level - median(level))) if len(level) >= LEAST_PIXELS else float("inf")


def _sizes(labels: NDArray[np.int32], there: Mask) -> NDArray[np.intp]:
    """Pixels of each piece that lie ``there``; those of no piece are left out."""
    sizes = np.bincount(labels[there], minlength=labels.max() + 1)
    sizes[0] = 0
    return sizes


def _linked(found: Mask, gap_px: float) -> NDArray[np.int32]:
    """Label of each pixel's piece, 0 where there is none; pieces within a gap of each other are one."""
    _, labels = components(grown(found, gap_px / 2))
    return np.asarray(np.where(found, labels, 0), np.int32)


def _closed(found: Mask, gap_px: float) -> Mask:
    k = 2 * max(1, round(gap_px / 2)) + 1
    return cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_CLOSE, np.ones((k, k), np.uint8)).view(bool)
