import cv2
import numpy as np
import pytest

from monitor.imaging.beam_texture import Texture, of_band
from monitor.imaging.beam_turn import shown_otherwise


def _exposures(seed: int, scale: float, degrees: float) -> tuple[Texture, Texture]:
    """An exposure, and the same turned and magnified by a display that adds a little noise."""
    rng = np.random.default_rng(seed)
    held = np.asarray(cv2.GaussianBlur(rng.normal(0, 10, (300, 300)).astype(np.float32), (0, 0), 1.2), np.float32)
    matrix = cv2.getRotationMatrix2D((150, 150), degrees, scale)
    moved = cv2.warpAffine(held, matrix, (300, 300)) + rng.normal(0, 0.3, (300, 300))
    return of_band(moved.astype(np.float32)), of_band(held)


@pytest.mark.parametrize(("scale", "degrees"), [(1.0, 90.0), (1.0, 25.0), (1.3, 0.0)])
def test_a_held_image_turned_or_magnified_is_recognised(scale: float, degrees: float) -> None:
    assert shown_otherwise(*_exposures(3, scale, degrees))


@pytest.mark.parametrize(("scale", "degrees"), [(1.0, 0.0), (1.0, 3.0)])
def test_what_a_patient_or_a_c_arm_moves_by_is_no_display(scale: float, degrees: float) -> None:
    assert not shown_otherwise(*_exposures(3, scale, degrees))


def test_another_exposure_is_not_the_held_image() -> None:
    assert not shown_otherwise(_exposures(3, 1.0, 90.0)[0], _exposures(4, 1.0, 0.0)[1])


@pytest.mark.parametrize(("seed", "degrees"), [(1843, 178.6), (2161, 173.2)])
def test_a_magnification_that_only_the_small_pictures_hint_at_is_none(seed: int, degrees: float) -> None:
    """At the limit of what is tried, chance leaves nothing to look at more closely."""
    assert not shown_otherwise(*_exposures(seed, 0.38, degrees))
