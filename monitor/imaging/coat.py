"""Cement on the cannula or behind it, which its mask hides: the shaft grows denser than it was before any cement.

Its core does, and, where metal is as dark as the display gets, its flanks: what lies in the metal's blur on both sides.
Density along the shaft, from the tail (left) into the body::

    before cement   -----------------------|-------
    now             ---------==============|-------    cement has run back along it from the wall
                                          wall
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.imaging.along_shaft import AlongShaft
from monitor.imaging.arrays import Array, Mask, median, quantile
from monitor.imaging.cannula_fit import Band

SAME_DEG, SAME_MM, PUSHED_MM = 3.0, 1.5, 3.0
LEARNT_PULSES, MEMORY = 3, 12
MOST = 4
"""Shafts followed: two cannulas, and where they were before they were turned."""
UNCOATED = 0.2
"""Least share of the shaft outside the body that stays bare: it tells how exposure changed the metal's contrast."""
LEAST_GAIN, MOST_GAIN = 0.3, 2.2
"""A stylet drawn out leaves a half to a third of the contrast; another display curve changes it by more, and not by one
factor."""
LEAST, SHARE = 0.06, 0.3
"""Gain over the bare shaft, in -ln units and of its contrast, that only cement makes."""
DISTINCT = 2.0
"""Standard deviations of the gain along the bare shaft that cement on it exceeds."""
SHORTEST_MM, GAP_MM, AT_WALL_MM = 1.5, 2.0, 3.0
"""Cement comes out of the body: a stretch of it begins at the wall."""
STEP_MM = 3.0
"""Over this much of the shaft its density must fall by what only cement makes where the cement ends. Where neither core
nor flanks tell by themselves they count together, as independent signs do: the root of the sum of their squares."""
FLANK_LEAST = 0.12
"""Gain of a flank over what lies beside it that only cement makes: a sheath half a millimetre thick is 2 mm deep there.
Both sides must show it, since a fit that is a little aside makes one of them so."""
END_MM, LEAST_END_MM, UNKNOWN_FLANK = 10.0, 6.0, 0.5
"""A shaft that nobody saw bare is taken to be all along as it is this far from the wall, if so much of it shows there;
then its core must be denser, and both flanks by this part of what tells by itself."""
SHEATH_MM = 0.5
"""Cement that makes a shaft so much denser lies round it, at least this thick (0.06 -ln units in front and behind)."""
EVEN, DEEP_EVEN, SHOWS, DEEPEST_MM = 0.6, 0.4, 0.25, 4.5
"""A sheath is about as thick on one side of the shaft as on the other: least share of the denser flank's gain that the
other shows, and of one that reaches deep into the canal. What a shaft merely hides there lies to one side of it. Least
share of the core's gain that one of the flanks shows: no cement ends where the shaft does on both sides. Nor does a
shaft hide what reaches deeper: cement spreads."""


@dataclass(frozen=True, slots=True, eq=False)
class _Bare:
    """A shaft before any cement: where it lay, and its densities at every place along it, averaged over pulses."""

    line: Band
    density: NDArray[np.float64]
    pulses: int = 1

    def with_pulse(self, density: NDArray[np.float64]) -> "_Bare":
        """The same with one pulse more."""
        pulses = min(self.pulses + 1, MEMORY)
        mean = self.density + np.nan_to_num((density - self.density) / pulses)
        return _Bare(self.line, np.where(np.isnan(self.density), density, mean), pulses)


class Coats:
    """Follows the density along all shafts of one view; parameters as for :class:`Coat`."""

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._body, self._mm = body, spacing_mm
        self._coats: list[Coat] = []

    def update(self, added: Array, bands: list[Band], cemented: bool) -> tuple[Mask, Mask]:
        """Cement on shafts outside the body; parameters and results as for :meth:`Coat.update`."""
        round_it, beneath = np.zeros_like(self._body), np.zeros_like(self._body)
        for band in filter(self._has_entered, bands):
            found = self._of(band, cemented).update(_without(added, bands, band), band, cemented)
            round_it, beneath = round_it | found[0], beneath | found[1]
        return round_it, beneath

    def _has_entered(self, band: Band) -> bool:
        """Whether it ends in the body, as a cannula does and a clamp doesn't."""
        x, y = (round(v) for v in band.tip)
        h, w = self._body.shape
        return 0 <= x < w and 0 <= y < h and bool(self._body[y, x])

    def _of(self, band: Band, cemented: bool) -> "Coat":
        """The one that follows a band; a line that turns up once there is cement isn't followed."""
        coat = next((c for c in reversed(self._coats) if c.follows(band)), None)
        if coat is None:
            coat = Coat(self._body, self._mm)
            self._coats = self._coats if cemented else [*self._coats[1 - MOST :], coat]
        return coat


def _without(added: Array, bands: list[Band], band: Band) -> Array:
    """The picture with nan where another shaft crosses: together they are denser than one."""
    others = [other.mask(added.shape, 1.0) for other in bands if other is not band]
    return np.asarray(np.where(np.any(others, 0), np.float32("nan"), added), np.float32) if others else added


class Coat:
    """Follows the density along one shaft.

    Parameters
    ----------
    body
        bool (h, w): the target's silhouette on the region's grid.
    spacing_mm
        Millimetres per pixel.
    """

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._body, self._mm = body, spacing_mm
        self._shafts = AlongShaft(body, spacing_mm)
        self._newest: _Bare | None = None
        self._learnt: _Bare | None = None

    def update(self, added: Array, band: Band, cemented: bool) -> tuple[Mask, Mask]:
        """Pixels outside the body where cement lies round the shaft, and where the shaft hides some; bool (h, w).

        Parameters
        ----------
        added
            float32 (h, w): attenuation beyond the reference's, -ln units.
        band
            The cannula on this pulse.
        cemented
            There is cement in some view; before, the bare shaft is learnt.
        """
        found = np.zeros_like(self._body), np.zeros_like(self._body)
        if not cemented:
            self._learn(band, self._shafts.densities(added, band, band.width_px))
            return found
        learnt = self._learnt if self._learnt and self._is_same(band, self._learnt.line) else None
        density = self._shafts.densities(added, band, learnt.line.width_px if learnt else band.width_px)
        bare = learnt.density if learnt else self._like_its_end(density, band)
        for first, last, is_even in self._denser(density, bare, band, learnt is not None):
            stretch = Band(self._shafts.at(band, last), self._shafts.at(band, first), band.width_px, 0.0)
            found[not is_even][:] |= stretch.mask(added.shape, SHEATH_MM / self._mm) & ~self._body
        return found

    def follows(self, band: Band) -> bool:
        """Whether a band lies on the line that is being learnt."""
        return self._newest is not None and self._is_same(band, self._newest.line)

    def _like_its_end(self, density: NDArray[np.float64], band: Band) -> NDArray[np.float64]:
        """What the bare shaft would be if it were all along as it is far from the wall; nan if too little is seen."""
        wall = int(np.argmax(self._shafts.inside(band)))
        far = density[:, : max(wall - round(END_MM / self._mm), 0)]
        if np.count_nonzero(np.isfinite(far).all(0)) * self._mm < LEAST_END_MM:
            return np.full_like(density, np.nan)
        return np.repeat(np.nanmedian(far, 1)[:, None], density.shape[1], 1)

    def _learn(self, band: Band, density: NDArray[np.float64]) -> None:
        """Average the shaft; the first cement at its tip looks as if it were pushed, and must not unlearn it."""
        known = self._newest
        if known is None or not self._is_same(band, known.line) or self._is_pushed(band, known.line):
            self._newest = _Bare(band, density)
        else:
            self._newest = known.with_pulse(density)
        if self._learnt is None or self._newest.pulses >= min(self._learnt.pulses, LEARNT_PULSES):
            self._learnt = self._newest

    def _is_pushed(self, band: Band, line: Band) -> bool:
        """Whether the tip has moved: a stylet's solid end and the tube behind it differ in density."""
        return float(np.hypot(band.tip[0] - line.tip[0], band.tip[1] - line.tip[1])) * self._mm > PUSHED_MM

    def _is_same(self, band: Band, line: Band) -> bool:
        aside_mm = self._shafts.aside_px(band, line) * self._mm
        return bool(line.turned_deg(band) <= SAME_DEG and aside_mm <= SAME_MM)

    def _denser(
        self, density: NDArray[np.float64], bare: NDArray[np.float64], band: Band, is_known: bool
    ) -> list[tuple[int, int, bool]]:
        """First and last place of each stretch outside the body that is denser than the bare shaft was; is it even.

        Where the bare shaft isn't known, it takes core and both flanks together, and only a sheath is told.
        """
        inside = self._shafts.inside(band)
        outside = np.isfinite(density[0]) & (bare[0] > LEAST) & ~inside
        if outside.sum() * self._mm < 2 * SHORTEST_MM:
            return []
        ratio = np.divide(density[0], bare[0], out=np.full_like(bare[0], np.nan), where=outside)
        gain = quantile(ratio[outside], UNCOATED)
        if not LEAST_GAIN <= gain <= MOST_GAIN:
            return []
        least = np.maximum(((LEAST,), (FLANK_LEAST,)), SHARE * gain * bare[0])
        rise = np.where(outside, density - gain * bare, np.nan)
        excess = np.array([rise[0], np.minimum(rise[1], rise[2])]) / least
        wall = int(np.argmax(inside))
        together, all_three = np.hypot(*np.maximum(excess, 0)), np.minimum(excess[0], excess[1] / UNKNOWN_FLANK)
        for rows in (excess, together[None]) if is_known else (all_three[None],):
            distinct = [
                (first, last)
                for first, last in self._stretches(rows, wall)
                if self._stands_out(ratio, first, last) or _mean(excess[1, first : last + 1]) > 1
            ]
            kinds = [(first, last, self._is_even(rise, first, last)) for first, last in distinct]
            found = [(first, last, kind) for first, last, kind in kinds if kind or (is_known and kind is False)]
            if found:
                return found
        return []

    def _is_even(self, rise: NDArray[np.float64], first: int, last: int) -> bool | None:
        """Whether a stretch is as thick on both sides, or to one side only; None where no cement lies so."""
        core, *flanks = (_mean(row[first : last + 1]) for row in rise)
        is_deep = (last - first) * self._mm > DEEPEST_MM
        is_even = min(flanks) >= (DEEP_EVEN if is_deep else EVEN) * max(flanks)
        return bool(is_even) if max(flanks) > SHOWS * core and (is_even or not is_deep) else None

    def _stretches(self, excess: NDArray[np.float64], wall: int) -> list[tuple[int, int]]:
        """First and last place of what begins at the wall, exceeds 1 in one of the rows, and ends."""
        hits = np.flatnonzero((excess > 1).any(0))
        runs = np.split(hits, np.flatnonzero(np.diff(hits) > GAP_MM / self._mm) + 1)
        long = [(int(r[0]), int(r[-1])) for r in runs if len(r) * self._mm >= SHORTEST_MM]
        begun = [(first, last) for first, last in long if abs(wall - last) * self._mm <= AT_WALL_MM]
        return [(first, last) for first, last in begun if any(self._ends(row, first) for row in excess)]

    def _stands_out(self, ratio: NDArray[np.float64], first: int, last: int) -> bool:
        """Whether the core of a stretch has gained more than the shaft beyond differs from place to place."""
        beyond = ratio[: max(first - round(GAP_MM / self._mm / 2), 0)]
        known = beyond[np.isfinite(beyond)]
        if len(known) == 0:
            return True
        scatter = (quantile(known, 0.84) - quantile(known, 0.16)) / 2
        return _mean(ratio[first : last + 1]) > median(known) + DISTINCT * scatter

    def _ends(self, excess: NDArray[np.float64], first: int) -> bool:
        """Whether the shaft is bare again beyond the far end of a stretch; towards bright air it only pales slowly."""
        reach, gap = round(STEP_MM / self._mm), round(GAP_MM / self._mm / 2)
        seen = np.flatnonzero(np.isfinite(excess))
        within, beyond = seen[seen >= first][:reach], seen[seen < first - gap][-reach:]
        enough = len(within) > 0 and len(beyond) >= reach / 2
        return bool(enough and excess[within].mean() - excess[beyond].mean() > 1)


def _mean(values: NDArray[np.float64]) -> float:
    """Of those that are known; 0 if none is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0
