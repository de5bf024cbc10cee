import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.imaging.arrays import Array
from monitor.imaging.organs import moved_organs

MM = 0.35
SHAPE = (240, 260)
Y, X = (axis * MM for axis in np.mgrid[: SHAPE[0], : SHAPE[1]])
"""Millimetres from the top left corner."""
BODY = (abs(X - 45) < 16) & (abs(Y - 40) < 12)
SEEN = np.ones(SHAPE, bool)
LIVER = 0.5
NOISE = 0.02
LEAK = (X > 64) & (X < 74) & (abs(Y - 52) < 2)
SHAFT = (X > 40) & (abs(Y - 38 + 0.2 * X) < 1)


def picture(edge_mm: float, added: Array | float = 0.0, seed: int = 0) -> Array:
    """Vertebrae in front of a lung and, below its edge, the liver; -ln units."""
    height = edge_mm + 0.004 * (X - 30) ** 2
    liver = LIVER / (1 + np.exp(-(Y - height) / 1.2))
    ridges = sum(np.exp(-((Y - y) ** 2) / 0.8) for y in (2, 8, 24, 29, 51, 56, 74)) * (abs(X - 45) < 17)
    joints = 0.15 * (np.sin(X) * np.sin(0.7 * Y) > 0.4) * (X > 68)
    noise = np.random.default_rng(seed).normal(0, NOISE, SHAPE)
    return np.asarray(1 + liver + 0.2 * ridges + joints + noise + added, np.float32)


def told(before_mm: float, now_mm: float, added: Array | float = 0.0, bone: Array | float = 0.0) -> Array:
    now, before = picture(now_mm, bone + added), picture(before_mm, bone, seed=1)
    return moved_organs(now, before, SEEN, BODY, (0.0, -1.0), False, MM)


@pytest.mark.parametrize("by_mm", [-12.0, -6.0, -3.0])
def test_what_a_breath_adds_is_told_but_for_a_quarter(by_mm: float) -> None:
    made = np.maximum(picture(48 + by_mm) - picture(48), 0)
    left = made - told(48, 48 + by_mm)
    assert np.abs(cv2.blur(made, (9, 9))).max() > 0.3 * LIVER
    assert np.abs(cv2.blur(left, (9, 9))).sum() < 0.25 * np.abs(cv2.blur(made, (9, 9))).sum()


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("nothing", 0.0),
        ("a leak", 0.3 * LEAK),
        ("a shaft of metal", 0.8 * SHAFT),
        ("a wide vein to the image's end", 0.3 * ((abs(Y - 46) < 2.5) & (X > 61))),
        ("cement along both endplates", 0.2 * ((abs(X - 45) < 12) & (abs(abs(Y - 40) - 13.5) < 1.5))),
        ("a hand", 0.2 * (np.hypot(X - 91, Y) < 25)),
    ],
)
def test_what_comes_from_nowhere_is_no_organ(name: str, added: Array | float) -> None:
    assert not told(60, 60, added).any(), name


@pytest.mark.parametrize(
    ("where", "front", "organs"),
    [
        pytest.param(abs(X - 45) > 20, True, True, id="a pair"),
        pytest.param(X > 72, True, False, id="an end, which could be cement"),
        pytest.param(abs(X - 45) > 20, False, False, id="from the side, where joints move and cement lies among them"),
    ],
)
def test_ribs_that_move_together_are_organs(where: NDArray[np.bool_], front: bool, organs: bool) -> None:

    def chest(at_mm: float, seed: int) -> Array:
        return picture(90, 0.2 * where * np.exp(-(((Y - 34 - at_mm) / 2) ** 2)), seed)

    added = np.maximum(chest(3, 0) - chest(0, 0), 0) * (abs(X - 45) > 20)
    left = added - moved_organs(chest(3, 0), chest(0, 1), SEEN, BODY, (0.0, -1.0), front, MM)
    plain = added > 0.04
    assert (np.abs(left)[plain].sum() < 0.35 * added[plain].sum()) == organs


def test_what_a_breath_takes_away_is_nobodys_business() -> None:
    assert not told(48, 54).any()


def test_cement_under_the_edge_on_the_move_stays_though_paler() -> None:
    left = (picture(42, 0.3 * LEAK) - picture(48)) - told(48, 42, 0.3 * LEAK)
    assert left[LEAK].mean() > 0.3 * 0.3


def test_cement_beyond_an_endplate_is_not_the_bodys_edge_on_the_move() -> None:
    bone = 0.3 * cv2.GaussianBlur(BODY.astype(np.float32), (0, 0), 2)
    leak = (abs(X - 45) < 4) & (abs(Y - 25) < 1.2)
    left = picture(41, bone + 0.15 * leak) - picture(48, bone) - told(48, 41, 0.15 * leak, bone)
    assert left[leak].mean() > 0.6 * 0.15


def test_bone_that_stays_is_not_told_to_have_moved() -> None:
    far = (Y < 25) | (Y > 75)
    assert np.abs(told(48, 42))[far].max() < 2 * NOISE


def test_a_shaft_that_crosses_does_not_hide_the_movement() -> None:
    made = told(48, 42, 0.8 * SHAFT)
    assert made.max() > 0.5 * LIVER
    assert np.abs(made[SHAFT & (Y < 30)]).max() < 0.2
