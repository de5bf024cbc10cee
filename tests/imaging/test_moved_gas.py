import numpy as np
import pytest

from monitor.imaging.arrays import Array, Mask
from monitor.imaging.moved_gas import without_moved_gas

MM = 0.3
SHAPE = (300, 400)
BODY = np.zeros(SHAPE, bool)
BODY[100:190, 40:150] = True
USABLE = np.ones(SHAPE, bool)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]


def ball(x: int, y: int, radius_mm: float) -> Mask:
    return np.asarray(np.hypot(X - x, Y - y) * MM < radius_mm)


BEFORE, AFTER = ball(230, 150, 9), ball(242, 166, 9)
CRESCENT = BEFORE & ~AFTER
"""What a bubble of gas leaves when it moves on by 6 mm."""


def noisy(change: Array) -> Array:
    return np.asarray(change + np.random.default_rng(5).normal(0, 0.004, SHAPE), np.float32)


@pytest.mark.parametrize("depth", [0.03, 0.06])
def test_the_place_that_a_bubble_of_gas_has_left_is_no_cement(depth: float) -> None:
    signal = noisy(np.asarray(depth * CRESCENT - depth * (AFTER & ~BEFORE), np.float32))
    found = without_moved_gas(CRESCENT | BODY, signal, BODY, USABLE, MM)
    assert not (found & CRESCENT).any()
    assert found[BODY].all(), "nothing is taken from the body"


@pytest.mark.parametrize(
    ("gained", "lost"),
    [
        pytest.param(0.05, np.zeros(SHAPE), id="nothing was lost"),
        pytest.param(0.05, 0.05 * ((np.abs(X - 270) * MM < 0.8) & (np.abs(Y - 150) < 90)), id="an edge of bone moved"),
        pytest.param(0.05, 0.05 * (Y > 240), id="the skin moved, at the end of the picture"),
        pytest.param(0.03, 0.3 * (AFTER & ~BEFORE), id="something else lost far more"),
        pytest.param(0.3, 0.3 * (AFTER & ~BEFORE), id="it is as dense as cement"),
    ],
)
def test_cement_of_that_shape_is_kept_where(gained: float, lost: Array) -> None:
    signal = noisy(np.asarray(gained * CRESCENT - lost, np.float32))
    assert (without_moved_gas(CRESCENT, signal, BODY, USABLE, MM) == CRESCENT).all()


def test_a_small_piece_is_no_crescent() -> None:
    small = ball(230, 130, 1.5)
    signal = noisy(np.asarray(0.05 * small - 0.05 * AFTER, np.float32))
    assert (without_moved_gas(small, signal, BODY, USABLE, MM) == small).all()
