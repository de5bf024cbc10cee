"""A line shows where its average stands out, though no place of it does by itself."""

import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Array, Mask
from monitor.imaging.strands import strands

MM, SHAPE, NOISE = 0.7, (110, 120), 0.02
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
GROUND = np.ones(SHAPE, bool)
BEND = np.asarray(np.abs(Y - 70 + 30 * np.sin(X / 60)) * MM < 1.0)
STRAIGHT = np.asarray(np.abs(Y - 55) * MM < 1.0)
UP = np.asarray(np.abs(X - 60) * MM < 1.0)


def _level(course: Mask, contrast: float, seed: int = 4) -> Array:
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=SHAPE).astype(np.float32), (0, 0), 1.0)
    return np.asarray(NOISE * noise / noise.std() + contrast * course, np.float32)


def _share(found: Mask, of: Mask) -> float:
    return float(found[of].mean())


@pytest.mark.parametrize("course", [STRAIGHT, BEND, UP], ids=["across", "bent", "up"])
def test_a_vein_of_three_standard_deviations_shows_along_its_length(course: Mask) -> None:
    found = strands(_level(course, 3 * NOISE), np.zeros(SHAPE, np.float32), GROUND, MM)
    assert _share(found, course) > 0.6
    assert _share(found, ~cv2.dilate(course.astype(np.uint8), np.ones((5, 5), np.uint8)).astype(bool)) < 0.02


@pytest.mark.parametrize("seed", range(4))
def test_noise_alone_forms_no_long_strands(seed: int) -> None:
    found = strands(_level(~GROUND, 0.0, seed), np.zeros(SHAPE, np.float32), GROUND, MM)
    assert _share(found, GROUND) < 0.02


@pytest.mark.parametrize(
    ("doubt", "ground"),
    [pytest.param(0.1, GROUND, id="doubted along all of it"), pytest.param(0.0, ~STRAIGHT, id="under metal")],
)
def test_nothing_shows(doubt: float, ground: Mask) -> None:
    found = strands(_level(STRAIGHT, 3 * NOISE), np.full(SHAPE, doubt, np.float32), ground, MM)
    assert not (found & STRAIGHT).any()


def test_one_doubted_place_does_not_cut_a_vein() -> None:
    doubt = np.where(np.abs(X - 60) < 2, np.float32(0.1), np.float32(0))
    found = strands(_level(STRAIGHT, 3 * NOISE), doubt, GROUND, MM)
    assert found[STRAIGHT & (np.abs(X - 60) < 6)].mean() > 0.4


def test_without_ground_nothing_is_told() -> None:
    assert not strands(_level(STRAIGHT, 0.1), np.zeros(SHAPE, np.float32), ~GROUND, MM).any()
