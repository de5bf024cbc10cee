"""The baselines on a recording that is easy enough for them."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import Case, View, Zone, polygon
from monitor.evaluation.baseline_zones import anterior_is_left, zone_of
from monitor.evaluation.baselines import earned, run_baseline
from monitor.evaluation.scoring import score
from monitor.evaluation.segmenters import SEGMENTERS
from tests.evaluation.made import BODY, lines, shifted, truth_of, with_leak
from tests.evaluation.tiny import write_tiny


@pytest.mark.parametrize("name", SEGMENTERS)
def test_an_easy_leak_is_found(name: str, tmp_path: Path) -> None:
    truth = write_tiny(tmp_path / "tiny")
    results = run_baseline(name, tmp_path / "tiny", truth, Settings())
    found = defaultdict(list)
    for sample in earned(score(truth, results, Case())):
        found[sample.measure].append(sample.value)
    assert found["leak_found_5.posterior"] == [1.0]
    assert found["onset_delay_5_pulses"] == [1.0]
    assert found["false_onsets"] == found["false_high"] == [0.0]
    assert min(found["cement_dice"]) > 0.9
    assert not {"shots_exact", "view_right", "outline_dice", "refused"} & set(found)


@pytest.mark.parametrize("name", SEGMENTERS)
def test_nothing_changes_where_nothing_changes(name: str) -> None:
    rng = np.random.default_rng(3)
    segmenter = SEGMENTERS[name]()
    roi = np.full((200, 200), 255, np.uint8)
    shares = [
        segmenter.changed(rng.normal(120, 3, roi.shape).clip(0, 255).astype(np.uint8), roi).mean() for _ in range(8)
    ]
    assert max(shares[1:]) < 0.05 * 255


@pytest.mark.parametrize(
    ("dx", "dy", "view", "anterior_left", "zone"),
    [
        (0, -130, View.LATERAL, True, Zone.DISC_SUPERIOR),
        (0, 130, View.AP, True, Zone.DISC_INFERIOR),
        (-160, 0, View.LATERAL, True, Zone.ANTERIOR),
        (160, 0, View.LATERAL, True, Zone.POSTERIOR),
        (160, 0, View.LATERAL, False, Zone.ANTERIOR),
        (160, 0, View.AP, False, Zone.RIGHT),
        (-160, 20, View.AP, True, Zone.LEFT),
    ],
)
def test_zones_by_side(dx: int, dy: int, view: View, anterior_left: bool, zone: Zone) -> None:
    assert zone_of(polygon(shifted(BODY, dx, dy)), polygon(BODY), view, anterior_left) is zone


@pytest.mark.parametrize(
    ("zone", "dx", "left"),
    [("posterior", 160, True), ("posterior", -160, False), ("anterior", 160, False), ("anterior", -160, True)],
)
def test_anterior_is_where_the_truth_draws_it(zone: str, dx: int, left: bool) -> None:
    made = with_leak(lines([("lateral", 8)]), 1, zone, [5.0])
    made = [{**line, "outside": [shifted(BODY, dx)]} if line.get("annotated") else line for line in made]
    assert anterior_is_left(truth_of(made)) is left
