"""Follows cannulas, wires and clamps from pulse to pulse, on the reference's grid: only people move them there."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Point
from monitor.imaging.arrays import Array, Mask
from monitor.imaging.cannula import find_band
from monitor.imaging.cannula_fit import FAINTEST, WIDEST_MM, Band, sharpen, wander

FIRST_CONTRAST = 0.2
"""Evidence asked for without a reference to subtract: bone ridges give about half of it."""
LEAST_CONTRAST, DILUTED = 0.07, 0.04
"""Of a band; and of its evidence where only wires come in, before any cement: a wire is thinner than the calibre that
evidence is averaged over."""
OUT_MM = 8.0
"""A cannula comes from outside the patient: its tail lies at least this far outside the body."""
FORESHORTENED_OUT_MM = 3.0
"""Seen almost end-on, or where bright air hides the rest, it reaches less far; before any cement, or on the line of a
shaft, nothing else it could be."""
AT_BODY_MM = 4.0
"""A cannula that is there from the start has reached the bone; endplates and ribs lie beside it."""
PALE = 0.42
"""Of the cannula's contrast: solid metal is denser than a tube, and a vein full of cement is paler."""
LONG_OUT_MM = 20.0
"""No vein stays straight as far as this."""
STRAIGHT_MM = 0.24
"""Metal strays less from a straight line, two jaws side by side included; a vein strays more."""
LONG_MM, ACROSS_OUT_MM = 30.0, 5.0
"""Nor does cement as far as this that lies across the body and ends this far outside: the jaw of a clamp."""
SHAFT_MM, SAME_WIDTH_MM = 0.1, 0.5
"""Nor does it stay as straight over that length, and as wide as the first cannula: a second, before brighter air."""
WIDE_MM = 3.8
"""A shorter band must be no wider than a 10 gauge cannula (3.4 mm) with its blur: cement may be."""
ROUND_MM = 1.0
SAME_DEG, SAME_CONTRAST = 6.0, 0.25
"""Pushed into dense surroundings a shaft keeps about this share of its contrast."""
PALED, COVERED = 0.15, 2.0
"""Before air that is nearly burnt out it keeps less; over its whole length that still stands out from noise. Denser
than this many times its contrast, and all around it too, lies something else, such as a clamp."""
SAME_MM = 2.0
BESIDE_MM = 3.0
JAWS_MM, ALIKE = 6.0, 0.8
"""The jaws of a clamp end this near to each other, and are this much alike in contrast."""
MOST = 5
"""Bands looked for: two cannulas, a K-wire, and the two jaws of a clamp."""
MOST_REJECTED = 2
"""Bands that are no metal after which the rest is taken for more of that: metal is the densest."""
SEARCHED_PULSES = 2
SEARCH_EVERY = 12


class Instruments:
    """All straight metal in one view.

    Parameters
    ----------
    body
        bool (h, w): the target's silhouette on the region's grid.
    spacing_mm
        Millimetres per pixel.

    Attributes
    ----------
    cannula
        The metal that goes deepest, or that did when there last was any.
    corridor
        The cannula as it lay when its tip was last in the body: what it leaves behind when it is drawn out lies there.
    """

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._mm = spacing_mm
        ys, xs = np.nonzero(body)
        self._inside: Point = (float(xs.mean()), float(ys.mean()))
        self._body, self._body_xy = body, (xs[::7], ys[::7])
        self._bands: list[Band] = []
        self._shafts: list[Band] = []
        self._pulse = 0
        self.cannula: Band | None = None
        self.corridor: Band | None = None

    def first_look(self, picture: Array, usable: Mask) -> Band | None:
        """Find a cannula that is already there in the reference itself."""
        shading = picture - float(np.median(picture[usable])) if usable.any() else picture
        band = find_band(shading, usable, self._mm, self._inside, FIRST_CONTRAST)
        if band is None or self._from_body(band.tip) > AT_BODY_MM:
            return None
        return band if self._could_be_metal(band, np.zeros_like(usable), True, shading) else None

    def update(
        self,
        added: Array,
        usable: Mask,
        cement: Mask,
        stood: Mask,
        cemented: bool,
        new_shot: bool,
        sudden: bool = False,
    ) -> list[Band]:
        """Find the metal in what was added to the reference.

        Parameters
        ----------
        added
            float32 (h, w), -ln units.
        usable, cement
            bool (h, w): the image; the cement known in this view so far.
        stood
            bool (h, w): the same without what the first pulses of this shot have shown; a shaft may still be coming in.
        cemented
            There is cement in some view.
        new_shot
            The first pulse of a shot: anything may have moved.
        sudden
            Something has just turned up outside the body: it may be metal.
        """
        self._pulse = 0 if new_shot else self._pulse + 1
        rest, bands = added.copy(), []
        for last in self._bands:
            band = self._followed(last, rest, usable, cement)
            if band is not None:
                bands.append(band)
                rest[band.mask(rest.shape, 1.0 / self._mm)] = 0
        if sudden or self._pulse < SEARCHED_PULSES or self._pulse % SEARCH_EVERY == 0:
            known = stood if self._pulse < SEARCHED_PULSES else cement
            bands += self._new(rest, usable, known, cemented, bands)
        self._bands = bands
        self._remember(bands)
        if bands:
            self.cannula = min(bands, key=self._aside)
            if self.corridor is None or self._ends_in_body(self.cannula) or not self._ends_in_body(self.corridor):
                self.corridor = self.cannula
        return bands

    def _aside(self, band: Band) -> float:
        """Distance of the tip from the middle of the body: the cannula is the metal that goes deepest."""
        return float(np.hypot(band.tip[0] - self._inside[0], band.tip[1] - self._inside[1]))

    def _new(self, rest: Array, usable: Mask, cement: Mask, cemented: bool, known: list[Band]) -> list[Band]:
        found: list[Band] = []
        uneven: list[Band] = []
        rejected, least = 0, LEAST_CONTRAST if cemented else DILUTED
        while len(known) + len(found) < MOST and rejected < MOST_REJECTED:
            band = find_band(rest, usable, self._mm, self._inside, least)
            if band is None:
                break
            straight = not cemented or self._is_known(band) or self._is_straight(band, rest)
            metal = self._could_be_metal(band, cement, cemented or bool(known or found), rest)
            if (straight and metal) or self._goes_on(band, known + found):
                found.append(band)
            else:
                rejected += 1
                uneven += [band] if metal else []
            rest[band.mask(rest.shape, 1.0 / self._mm)] = 0
        return found + [band for band in uneven if self._is_jaw(band, found)]

    def _is_straight(self, band: Band, rest: Array) -> bool:
        """Whether its middle is seen not to stray; of a band that shows in a bolus only nothing is known."""
        return wander(rest, self._mm, band, self._body) * self._mm <= STRAIGHT_MM

    def _is_jaw(self, band: Band, found: list[Band]) -> bool:
        """Whether it came in together with another that ends beside it and is as dense; no vein does."""
        near_px = JAWS_MM / self._mm
        return any(
            np.hypot(band.tip[0] - jaw.tip[0], band.tip[1] - jaw.tip[1]) <= near_px
            and min(band.contrast, jaw.contrast) >= ALIKE * max(band.contrast, jaw.contrast)
            for jaw in found
        )

    def _remember(self, bands: list[Band]) -> None:
        """Keep the shafts that have reached into the body, each where it was last seen."""
        for band in filter(self._ends_in_body, bands):
            others = [shaft for shaft in self._shafts if not self._on_one_line(shaft, band)]
            self._shafts = [*others[1 - MOST :], band]

    def _is_known(self, band: Band) -> bool:
        """Whether it lies on the line of a shaft that has reached into the body."""
        return any(self._on_one_line(shaft, band) for shaft in self._shafts)

    def _goes_on(self, band: Band, others: list[Band]) -> bool:
        """Whether it is the deeper part of a shaft that has reached into the body, of which only the rest was found."""
        outer = (other for other in others if not self._ends_in_body(other) and self._on_one_line(other, band))
        return self._is_known(band) and self._ends_in_body(band) and any(outer)

    def _on_one_line(self, known: Band, band: Band) -> bool:
        axis = (np.array(known.tip) - known.tail) / max(known.length(), 1e-6)
        off = np.array([band.tip, band.tail]) - known.tail
        aside = np.abs(off @ [-axis[1], axis[0]]) * self._mm
        return known.turned_deg(band) <= SAME_DEG and bool(aside.max() <= SAME_MM)

    def _ends_in_body(self, band: Band) -> bool:
        x, y = (round(v) for v in band.tip)
        h, w = self._body.shape
        return 0 <= x < w and 0 <= y < h and bool(self._body[y, x])

    def _could_be_metal(self, band: Band, cement: Mask, cemented: bool, rest: Array) -> bool:
        """Whether a band can't be cement.

        Cement stays near the body (a vein, a leak along a wall), or is wider, or lies where cement was known and no
        shaft was; all but the first look at least ``OUT_MM`` long outside. In the body both lie together. Two
        cannulas that cross look as wide as cement; before there is any, they can't be it.
        """
        if band.contrast < LEAST_CONTRAST:
            return False
        if cemented and self._is_pale(band, rest):
            return False
        width, outside = band.width_px * self._mm, self._from_body(band.tail)
        if outside >= (LONG_OUT_MM if cemented else OUT_MM):
            return width < WIDEST_MM
        shaft = band.mask(cement.shape, 0.0) & ~self._body
        on_cement = np.count_nonzero(shaft & cement) > 0.5 * np.count_nonzero(shaft)
        across = band.length() * self._mm >= LONG_MM and outside >= ACROSS_OUT_MM
        known = self._is_known(band)
        far = across or outside >= (FORESHORTENED_OUT_MM if known or not cemented else OUT_MM)
        return width < WIDE_MM and far and (known or not on_cement)

    def _is_pale(self, band: Band, rest: Array) -> bool:
        """Whether it is too pale for metal, and not as straight, long and wide as only a second cannula is."""
        first = self.cannula
        if first is None or band.contrast >= PALE * first.contrast:
            return False
        alike = abs(band.width_px - first.width_px) * self._mm <= SAME_WIDTH_MM
        straight = wander(rest, self._mm, band, self._body) * self._mm <= SHAFT_MM
        return not (band.length() * self._mm >= LONG_MM and alike and straight)

    def _from_body(self, point: Point) -> float:
        """Distance from the body's silhouette, mm, to within the spacing of the pixels looked at."""
        xs, ys = self._body_xy
        away = float(np.hypot(xs - point[0], ys - point[1]).min()) * self._mm
        return away

    def _followed(self, last: Band, added: Array, usable: Mask, cement: Mask) -> Band | None:
        """Refit a band of the last pulse; None when it has gone."""
        band = sharpen(added, usable, self._mm, last, 1)
        same = band.contrast >= max(SAME_CONTRAST * last.contrast, LEAST_CONTRAST)
        if same and band.turned_deg(last) <= SAME_DEG:
            return self._remembered_tip(band, last, cement)
        return last if self._still_there(last, added) else None

    def _still_there(self, last: Band, added: Array) -> bool:
        """Whether something still lies along a band that stands out too little for a fit."""
        shaft = last.mask(added.shape, 0.0) & ~self._body
        beside = last.mask(added.shape, BESIDE_MM / self._mm) & ~last.mask(added.shape, 1.0 / self._mm) & ~self._body
        if not shaft.any() or not beside.any():
            return False
        along, around = float(added[shaft].mean()), float(added[beside].mean())
        if along > COVERED * last.contrast and around > along - around:
            return False
        return along - around > min(FAINTEST, PALED * last.contrast)

    def _surrounded(self, band: Band, points: NDArray[np.float64], cement: Mask) -> bool:
        """Whether cement lies beside the axis too where these points begin: a bolus, not the shaft taken for cement."""
        axis = np.array(band.tip) - band.tail
        normal = np.array([-axis[1], axis[0]]) / max(float(np.hypot(*axis)), 1e-6)
        aside = band.width_px / 2 + ROUND_MM / self._mm
        begun = points[: max(len(points) // 3, 2)]
        sides = [np.round(begun + s * aside * normal).astype(int).T for s in (-1, 1)]
        h, w = cement.shape
        return any(cement[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)].mean() > 0.5 for x, y in sides)

    def _remembered_tip(self, band: Band, last: Band, cement: Mask) -> Band:
        """Keep the tip where it was last seen while cement covers the way between there and where the band now ends."""
        tail, tip = np.array(band.tail), np.array(band.tip)
        axis = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-6)
        old = np.array(last.tip) - tail
        before, now = float(old @ axis), float((tip - tail) @ axis)
        if abs(float(old @ [-axis[1], axis[0]])) * self._mm > SAME_MM:
            return band
        near, far = sorted((before, now))
        between = tail + axis * np.linspace(near, far, max(int(far - near), 2))[:, None]
        xs, ys = np.round(between.T).astype(int)
        held = (xs >= 0) & (ys >= 0) & (xs < cement.shape[1]) & (ys < cement.shape[0])
        if not held.all() or cement[ys, xs].mean() < 0.5 or not self._surrounded(band, between, cement):
            return band
        kept = tail + axis * before
        return replace(band, tip=(float(kept[0]), float(kept[1])))
