"""One piece of cement outside the body, followed over the pulses of one view."""

from collections import deque
from dataclasses import dataclass, field, replace

from monitor.config import LeakSettings
from monitor.domain import Extravasate, View, Zone
from monitor.judgement.footprint import Footprint
from monitor.judgement.spread import CANAL, Spread

SAME_PLACE_MM = 1.0
"""How far the same cement may seem to have moved from one shot to another."""


@dataclass(slots=True, eq=False)
class Track:
    """What has been seen of one piece so far.

    Evidence for it: +1 on a pulse that shows it strongly (the onset area), 0 where it is weak or covered by another
    piece, -1 where it is absent. So it gathers over several short shots, and flicker at the border wears off.

    Attributes
    ----------
    leak
        Its id once it is a leak, else None.
    may_vanish
        Whether absence can mean that it is gone: cement that runs in a vein, but not in the canal, washes out, and what
        lay outside an outline that a person has since changed may lie inside now. Other cement stays where it is;
        absence means it is hidden.
    """

    view: View
    zone: Zone
    settings: LeakSettings
    spread: Spread
    footprints: tuple[Footprint, ...] = ()
    piece: Extravasate | None = None
    leak: str | None = None
    reported_mm2: float = 0.0
    venous: bool = False
    may_vanish: bool = False
    seen_s: float = 0.0
    evidence: int = 0
    _venous_evidence: int = 0
    _areas: deque[float] = field(default_factory=deque)
    _absent_pulses: int = 0
    _absent_since_s: float = 0.0

    def touches(self, other: Footprint) -> bool:
        """Whether a piece lies where this one was last seen."""
        return any(mine.touches(other, self.settings.match_mm) for mine in self.footprints)

    def explains(
        self, piece: Extravasate, place: Footprint, shown: list[tuple[Extravasate, Footprint]], drawn_out: bool
    ) -> bool:
        """Whether a piece shows a leak again that is known at its place under another zone's name.

        Behind the posterior wall its zone goes by the height of its middle, which moves as it grows. Elsewhere zones
        flip where it lies on a border, as long as it is no more than before, with what is ``shown`` of the leak's own
        zone beside it; and what ran back along a cannula lies behind the wall once that is ``drawn_out``. Nothing but
        these explains cement behind the wall.
        """
        if self.leak is None or not any(mine.holds(place, SAME_PLACE_MM) for mine in self.footprints):
            return False
        may = piece.zone not in CANAL or (self.zone is Zone.NEEDLE_TRACK and drawn_out)
        beside_mm2 = sum(other.area_mm2 for other, at in shown if self._is_own(other.zone) and self.touches(at))
        return self._is_own(piece.zone) or (may and not self._exceeds(piece.area_mm2 + beside_mm2))

    def _is_own(self, zone: Zone) -> bool:
        """Whether a zone is its own; canal and foramen are one for it."""
        return zone is self.zone or (zone in CANAL and self.zone in CANAL)

    def overlaps(self, other: "Track") -> bool:
        """Whether two tracks of one view lie at the same place."""
        return self.view is other.view and any(self.touches(place) for place in other.footprints)

    def see(self, pieces: list[tuple[Extravasate, Footprint]], t_s: float, least_reach_mm: float) -> None:
        """Take the pieces that belong to it on this pulse; strong evidence reaches ``least_reach_mm``."""
        self.piece = replace(_together([piece for piece, _ in pieces]), zone=self.zone)
        # What another zone shows of it must not lead it on into that zone.
        own = tuple(place for piece, place in pieces if self._is_own(piece.zone))
        self.footprints = own or tuple(place for _, place in pieces)
        self.seen_s, self._absent_pulses = t_s, 0
        self.evidence += is_plain(self.piece, self.settings, least_reach_mm)
        self._areas.append(self.piece.area_mm2)
        if len(self._areas) > self.settings.persistence_pulses:
            self._areas.popleft()
        looks_venous = self.spread.update(self.piece, t_s)
        self._venous_evidence = max(0, self._venous_evidence + (1 if looks_venous else -1))

    def miss(self, t_s: float) -> None:
        """Take a judged pulse of its view that doesn't show it."""
        self._areas.clear()
        self.evidence -= 1
        if self._absent_pulses == 0:
            self._absent_since_s = t_s
        self._absent_pulses += 1

    @property
    def is_certain(self) -> bool:
        """Seen strongly on enough pulses; more of them where it is small and no STOP hangs on it."""
        s = self.settings
        plain = self.zone in CANAL or (self.piece is not None and self.piece.area_mm2 >= s.plain_mm2)
        return self.evidence >= (s.persistence_pulses if plain else s.weak_pulses)

    @property
    def has_turned_venous(self) -> bool:
        """It was not known to be venous and looks so on enough pulses."""
        return not self.venous and self._venous_evidence >= self.settings.persistence_pulses

    @property
    def area_mm2(self) -> float:
        """The area that every one of the last pulses shows, so that one pulse's outlier is no growth."""
        return min(self._areas, default=0.0)

    @property
    def has_grown(self) -> bool:
        """Whether it has grown since it was last reported."""
        return len(self._areas) >= self.settings.persistence_pulses and self._exceeds(self.area_mm2)

    def _exceeds(self, area_mm2: float) -> bool:
        """Whether an area is more than was last reported, by what counts as growth."""
        rise = area_mm2 - self.reported_mm2
        return rise >= self.settings.growth_mm2 and rise >= self.settings.growth_fraction * self.reported_mm2

    def report(self, area_mm2: float) -> None:
        """Remember what is being told of it."""
        self.reported_mm2 = area_mm2
        self.venous = self.venous or self.has_turned_venous

    def is_gone(self, t_s: float) -> bool:
        """Whether it has been absent for long enough, if it can vanish at all."""
        s = self.settings
        absent = self._absent_pulses >= s.gone_pulses and t_s - self._absent_since_s >= s.gone_s
        washes_out = self.venous and self.zone not in CANAL
        return absent and (washes_out or self.may_vanish)


def is_plain(piece: Extravasate, settings: LeakSettings, least_reach_mm: float) -> bool:
    """Whether a piece is large enough for a leak and reaches far enough."""
    return piece.area_mm2 >= settings.onset_mm2 and piece.reach_mm >= least_reach_mm


def _together(pieces: list[Extravasate]) -> Extravasate:
    """Describe several pieces of one leak as one: lengths end to end, the farthest reach, at the largest's place."""
    largest = max(pieces, key=lambda piece: piece.area_mm2)
    length = sum(piece.length_mm for piece in pieces)
    across = sum(piece.width_mm * piece.length_mm for piece in pieces)
    return replace(
        largest,
        area_mm2=sum(piece.area_mm2 for piece in pieces),
        reach_mm=max(piece.reach_mm for piece in pieces),
        length_mm=length,
        width_mm=across / length if length else largest.width_mm,
    )
