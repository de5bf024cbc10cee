"""Gas that has moved on leaves its old place denser and its new one paler; cement only gains.

A bubble in the bowel is as wide as a vertebra: what it leaves is a crescent, as long and thin as a vein, and what it
has covered since lies within a bubble's size of it. Edges of bone that have moved lose too, but narrowly.
"""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, median, window
from monitor.imaging.metal import rim

LEAST_MM2 = 12.0
"""Smaller pieces are no crescent."""
REACH_MM, WIDE_MM = 25.0, 4.0
"""How far from a crescent its bubble may have gone; a bubble is wider than this."""
SMOOTH_MM = 0.7
NOISE = 2.0
"""Standard deviations of the surroundings beyond which gain and loss count."""
LOST_SHARE = 0.6
"""Loss over gain from which a piece is gas: of gas it was 0.67 to 4.6, of leaks 0.47 at most, on 29 recordings."""
PALE, ALIKE = 0.09, 3.0
"""Mean gain beyond noise, -ln units, up to which a piece may be gas, and how many times that its bubble takes away at
most: the end of a lung, or what is burnt out, loses more."""


def without_moved_gas(cement: Mask, signal: Array, body: Mask, usable: Mask, spacing_mm: float) -> Mask:
    """Drop pale parts outside the body near which much was lost, as ``haze.without_haze`` does hazy ones.

    ``usable`` counts metal in: what lies beyond the picture ends a loss, a shaft doesn't.
    """
    outside = cement & ~grown(body, 1)
    if np.count_nonzero(outside) * spacing_mm**2 < LEAST_MM2:
        return cement
    every, px_mm = (slice(None, None, 2),) * 2, 2 * spacing_mm
    seen = np.ascontiguousarray(usable[every])
    ground = seen & ~body[every]
    small = cv2.resize(signal, ground.shape[::-1], interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), SMOOTH_MM / px_mm), np.float32)
    beyond = np.float32(NOISE * 1.4826 * median(np.abs(smooth[ground])))
    gained = np.maximum(smooth - beyond, 0)
    count, labels = components(outside)
    parts = {label: labels[every] == label for label in range(1, count)}
    pale = {label: part for label, part in parts.items() if _may_be_gas(part, gained, px_mm)}
    if not pale:
        return cement
    lost = _widely(np.where(ground, np.maximum(-smooth - beyond, 0), np.float32(0)), seen, px_mm)
    moved = [label for label, part in pale.items() if _has_moved(part, gained, lost, px_mm)]
    return np.asarray(cement & ~np.isin(labels, moved), bool)


def _may_be_gas(part: Mask, gained: Array, px_mm: float) -> bool:
    """Whether a part is large and pale."""
    return bool(np.count_nonzero(part) * px_mm**2 >= LEAST_MM2 and gained[part].mean() <= PALE)


def _widely(lost: Array, seen: Mask, px_mm: float) -> Array:
    """What was lost over a width that no edge of bone has, away from the end of what is seen: the skin, a lung."""
    k = 2 * round(WIDE_MM / px_mm / 2) + 1
    wide = np.asarray(cv2.morphologyEx(lost, cv2.MORPH_OPEN, np.ones((k, k), np.uint8)), np.float32)
    _, labels = components(wide > 0)
    return np.where(np.isin(labels, labels[rim(seen)]), np.float32(0), wide)


def _like(lost: Array, most: float) -> Array:
    """What was lost in one place by no more than ``most`` anywhere."""
    _, labels = components(lost > 0)
    return np.where(np.isin(labels, labels[lost > most]), np.float32(0), lost)


def _has_moved(part: Mask, gained: Array, lost: Array, px_mm: float) -> bool:
    """Whether ``LOST_SHARE`` of what a part has gained was lost around it."""
    near = window(part, REACH_MM / px_mm)
    away = cv2.distanceTransform((~part[near]).view(np.uint8), cv2.DIST_L2, 3)
    bubble = _like(lost, ALIKE * float(gained[part].mean()))[near]
    return bool(bubble[away * px_mm < REACH_MM].sum() > LOST_SHARE * gained[part].sum())
