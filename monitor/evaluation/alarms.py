"""What was reported without need, under the wrong name, or of the wrong kind."""

from collections.abc import Iterator

from monitor.domain import View, Zone
from monitor.evaluation.leaks import STOP_ZONES, Onset, onsets, outside_about
from monitor.evaluation.results import Json, Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth


def score_alarms(truth: Truth, results: Results) -> Iterator[Sample]:
    """False onsets and false high alerts of the case; zone and kind of the true onsets."""
    reported = onsets(truth, results)
    false = [onset for onset in reported if onset.truly is None]
    yield Sample("false_onsets", float(len(false)))
    yield from (Sample("false_onset_at", 1.0, o.frame, f"{o.view.value}: {o.zone.value}") for o in false)
    for onset in reported:
        if onset.truly is not None:
            note = f"{onset.view.value}: {onset.zone.value}, truly {onset.truly.value}"
            yield Sample("zone_right", float(onset.zone is onset.truly), onset.frame, note)
            yield from _kind(truth, results, onset)
    wrong = [alert for alert in _first_high(results) if not _justified(truth, results, alert["t"])]
    yield Sample("false_high", float(len(wrong)))
    yield from (Sample("false_high_at", 1.0, alert["frame"], alert["text"]) for alert in wrong)


def _kind(truth: Truth, results: Results, onset: Onset) -> Iterator[Sample]:
    """Whether ``venous`` was ever said of the leak exactly where its zone was fed by a vein."""
    fed = _venous_zones(truth, onset.t_s)
    if fed is None or onset.truly is None:
        return
    said = any(event["venous"] for event in results.of_type("leak", leak=onset.leak))
    truly = onset.truly in fed
    yield Sample("venous_right", float(said == truly), onset.frame, f"said venous: {said}, truly: {truly}")


def _first_high(results: Results) -> list[Json]:
    """The event that first made each alert a high one."""
    first: dict[str, Json] = {}
    for event in results.of_type("alert", priority="high"):
        if event["state"] in ("raised", "escalated"):
            first.setdefault(event["alert"], event)
    return list(first.values())


def _justified(truth: Truth, results: Results, t_s: float) -> bool:
    """True cement in a STOP zone about that time, or true cement outside that came along a vein.

    Where the truth doesn't know of veins, any true leak that the monitor called venous is given the benefit.
    """
    shown = _shown(truth, t_s)
    fed = _venous_zones(truth, t_s)
    if shown & STOP_ZONES or (fed is not None and shown & fed):
        return True
    called = {Zone(e["zone"]) for e in results.of_type("leak", venous=True) if abs(e["t"] - t_s) < 1.0}
    return fed is None and bool(shown & called)


def _shown(truth: Truth, t_s: float) -> frozenset[Zone]:
    views = (View.AP, View.LATERAL)
    return frozenset(zone for view in views for zone in outside_about(truth, view, t_s))


def _venous_zones(truth: Truth, t_s: float) -> frozenset[Zone] | None:
    """Zones fed by a vein so far; None where the truth says nothing of veins."""
    told = [line.venous for line in truth.live if line.venous is not None and line.t_s <= t_s + 1.0]
    return frozenset().union(*told) if told else None
