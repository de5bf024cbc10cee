"""Faint cement outside the body: a vein or a thin sheet, too pale for single pixels but not over a millimetre."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask, components, grown, median, smoothed_within
from monitor.imaging.clutter import Clutter
from monitor.imaging.strands import strands

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
LONG_MM2 = 20.0
"""The same of what only shows along lines."""
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
    signal: Array, clutter: Clutter, parallax: Array, cement: Mask, body: Mask, free: Mask, spacing_mm: float
) -> Mask:
    """Pixels of faint cement outside the body, bool (h, w); searched at half the resolution.

    Parameters
    ----------
    signal
        float32 (h, w): added attenuation, slow changes taken off.
    clutter
        Its standard deviation pixel by pixel where nothing was added.
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
    plain, within = cement[every], body[every]
    ground = free[every] & ~grown(plain, BRIGHT_MM / px_mm)
    small = np.asarray(cv2.resize(signal, plain.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    smooth = smoothed_within(small, ground, SMOOTH_MM / px_mm, LEAST_GROUND)
    lone = smooth - smoothed_within(small, ground, WIDE_MM / px_mm, LEAST_GROUND)
    doubt, doubt_nearby = (
        np.maximum(np.maximum(MISFIT * misfit, parallax[every]), np.float32(LEAST))
        for misfit in (_misfit(clutter.whole[every]), clutter.nearby[every])
    )
    excess = np.maximum(*(level / np.maximum(doubt, SURE * _spread(level, ground)) for level in (smooth, lone)))
    patches = _Pieces((excess > 1) & ground, plain, within, px_mm)
    veins = _Pieces(strands(lone, doubt_nearby, ground, px_mm), plain, within, px_mm)
    whole = _closed(
        patches.where(_sure(patches, excess, _carried_on(plain, within & ~free[every])))
        | veins.where(veins.from_bolus & (veins.outside_mm2() >= LONG_MM2)),
        GAP_MM / px_mm,
    )
    kept = cv2.resize(whole.view(np.uint8), cement.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return kept.view(bool) & ~body


class _Pieces:
    """What was found, pieces within a gap of each other as one; values by piece, the first of no piece."""

    def __init__(self, found: Mask, plain: Mask, body: Mask, px_mm: float) -> None:
        self._found, self._body, self._px_mm = found, body, px_mm
        self._labels = _linked(found, GAP_MM / px_mm)
        self.from_bolus = self.comes_near(plain)

    def mm2(self, there: Mask) -> NDArray[np.float64]:
        """Area of each piece that lies ``there``."""
        sizes = np.bincount(self._labels[self._found & there], minlength=self._labels.max() + 1)
        sizes[0] = 0
        return np.asarray(sizes * self._px_mm**2, np.float64)

    def outside_mm2(self, there: Mask | bool = True) -> NDArray[np.float64]:
        """The same, outside the body."""
        return self.mm2(~self._body & there)

    def comes_near(self, origin: Mask) -> NDArray[np.bool_]:
        """Whether each comes near where cement is known to be."""
        return self.mm2(grown(origin, NEAR_MM / self._px_mm)) > 0

    def where(self, sure: NDArray[np.bool_]) -> Mask:
        """Pixels of the sure pieces that come near the body."""
        return np.asarray(self._found & (sure & self.comes_near(self._body))[self._labels], bool)


def _sure(patches: _Pieces, excess: Array, hidden: Mask) -> NDArray[np.bool_]:
    """Which stand out enough for how they are connected: with the bolus, with what metal hides of it, or not at all."""
    plenty = patches.outside_mm2() >= PLENTY_MM2
    apart = patches.outside_mm2(excess > APART) >= PLENTY_MM2
    seeded = patches.mm2(excess > SEED) >= SEED_MM2
    return (patches.from_bolus & seeded) | (patches.comes_near(hidden) & plenty) | apart


def _misfit(whole: Array) -> Array:
    """What edges add that don't fit, or organs on the move, to the noise that is everywhere."""
    return np.asarray(cv2.sqrt(np.square(whole) - np.square(whole.min())), np.float32)


def _carried_on(plain: Mask, hidden: Mask) -> Mask:
    """Plain cement with what metal hides next to it: under a shaft it can't be seen to go on."""
    _, labels = components(plain | hidden)
    return np.isin(labels, np.unique(labels[plain]))


def _spread(smooth: Array, ground: Mask) -> float:
    """Standard deviation within the ground, whatever a small part of it shows; infinite where there is too little."""
    level = smooth[::3, ::3][ground[::3, ::3]]
    return 1.4826 * median(np.abs(level - median(level))) if len(level) >= LEAST_PIXELS else float("inf")


def _linked(found: Mask, gap_px: float) -> NDArray[np.int32]:
    """Label of each pixel's piece, 0 where there is none; pieces within a gap of each other are one."""
    _, labels = components(grown(found, gap_px / 2))
    return np.asarray(np.where(found, labels, 0), np.int32)


def _closed(found: Mask, gap_px: float) -> Mask:
    k = 2 * max(1, round(gap_px / 2)) + 1
    return cv2.morphologyEx(found.view(np.uint8), cv2.MORPH_CLOSE, np.ones((k, k), np.uint8)).view(bool)
