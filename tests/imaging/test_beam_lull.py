"""A shot's images that change evenly and by less than they did show that it is over; uneven ones don't."""

import pytest

from monitor.imaging.beam_lull import Lull

FPS = 30
LIVE = [1.31, 1.28, 1.33, 1.30, 1.27, 1.32, 1.29, 1.34, 1.30, 1.31]
CASES = {
    "a held image behind noise of the path": ([1.02, 1.0, 1.05, 0.99, 1.03] * 8, True),
    "the beam goes on": (LIVE * 4, False),
    "a little less": ([1.22, 1.2, 1.24, 1.21, 1.19] * 8, False),
    "compression hides pulses": ([0.9, 0.6, 0.45, 0.7, 0.8] * 8, False),
    "a pause too short": ([1.02, 1.0, 1.05] * 6 + LIVE * 3, False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_step_down_that_lasts_evenly_ends_a_shot(case: str) -> None:
    after, over = CASES[case]
    lull = Lull(0.75)
    told = [lull.add(n / FPS, change, jump=change) for n, change in enumerate(LIVE + after)]
    began = next((s for s in told if s is not None), None)
    assert (began is not None) is over
    if over:
        assert began == pytest.approx(len(LIVE) / FPS)
        assert lull.change == pytest.approx(1.02, abs=0.02)


def test_pulses_too_slow_to_fill_the_time_tell_nothing() -> None:
    lull = Lull(0.75)
    assert not any(lull.add(n / FPS, 1.3 if n % 10 < 7 else 0.05, jump=0.0) for n in range(60))


def test_pulses_between_repeated_images_go_on_however_evenly_they_come_to_change_less() -> None:
    lull, changes = Lull(0.75), LIVE + [0.65] * 40
    assert not any(lull.add(n / FPS, change, jump=0.02 if n % 4 else 0.7) for n, change in enumerate(changes))
