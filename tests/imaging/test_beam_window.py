"""What a held image changes at most is learned from repeated pulses, before any held image was seen."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from monitor.imaging.beam_look import Look, Moment
from monitor.imaging.beam_texture import of_band
from monitor.imaging.beam_window import Window

FPS = 30
GRID = SimpleNamespace(screen=SimpleNamespace(layout=1))


def look(frame: int, noise: int) -> Look:
    """An image of strong anatomy and weak noise, another for each ``noise``: likeness 0.85 to its other exposures."""
    anatomy, own = (np.random.default_rng(seed).normal(0, 1, (180, 180)) for seed in (0, noise))
    texture = of_band((2.4 * anatomy + own).astype(np.float32))
    return Look(Moment(frame / FPS, frame), cast("Any", None), cast("Any", GRID), texture)


@pytest.mark.parametrize("repeats", [10, 4])
def test_a_pulse_like_the_one_before_is_told_once_its_repeats_have_rested(repeats: int) -> None:
    window = Window(0.25)
    window.begin_shot()
    for frame in range(repeats):
        window.add(look(frame, 1))
        window.repeats()
    window.add(look(repeats, 2))
    assert window.change() > window.limit


@pytest.mark.parametrize(("redrawn", "seen"), [(False, True), (True, False)])
def test_a_pulse_like_the_one_before_is_told_among_quick_ones_whose_repeats_bring_nothing(
    redrawn: bool, seen: bool
) -> None:
    """Pulses of two frames; where compression refines each on its second frame, that may be all that is new."""
    window = Window(0.25)
    window.begin_shot()
    for frame in range(9):
        pulse = frame // 2
        window.add(look(frame, 10 + frame if redrawn else pulse))
        if frame % 2:
            window.repeats()
    assert (window.jump() > window.limit) is seen


def test_a_held_image_seen_counts_for_more_than_repeats() -> None:
    window = Window(0.25)
    for frame in range(20):
        window.add(look(frame, frame))
        window.held()
    before = window.limit
    for frame in range(20, 40):
        window.add(look(frame, 99))
        window.repeats()
    assert window.limit == before
