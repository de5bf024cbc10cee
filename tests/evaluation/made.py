"""Hand-made truth, and the results of a monitor that sees exactly the truth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from monitor.domain import Case, View, Zone
from monitor.evaluation.leaks import STOP_ZONES, TRACE_MM2, true_leaks
from monitor.evaluation.results import Results, parse_results
from monitor.evaluation.scoring import score
from monitor.evaluation.truth import Truth, TruthFrame, parse_truth

FPS = 10.0
SPACING_MM = 0.2
BODY = [[100.0, 100.0], [250.0, 100.0], [250.0, 220.0], [100.0, 220.0]]
CORE = [[110.0, 110.0], [240.0, 110.0], [240.0, 210.0], [110.0, 210.0]]
CEMENT = [[150.0, 140.0], [200.0, 140.0], [200.0, 180.0], [150.0, 180.0]]

Line = dict[str, Any]
BEST = {"shots_exact", "live_seen", "view_right", "outline_dice", "cement_dice", "zone_right", "venous_right"}
NONE = {"shot_start_s", "shot_end_s", "tracking_mm", "false_onsets", "false_high", "refused", "increments_off"}


def shifted(points: list[list[float]], dx: float, dy: float = 0.0) -> list[list[float]]:
    return [[x + dx, y + dy] for x, y in points]


def lines(shots: Iterable[tuple[str, int]], dark: int = 10, repeats: int = 2) -> list[Line]:
    """Shots of (view, frames), each with dark frames before it; every pulse is shown ``repeats`` times."""
    made: list[Line] = []
    for number, (view, frames) in enumerate(shots, start=1):
        made += [_dark(len(made) + i) for i in range(dark)]
        start = len(made)
        made += [_live(start + i, number, view, i // repeats, i % repeats) for i in range(frames)]
        made[-1] |= {"annotated": True, "cement": [CEMENT], "outside": [], "ignore": []}
    return [*made, *(_dark(len(made) + i) for i in range(dark))]


def _dark(frame: int) -> Line:
    return {"t": frame / FPS, "frame": frame, "live": False, "shot": 0, "view": None}


def _live(frame: int, shot: int, view: str, pulse: int, repeat: int) -> Line:
    known = {"motion": [0.0, 0.0, 0.0], "spacing_mm": SPACING_MM, "outline": BODY, "true3d": {"body": 1.0}}
    seen = {"pulse": pulse, "repeat": repeat, "cement_mm2": 80.0, "outside_mm2": {}}
    return {"t": frame / FPS, "frame": frame, "live": True, "shot": shot, "view": view, **known, **seen}


def with_leak(made: list[Line], shot: int, zone: str, areas: list[float], **more: object) -> list[Line]:
    """The same with cement outside on the pulses of a shot, and on that view's later shots as on its last pulse."""
    view = next(line["view"] for line in made if line["shot"] == shot)
    out = []
    for line in made:
        area = 0.0
        if line["live"] and line["view"] == view and line["shot"] >= shot:
            area = areas[min(line["pulse"], len(areas) - 1)] if line["shot"] == shot else areas[-1]
        grown = {"outside_mm2": {**line.get("outside_mm2", {}), zone: area}, **more} if area else {}
        out.append({**line, **grown})
    return out


def truth_of(made: list[Line]) -> Truth:
    return parse_truth(made)


def perfect(truth: Truth, venous: frozenset[str] = frozenset()) -> Results:
    """What a monitor that sees exactly the truth writes."""
    events = [*_shots(truth), *_leaks(truth, venous), _volume(truth)]
    observations = [_observation(line) for line in truth.live]
    return parse_results(sorted(events, key=lambda e: e["t"]), observations, {"fps": 100.0})


def _shots(truth: Truth) -> list[Line]:
    made = []
    for shot in truth.shots:
        common = {"frame": shot.first_frame, "shot": shot.shot, "view": shot.view.value}
        made.append({"t": shot.start_s, "type": "shot_started", **common})
        made.append({"t": shot.end_s, "type": "shot_ended", "beam_s": shot.end_s - shot.start_s, **common})
    return made


def _leaks(truth: Truth, venous: frozenset[str]) -> list[Line]:
    made: list[Line] = []
    for number, leak in enumerate(true_leaks(truth)):
        pulse = next((p for p, area in zip(leak.pulses, leak.areas_mm2, strict=True) if area >= TRACE_MM2), None)
        if pulse is not None:
            made.append(onset(pulse.t_s, pulse.frame, leak.view, leak.zone, leak.zone.value in venous, str(number)))
            if leak.zone in STOP_ZONES or leak.zone.value in venous:
                made.append(high(pulse.t_s, pulse.frame, f"high-{number}"))
    return made


def onset(t: float, frame: int, view: View, zone: Zone, venous: bool = False, leak: str = "made") -> Line:
    place = {"view": view.value, "zone": zone.value, "venous": venous, "area_mm2": 2.0, "reach_mm": 1.0, "at": [0, 0]}
    return {"t": t, "frame": frame, "type": "leak", "leak": leak, "phase": "onset", **place}


def high(t: float, frame: int, alert: str = "made", state: str = "raised") -> Line:
    words = {"priority": "high", "code": "stop", "text": "STOP", "action": "Stop."}
    return {"t": t, "frame": frame, "type": "alert", "alert": alert, "state": state, **words}


def technical(t: float, code: str, state: str) -> Line:
    return {"t": t, "frame": round(t * FPS), "type": "technical", "code": code, "state": state}


def _volume(truth: Truth) -> Line:
    last = next((line for line in reversed(truth.live) if line.true3d), truth.live[-1])
    told = {"number": 1, "view": last.view.value, "area_mm2": 0.0, "growth_mm2": 0.0, "ml_source": "estimated"}
    return {"t": last.t_s, "frame": last.frame, "type": "increment", "ml": sum((last.true3d or {}).values()), **told}


def _observation(line: TruthFrame) -> Line:
    return {
        "t": line.t_s,
        "frame": line.frame,
        "shot": line.shot,
        "view": line.view.value,
        "outline": None if line.outline is None else line.outline.tolist(),
        "cement": [p.tolist() for p in line.cement],
        "outside": [p.tolist() for p in line.outside],
        "cement_mm2": 0.0,
        "outside_mm2": {zone.value: area for zone, area in line.outside_mm2.items()},
        "cannula": None,
        "motion": None if line.motion is None else [*line.motion, 0.0],
        "ms": 5.0,
    }


def changed(
    results: Results, events: Iterable[Line] = (), drop: frozenset[str] = frozenset(), **keys: object
) -> Results:
    """Results with events added, types of event dropped, and keys of every observation replaced."""
    kept = [e for e in results.events if e["type"] not in drop]
    seen: list[Mapping[str, Any]] = [{**o, **keys} for o in results.observations]
    return parse_results([*kept, *events], seen, results.summary)


def measured(truth: Truth, results: Results, case: Case | None = None) -> dict[str, list[float]]:
    found = defaultdict(list)
    for sample in score(truth, results, case or Case()):
        found[sample.measure].append(sample.value)
    return found


def assert_perfect(found: dict[str, list[float]]) -> None:
    for measure, values in found.items():
        if measure in BEST or measure.startswith(("leak_found", "outline_dice")):
            assert min(values) == 1.0, measure
        if measure in NONE or measure.startswith(("border", "onset_delay", "volume")):
            assert max(values) == 0.0, measure
