"""Recordings keep to the format, tell the whole truth and come out the same every time."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
import yaml

from monitor.domain import LEVELS, RecordingError, Zone
from monitor.simulation import simulate

SECONDS = 9.0
KEYS = {
    *("t", "frame", "live", "shot", "view", "pulse", "repeat", "motion", "spacing_mm", "outline", "outline_core"),
    *("cement_mm2", "outside_mm2", "true3d"),
}


def _lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "truth.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def leaking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recordings") / "posterior"
    simulate("posterior-leak", 4, out, difficulty="easy", seconds=SECONDS)
    return out


def test_one_line_of_truth_for_every_frame(leaking: Path) -> None:
    with av.open(str(leaking / "video.mkv")) as video:
        times = [frame.time for frame in video.decode(video=0)]
    lines = _lines(leaking)
    assert [line["frame"] for line in lines] == list(range(len(times)))
    assert np.allclose([line["t"] for line in lines], times, atol=1.1e-3)


def test_live_lines_have_every_key_and_shots_count_up(leaking: Path) -> None:
    lines = _lines(leaking)
    live = [line for line in lines if line["live"]]
    assert all(set(line) >= KEYS for line in live)
    shots = [line["shot"] for line in live]
    assert sorted(set(shots)) == list(range(1, max(shots) + 1))
    assert all(line["shot"] == 0 for line in lines if not line["live"])
    assert lines[0]["view"] is None and not lines[0]["live"]
    for shot in set(shots):
        last = [line for line in live if line["shot"] == shot][-1]
        assert last["annotated"] is True
        assert {"cement", "outside", "ignore"} <= set(last)


def test_areas_agree_with_the_polygons(leaking: Path) -> None:
    annotated = [line for line in _lines(leaking) if line.get("annotated")]
    assert annotated[-1]["cement_mm2"] > 50
    assert any(line["outside_mm2"].get("posterior", 0) > 2 for line in annotated)
    for line in annotated:
        for polygons, area in (
            (line["cement"], line["cement_mm2"]),
            (line["outside"], sum(line["outside_mm2"].values())),
        ):
            drawn = sum(_area(p) for p in polygons) * line["spacing_mm"] ** 2
            assert drawn == pytest.approx(area, rel=0.12, abs=3.0)


def _area(points: list[list[float]]) -> float:
    x, y = np.array(points).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def test_cement_grows_and_is_all_accounted_for(leaking: Path) -> None:
    live = [line for line in _lines(leaking) if line["live"]]
    given = [sum(line["true3d"].values()) for line in live]
    assert all(b >= a - 1e-6 for a, b in pairwise(given))
    for view in ("lateral", "ap"):
        pulses = [line for line in live if line["view"] == view]
        assert pulses[-1]["cement_mm2"] > 0.8 * max(line["cement_mm2"] for line in pulses)


def test_case_says_what_was_known_before(leaking: Path) -> None:
    case = yaml.safe_load((leaking / "case.yaml").read_text(encoding="utf-8"))
    lines = _lines(leaking)
    assert case["schema"] == 1
    assert case["level"] in LEVELS
    assert case["approach"] in ("left", "right", "bilateral")
    for view, target in case["target"].items():
        line = lines[target["frame"]]
        assert line["live"] and line["view"] == view and line["cement_mm2"] == 0
        x, y = np.array(line["outline"]).T
        assert x.min() < target["point"][0] < x.max() and y.min() < target["point"][1] < y.max()


def test_zones_are_the_format_s(leaking: Path) -> None:
    assert {z for line in _lines(leaking) for z in line.get("outside_mm2", {})} <= {z.value for z in Zone}


def test_same_seed_same_bytes_other_seed_others(tmp_path: Path, leaking: Path) -> None:
    for name in "ab":
        simulate("posterior-leak", 7, tmp_path / name, difficulty="easy", seconds=8)
    for file in ("video.mkv", "truth.jsonl", "case.yaml"):
        a, b = ((tmp_path / name / file).read_bytes() for name in "ab")
        assert a == b
        assert a != (leaking / file).read_bytes()


@pytest.mark.parametrize(
    ("scenario", "difficulty", "says"), [("lunch", None, "central-fill"), ("typical", "brutal", "easy, typical, hard")]
)
def test_unknown_names_are_refused(tmp_path: Path, scenario: str, difficulty: str | None, says: str) -> None:
    with pytest.raises(RecordingError, match=says):
        simulate(scenario, 1, tmp_path / "out", difficulty=difficulty)


def test_a_folder_with_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(RecordingError, match="new or empty folder"):
        simulate("typical", 1, tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == ["mine.txt"]
