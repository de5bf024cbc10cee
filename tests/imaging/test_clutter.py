"""Noise, and how badly edges fit: in the whole region, and nearby."""

import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Array
from monitor.imaging.clutter import clutter, edges

MM, SHAPE = 0.4, (200, 240)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
STILL = np.ones(SHAPE, bool)
FLAT = np.zeros(SHAPE, np.float32)


def _noise(size: float) -> Array:
    """Noise as the difference has it: smoothed to the width that the bolus' is; of this standard deviation."""
    fine = cv2.GaussianBlur(np.random.default_rng(2).normal(size=SHAPE).astype(np.float32), (0, 0), 0.9)
    return np.asarray(size * fine / fine.std(), np.float32)


def test_edges_that_moved_in_one_corner_say_nothing_of_those_elsewhere() -> None:
    bones = (0.4 * ((X // 20) % 2)).astype(np.float32)
    moved = np.where(X < 80, np.roll(bones, 2, 1) - bones, np.float32(0))
    found = clutter(np.asarray(moved + _noise(0.005), np.float32), edges(bones), STILL, MM)
    steep = edges(bones) > 0.03
    assert np.median(found.nearby[:, :60][steep[:, :60]]) > 5 * np.median(found.nearby[:, 140:][steep[:, 140:]])
    assert (found.whole > 0.005 / 2).all()


def test_where_too_little_is_seen_noise_is_taken_for_large() -> None:
    found = clutter(_noise(0.01), FLAT, np.zeros(SHAPE, bool), MM)
    assert found.whole == pytest.approx(0.05)


def test_noise_is_told_where_nothing_was_added_and_what_organs_leave_behind_adds_to_it() -> None:
    vein = np.abs(Y - 100) * MM < 1
    found = clutter(np.asarray(_noise(0.01) + 0.08 * vein, np.float32), FLAT, STILL, MM)
    assert found.whole == pytest.approx(0.01, rel=0.2)
    assert not found.nearby.any()
    assert found.doubting(np.full(SHAPE, 0.03, np.float32)).nearby == pytest.approx(0.03)
