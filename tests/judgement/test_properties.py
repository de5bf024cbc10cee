"""What holds for any course of pulses."""

from collections.abc import Sequence
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain import Extravasate, View, Zone
from tests.judgement.build import Bedside, piece, vein

PIECES = st.builds(
    piece,
    zone=st.sampled_from(list(Zone)),
    area_mm2=st.floats(0.5, 30),
    at=st.sampled_from([(700.0, 400.0), (705.0, 402.0), (500.0, 300.0)]),
) | st.builds(vein, zone=st.sampled_from(list(Zone)), length_mm=st.floats(3, 15))
PULSES = st.lists(st.tuples(st.lists(PIECES, max_size=3), st.floats(0, 600)), min_size=1, max_size=25)
SHOTS = st.lists(st.tuples(st.sampled_from([View.AP, View.LATERAL]), PULSES), min_size=1, max_size=4)
Shots = Sequence[tuple[View, Sequence[tuple[Sequence[Extravasate], float]]]]


def _play(shots: Shots, *, repeats: int = 1, refusal: str | None = None) -> list[dict[str, Any]]:
    bedside = Bedside()
    for view, pulses in shots:
        bedside.start(view)
        for outside, area in pulses:
            bedside.show(view, outside, area, repeats=repeats, refusal=refusal)
        bedside.end(view)
        bedside.wait(1)
    return [event.to_json() for event in bedside.events]


@settings(deadline=None, max_examples=40)
@given(SHOTS)
def test_refused_pulses_say_nothing(shots: Shots) -> None:
    assert _play(shots, refusal="tracking_lost") == []


@settings(deadline=None, max_examples=40)
@given(SHOTS)
def test_repeated_pulses_change_nothing_and_replays_agree(shots: Shots) -> None:
    assert _play(shots) == _play(shots, repeats=4)


@settings(deadline=None, max_examples=60)
@given(SHOTS)
def test_leaks_keep_their_order_and_canal_leaks_their_stop(shots: Shots) -> None:
    events = _play(shots)
    phases: dict[str, list[str]] = {}
    for event in events:
        if event["type"] == "leak":
            phases.setdefault(event["leak"], []).append(event["phase"])
    for told in phases.values():
        assert told[0] == "onset"
        assert set(told[1:-1]) <= {"growth"}
    canal = [event for event in events if event.get("zone") in ("posterior", "foramen")]
    stops = [event for event in events if event.get("code") == "leak_canal" and event["state"] == "raised"]
    assert len(stops) == bool(canal), "one STOP for the canal, however many pieces, zones and shots show it"
    if canal:
        assert stops[0]["t"] == canal[0]["t"], "and it is not late"


@settings(deadline=None, max_examples=25)
@given(
    st.sampled_from([Zone.POSTERIOR, Zone.ANTERIOR, Zone.DISC_INFERIOR]),
    st.floats(0.5, 6),
    st.floats(0.3, 3),
)
def test_same_case_at_any_pulse_rate_gives_the_same_leaks(zone: Zone, mm2_per_s: float, begins_s: float) -> None:
    told = {_growing(zone, mm2_per_s, begins_s, rate) for rate in (3.0, 7.5, 15.0, 30.0)}
    assert len(told) == 1


def _growing(zone: Zone, mm2_per_s: float, begins_s: float, pulses_per_s: float) -> tuple[tuple[str, bool], ...]:
    bedside = Bedside(pulses_per_s=pulses_per_s)
    bedside.start(View.LATERAL)
    while bedside.t_s < 8:
        area = mm2_per_s * (bedside.t_s - begins_s)
        bedside.show(View.LATERAL, [piece(zone, area)] if area > 0.5 else [])
    bedside.end(View.LATERAL)
    return tuple((leak.zone.value, leak.venous) for leak in bedside.leaks if leak.phase == "onset")
