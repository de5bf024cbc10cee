"""Follows the cannula from pulse to pulse, in the reference's coordinates, where only the surgeon moves it."""

from dataclasses import replace

import numpy as np

from monitor.domain import Point
from monitor.imaging.arrays import Array, Mask
from monitor.imaging.cannula import find_band
from monitor.imaging.cannula_fit import FAINTEST, WIDEST_MM, Band, sharpen

FIRST_CONTRAST = 0.2
"""Evidence asked for without a reference to subtract: bone ridges give about half of it."""
LEAST_CONTRAST = 0.07
OUT_MM = 8.0
"""A cannula comes from outside the patient: its tail lies at least this far outside the body."""
FORESHORTENED_OUT_MM = 3.0
"""Seen almost end-on it reaches less far; before any cement nothing else it could be."""
SAME_DEG = 6.0
SAME_MM = 2.0
BESIDE_MM = 3.0


class CannulaTrack:
    """The cannula in one view.

    Parameters
    ----------
    body
        bool (h, w): the target's silhouette on the region's grid.
    spacing_mm
        Millimetres per pixel.
    """

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._mm = spacing_mm
        ys, xs = np.nonzero(body)
        self._inside: Point = (float(xs.mean()), float(ys.mean()))
        self._body = body
        self.last: Band | None = None

    def first_look(self, picture: Array, usable: Mask) -> Band | None:
        """Find a cannula that is already there in the reference itself."""
        shading = picture - float(np.median(picture[usable])) if usable.any() else picture
        return self._plausible(
            find_band(shading, usable, self._mm, self._inside, FIRST_CONTRAST), np.zeros_like(usable), False
        )

    def update(self, added: Array, usable: Mask, cement: Mask, cemented: bool) -> Band | None:
        """Find the cannula in what was added to the reference; None where there is none.

        ``cement`` is the cement known in this view so far, bool (h, w); ``cemented``: there is some in any view.
        """
        band = self._followed(added, usable)
        if band is None:
            band = self._plausible(find_band(added, usable, self._mm, self._inside, LEAST_CONTRAST), cement, cemented)
        if band is None and cemented:
            band = self._unmoved(added)
        if band is not None:
            band = self._remembered_tip(band, cement)
            self.last = band
        return band

    def _followed(self, added: Array, usable: Mask) -> Band | None:
        """Refit the last band; None when it has gone or changed direction."""
        if self.last is None:
            return None
        band = sharpen(added, usable, self._mm, self.last)
        lost = band.contrast < max(0.4 * self.last.contrast, LEAST_CONTRAST)
        return None if lost or self._turned(band) > SAME_DEG else band

    def _unmoved(self, added: Array) -> Band | None:
        """The last band, where too little of it stands out for a fit but something still lies along it."""
        if self.last is None:
            return None
        shaft = self.last.mask(added.shape, 0.0) & ~self._body
        beside = self.last.mask(added.shape, BESIDE_MM / self._mm) & ~self.last.mask(added.shape, 1.0 / self._mm)
        if not shaft.any():
            return None
        stands_out = float(added[shaft].mean()) - float(added[beside & ~self._body].mean())
        return self.last if stands_out > FAINTEST else None

    def _turned(self, band: Band) -> float:
        """Degrees between a band and the last one."""
        if self.last is None:
            return 90.0
        return abs((band.angle_deg() - self.last.angle_deg() + 90) % 180 - 90)

    def _plausible(self, band: Band | None, cement: Mask, cemented: bool) -> Band | None:
        """Refuse a band that could be cement.

        That is one that stays near the body (a vein, a leak along a wall) or lies on known cement. A band that goes
        the way the cannula went before needs no such proof.
        """
        if band is None or self._turned(band) <= SAME_DEG:
            return band
        if band.width_px * self._mm >= WIDEST_MM:
            return None
        ys, xs = np.nonzero(self._body)
        outside = float(np.hypot(xs - band.tail[0], ys - band.tail[1]).min()) * self._mm
        shaft = band.mask(cement.shape, 0.0)
        if outside < (OUT_MM if cemented else FORESHORTENED_OUT_MM):
            return None
        return None if (shaft & cement).sum() > 0.5 * shaft.sum() else band

    def _remembered_tip(self, band: Band, cement: Mask) -> Band:
        """Keep the tip where it was last seen while cement covers the way between there and where the band now ends."""
        if self.last is None:
            return band
        tail, tip = np.array(band.tail), np.array(band.tip)
        axis = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-6)
        old = np.array(self.last.tip) - tail
        before, now = float(old @ axis), float((tip - tail) @ axis)
        if abs(float(old @ [-axis[1], axis[0]])) * self._mm > SAME_MM:
            return band
        first, last = sorted((before, now))
        between = tail + axis * np.linspace(first, last, max(int(last - first), 2))[:, None]
        xs, ys = np.round(between.T).astype(int)
        held = (xs >= 0) & (ys >= 0) & (xs < cement.shape[1]) & (ys < cement.shape[0])
        if not held.all() or cement[ys, xs].mean() < 0.5:
            return band
        kept = tail + axis * before
        return replace(band, tip=(float(kept[0]), float(kept[1])))
