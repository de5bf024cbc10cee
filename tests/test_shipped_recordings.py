"""The shipped recordings give the shots, views, increments, leaks and high alerts that their truth says; no more."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.case.analysis import analyse
from monitor.case.files import ResultFiles
from monitor.config import Settings
from monitor.domain import Zone
from monitor.judgement.rules import leak_code
from monitor.sources import open_recording

RECORDINGS = Path(__file__).parents[1] / "recordings"
LEAK_CODES = {leak_code(zone, venous) for zone in Zone for venous in (False, True)}
LEAK_MM2 = 2.0
LEAK_PULSES = 3
LARGEST_BYTES = 8_000_000


@dataclass(frozen=True)
class Shipped:
    """A recording, the increments given in it by the simulator's script, and the gravest alert of a leak, if any."""

    name: str
    increments: int
    gravest: str | None = None
    venous: bool = False


CASES = (
    Shipped("central-fill", 5),
    Shipped("posterior-leak", 6, "leak_canal", venous=True),
    Shipped("venous-spread", 3, "venous_spread", venous=True),
    Shipped("disc-leak", 4, "leak_disc_inferior"),
    Shipped("lateral-leak", 3, "leak_right"),
    Shipped("needle-track", 4, "needle_track"),
)


@dataclass(frozen=True)
class Replayed:
    case: Shipped
    truth: list[dict[str, Any]]
    events: list[dict[str, Any]]

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["type"] == kind]


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: case.name)
def replayed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Replayed:
    case: Shipped = request.param
    out = tmp_path_factory.mktemp(case.name)
    recording = open_recording(RECORDINGS / case.name)
    with recording.source as source:
        damage = analyse(source, recording.case, Settings(), ResultFiles(out), lambda: None)
    assert damage == ()
    return Replayed(case, lines(RECORDINGS / case.name / "truth.jsonl"), lines(out / "events.jsonl"))


def true_shots(truth: list[dict[str, Any]]) -> dict[int, tuple[str, float, float]]:
    shots: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for frame in truth:
        if frame["live"]:
            shots[frame["shot"]].append(frame)
    return {shot: (frames[0]["view"], frames[0]["t"], frames[-1]["t"]) for shot, frames in shots.items()}


def true_leaks(truth: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """View and zone of all cement outside that is large enough, for long enough, to be seen."""
    pulses: dict[tuple[str, str], set[tuple[int, int]]] = defaultdict(set)
    for frame in truth:
        if frame["live"]:
            for zone, area in frame["outside_mm2"].items():
                if area >= LEAK_MM2:
                    pulses[frame["view"], zone].add((frame["shot"], frame["pulse"]))
    return {place for place, seen in pulses.items() if len(seen) >= LEAK_PULSES}


def test_shots_and_views(replayed: Replayed) -> None:
    started, ended = replayed.of("shot_started"), replayed.of("shot_ended")
    found = {s["shot"]: (e["view"], s["t"], e["t"]) for s, e in zip(started, ended, strict=True)}
    true = true_shots(replayed.truth)
    assert {shot: view for shot, (view, _, _) in found.items()} == {shot: view for shot, (view, _, _) in true.items()}
    for shot, (_, start_s, end_s) in true.items():
        assert found[shot][1:] == pytest.approx((start_s, end_s), abs=0.25)


def test_both_views_get_an_outline(replayed: Replayed) -> None:
    assert {event["view"] for event in replayed.of("outline")} == {"ap", "lateral"}
    assert {event["source"] for event in replayed.of("outline")} == {"tap"}


def test_increments(replayed: Replayed) -> None:
    assert [event["number"] for event in replayed.of("increment")] == list(range(1, replayed.case.increments + 1))


def test_leaks_by_view_and_zone(replayed: Replayed) -> None:
    leaks = true_leaks(replayed.truth)
    assert bool(leaks) == (replayed.case.gravest is not None)
    assert {(event["view"], event["zone"]) for event in replayed.of("leak")} == leaks
    first_s = min(
        (f["t"] for f in replayed.truth if any(a > 0.5 for a in f.get("outside_mm2", {}).values())), default=0
    )
    assert all(event["t"] >= first_s for event in replayed.of("leak"))


def test_what_came_along_a_vein(replayed: Replayed) -> None:
    assert any(event["venous"] for event in replayed.of("leak")) == replayed.case.venous


def test_the_gravest_alert_of_a_leak(replayed: Replayed) -> None:
    alerts = [event for event in replayed.of("alert") if event["code"] in LEAK_CODES]
    high = {event["code"] for event in alerts if event["priority"] == "high"}
    assert (high or {event["code"] for event in alerts}) == {replayed.case.gravest} - {None}
    assert {event["code"] for event in replayed.of("alert") if event["priority"] == "high"} == high


def test_nothing_stays_unjudged(replayed: Replayed) -> None:
    held: set[str] = set()
    for event in replayed.of("technical"):
        held ^= {event["code"]}
    assert held == set()
    assert not {"tracking_lost", "corrupt", "uncalibrated"} & {event["code"] for event in replayed.of("technical")}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_they_are_small(case: Shipped) -> None:
    assert (RECORDINGS / case.name / "video.mkv").stat().st_size <= LARGEST_BYTES
