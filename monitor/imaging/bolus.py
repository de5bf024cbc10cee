"""Everything measured on one registered pulse: cannula, cement, what is outside, how near the walls are."""

from dataclasses import dataclass
from functools import reduce
from operator import and_

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.config import CementSettings
from monitor.domain import Extravasate, Image, Point, Polygon, View, Wall, polygon
from monitor.imaging.arrays import Array, Mask, grown
from monitor.imaging.cannula_fit import WIDEST_MM, Band
from monitor.imaging.cement import Scene, find_cement, softened
from monitor.imaging.clutter import Clutter, clutter, edges
from monitor.imaging.coat import Coats
from monitor.imaging.exposure import GreyMap, fit_grey_map
from monitor.imaging.haze import without_haze
from monitor.imaging.instruments import Instruments
from monitor.imaging.lying import towards_head
from monitor.imaging.metal import (
    HALO_MM,
    arrivals,
    attached,
    cannula_mask,
    without_arrivals,
    without_company,
    without_intruders,
    without_scraps,
)
from monitor.imaging.moved_bone import without_moved_bone
from monitor.imaging.moved_gas import without_moved_gas
from monitor.imaging.organs import doubt, moved_organs
from monitor.imaging.passing import Passing
from monitor.imaging.reference import Reference, region_of
from monitor.imaging.unrest import without_unrest
from monitor.imaging.zones import borders, extravasates, gaps, shifted, territory

MARGIN_MM = 28.0
SMOOTH_MM = 0.35
SUDDEN_MM2 = 1.0
STOOD_PULSES = 3
BLURRED_MM = 0.7
"""Next to the end of the picture, or to where it is burnt out, a difference is only that border on the move."""
BEYOND_METAL_MM = 0.5
"""What lies this near to metal lies against it."""
STILL = 0.02
"""Where organs have added less, -ln units, a shaft's density shows."""
HAND_NOISE, HAND_LEAST = 3.0, 0.03
"""A hand is paler than cement, but large: standard deviations, and -ln units, from which it shows."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """Result for one pulse; points are pixels of the reference grid."""

    band: Band | None
    cement: tuple[Polygon, ...]
    outside: tuple[Extravasate, ...]
    cement_mm2: float
    gaps_mm: dict[Wall, float]
    depth_mm: float | None


class Bolus:
    """Follows the bolus in one view, from the difference to the reference.

    Parameters
    ----------
    view
        AP or lateral.
    image
        The reference image.
    outline, corners
        Of the target, pixels of the reference grid.
    spacing_mm
        Millimetres per pixel of that grid.
    settings
        Thresholds.
    """

    def __init__(
        self,
        view: View,
        image: Image,
        outline: Polygon,
        corners: dict[str, Point],
        spacing_mm: float,
        settings: CementSettings,
    ) -> None:
        self._settings, self._mm, self._is_front = settings, spacing_mm, view is View.AP
        self._box = _box(outline, image.attenuation.shape, MARGIN_MM / spacing_mm)
        x0, y0, x1, y1 = self._box
        self._offset = np.array([x0, y0], np.float32)
        local = {name: (x - x0, y - y0) for name, (x, y) in corners.items()}
        self._where = territory(polygon(outline - self._offset), local, view, (y1 - y0, x1 - x0), spacing_mm)
        picture, usable = image.attenuation[y0:y1, x0:x1], image.usable[y0:y1, x0:x1]
        self._head = towards_head(local)
        self._interior = softened(self._where.body, spacing_mm)
        self._instruments = Instruments(self._where.body, spacing_mm)
        self._passing = Passing(self._where.body, spacing_mm)
        self._coats = Coats(self._where.body, spacing_mm)
        first = self._instruments.first_look(picture, usable)
        hidden = self._metal([] if first is None else [first], picture)
        self._reference = Reference(picture, usable, hidden)
        self._edges = edges(self._reference.picture)
        self._grey: GreyMap | None = None
        self._added: Array | None = None
        self._pulses = 0
        self._cement = np.zeros(picture.shape, bool)
        self._furniture = np.zeros(picture.shape, bool)
        self._before = np.zeros(picture.shape, bool)
        self._latest: list[Mask] = []
        self._disturbed = self._sudden = False

    def update(self, image: Image, matrix: NDArray[np.float64], new_shot: bool, cemented: bool) -> Findings:
        """Measure a pulse registered by ``matrix`` (reference grid to its grid)."""
        current, seen = region_of(image.attenuation, image.usable, matrix, self._box)
        usable = seen & self._reference.known
        new_shot = new_shot or self._added is None
        if new_shot:
            self._before = self._before if self._disturbed else self._cement
            self._disturbed = False
        known = grown(self._cement, 2)
        added = self._difference(current, usable & ~known, new_shot)
        body, expected = self._where.body, current - added
        moved = moved_organs(current, expected, usable, body, self._head, self._is_front, self._mm)
        added = added - moved
        smooth = self._averaged(added, new_shot)
        bands = self._instruments.update(smooth, seen, self._cement, self._before, cemented, new_shot, self._sudden)
        passing = self._passing.mask(self._passing.update(bands, cemented, new_shot), smooth.shape)
        metal = self._metal(bands, smooth)
        still = usable & ~metal & ~known
        noise = clutter(smooth, self._edges, still, self._mm).doubting(doubt(moved, body, self._mm))
        certain = usable & ~grown(~usable, round(BLURRED_MM / self._mm))
        cement, signal = self._segment(smooth, noise, certain, metal, cemented)
        hand = self._hand(smooth, noise.whole, usable, bands) if self._is_outside(cement) else np.zeros_like(cement)
        cement = self._believed(cement, passing, hand, metal, cemented)
        cement = without_haze(cement, signal, self._where.body, certain & ~metal, self._mm)
        cement = without_moved_gas(cement, signal, self._where.body, certain, self._mm)
        cement = without_unrest(cement, signal, self._where.body, certain & ~metal, self._mm)
        if self._is_front:
            cement = without_moved_bone(cement, signal, self._where.body, certain & ~metal, self._mm)
        self._stand(cement, new_shot)
        if not cemented and self._grey is not None:
            self._reference.absorb(current, added, self._grey, seen & ~grown(metal, 3) & ~cement, noise.whole)
        self._sudden = self._has_turned_up(cement, known)
        self._cement = cement
        cannula = self._instruments.cannula if bands else None
        bare = usable & (moved < STILL) & ~passing
        coat, beneath = self._coats.update(np.where(bare, smooth, np.nan), bands, cemented)
        return self._findings(cement, beneath, coat, cannula, cemented)

    def _is_outside(self, cement: Mask) -> bool:
        """Whether any lies beyond what still counts as inside."""
        return bool((self._where.beyond_px[cement] * self._mm > self._settings.tolerance_mm).any())

    def _hand(self, smooth: Array, noise: Array, usable: Mask, bands: list[Band]) -> Mask:
        """What lies under a hand; a shaft of metal is none, but a hand on it goes on beyond it."""
        shown = smooth > np.maximum(HAND_NOISE * noise, HAND_LEAST)
        shafts = np.any([band.mask(smooth.shape, HALO_MM / self._mm) for band in bands] or [np.zeros_like(shown)], 0)
        hand = arrivals(shown & ~shafts, self._where.body, usable, self._mm)
        if not (hand & shafts).any():
            return hand
        held = shafts & grown(hand, round(WIDEST_MM / self._mm))
        return arrivals(shown & (held | ~shafts), self._where.body, usable, self._mm)

    def _metal(self, bands: list[Band], picture: Array) -> Mask:
        masks = [cannula_mask(band, picture, self._where.body, self._mm) for band in bands]
        return np.asarray(np.any(masks, 0), bool) if masks else np.zeros(picture.shape, bool)

    def _difference(self, current: Array, still: Mask, new_shot: bool) -> Array:
        quiet = still & (current > 0.02)
        try:
            self._grey = fit_grey_map(current, self._reference.picture, quiet, None if new_shot else self._grey)
        except ValueError:
            return np.zeros_like(current)
        return current - self._grey.predict(self._reference.picture)

    def _averaged(self, added: Array, new_shot: bool) -> Array:
        """Average over the latest pulses of the shot; a new shot starts afresh, since the patient may have moved."""
        if new_shot or self._added is None:
            self._added, self._pulses = added, 1
        else:
            self._pulses += 1
            share = max(1 / self._pulses, self._settings.newest_share)
            self._added = self._added + (added - self._added) * np.float32(share)
        return np.asarray(cv2.GaussianBlur(self._added, (0, 0), SMOOTH_MM / self._mm), np.float32)

    def _segment(self, smooth: Array, noise: Clutter, usable: Mask, metal: Mask, cemented: bool) -> tuple[Mask, Array]:
        body = self._where.body
        cement, signal = find_cement(smooth, noise, Scene(body, self._interior, usable, metal, self._mm))
        cement = attached(without_intruders(cement, body, usable, self._mm), body, self._mm)
        if not cemented:
            cement = without_scraps(without_arrivals(cement, usable), metal, self._mm)
            self._furniture = cement & ~grown(body, round(1.0 / self._mm))
            inside = np.count_nonzero(cement & body) * self._mm**2
            return cement if inside >= self._settings.least_bolus_mm2 else np.zeros_like(cement), signal
        return cement & ~grown(self._furniture, 2), signal

    def _believed(self, cement: Mask, passing: Mask, hand: Mask, metal: Mask, cemented: bool) -> Mask:
        """The cement without what turned up together with passing metal or a hand, or beyond a shaft that they cross.

        In the body that holds only before cement was certain.
        """
        reach = passing | hand
        if not reach.any():
            return cement
        self._disturbed = True
        crossed = metal & grown(passing, round(WIDEST_MM / self._mm))
        reach |= grown(crossed, max(1, round(BEYOND_METAL_MM / self._mm)))
        return without_company(cement, self._where.body & cemented, reach, self._before)

    def _stand(self, cement: Mask, new_shot: bool) -> None:
        """Remember what has stood apart from metal and hands for some pulses: one that comes now didn't bring it."""
        self._latest = [*([] if new_shot else self._latest[1 - STOOD_PULSES :]), cement]
        if len(self._latest) == STOOD_PULSES:
            self._before = self._before | reduce(and_, self._latest)

    def _has_turned_up(self, cement: Mask, known: Mask) -> bool:
        """Whether more has appeared outside the body than a leak needs to be told."""
        fresh = cement & ~self._where.body & ~known
        return bool(np.count_nonzero(fresh) * self._mm**2 > SUDDEN_MM2)

    def _findings(self, cement: Mask, beneath: Mask, coat: Mask, band: Band | None, cemented: bool) -> Findings:
        pixel = self._mm**2
        outside = extravasates(
            cement, coat, beneath, self._where, self._instruments.corridor, self._mm, self._settings.tolerance_mm
        )
        shift = self._offset
        moved = tuple(shifted(piece, float(shift[0]), float(shift[1])) for piece in outside)
        depth = self._where.depth_px
        return Findings(
            band=None if band is None else band.shifted(float(shift[0]), float(shift[1])),
            cement=tuple(polygon(p + shift) for p in borders(cement | beneath | coat)),
            # Cement gets out through the body: before a bolus is certain, whatever is outside is something else.
            outside=moved if cemented else (),
            cement_mm2=np.count_nonzero(cement) * pixel,
            gaps_mm=gaps(cement, self._where, self._mm),
            depth_mm=None if depth is None else depth * self._mm,
        )


def _box(outline: Polygon, shape: tuple[int, ...], margin: float) -> tuple[int, int, int, int]:
    (x0, y0), (x1, y1) = outline.min(0) - margin, outline.max(0) + margin
    return max(int(x0), 0), max(int(y0), 0), min(int(x1) + 1, shape[1]), min(int(y1) + 1, shape[0])
