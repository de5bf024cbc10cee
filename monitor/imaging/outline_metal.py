"""Straight metal across the target: a cannula's edges are stronger than any bone's and would pass for end plates."""

import cv2
import numpy as np
from numpy.typing import NDArray

WIDEST_MM = 7.0
NARROWEST_MM = 1.5
LONGEST_WIDTH_MM = 6.0
SHORTEST_MM = 18.0
STRONG = 1.6
"""Attenuation above the surroundings, in units of the picture's contrast; end plates seldom reach it over a width."""
MARGIN_MM = 1.0
AIM_MM = 14.0
FAR_MM = 28.0
"""A cannula comes from outside towards the target; end plates lie across it, or pass it by."""


def find_metal(flat: NDArray[np.float32], pixel_mm: float) -> NDArray[np.bool_]:
    """Where straight bars (cannula, needle, wire) lie in a flattened picture in units of its contrast."""
    opened = cv2.morphologyEx(flat, cv2.MORPH_OPEN, _disc(WIDEST_MM / pixel_mm))
    bars = np.asarray(flat - opened > STRONG, np.uint8)
    bars = np.asarray(cv2.morphologyEx(bars, cv2.MORPH_OPEN, _disc(NARROWEST_MM / pixel_mm)), np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(bars)
    metal = np.zeros(flat.shape, np.uint8)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] * pixel_mm**2 >= SHORTEST_MM * NARROWEST_MM:
            metal |= _bar(labels == label, pixel_mm).astype(np.uint8)
    return np.asarray(cv2.dilate(metal, _disc(2 * MARGIN_MM / pixel_mm)) > 0, np.bool_)


def _bar(part: NDArray[np.bool_], pixel_mm: float) -> NDArray[np.bool_]:
    """The part itself where it is long, straight, of even width and aims at the middle from afar, else nothing."""
    rows, columns = np.nonzero(part)
    place = (np.column_stack([columns, rows]) - np.array(part.shape[::-1]) / 2) * pixel_mm
    (_, _), size, _ = cv2.minAreaRect(place.astype(np.float32))
    length, width = max(size), max(min(size), pixel_mm)
    straight = length >= SHORTEST_MM and width <= LONGEST_WIDTH_MM and len(place) * pixel_mm**2 > 0.55 * length * width
    middle = place.mean(axis=0)
    _, _, axes = np.linalg.svd(place - middle, full_matrices=False)
    aims = abs(float(axes[1] @ middle)) < AIM_MM and float(np.hypot(*place.T).max()) > FAR_MM
    return part if straight and aims else np.zeros_like(part)


def _disc(diameter_px: float) -> NDArray[np.uint8]:
    size = 2 * round(diameter_px / 2) + 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)), np.uint8)
