"""A shot's images that change evenly and by less than they did show that it is over; uneven ones don't."""

import pytest

from monitor.imaging.beam_look import Moment
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


def told(lull: Lull, changes: list[float], jumps: list[float]) -> float | None:
    """When the image last was another, as far as that becomes certain within these frames."""
    for n, (change, jump) in enumerate(zip(changes, jumps, strict=True)):
        if (changed_s := lull.came_to_rest(Moment(n / FPS, n), jump, change)) is not None:
            return changed_s
    return None


@pytest.mark.parametrize("case", CASES)
def test_a_step_down_that_lasts_evenly_ends_a_shot(case: str) -> None:
    after, over = CASES[case]
    lull = Lull(0.75, 0.25)
    changed_s = told(lull, LIVE + after, LIVE + after)
    assert (changed_s is not None) is over
    if changed_s is not None:
        # What the last live frame brought is in the change of the next quarter of a second.
        assert changed_s + 0.25 == pytest.approx(len(LIVE) / FPS, abs=1.5 / FPS)
        assert lull.change == pytest.approx(1.02, abs=0.02)


def test_slow_pulses_stand_out_from_the_noise_that_alone_changes_images_before_them() -> None:
    """At 3 pulses a second the quarter of a second before a pulse brings only the path's noise."""
    lull, pulses = Lull(0.75, 0.25), range(0, 30, 10)
    jumps = [1.3 if n in pulses else 0.7 for n in range(80)]
    changes = [max(jumps[max(n - 7, 0) : n + 1]) for n in range(80)]
    changed_s = told(lull, changes, jumps)
    assert changed_s == pytest.approx(pulses[-1] / FPS, abs=2 / FPS)
    assert [at.frame for at, jump in lull.frames if jump > lull.least_jump] == list(pulses)


def test_pulses_too_slow_to_fill_the_time_tell_nothing() -> None:
    assert told(Lull(0.75, 0.25), [1.3 if n % 10 < 7 else 0.05 for n in range(60)], [0.0] * 60) is None


def test_pulses_between_repeated_images_go_on_however_evenly_they_come_to_change_less() -> None:
    changes = LIVE + [0.65] * 40
    jumps = [0.02 if n % 4 else 0.7 for n in range(len(changes))]
    assert told(Lull(0.75, 0.25), changes, jumps) is None
