"""The bolus: what was added to the reference and is neither metal, nor noise, nor a slow change of the soft tissue."""

from dataclasses import dataclass

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, halved, positive
from monitor.imaging.clutter import Clutter
from monitor.imaging.faint import find_faint
from monitor.imaging.metal import from_outside

LEAST = 0.05
"""Least added attenuation, -ln units: about 0.4 mm of 20 wt% BaSO4 (1.8 /cm at 80 kVp) behind 30 % scatter."""
THIN = 0.3
"""Part of the densest cement in the body that is enough there, if that is less: with 10 wt% of BaSO4 all is pale."""
SEED = 2.0
EDGE = 0.2
"""Border of cement as a fraction of the strongest attenuation nearby: half-maximum of a tapering edge is too far in."""
RIM_NOISE, RIM_LEAST, RIM_MM = 2.5, 0.025, 0.8
"""Within the body, next to cement, where it thins out: standard deviations and -ln units from which it goes on."""
PLAIN_NOISE, CLEAR_MM = 4.0, 0.7
"""Standard deviations that cement shows by itself; next to what lies this far outside the body it goes on from
``RIM_LEAST`` too: a bulge or a drop is thin all round, and much of it is rim."""
PARALLAX, PARALLAX_MM = 0.8, 3.0
FAR_PARALLAX, FAR_PARALLAX_MM = 1.3, 6.0
"""Share of a loss of attenuation that a gain nearby must exceed; outside the body, where a spinous process can be whose
two sides lie this far apart, more of it and farther away."""
LOST = 1.5
"""Standard deviations of the difference that a loss must exceed to be more than noise."""
SLOW_MM = 7.0
"""Outside the body, anything wider than this that changes smoothly is gas or soft tissue on the move."""


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Where things are on the region's grid; masks are bool (h, w).

    ``body`` is the target's silhouette and ``interior`` the same with a soft border (:func:`softened`), ``usable`` the
    image, ``metal`` the cannula and its hub, ``spacing_mm`` millimetres per pixel.
    """

    body: Mask
    interior: Array
    usable: Mask
    metal: Mask
    spacing_mm: float


def softened(body: Mask, spacing_mm: float) -> Array:
    """1 inside the body, 0 outside, and a millimetre of slope between; float32 (h, w)."""
    blurred = cv2.GaussianBlur(body.astype(np.float32), (0, 0), max(1.0, 1.0 / spacing_mm))
    return np.asarray(blurred, np.float32)


def find_cement(added: Array, clutter: Clutter, scene: Scene) -> tuple[Mask, Array]:
    """Segment the cement.

    Parameters
    ----------
    added
        float32 (h, w): attenuation beyond the reference's, -ln units, averaged over the latest pulses.
    clutter
        Its standard deviation where nothing was added.
    scene
        Body, usable pixels and metal on the same grid.

    Returns
    -------
    The cement, bool (h, w), and what was added without slow changes, float32 (h, w).
    """
    # What lies beyond the image is no loss and no slow change either.
    added, noise = np.asarray(cv2.copyTo(added, scene.usable.view(np.uint8)), np.float32), clutter.whole
    least, free = np.maximum(PLAIN_NOISE * noise, LEAST), scene.usable & ~scene.metal
    added = _above_intruders(added, least, free, scene)
    signal = _without_slow_changes(added, scene)
    parallax = _parallax(signal, noise, scene)
    low = np.asarray(cv2.max(least, parallax), np.float32)
    peak = _local_peak(signal, scene.metal, scene.spacing_mm)
    candidate = (signal > cv2.max(np.maximum(PLAIN_NOISE * noise, _least(peak, scene)), parallax)) & free
    strong = _hysteresis(candidate, signal > SEED * low, scene.spacing_mm)
    tapered = signal > EDGE * peak
    core = strong & tapered
    faint = signal > cv2.max(np.maximum(RIM_NOISE * noise, RIM_LEAST), parallax)
    rim = faint & tapered & free & scene.body & grown(core, RIM_MM / scene.spacing_mm)
    drop = (signal > cv2.max(np.maximum(PLAIN_NOISE * noise, RIM_LEAST), parallax)) & tapered & free
    plain = _bridge_metal(core | rim | (drop & _round_drops(core, scene)), scene)
    return plain | find_faint(signal, clutter, parallax, plain, scene.body, free, scene.spacing_mm), signal


def _least(peak: Array, scene: Scene) -> Array:
    """What is enough next to stronger cement, -ln units: within the body less where all cement there is pale."""
    pale = min(LEAST, THIN * float(peak[scene.body].max(initial=0.0)))
    return np.where(scene.body, np.float32(pale), np.float32(LEAST))


def _round_drops(core: Mask, scene: Scene) -> Mask:
    """What lies next to cement clear of the body, away from metal, whose blur looks like a rim."""
    clear = core & ~grown(scene.body, CLEAR_MM / scene.spacing_mm)
    if not clear.any():
        return clear
    reach = RIM_MM / scene.spacing_mm
    return grown(clear, reach) & ~scene.body & ~grown(scene.metal, reach)


def _above_intruders(added: Array, least: Array, free: Mask, scene: Scene) -> Array:
    """Take off the level of what covers the image from its border: a hand, a sleeve. Cement under it still adds."""
    covered = (added > least) & free & ~scene.body
    for part in from_outside(covered, scene.usable, scene.spacing_mm):
        added = added - np.where(part, np.median(added[part]), np.float32(0))
    return added


def _parallax(signal: Array, noise: Array, scene: Scene) -> Array:
    """What bone that has moved against the target may add, told by what it takes away nearby; float32 (h, w).

    Bone that has moved (a spinous process when the C-arm turns) appears on one side of its edge and disappears on the
    other; cement only appears.
    """
    lost = positive(np.asarray(-cv2.blur(signal, (3, 3)) - np.float32(LOST) * noise, np.float32))
    lost = halved(lost)
    near, far = (_strongest(lost, mm / scene.spacing_mm / 2) for mm in (PARALLAX_MM, FAR_PARALLAX_MM))
    most = cv2.max(PARALLAX * near, FAR_PARALLAX * (1 - halved(scene.interior)) * far)
    return np.asarray(cv2.resize(most, signal.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _strongest(values: Array, radius_px: float) -> Array:
    """Largest value within a square of that half side."""
    k = 2 * round(radius_px) + 1
    return np.asarray(cv2.dilate(values, np.ones((k, k), np.uint8)), np.float32)


def _without_slow_changes(added: Array, scene: Scene) -> Array:
    """Outside the body keep only what is narrower than ``SLOW_MM``."""
    half, within = halved(added), halved(scene.interior)
    # Steps at the body's border must not count as slow: inside, the surroundings' level is taken to be none.
    held = half - positive(half) * within
    k = 2 * round(SLOW_MM / (2 * scene.spacing_mm) / 2) + 1
    square, seen = np.ones((k, k), np.uint8), halved(scene.usable.astype(np.float32)) > 0.5
    # What comes in from beyond the image may go on there.
    narrowed = cv2.erode(np.where(seen, held, np.float32(np.inf)), square, borderType=cv2.BORDER_REPLICATE)
    narrowed = np.where(np.isfinite(narrowed), narrowed, np.float32(0))
    slow = cv2.dilate(narrowed, square, borderType=cv2.BORDER_REPLICATE)
    # Averaged over the surroundings only, or the level would be taken for less beside the body.
    outside, window = (1 - within) * seen, (k // 2 * 2 + 1, k // 2 * 2 + 1)
    slow = cv2.blur(slow * outside, window) / np.maximum(cv2.blur(outside, window), np.float32(0.1))
    back = cv2.resize(positive(np.asarray(slow, np.float32)), added.shape[::-1], interpolation=cv2.INTER_LINEAR)
    return np.asarray(added - back * (1 - scene.interior), np.float32)


def _hysteresis(candidate: Mask, seed: Mask, spacing_mm: float) -> Mask:
    """Candidate components that hold at least half a square millimetre of seeds."""
    count, labels = components(candidate)
    seeds = np.bincount(labels[seed & candidate], minlength=count)
    keep = seeds * spacing_mm**2 >= 0.5
    keep[0] = False
    return np.asarray(keep.take(labels), bool)


def _local_peak(signal: Array, metal: Mask, spacing_mm: float) -> Array:
    """Strongest attenuation within about a millimetre; metal doesn't count."""
    bare = signal.copy()
    bare[metal] = 0
    smooth = cv2.blur(bare, (3, 3))
    return _strongest(np.asarray(smooth, np.float32), max(1.0, 0.9 / spacing_mm))


def _bridge_metal(cement: Mask, scene: Scene) -> Mask:
    """Cement on both sides of the cannula within the body goes on behind it."""
    if not scene.metal.any() or not cement.any():
        return cement
    k = 2 * round(2.6 / scene.spacing_mm) + 1
    closed = cv2.morphologyEx(cement.view(np.uint8), cv2.MORPH_CLOSE, np.ones((k, k), np.uint8)).view(bool)
    return cement | (closed & scene.metal & scene.body)
