"""What is metal and what came from outside the patient: cannula, hub, clamps, fingers. None of it is cement."""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, halved
from monitor.imaging.cannula_fit import Band

HUB_MM = 16.0
THICK_MM = 5.0
HAND_MM2, AT_RIM_MM = 50.0, 8.0
"""Least part of a finger that shows; a leak that reaches the border of the image was there when it was smaller. Before
air that is nearly burnt out a hand pales, so it may seem to end this far inside."""
NEAR_MM = 2.5
HALO_MM = 1.0
"""Blur and display sharpening spread metal this far beyond its half-maximum width."""
KNOWN = 0.25
"""Part of a piece that was there before metal or a hand came beside it, from which the rest is its growth."""
SCRAP_MM = 1.2
"""What is left of a shaft beside its mask is no wider than this."""


def cannula_mask(band: Band, added: Array, body: Mask, spacing_mm: float) -> Mask:
    """Pixels the cannula and its hub cover, bool (h, w).

    The shaft is taken on to the end of the image; the hub is whatever hangs on the tail outside the body.
    """
    margin = HALO_MM / spacing_mm
    shaft = band.mask(added.shape, margin, margin)
    tip, tail = np.array(band.tip), np.array(band.tail)
    away = (tail - tip) / max(float(np.hypot(*(tail - tip))), 1e-6)
    beyond = tail + away * max(added.shape)
    outer = Band(band.tail, (float(beyond[0]), float(beyond[1])), band.width_px, 0.0).mask(added.shape, margin)
    return shaft | ((outer | _hub(band, added, spacing_mm)) & ~grown(body, 3.0 / spacing_mm))


def _hub(band: Band, added: Array, spacing_mm: float) -> Mask:
    """What hangs on the tail, dense like metal, within ``HUB_MM``."""
    hub = np.zeros(added.shape, bool)
    radius, (x, y) = HUB_MM / spacing_mm, band.tail
    rows = slice(max(int(y - radius), 0), max(int(y + radius), 0))
    columns = slice(max(int(x - radius), 0), max(int(x + radius), 0))
    dense = added[rows, columns] > 0.4 * band.contrast
    if dense.size == 0:
        return hub
    count, labels = components(dense)
    keep = np.bincount(labels[band.mask(added.shape, 0.5 / spacing_mm)[rows, columns]], minlength=count) > 0
    keep[0] = False
    hub[rows, columns] = keep.take(labels)
    return grown(hub, HALO_MM / spacing_mm)


def without_arrivals(cement: Mask, usable: Mask) -> Mask:
    """Drop all that hangs together with the image's border: before any cement, that came in from outside."""
    arriving = rim(usable) & cement
    if not arriving.any():
        return cement
    _, labels = components(cement)
    return np.asarray(cement & ~np.isin(labels, np.unique(labels[arriving])), bool)


def without_scraps(cement: Mask, metal: Mask, spacing_mm: float) -> Mask:
    """Drop what lies along metal more than it stands free, and thinly: a shaft's edge, not a bolus around a tip."""
    if not cement.any():
        return cement
    count, labels = components(cement)
    edge = cement & ~cv2.erode(cement.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    borders = np.bincount(labels[edge], minlength=count)
    touching = np.bincount(labels[edge & grown(metal, 2)], minlength=count)
    away = cv2.distanceTransform((~metal).view(np.uint8), cv2.DIST_L2, 3)
    stands_out = np.bincount(labels[cement & (away * spacing_mm > SCRAP_MM)], minlength=count) > 0
    return np.asarray(cement & ((touching <= 0.4 * borders) | stands_out)[labels], bool)


def arrivals(shown: Mask, body: Mask, usable: Mask, spacing_mm: float) -> Mask:
    """Pixels outside the body under what reaches in from the image's border, thicker than any vein; bool (h, w).

    Fingers, a hand, with their edges. ``shown`` is where more than noise was added, shafts of metal left out.
    """
    px_mm = 2 * spacing_mm
    part = halved((shown & usable & ~body).astype(np.float32)) > 0.5
    k = max(3, round(THICK_MM / px_mm))
    thick = cv2.morphologyEx(part.view(np.uint8), cv2.MORPH_OPEN, np.ones((k, k), np.uint8))
    if not thick.any():
        return np.zeros_like(body)
    count, labels = components(thick.view(bool))
    edge = grown(rim(halved(usable.astype(np.float32)) > 0.5), AT_RIM_MM / px_mm)
    large = np.bincount(labels.ravel(), minlength=count) * px_mm**2 >= HAND_MM2
    large[0] = False
    if not large[labels[edge]].any():
        return np.zeros_like(body)
    # Fingers come together: with one at the border, any other is one that pales there.
    reach = grown(large.take(labels), NEAR_MM / px_mm).view(np.uint8)
    return cv2.resize(reach, body.shape[::-1], interpolation=cv2.INTER_NEAREST).view(bool) & ~body


def without_intruders(cement: Mask, body: Mask, usable: Mask, spacing_mm: float) -> Mask:
    """Drop what reaches in from the image's border and is thicker than any vein: a clamp, a finger, a hand."""
    for part in from_outside(cement & ~body, usable, spacing_mm):
        cement = cement & ~part
    return cement


def without_company(cement: Mask, body: Mask, passing: Mask, before: Mask) -> Mask:
    """Drop what lies outside the body against passing metal, but for what was there ``before`` and its growth."""
    outside = cement & ~body
    if not (outside & passing).any():
        return cement
    count, labels = components(outside)
    beside, known, whole = (
        np.bincount(labels[outside & there], minlength=count) for there in (passing, before, outside)
    )
    arrived = (beside > 0) & (known < KNOWN * whole)
    return np.asarray(cement & ~(arrived.take(labels) & ~before), bool)


def from_outside(mask: Mask, usable: Mask, spacing_mm: float) -> list[Mask]:
    """Components of a mask that touch the image's border and are thicker than ``THICK_MM``."""
    arriving = rim(usable) & mask
    if not arriving.any():
        return []
    thick = 2 * spacing_mm * cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 3) > THICK_MM
    if not thick.any():
        return []
    _, labels = components(mask)
    found = np.intersect1d(labels[arriving], labels[thick])
    return [np.asarray(labels == label, bool) for label in found]


def rim(usable: Mask) -> Mask:
    """Pixels next to the end of the image or of the region."""
    core = cv2.erode(usable.view(np.uint8), np.ones((5, 5), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return np.asarray(usable & ~core.view(bool), bool)


def attached(cement: Mask, body: Mask, spacing_mm: float) -> Mask:
    """Keep what hangs together with the body in steps of at most ``NEAR_MM``: cement gets nowhere by jumping."""
    radius = NEAR_MM / 2 / spacing_mm
    _, labels = components(grown(cement | body, radius))
    return np.asarray(cement & (labels == labels.flat[body.argmax()]), bool)
