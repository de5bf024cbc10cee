"""An image that repeats a remembered pulse's noise is no new exposure; one that shares anatomy alone is."""

import numpy as np
import pytest

from monitor.imaging.beam_memory import Memory, Recall
from monitor.imaging.beam_texture import Texture, of_band

SIDE = 180


def drawn(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (SIDE, SIDE)).astype(np.float32)


def pulse(anatomy: int, noise: int, share: float = 0.7) -> Texture:
    return of_band(share * drawn(anatomy) + drawn(noise))


@pytest.mark.parametrize(
    ("noise", "likeness", "said"),
    [
        pytest.param(12, 0.95, Recall.KNOWN, id="the held image"),
        pytest.param(12, 0.3, Recall.KNOWN, id="the held image, shown otherwise"),
        pytest.param(50, 0.35, Recall.UNSURE, id="another exposure of the same anatomy"),
    ],
)
def test_after_a_short_shot_anatomy_does_not_pass_for_noise(noise: int, likeness: float, said: Recall) -> None:
    memory = Memory(64)
    for number, anatomy in enumerate((1, 2, 3)):
        memory.add(pulse(anatomy, 10 + number), 1, number)
    assert memory.recall(pulse(3, noise), 5.0, True, likeness) is said


def replayed(noise: int, left: float) -> Texture:
    """The pulse with this noise, shown again by a path that leaves only a part of it."""
    return of_band(0.7 * drawn(1) + left * drawn(noise) + np.sqrt(np.float32(1 - left**2)) * drawn(1000 + noise))


def run_of(pulses: int) -> Memory:
    memory = Memory(64)
    for number in range(pulses):
        memory.add(pulse(1, 10 + number), 1, number)
    return memory


def test_a_replay_is_followed_to_the_newest_pulse_and_back_to_its_beginning() -> None:
    memory, clear, weak = run_of(20), 0.8, 0.45
    begins = [memory.recall(replayed(10 + n, clear), 5 + n / 15, True, 0.3) for n in range(4)]
    assert begins == [Recall.KNOWN] * 4
    goes_on = [memory.recall(replayed(10 + n, weak), 5 + n / 15, False, 0.7) for n in range(4, 20)]
    assert goes_on == [Recall.KNOWN] * 16
    halves = pulse(1, 29).band.copy()
    halves[1::2] = pulse(1, 10).band[1::2]
    assert memory.recall(of_band(halves), 5 + 20 / 15, True, 0.3) is not Recall.NEW
    assert memory.recall(replayed(10, clear), 5 + 21 / 15, True, 0.3) is Recall.KNOWN


@pytest.mark.parametrize(
    ("pulses", "redrawn", "said"),
    [
        pytest.param((10, 11, 12), True, [Recall.UNSURE, Recall.KNOWN, Recall.KNOWN], id="gets on: a replay"),
        pytest.param((10, 10, 12), True, [Recall.UNSURE] * 3, id="stays: a new exposure, with the motion alike"),
        pytest.param((10, 11, 12), False, [Recall.UNSURE] * 3, id="gets on, but mostly the image before is shown"),
    ],
)
def test_a_run_that_little_noise_makes_likely_has_to_get_on(
    pulses: tuple[int, ...], redrawn: bool, said: list[Recall]
) -> None:
    memory = run_of(20)
    for number in range(5):
        memory.add(pulse(3, 60 + number), 2, number)
    left = (0.35, 0.25, 0.25)
    assert [memory.recall(replayed(n, left[i]), 5 + i / 15, redrawn, 0.05) for i, n in enumerate(pulses)] == said


def test_an_exposure_right_after_the_replay_of_an_earlier_run_is_new() -> None:
    memory = run_of(20)
    for number in range(5):
        memory.add(pulse(3, 60 + number), 2, number)
    for n in range(8):
        memory.recall(replayed(10 + n, 0.8), 5 + n / 15, True, 0.3)
    assert memory.recall(pulse(1, 99), 5.6, True, 0.3) is Recall.NEW


@pytest.mark.parametrize(
    ("likeness", "redrawn", "said"),
    [
        pytest.param(0.13, True, Recall.NEW, id="nothing of the held image is left"),
        pytest.param(0.13, False, Recall.UNSURE, id="half of the frame before may still be shown"),
        pytest.param(0.3, True, Recall.UNSURE, id="the held image, drawn anew by a key frame"),
    ],
)
def test_a_little_noise_of_the_held_image_is_only_doubtful_in_an_image_like_it(
    likeness: float, redrawn: bool, said: Recall
) -> None:
    """A shot of a single pulse gives no second chance."""
    assert run_of(20).recall(replayed(29, 0.15), 5.0, redrawn, likeness) is said
