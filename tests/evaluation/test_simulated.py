"""Simulated truth scored against itself is perfect."""

from pathlib import Path

from monitor.evaluation.truth import read_truth
from monitor.simulation import simulate
from tests.evaluation.made import assert_perfect, measured, perfect


def test_simulated_truth_scored_against_itself_is_perfect(tmp_path: Path) -> None:
    simulate("venous-spread", 1, tmp_path / "made", seconds=8)
    truth = read_truth(tmp_path / "made" / "truth.jsonl")
    fed = frozenset(zone.value for line in truth.live for zone in line.venous or ())
    found = measured(truth, perfect(truth, fed))
    assert_perfect(found)
    assert fed
    assert found["venous_right"]
    assert len(found["outline_dice"]) > 20
