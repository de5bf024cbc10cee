"""Noise and the misfit of edges are told place by place."""

import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Array
from monitor.imaging.clutter import UNKNOWN, clutter, edges

MM, SHAPE = 0.4, (200, 240)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
STILL = np.ones(SHAPE, bool)
FLAT = np.zeros(SHAPE, np.float32)


def _noise(size: float) -> Array:
    """Noise as the difference has it: smoothed to the width that the bolus' is; of this standard deviation."""
    fine = cv2.GaussianBlur(np.random.default_rng(2).normal(size=SHAPE).astype(np.float32), (0, 0), 0.9)
    return np.asarray(size * fine / fine.std(), np.float32)


def test_noise_is_told_where_it_is() -> None:
    """Behind the lung the beam is bright and the noise small, behind the liver it isn't."""
    added = _noise(1.0) * np.where(X < 120, np.float32(0.01), np.float32(0.04))
    noise = clutter(added, FLAT, STILL, MM).noise
    assert np.median(noise[:, :70]) == pytest.approx(0.01, rel=0.2)
    assert np.median(noise[:, 170:]) == pytest.approx(0.04, rel=0.2)


def test_edges_that_moved_in_one_corner_say_nothing_of_those_elsewhere() -> None:
    bones = (0.4 * ((X // 20) % 2)).astype(np.float32)
    moved = np.where(X < 80, np.roll(bones, 2, 1) - bones, np.float32(0))
    found = clutter(np.asarray(moved + _noise(0.005), np.float32), edges(bones), STILL, MM)
    steep = edges(bones) > 0.03
    assert np.median(found.misfit[:, :60][steep[:, :60]]) > 5 * np.median(found.misfit[:, 140:][steep[:, 140:]])


def test_cement_hardly_raises_the_noise_around_it() -> None:
    vein = np.abs(Y - 100) * MM < 1
    noise = clutter(np.asarray(_noise(0.01) + 0.08 * vein, np.float32), FLAT, STILL, MM).noise
    assert noise[vein].max() < 0.02


def test_where_too_little_is_seen_noise_is_unknown() -> None:
    found = clutter(_noise(0.01), FLAT, np.zeros(SHAPE, bool), MM)
    assert found.total == pytest.approx(UNKNOWN)
    assert not found.misfit.any()


def test_what_organs_leave_behind_adds_to_what_does_not_fit() -> None:
    found = clutter(_noise(0.01), FLAT, STILL, MM)
    moved = np.where(X < 50, np.float32(0.03), np.float32(0))
    assert (found.doubting(moved).total[:, :50] > 0.03).all()
    assert np.array_equal(found.doubting(moved).total[:, 50:], found.total[:, 50:])
