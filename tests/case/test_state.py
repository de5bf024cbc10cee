"""The fold: whatever the events, the state says what they said."""

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.case.state import CaseState, fold
from monitor.domain import (
    Alert,
    Beam,
    Event,
    Increment,
    Leak,
    OutlineFound,
    Priority,
    ShotEnded,
    ShotStarted,
    Technical,
    View,
    VolumeNoted,
    Zone,
    polygon,
)

times = st.floats(0, 4000)
frames = st.integers(0, 10**6)
views = st.sampled_from(View)
words = st.text(max_size=8)
numbers = st.floats(0, 1e4)
ids = st.sampled_from(["a", "b", "c"])
states = st.sampled_from(["raised", "escalated", "acknowledged", "cleared"])
alerts = st.builds(
    Alert, t_s=times, frame=frames, alert=ids, state=states, priority=st.sampled_from(Priority), code=words, text=words,
    action=words, pause_s=numbers,
)  # fmt: skip
events: st.SearchStrategy[Event] = st.one_of(
    alerts,
    st.builds(ShotStarted, t_s=times, frame=frames, shot=st.integers(1, 50), view=views),
    st.builds(ShotEnded, t_s=times, frame=frames, shot=st.integers(1, 50), view=views, beam_s=numbers),
    st.builds(
        OutlineFound, t_s=times, frame=frames, view=views, level=st.sampled_from(["L1", None]), source=words,
        polygon=st.just(polygon([[0, 0], [9, 0], [9, 9]])),
    ),
    st.builds(
        Increment, t_s=times, frame=frames, number=st.integers(1, 20), view=views, area_mm2=numbers,
        growth_mm2=numbers, ml=numbers, ml_source=st.sampled_from(["noted", "estimated"]),
    ),
    st.builds(VolumeNoted, t_s=times, frame=frames, given_ml=numbers, ml=numbers),
    st.builds(
        Leak, t_s=times, frame=frames, leak=ids, phase=st.sampled_from(["onset", "growth", "gone"]), view=views,
        zone=st.sampled_from(Zone), venous=st.booleans(), area_mm2=numbers, reach_mm=numbers,
        at=st.just((1.0, 2.0)),
    ),
    st.builds(
        Technical, t_s=times, frame=frames, code=st.sampled_from(["no_signal", "frozen", "x"]),
        state=st.sampled_from(["raised", "cleared"]),
    ),
)  # fmt: skip


def fold_all(story: Iterable[Event]) -> CaseState:
    return reduce(fold, story, CaseState())


def last(kind: type[Event], key: str, story: list[Event]) -> dict[str, Event]:
    """The newest event of one kind for each id."""
    return {getattr(event, key): event for event in story if isinstance(event, kind)}


@given(st.lists(events, max_size=40))
def test_fold_keeps_what_the_events_said_in_any_order(story: list[Event]) -> None:
    state = fold_all(story)
    assert list(state.history) == story
    assert {leak.leak: leak for leak in state.leaks} == last(Leak, "leak", story)
    raised = {
        code
        for code, event in last(Technical, "code", story).items()
        if isinstance(event, Technical) and event.state == "raised"
    }
    assert {condition.code for condition in state.technical} == raised
    assert state.beam_s == pytest.approx(sum(e.beam_s for e in story if isinstance(e, ShotEnded)))


@given(st.lists(alerts, max_size=40))
def test_an_alert_is_present_until_cleared_and_acknowledged_only_by_its_newest_word(story: list[Alert]) -> None:
    active = {one.event.alert: one for one in fold_all(story).alerts}
    newest = {event.alert: event for event in story}
    assert set(active) == {name for name, event in newest.items() if event.state != "cleared"}
    for name, one in active.items():
        assert one.acknowledged == (newest[name].state == "acknowledged")
        assert one.event is newest[name]


def raised(state: str = "raised", t_s: float = 1.0, priority: Priority = Priority.MEDIUM) -> Alert:
    return Alert(
        t_s=t_s, frame=0, alert="a", state=state, priority=priority, code="leak", text="text", action="act",
        pause_s=30.0,
    )  # fmt: skip


def test_escalation_takes_the_acknowledgement_back_and_starts_the_pause_again() -> None:
    seen = fold_all([raised(), raised("acknowledged", 3.0)])
    assert (seen.alerts[0].since_s, seen.alerts[0].acknowledged) == (1.0, True)
    worse = fold(seen, raised("escalated", 5.0, Priority.HIGH))
    assert (worse.alerts[0].since_s, worse.alerts[0].acknowledged) == (5.0, False)
    assert worse.alerts[0].event.priority is Priority.HIGH


def test_alerts_keep_the_order_in_which_they_were_raised() -> None:
    second = replace(raised(t_s=2.0), alert="b")
    state = fold_all([raised(), second, raised("acknowledged", 3.0)])
    assert [one.event.alert for one in state.alerts] == ["a", "b"]


SHOT = ShotStarted(t_s=4.0, frame=60, shot=1, view=View.AP)
END = ShotEnded(t_s=5.5, frame=83, shot=1, view=View.AP, beam_s=1.5)
LOST = Technical(t_s=6.0, frame=90, code="no_signal", state="raised")
BACK = Technical(t_s=7.0, frame=99, code="no_signal", state="cleared")
BEAMS: dict[str, tuple[list[Event], Beam]] = {
    "before the first shot": ([], Beam.HOLD),
    "in a shot": ([SHOT], Beam.ON),
    "after a shot": ([SHOT, END], Beam.HOLD),
    "signal lost": ([SHOT, END, LOST], Beam.NO_SIGNAL),
    "signal lost in a shot": ([SHOT, LOST], Beam.NO_SIGNAL),
    "signal back": ([SHOT, END, LOST, BACK], Beam.HOLD),
}


@pytest.mark.parametrize(("story", "beam"), BEAMS.values(), ids=list(BEAMS))
def test_beam(story: list[Event], beam: Beam) -> None:
    assert fold_all(story).beam is beam


STEP = Increment(
    t_s=1.0, frame=1, number=1, view=View.AP, area_mm2=90.0, growth_mm2=90.0, ml=0.8, ml_source="estimated"
)  # fmt: skip
NOTE = VolumeNoted(t_s=2.0, frame=2, given_ml=1.0, ml=1.0)


@pytest.mark.parametrize(
    ("story", "told"),
    [
        ([], (0.0, None, 0)),
        ([STEP], (0.8, "estimated", 1)),
        ([STEP, NOTE], (1.0, "noted", 1)),
        ([NOTE], (1.0, "noted", 0)),
    ],
)
def test_the_volume_is_what_was_told_last(story: list[Event], told: tuple[float, str | None, int]) -> None:
    state = fold_all(story)
    assert (state.ml, state.ml_source, len(state.increments)) == told


def test_level_is_the_newest_outline_that_names_one() -> None:
    def outline(view: View, level: str | None) -> OutlineFound:
        return OutlineFound(
            t_s=0, frame=0, view=view, level=level, source="tap", polygon=polygon([[0, 0], [1, 0], [1, 1]])
        )

    assert CaseState().level is None
    assert fold_all([outline(View.AP, "L1"), outline(View.LATERAL, None)]).level == "L1"
