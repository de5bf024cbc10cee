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
