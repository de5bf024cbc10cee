"""The files of a replay: in order of time, whole lines, nothing before the recording is open."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.case.files import HOLD_S, ResultFiles
from monitor.domain import (
    Alert,
    Beam,
    Event,
    Frame,
    Increment,
    Leak,
    Observation,
    OutputError,
    Priority,
    ShotEnded,
    ShotStarted,
    Step,
    Technical,
    View,
    VolumeNoted,
    Zone,
)


def step(t_s: float, *events: Event, observations: tuple[Observation, ...] = ()) -> Step:
    frame = Frame(round(t_s * 10), t_s, np.zeros((2, 2), np.uint8))
    return Step(frame, Beam.ON, events=events, observations=observations)


def started(shot: int, t_s: float) -> ShotStarted:
    return ShotStarted(t_s=t_s, frame=round(t_s * 10), shot=shot, view=View.LATERAL)


def ended(shot: int, t_s: float, beam_s: float = 1.0) -> ShotEnded:
    return ShotEnded(t_s=t_s, frame=round(t_s * 10), shot=shot, view=View.LATERAL, beam_s=beam_s)


def leak(name: str, phase: str, zone: Zone, t_s: float) -> Leak:
    at = (1.0, 2.0)
    return Leak(
        t_s=t_s, frame=0, leak=name, phase=phase, view=View.AP, zone=zone, venous=False, area_mm2=3, reach_mm=1, at=at
    )


def alert(name: str, state: str, priority: Priority, t_s: float) -> Alert:
    return Alert(t_s=t_s, frame=0, alert=name, state=state, priority=priority, code="x", text="x", action="x")


def increment(number: int, ml: float, t_s: float) -> Increment:
    return Increment(
        t_s=t_s, frame=0, number=number, view=View.AP, area_mm2=1, growth_mm2=1, ml=ml, ml_source="estimated"
    )


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def test_an_end_told_late_stands_in_its_place(tmp_path: Path) -> None:
    with ResultFiles(tmp_path / "out") as files:
        files.write(step(1.0, started(1, 1.0)))
        files.write(step(2.5, Technical(t_s=2.5, frame=25, code="frozen", state="raised")))
        files.write(step(3.0, ended(1, 2.0)))
        files.write(step(9.0))
    kinds = [line["type"] for line in lines(tmp_path / "out" / "events.jsonl")]
    assert kinds == ["shot_started", "shot_ended", "technical"]


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, HOLD_S * 0.99)), max_size=60))
def test_any_delay_within_the_hold_ends_in_order_of_time(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[float, float]]
) -> None:
    out, now_s = tmp_path_factory.mktemp("order") / "out", HOLD_S
    with ResultFiles(out) as files:
        for number, (pause_s, delay_s) in enumerate(steps):
            now_s += pause_s
            files.write(step(now_s, started(number, now_s - delay_s)))
    times = [line["t"] for line in lines(out / "events.jsonl")]
    assert len(times) == len(steps)
    assert times == sorted(times)


def test_events_of_one_time_keep_the_order_in_which_they_were_told(tmp_path: Path) -> None:
    with ResultFiles(tmp_path / "out") as files:
        files.write(step(1.0, started(1, 1.0), leak("a", "onset", Zone.POSTERIOR, 1.0)))
        files.write(step(1.1, alert("b", "raised", Priority.HIGH, 1.0)))
    assert [line["type"] for line in lines(tmp_path / "out" / "events.jsonl")] == ["shot_started", "leak", "alert"]


def test_what_is_written_is_on_disk_in_whole_lines_before_the_end(tmp_path: Path) -> None:
    observation = Observation(t_s=1.0, frame=10, shot=1, view=View.AP)
    with ResultFiles(tmp_path) as files:
        files.write(step(1.0, started(1, 1.0), observations=(observation,)))
        assert lines(tmp_path / "observations.jsonl") == [observation.to_json()]
        assert lines(tmp_path / "events.jsonl") == []
        files.write(step(1.0 + HOLD_S))
        assert [line["shot"] for line in lines(tmp_path / "events.jsonl")] == [1]


def test_the_summary_counts_what_the_events_say(tmp_path: Path) -> None:
    with ResultFiles(tmp_path) as files:
        files.write(step(0.0, started(1, 0.0), increment(1, 0.5, 0.0)))
        files.write(step(1.0, ended(1, 1.0, beam_s=1.0), leak("l1", "onset", Zone.POSTERIOR, 0.5)))
        files.write(step(2.0, leak("l1", "growth", Zone.POSTERIOR, 2.0), leak("l2", "onset", Zone.LEFT, 2.0)))
        files.write(step(3.0, alert("a1", "raised", Priority.LOW, 3.0), alert("a2", "raised", Priority.HIGH, 3.0)))
        files.write(step(4.0, alert("a1", "escalated", Priority.MEDIUM, 4.0), started(2, 3.5), increment(2, 1.25, 4.0)))
        files.write(step(4.0, VolumeNoted(t_s=4.0, frame=8, given_ml=0.5, ml=1.75)))
        files.write(Step(None, Beam.NO_SIGNAL, events=(ended(2, 4.0, beam_s=0.5),)))
        files.summarise(distribution="central")
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary.pop("fps") > 0
    assert summary == {
        "frames": 6,
        "shots": 2,
        "beam_s": 1.5,
        "increments": 2,
        "ml": 1.75,
        "leaks": {zone.value: int(zone in (Zone.POSTERIOR, Zone.LEFT)) for zone in Zone},
        "alerts": {"high": 1, "medium": 1, "low": 0},
        "distribution": "central",
        "duration_s": 4.0,
        "version": "0.1.0",
    }
    assert {path.name for path in tmp_path.iterdir()} == {"events.jsonl", "observations.jsonl", "summary.json"}


def test_nothing_is_made_before_the_recording_is_open(tmp_path: Path) -> None:
    ResultFiles(tmp_path / "new" / "out")
    assert not list(tmp_path.iterdir())


def test_a_failure_in_the_middle_leaves_whole_lines_and_no_summary(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(ZeroDivisionError), ResultFiles(tmp_path, overwrite=True) as files:
        files.write(step(1.0, started(1, 1.0)))
        raise ZeroDivisionError
    assert len(lines(tmp_path / "events.jsonl")) == 1
    assert not (tmp_path / "summary.json").exists()


def test_a_folder_with_files_is_refused_unless_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match=r"found mine\.txt\. Say --overwrite"):
        ResultFiles(tmp_path)
    with ResultFiles(tmp_path, overwrite=True) as files:
        files.summarise()
    assert (tmp_path / "mine.txt").read_text() == "keep me"
    assert json.loads((tmp_path / "summary.json").read_text())["distribution"] is None


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(OutputError, match="expected a folder for the results, found a file"):
        ResultFiles(tmp_path / "out", overwrite=True)


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"file/out: can't be written"), ResultFiles(tmp_path / "file" / "out"):
        pass
