"""The scorer on hand-made pairs whose scores can be told beforehand."""

import json
from pathlib import Path
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Case, Delivered, RecordingError, Target, View, Zone
from monitor.evaluation.results import parse_results, read_results
from monitor.evaluation.scoring import score
from monitor.evaluation.truth import read_truth
from tests.evaluation.made import (
    BODY,
    CEMENT,
    CORE,
    SPACING_MM,
    Line,
    assert_perfect,
    changed,
    high,
    lines,
    measured,
    onset,
    perfect,
    shifted,
    technical,
    truth_of,
    with_leak,
)

TWO_SHOTS = [("lateral", 20), ("ap", 20)]
GROWING = [0.0, 0.6, 1.5, 2.5, 4.0, 6.0, 8.0, 8.0, 8.0, 8.0]


@pytest.mark.parametrize("zone", list(Zone))
@pytest.mark.parametrize("view", ["ap", "lateral"])
def test_truth_scored_against_itself_is_perfect(zone: Zone, view: str) -> None:
    truth = truth_of(with_leak(lines([("lateral", 20), (view, 20)]), 2, zone.value, GROWING))
    found = measured(truth, perfect(truth))
    assert_perfect(found)
    assert found[f"leak_found_5.{zone.value}"] == [1.0]


@settings(max_examples=25, deadline=None)
@given(
    shots=st.lists(st.tuples(st.sampled_from(["ap", "lateral"]), st.integers(2, 12)), min_size=1, max_size=4),
    zone=st.sampled_from(list(Zone)),
    areas=st.lists(st.floats(0, 30), min_size=1, max_size=6),
    venous=st.booleans(),
)
def test_any_truth_scored_against_itself_is_perfect(
    shots: list[tuple[str, int]], zone: Zone, areas: list[float], venous: bool
) -> None:
    fed = [zone.value] if venous else []
    truth = truth_of(with_leak(lines(shots), 1, zone.value, areas, venous=fed))
    assert_perfect(measured(truth, perfect(truth, frozenset(fed))))


@pytest.mark.parametrize("k", [2, 5, 12])
def test_shifted_outline_has_the_analytic_error(k: int) -> None:
    truth = truth_of(lines(TWO_SHOTS))
    found = measured(truth, changed(perfect(truth), outline=shifted(BODY, k)))
    width, height = 150, 120
    # The side that moved out stands k off along its whole height; the one that moved in loses k²/2 near each of its two
    # corners, which is what the overhanging ends of the other two sides add.
    error_px = k * height / (width + height)
    assert fmean(found["outline_dice"]) == pytest.approx(1 - k / width, abs=0.003)
    assert fmean(found["border_ap_mm"]) == pytest.approx(error_px * SPACING_MM, abs=0.03)


@pytest.mark.parametrize(
    ("drawn", "dice"),
    [
        pytest.param(BODY, 1.0, id="the silhouette"),
        pytest.param(CORE, 1.0, id="the core"),
        pytest.param([[105, 104], [243, 108], [245, 215], [102, 218]], 1.0, id="between the two"),
        pytest.param([[60, 100], [250, 100], [250, 220], [60, 220]], 2 * 150 / (150 + 190), id="beyond the silhouette"),
    ],
)
def test_an_outline_between_core_and_silhouette_is_right(drawn: list[list[float]], dice: float) -> None:
    made: list[Line] = [{**line, "outline_core": CORE} if line["live"] else line for line in lines(TWO_SHOTS)]
    truth = truth_of(made)
    found = measured(truth, changed(perfect(truth), outline=drawn))
    assert fmean(found["outline_dice"]) == pytest.approx(dice, abs=0.005)
    assert (fmean(found["border_lateral_mm"]) == pytest.approx(0, abs=0.01)) == (dice == 1.0)


def test_tracking_allows_for_each_ones_own_reference() -> None:
    made = lines([("lateral", 10), ("lateral", 10)])
    for line in made:
        if line["shot"] == 2:
            line["motion"] = [10.0, -4.0, 0.0]
    truth = truth_of(made)
    results = perfect(truth)
    seen = [{**o, "motion": [o["motion"][0] + 7.0, o["motion"][1] - 3.0, 0.0]} for o in results.observations]
    assert max(measured(truth, parse_results(results.events, seen, {}))["tracking_mm"]) == pytest.approx(0)
    stuck = changed(results, motion=[0.0, 0.0, 0.0])
    assert max(measured(truth, stuck)["tracking_mm"]) == pytest.approx((10**2 + 4**2) ** 0.5 * SPACING_MM)


@pytest.mark.parametrize(
    ("starts", "exact", "off"),
    [
        pytest.param([(1.0, 2.9), (4.0, 5.9)], 1.0, 0.0, id="right"),
        pytest.param([(1.05, 2.95), (3.95, 5.95)], 1.0, 0.05, id="within a frame"),
        pytest.param([(1.0, 2.9)], 0.0, 1.9, id="missed"),
        pytest.param([(1.0, 1.7), (1.9, 2.9), (4.0, 5.9)], 0.0, 0.9, id="split"),
        pytest.param([(1.0, 5.9)], 0.0, 2.9, id="merged"),
        pytest.param([(1.5, 3.4), (4.0, 5.9)], 1.0, 0.5, id="late"),
    ],
)
def test_shots(starts: list[tuple[float, float]], exact: float, off: float) -> None:
    truth = truth_of(lines(TWO_SHOTS))
    events: list[Line] = []
    for number, (start, end) in enumerate(starts, start=1):
        common = {"frame": round(start * 10), "shot": number, "view": "ap"}
        events += [{"t": start, "type": "shot_started", **common}, {"t": end, "type": "shot_ended", **common}]
    found = measured(truth, changed(perfect(truth), events, drop=frozenset({"shot_started", "shot_ended"})))
    assert found["shots_exact"] == [exact]
    assert max(found["shot_start_s"] + found["shot_end_s"]) == pytest.approx(off, abs=0.06)


def leak_case(*events: Line, keep: bool = False, zone: str = "posterior") -> dict[str, list[float]]:
    truth = truth_of(with_leak(lines(TWO_SHOTS), 1, zone, GROWING))
    drop = frozenset[str]() if keep else frozenset({"leak", "alert"})
    return measured(truth, changed(perfect(truth), events, drop))


def test_missed_leak() -> None:
    found = leak_case()
    assert found["leak_found_2.posterior"] == found["leak_found_5.posterior"] == [0.0]
    assert found["leak_found_10.posterior"] == []
    assert found["false_onsets"] == [0.0]


def test_late_onset_is_counted_in_pulses_and_seconds() -> None:
    # Two frames a pulse from frame 10 on: 2 mm² are reached on pulse 3 (frame 16), 5 mm² on pulse 5 (frame 20).
    found = leak_case(onset(2.2, 22, View.LATERAL, Zone.POSTERIOR))
    assert found["onset_delay_2_pulses"] == [3.0]
    assert found["onset_delay_2_s"] == [pytest.approx(0.6)]
    assert found["onset_delay_5_pulses"] == [1.0]


@pytest.mark.parametrize(
    ("true", "said", "found", "right"),
    [
        pytest.param("posterior", Zone.FORAMEN, 1.0, 0.0, id="foramen for posterior is a STOP all the same"),
        pytest.param("posterior", Zone.NEEDLE_TRACK, 0.0, 0.0, id="a needle track is not"),
        pytest.param("disc_superior", Zone.ANTERIOR, 1.0, 0.0, id="wrong zone next to it"),
        pytest.param("needle_track", Zone.NEEDLE_TRACK, 1.0, 1.0, id="needle track"),
    ],
)
def test_wrong_zone(true: str, said: Zone, found: float, right: float) -> None:
    scored = leak_case(onset(2.2, 22, View.LATERAL, said), zone=true)
    assert scored[f"leak_found_5.{true}"] == [found]
    assert scored["zone_right"] == [right]
    assert scored["false_onsets"] == [0.0]


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(onset(4.2, 42, View.AP, Zone.LEFT, leak="f"), id="in the other view"),
        pytest.param(onset(2.2, 22, View.LATERAL, Zone.ANTERIOR, leak="f"), id="at the other wall"),
    ],
)
def test_false_onset(event: Line) -> None:
    assert leak_case(event, keep=True)["false_onsets"] == [1.0]


def test_high_alerts() -> None:
    assert leak_case(high(2.2, 22), keep=True)["false_high"] == [0.0]
    assert leak_case(high(2.2, 22), zone="disc_superior")["false_high"] == [1.0]
    again = [high(5.0, 50), high(5.5, 55, state="escalated"), high(5.6, 56, state="cleared")]
    assert leak_case(*again)["false_high"] == [1.0]


@pytest.mark.parametrize(("fed", "said", "right"), [([], False, 1.0), (["posterior"], False, 0.0), ([], True, 0.0)])
def test_venous(fed: list[str], said: bool, right: float) -> None:
    truth = truth_of(with_leak(lines(TWO_SHOTS), 1, "posterior", GROWING, venous=fed))
    results = changed(perfect(truth), [onset(2.2, 22, View.LATERAL, Zone.POSTERIOR, said)], frozenset({"leak"}))
    assert measured(truth, results)["venous_right"] == [right]


def test_hidden_leak_is_told_apart() -> None:
    made = [{**line, "true3d": {"body": 2.0, "canal": 0.2, "disc_superior": 0.1}} for line in lines(TWO_SHOTS)]
    truth = truth_of(with_leak(made, 1, "disc_superior", GROWING))
    found = measured(truth, perfect(truth))
    assert sorted(found["compartment_found"]) == [0.0, 1.0]
    assert found["compartment_shown_found"] == [1.0]


@pytest.mark.parametrize(
    ("metal_to_px", "beside", "expected"),
    [
        pytest.param(275.0, {}, [0.0], id="10 mm² of it show"),
        pytest.param(290.0, {}, [], id="4 mm² of it show"),
        pytest.param(290.0, {"disc_superior": 4.0}, [0.0], id="4 mm² of all cement outside show"),
    ],
)
def test_a_missed_leak_that_metal_hides_is_told_apart(
    metal_to_px: float, beside: dict[str, float], expected: list[float]
) -> None:
    """20 mm² of cement behind the wall, 50 px wide, whose left part lies under metal."""
    made = with_leak(lines(TWO_SHOTS), 1, "posterior", [20.0] * 5)
    for line in made:
        if line.get("annotated"):
            line["outside"] = [[[250, 140], [300, 140], [300, 150], [250, 150]]]
            line["ignore"] = [[[200, 100], [metal_to_px, 100], [metal_to_px, 300], [200, 300]]]
            line["outside_mm2"] |= beside
    truth = truth_of(made)
    found = measured(truth, changed(perfect(truth), drop=frozenset({"leak", "alert"})))
    assert found["leak_found_5.posterior"] == [0.0]
    assert found["leak_found_beside_metal.posterior"] == expected


def test_cement_under_metal_is_left_out() -> None:
    made = lines(TWO_SHOTS)
    for line in made:
        if line.get("annotated"):
            line["ignore"] = [[[175, 100], [300, 100], [300, 300], [175, 300]]]
    truth = truth_of(made)
    half = [[150, 140], [175, 140], [175, 180], [150, 180]]
    assert fmean(measured(truth, changed(perfect(truth), cement=[half]))["cement_dice"]) == pytest.approx(1, abs=0.005)
    assert measured(truth, changed(perfect(truth), cement=[]))["cement_dice"] == [0.0, 0.0]
    away = shifted(CEMENT, -25)
    assert fmean(measured(truth, changed(perfect(truth), cement=[away]))["cement_dice"]) == pytest.approx(
        2 / 3, abs=0.01
    )


def test_volume_and_increments() -> None:
    truth = truth_of(lines(TWO_SHOTS))
    told = {"t": 5.0, "frame": 50, "type": "increment", "ml": 1.2, "ml_source": "estimated"}
    case = Case(increments=(Delivered(1.0, 0.5), Delivered(2.0, 0.5)))
    found = measured(truth, changed(perfect(truth), [told], frozenset({"increment"})), case)
    assert found["volume_estimated_pct"] == [pytest.approx(20)]
    assert found["increments_off"] == [1.0]
    nothing = measured(truth, changed(perfect(truth), drop=frozenset({"increment"})))
    assert nothing["volume_estimated_pct"] == [100.0]


@pytest.mark.parametrize(
    ("truly", "right"),
    [
        pytest.param({}, 0.0, id="nothing was wrong"),
        pytest.param({"outline": None}, 1.0, id="out of the field"),
        pytest.param({"spacing_mm": 0.15}, 1.0, id="magnified"),
        pytest.param({"motion": [9.0, 0.0, 0.0]}, 1.0, id="motion given is wrong"),
        pytest.param({"annotated": True, "ignore": [shifted(BODY, 70)]}, 1.0, id="under metal"),
    ],
)
def test_refusals(truly: dict[str, object], right: float) -> None:
    made = [{**line, **(truly if line["shot"] == 2 else {})} for line in lines([("ap", 10), ("ap", 10)])]
    truth = truth_of(made)
    spoken = [technical(3.0, "tracking_lost", "raised"), technical(4.5, "tracking_lost", "cleared")]
    found = measured(truth, changed(perfect(truth), spoken, motion=[0.0, 0.0, 0.0]))
    assert fmean(found["refused"]) == 0.5
    assert set(found["refusal_right"]) == {right}
    assert len(found["tracking_mm"]) == 5


def test_nothing_is_refused_up_to_the_pulse_of_the_first_tap() -> None:
    truth = truth_of(lines([("ap", 10), ("ap", 10)]))
    results = changed(perfect(truth), outline=None)
    case = Case(targets={View.AP: Target(30, (160.0, 160.0))})
    assert measured(truth, results, case)["refused"] == [1.0] * 4


def test_nothing_is_known_of_the_target_once_the_team_goes_on_to_another_level() -> None:
    made = lines([("ap", 10), ("ap", 10)])
    for line in made:
        if line["shot"] == 2:
            line["true3d"] = {"body": 0.0 if line["pulse"] < 2 else 3.0}
            line["outside_mm2"] = {"posterior": 9.0}
    truth = truth_of(made)
    spoken = [technical(3.0, "tracking_lost", "raised"), technical(4.5, "tracking_lost", "cleared")]
    found = measured(truth, changed(perfect(truth), [*spoken, onset(4.0, 40, View.AP, Zone.POSTERIOR)]))
    assert set(found["refusal_right"]) == {1.0}
    assert found["false_onsets"] == [1.0]
    assert found["volume_estimated_pct"] == [0.0]
    assert len(found["outline_dice"]) == len(found["tracking_mm"]) == 5
    assert not any(measure.startswith("leak_found") for measure in found)


def test_files_round_trip(tmp_path: Path) -> None:
    made = with_leak(lines(TWO_SHOTS), 1, "posterior", GROWING)
    (tmp_path / "truth.jsonl").write_text("\n".join(json.dumps(line) for line in made))
    truth = read_truth(tmp_path / "truth.jsonl")
    results = perfect(truth)
    for name, content in (("events", results.events), ("observations", results.observations)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(json.dumps(line) for line in content))
    (tmp_path / "summary.json").write_text(json.dumps(results.summary))
    assert score(truth, read_results(tmp_path), Case()) == score(truth, results, Case())


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        '{"t":0,"frame":1,"live":true,"shot":1,"view":"ap","outside_mm2":{"moon":1}}',
        '{"t": 1}',
        '{"t":0,"frame":1,"live":false,"shot":0,"view":null}\n' * 2,
    ],
)
def test_broken_files_are_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "truth.jsonl").write_text(text)
    with pytest.raises(RecordingError, match=r"truth\.jsonl"):
        read_truth(tmp_path / "truth.jsonl")
    with pytest.raises(RecordingError, match=r"events\.jsonl"):
        read_results(tmp_path)
