"""Leaks by compartment, seen or not: what a projection can't show, it can't report.

A compartment other than the body that got cement is a leak in space. It is *shown* where the truth has, in one of the
zones that compartment can project to, cement outside of at least 2 mm² on enough pulses; else it stayed hidden.
"""

from collections.abc import Iterator

from monitor.domain import Zone
from monitor.evaluation.leaks import STOP_ZONES, THRESHOLDS_MM2, onsets, true_leaks
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth

LEAST_ML = 0.02
"""The smallest leak asked for."""
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
