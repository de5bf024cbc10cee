"""Leaks in the truth, leaks reported, and which belongs to which.

A *true leak* is one zone of one view whose projected area outside reaches a threshold on at least ``SHOWN_PULSES``
pulses. An *onset* (a ``leak`` event with phase ``onset``) belongs to the zone it names where the truth has cement
there about that time; else to a bordering zone that has, and then its zone is wrong; else it is false.

Cement that a STOP is due for (behind the posterior wall, in the foramen) counts as found only by an onset in one of
those two zones: a leak called ``needle_track`` there asks for the wrong thing. Any other leak is found by an onset that
belongs to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from monitor.domain import View, Zone
from monitor.evaluation.results import Json, Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame, parse_view

THRESHOLDS_MM2 = (2.0, 5.0, 10.0)
SHOWN_PULSES = 3
"""A leak shown on fewer pulses gives nobody the time to see it."""
TRACE_MM2 = 0.5
"""Least true cement outside that makes an onset a true one."""
BEFORE_S, AFTER_S = 2.0, 1.0
"""The truth about an onset is what it shows from ``BEFORE_S`` before it to ``AFTER_S`` after."""
STOP_ZONES = frozenset({Zone.POSTERIOR, Zone.FORAMEN})

_BORDERS = {
    Zone.POSTERIOR: {Zone.FORAMEN, Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR, Zone.NEEDLE_TRACK},
    Zone.FORAMEN: {Zone.POSTERIOR, Zone.DISC_INFERIOR, Zone.NEEDLE_TRACK},
    Zone.DISC_SUPERIOR: {Zone.POSTERIOR, Zone.ANTERIOR, Zone.LEFT, Zone.RIGHT},
    Zone.DISC_INFERIOR: {Zone.POSTERIOR, Zone.FORAMEN, Zone.ANTERIOR, Zone.LEFT, Zone.RIGHT},
    Zone.ANTERIOR: {Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR},
    Zone.LEFT: {Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR, Zone.NEEDLE_TRACK},
    Zone.RIGHT: {Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR, Zone.NEEDLE_TRACK},
    Zone.NEEDLE_TRACK: {Zone.POSTERIOR, Zone.FORAMEN, Zone.LEFT, Zone.RIGHT},
}


@dataclass(frozen=True, slots=True)
class TrueLeak:
    """Cement outside in one zone of one view: the view's pulses, with the area on each."""

    view: View
    zone: Zone
    pulses: tuple[TruthFrame, ...]
    areas_mm2: tuple[float, ...]

    def first(self, mm2: float) -> int | None:
        """Ordinal, among the view's pulses, of the first that shows ``mm2``; None where too few do."""
        shown = [i for i, area in enumerate(self.areas_mm2) if area >= mm2]
        return shown[0] if len(shown) >= SHOWN_PULSES else None

    def shown_at(self, t_s: float) -> bool:
        """Whether it was to be seen, at least as a trace, between its first and its last pulse."""
        times = [p.t_s for p, area in zip(self.pulses, self.areas_mm2, strict=True) if area >= TRACE_MM2]
        return bool(times) and times[0] - BEFORE_S <= t_s <= times[-1] + AFTER_S

    def delay(self, onset: "Onset", mm2: float) -> tuple[int, float]:
        """Pulses of this view, and seconds, from the first pulse with ``mm2`` to the onset; 0 where it came before."""
        start = self.first(mm2)
        if start is None:
            raise ValueError(f"{self.zone} never reaches {mm2} mm²")
        late = sum(p.t_s <= onset.t_s + 1e-6 for p in self.pulses[start:]) - 1
        return max(late, 0), max(onset.t_s - self.pulses[start].t_s, 0.0)


@dataclass(frozen=True, slots=True)
class Onset:
    """A reported onset; ``truly`` is the zone it belongs to, None where it is false."""

    leak: str
    t_s: float
    frame: int
    view: View
    zone: Zone
    truly: Zone | None

    def finds(self, true: TrueLeak) -> bool:
        """Whether this is the report of that leak."""
        if self.view is not true.view or not true.shown_at(self.t_s):
            return False
        if true.zone in STOP_ZONES:
            return self.zone in STOP_ZONES
        return true.zone in (self.zone, self.truly)


def true_leaks(truth: Truth) -> Iterator[TrueLeak]:
    """All zones of all views in which the truth ever has cement outside."""
    for view in (View.AP, View.LATERAL):
        pulses = truth.pulses_of(view)
        for zone in Zone:
            areas = tuple(p.outside_mm2.get(zone, 0.0) for p in pulses)
            if any(areas):
                yield TrueLeak(view, zone, pulses, areas)


def onsets(truth: Truth, results: Results) -> list[Onset]:
    """Every onset reported, with the zone it belongs to."""
    return [_onset(truth, event) for event in results.of_type("leak", phase="onset")]


def outside_about(truth: Truth, view: View, t_s: float) -> dict[Zone, float]:
    """Largest true area outside by zone, on the pulses of a view about a time; traces below ``TRACE_MM2`` left out."""
    largest: dict[Zone, float] = {}
    for pulse in truth.pulses_of(view):
        if t_s - BEFORE_S <= pulse.t_s <= t_s + AFTER_S:
            for zone, area in pulse.outside_mm2.items():
                largest[zone] = max(largest.get(zone, 0.0), area)
    return {zone: area for zone, area in largest.items() if area >= TRACE_MM2}


def _onset(truth: Truth, event: Json) -> Onset:
    view, zone = parse_view(event["view"]), Zone(event["zone"])
    shown = outside_about(truth, view, event["t"])
    return Onset(event["leak"], event["t"], event["frame"], view, zone, _belongs(zone, shown))


def _belongs(zone: Zone, shown: Mapping[Zone, float]) -> Zone | None:
    if zone in shown:
        return zone
    return max(_BORDERS[zone] & shown.keys(), key=lambda near: shown[near], default=None)


def score_leaks(truth: Truth, results: Results) -> Iterator[Sample]:
    """Recall by zone and threshold, and the delay of what was found."""
    reported = onsets(truth, results)
    for true in true_leaks(truth):
        report = next((onset for onset in reported if onset.finds(true)), None)
        for mm2 in THRESHOLDS_MM2:
            yield from _recall(true, report, mm2)


def _recall(true: TrueLeak, report: Onset | None, mm2: float) -> Iterator[Sample]:
    start = true.first(mm2)
    if start is None:
        return
    note = f"{true.view.value}: {true.zone.value}, at most {max(true.areas_mm2):.1f} mm²"
    worst = max(range(len(true.pulses)), key=lambda i: true.areas_mm2[i])
    yield Sample(f"leak_found_{mm2:g}.{true.zone.value}", float(report is not None), true.pulses[worst].frame, note)
    if report is not None:
        pulses, seconds = true.delay(report, mm2)
        yield Sample(f"onset_delay_{mm2:g}_pulses", float(pulses), report.frame, note)
        yield Sample(f"onset_delay_{mm2:g}_s", seconds, report.frame, note)
