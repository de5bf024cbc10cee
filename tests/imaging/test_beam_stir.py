"""Weak pulses that compression all but hides go on stirring the image; a held image comes to rest."""

import pytest

from monitor.imaging.beam_stir import Stirring

LENGTH_S = 0.25
PULSES = [3.0, 1.5, 1.0, 0.8, 0.6, 0.5, 0.5, 0.55, 0.45]
"""Stir of the first frames of a shot: the recursive filter settles, and the codec takes what it can."""
CASES = {
    "as before": ([0.5, 0.48, 0.52, 0.47, 0.55, 0.5, 0.51], True),
    "one of three hidden": ([0.55, 0.5, 0.0, 0.52, 0.55, 0.0, 0.56], True),
    "at rest": ([0.0] * 7, False),
    "still refined": ([0.45, 0.4, 0.3, 0.25, 0.2, 0.18, 0.15], False),
    "a key frame of the held image": ([0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9], False),
}


def stirring(fps: float, before: list[float], after: list[float], held: float = 0.0) -> Stirring:
    """What was followed on a held image, then in a shot whose pulses were certain, then after it."""
    stirs = Stirring(LENGTH_S)
    values = [held] * 30 + before + after
    for n, stir in enumerate(values):
        if n == 30:
            stirs.begin_shot()
        stirs.add(n / fps, stir)
        if n < 30:
            stirs.held()
        elif n < 30 + len(before):
            stirs.live()
    return stirs


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fps", [25, 30])
def test_a_shot_goes_on_while_most_frames_stir_as_its_pulses_did(fps: float, case: str) -> None:
    after, goes_on = CASES[case]
    assert stirring(fps, PULSES[4:], after).goes_on is goes_on


def test_where_a_held_image_stirs_as_much_nothing_is_told() -> None:
    assert stirring(30, PULSES[4:], [0.5] * 8, held=0.1).goes_on
    assert not stirring(30, PULSES[4:], [0.5] * 8, held=0.5).goes_on


def test_slow_pulses_leave_their_repeats_at_rest() -> None:
    slow = [1.2, 0.06, 0.0, 0.0, 1.1, 0.09, 0.06, 0.05]
    assert not stirring(30, slow, [0.08] * 8).goes_on


def test_nothing_is_told_before_a_shot_has_shown_how_much_it_stirs() -> None:
    assert not stirring(30, PULSES[:3], [3.0] * 8).goes_on
