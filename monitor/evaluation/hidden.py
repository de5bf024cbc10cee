"""Leaks seen or not: what a projection doesn't show, or metal hides, nobody can report.

A compartment other than the body that got cement is a leak in space. It is *shown* where the truth has, in one of the
zones that compartment can project to, cement outside of at least 2 mm² on enough pulses; else it stayed hidden.

A leak of 5 mm² is *hidden by metal* where on every annotated frame that shows it, and no other, less lies beside the
metal. Where leaks share their frames nobody knows whose cement the metal hides: they count as shown.
"""

from collections.abc import Iterator

from monitor.domain import Zone
from monitor.evaluation.leaks import STOP_ZONES, THRESHOLDS_MM2, TRACE_MM2, TrueLeak, onsets, true_leaks
from monitor.evaluation.regions import STEP_MM, Grid
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame

LEAST_ML = 0.02
"""The smallest leak asked for."""
ASKED_MM2 = 5.0
"""The area at which bars are set."""
_SIDES = frozenset({Zone.LEFT, Zone.RIGHT, Zone.ANTERIOR})
_ZONES_BY_WORD = {
    "canal": STOP_ZONES,
    "epidural": STOP_ZONES,
    "posterior": STOP_ZONES,
    "foramen": STOP_ZONES,
    "superior": frozenset({Zone.DISC_SUPERIOR}),
    "inferior": frozenset({Zone.DISC_INFERIOR}),
    "needle": frozenset({Zone.NEEDLE_TRACK}),
    "anterior": _SIDES,
    "lateral": _SIDES,
    "left": _SIDES,
    "right": _SIDES,
}


def score_compartments(truth: Truth, results: Results) -> Iterator[Sample]:
    """Whether every compartment that got cement was reported, and whether there was anything to see."""
    true = [leak for leak in true_leaks(truth) if leak.first(THRESHOLDS_MM2[0]) is not None]
    told = {onset.zone for onset in onsets(truth, results) if onset.truly is not None}
    for compartment, ml in _leaked(truth).items():
        zones = _zones(compartment)
        shown = any(leak.zone in zones for leak in true)
        note = f"{compartment}, {ml:.2f} ml" + ("" if shown else ", hidden in the views shown")
        found = float(bool(told & zones))
        yield Sample("compartment_found", found, None, note)
        if shown:
            yield Sample("compartment_shown_found", found, None, note)


def score_beside_metal(truth: Truth, results: Results) -> Iterator[Sample]:
    """Recall of the leaks of ``ASKED_MM2`` that metal doesn't hide."""
    reported = onsets(truth, results)
    for leak in true_leaks(truth):
        if leak.first(ASKED_MM2) is not None and not _is_under_metal(truth, leak):
            found = any(onset.finds(leak) for onset in reported)
            yield Sample(f"leak_found_beside_metal.{leak.zone.value}", float(found), None, leak.view.value)


def _is_under_metal(truth: Truth, leak: TrueLeak) -> bool:
    drawn = [line for line in truth.live if line.annotated and line.view is leak.view]
    alone = [line for line in drawn if line.outside_mm2.get(leak.zone, 0.0) >= ASKED_MM2 and _is_alone(line, leak.zone)]
    return bool(alone) and all(_beside_metal_mm2(line) < ASKED_MM2 for line in alone)


def _is_alone(line: TruthFrame, zone: Zone) -> bool:
    known = bool(line.outside) and line.spacing_mm is not None
    return known and all(mm2 < TRACE_MM2 for other, mm2 in line.outside_mm2.items() if other is not zone)


def _beside_metal_mm2(line: TruthFrame) -> float:
    grid = Grid.around(line.outside, line.spacing_mm)
    shown = grid.mask(line.outside) & ~grid.mask(line.ignore)
    return float(shown.sum()) * STEP_MM**2


def _leaked(truth: Truth) -> dict[str, float]:
    """Most that each compartment ever held: a vein may wash out."""
    most: dict[str, float] = {}
    for line in truth.live:
        for name, ml in (line.true3d or {}).items():
            most[name] = max(most.get(name, 0.0), ml)
    return {name: ml for name, ml in most.items() if name != "body" and ml >= LEAST_ML}


def _zones(compartment: str) -> frozenset[Zone]:
    """Zones a compartment can project to, by the first word of its name that is known; any zone for a strange name."""
    known = (_ZONES_BY_WORD[word] for word in compartment.split("_") if word in _ZONES_BY_WORD)
    return next(known, frozenset(Zone))
