import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Array, Mask
from monitor.imaging.cement import RIM_LEAST, Scene, find_cement, softened
from monitor.imaging.clutter import Clutter

MM = 0.3
SHAPE = (240, 260)
NOISE = 0.004
BODY = np.zeros(SHAPE, bool)
BODY[100:190, 80:180] = True
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
BOLUS = np.asarray((np.abs(X - 130) < 30) & (Y >= 104) & (Y < 170))
ABOVE = np.asarray((100 - Y) * MM > 0.7)


def _found(added: Array, usable: Mask | None = None, beyond: float = 0.0) -> Mask:
    blurred = cv2.GaussianBlur(np.asarray(added, np.float32), (0, 0), 0.4 / MM)
    noisy = np.asarray(blurred + np.random.default_rng(5).normal(0, NOISE, SHAPE), np.float32)
    none = np.zeros_like(BODY)
    scene = Scene(BODY, softened(BODY, MM), ~none if usable is None else usable, none, MM)
    noisy[~scene.usable] += beyond
    noise = np.full(SHAPE, NOISE, np.float32)
    return find_cement(noisy, Clutter(noise, np.zeros_like(noise)), scene)[0]


def _drop(peak: float, height_mm: float) -> Array:
    """Cement through the upper wall, 8 mm wide, thinning out from the middle of its base; -ln units."""
    away = np.hypot((X - 130) / 4.0, (Y - 100) / height_mm) * MM
    return np.asarray(np.where(Y < 100, peak * np.clip(1 - away**2, 0, None), 0), np.float32)


@pytest.mark.parametrize(("peak", "height_mm"), [(0.12, 3.5), (0.14, 2.5), (0.2, 2.5), (0.2, 3.5)])
def test_a_drop_is_found_out_to_its_thin_rim(peak: float, height_mm: float) -> None:
    drop = _drop(peak, height_mm)
    truly = (drop > RIM_LEAST) & ABOVE
    seen = _found(np.asarray(0.4 * BOLUS + drop, np.float32)) & ABOVE
    assert 0.9 * truly.sum() < seen.sum() < 1.2 * truly.sum()


@pytest.mark.parametrize(("densest", "found"), [(0.12, True), (0.4, False)], ids=["pale cement", "dense cement"])
def test_thin_cement_within_the_body_counts_where_all_cement_is_pale(densest: float, found: bool) -> None:
    middle = np.asarray(np.abs(X - 130) < 12)
    seen = _found(np.where(BOLUS & middle, densest, 0.04 * BOLUS).astype(np.float32))
    aside = BOLUS & (np.abs(X - 130) > 18)
    assert ((seen & aside).sum() > 0.8 * aside.sum()) == found
    assert ((seen & aside).sum() < 0.1 * aside.sum()) != found


def test_a_bolus_that_comes_up_to_the_wall_stays_inside() -> None:
    assert not (_found(np.asarray(0.4 * BOLUS, np.float32)) & ABOVE).any()


@pytest.mark.parametrize("beyond", [-0.8, 0.0, 0.8])
def test_cement_next_to_the_end_of_the_image_is_found_whatever_lies_beyond(beyond: float) -> None:
    vein = np.asarray((np.abs(X - 130) * MM < 1.0) & (Y < 100) & (Y > 72))
    usable = np.asarray(Y > 70)
    seen = _found(np.asarray(0.4 * BOLUS + 0.15 * vein, np.float32), usable, beyond)
    assert (seen & vein).sum() > 0.9 * vein.sum()
    assert (seen & ABOVE).sum() < 1.5 * vein.sum()


def test_what_comes_in_over_a_width_from_beyond_the_image_is_no_cement() -> None:
    """A hand's edge: only little of it shows before the body."""
    hand = np.asarray((np.abs(X - 130) * MM < 9.0) & (Y < 92) & (Y > 60))
    usable = np.broadcast_to(Y > 78, SHAPE)
    assert not (_found(np.asarray(0.4 * BOLUS + 0.15 * hand, np.float32), usable) & ABOVE).any()
