"""The time between pulses and the end of the last one, from the frames that first showed them."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.imaging.beam_look import Moment
from monitor.imaging.beam_rhythm import Rhythm


def shown(fps: float, rate: float, late: float, count: int) -> list[Moment]:
    """Frames that first show each of some pulses, the first of which came a part of a frame before a frame."""
    frames = [ceil(100 - late + n * fps / rate - 1e-9) for n in range(count)]
    return [Moment(frame / fps, frame) for frame in frames]


def follow(rhythm: Rhythm, pulses: list[Moment]) -> Rhythm:
    rhythm.begin_shot(pulses[0])
    for pulse in pulses[1:]:
        rhythm.add(pulse)
    return rhythm


RATES = {
    "two frames and a half": (25.0, 10.0),
    "two frames and two fifths": (30.0, 12.5),
    "one frame and a fifth": (15.0, 12.5),
    "one frame and a third": (20.0, 15.0),
    "every frame": (30.0, 30.0),
    "ten frames": (30.0, 3.0),
    "three frames and three quarters": (15.0, 4.0),
}


@pytest.mark.parametrize("case", RATES)
def test_period_is_that_of_the_machine(case: str) -> None:
    fps, rate = RATES[case]
    rhythm = follow(Rhythm(), shown(fps, rate, 0.4, 31))
    assert rhythm.period_s == pytest.approx(1 / rate, rel=0.02)


@given(st.sampled_from(sorted(RATES)), st.floats(0.0, 0.95), st.integers(6, 40))
def test_the_last_pulse_is_over_within_a_frame_of_when_it_was(case: str, late: float, count: int) -> None:
    fps, rate = RATES[case]
    rhythm = follow(Rhythm(), shown(fps, rate, 0.5, 60))
    follow(rhythm, shown(fps, rate, late, count))
    assert rhythm.period_s is not None
    over = (100 - late + count * fps / rate) / fps
    assert rhythm.over_s(rhythm.period_s) == pytest.approx(over, abs=1.05 / fps)


def test_a_pulse_not_seen_does_not_stretch_the_period() -> None:
    pulses = shown(25.0, 4.0, 0.0, 30)
    rhythm = follow(Rhythm(), pulses[:10] + pulses[11:])
    assert rhythm.period_s == pytest.approx(0.25, rel=0.02)


def test_a_short_shot_goes_by_those_before() -> None:
    rhythm = follow(Rhythm(), shown(30.0, 3.0, 0.0, 8))
    follow(rhythm, shown(30.0, 3.0, 0.0, 1))
    assert rhythm.period_s == pytest.approx(1 / 3, rel=0.01)


def test_a_machine_that_changes_its_rate_is_followed() -> None:
    rhythm = follow(Rhythm(), shown(30.0, 15.0, 0.0, 30))
    follow(rhythm, shown(30.0, 5.0, 0.0, 5))
    assert rhythm.period_s == pytest.approx(0.2, rel=0.01)
