"""The commands on a tiny recording, as a person runs them."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.cli import app
from monitor.domain import ConfigError
from tests.evaluation.tiny import write_tiny


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("recordings") / "tiny"
    write_tiny(folder)
    return folder


def test_results_made_elsewhere_are_scored(tiny: Path, tmp_path: Path) -> None:
    said, told = tmp_path / "figures.json", tmp_path / "page.html"
    options = [
        "--results",
        tiny / "results",
        "--baseline",
        "differencing",
        "--json",
        said,
        "--html",
        told,
        "--jobs",
        "1",
    ]
    outcome = CliRunner().invoke(app, ["evaluate", str(tiny), *map(str, options)])
    assert outcome.exit_code == 0, outcome.output
    assert "shot count exact" in outcome.stdout
    assert "FAIL" not in outcome.stdout
    figures = json.loads(said.read_text())["figures"]
    assert figures["recall_5_posterior"]["monitor"] | {"low": 0} == {
        **{"title": "leaks found at 5 mm², posterior", "unit": "share", "value": 1.0, "low": 0, "high": 1.0, "n": 1},
        **{"bar": 0.98, "met": True},
    }
    assert figures["cement_dice"]["differencing"]["value"] > 0.9
    assert "monitor" in figures["shots_exact"]
    assert "differencing" not in figures["shots_exact"]
    assert told.read_text().startswith("<!doctype html>")


def test_the_page_shows_the_worst_frames(tiny: Path, tmp_path: Path) -> None:
    late = [json.loads(line) for line in (tiny / "results" / "observations.jsonl").read_text().splitlines()]
    worse = tmp_path / "worse"
    worse.mkdir()
    for name in ("events.jsonl", "summary.json"):
        (worse / name).write_bytes((tiny / "results" / name).read_bytes())
    moved = ({**line, "outline": [[x + 20, y] for x, y in line["outline"]]} for line in late)
    (worse / "observations.jsonl").write_text("".join(json.dumps(line) + "\n" for line in moved))
    told = tmp_path / "page.html"
    outcome = CliRunner().invoke(
        app, ["evaluate", str(tiny), "--results", str(worse), "--html", str(told), "--jobs", "1"]
    )
    assert outcome.exit_code == 0, outcome.output
    page = told.read_text()
    assert "<h2>outline_dice</h2>" in page
    assert page.count("data:image/jpeg;base64,") >= 2
    assert 'class="FAIL"' in page


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "RECORDING or --suite"), (["x", "--bars", "none"], "typical"), (["x", "--baseline", "none"], "mog2")],
)
def test_what_cannot_be_asked_for(arguments: list[str], words: str) -> None:
    outcome = CliRunner().invoke(app, ["evaluate", *arguments])
    assert isinstance(outcome.exception, ConfigError)
    assert words in str(outcome.exception)


def test_a_recording_without_truth_is_reported_and_the_others_scored(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    arguments = [str(tiny), str(tmp_path / "bare"), "--results", str(tiny / "results"), "--jobs", "1"]
    outcome = CliRunner().invoke(app, ["evaluate", *arguments])
    assert outcome.exit_code == 1
    assert "truth.jsonl" in outcome.stderr
    assert "shot count exact" in outcome.stdout


def test_the_monitor_itself_is_evaluated(tiny: Path) -> None:
    outcome = CliRunner().invoke(app, ["evaluate", str(tiny), "--jobs", "1"])
    assert outcome.exit_code == 0, outcome.output
    assert "shot count exact" in outcome.stdout


def test_bench_compares_with_mog2(tiny: Path) -> None:
    outcome = CliRunner().invoke(app, ["bench", str(tiny)])
    assert outcome.exit_code == 0, outcome.output
    assert "replay at 360x320" in outcome.stdout or "No frame showed X-ray" in outcome.stdout
