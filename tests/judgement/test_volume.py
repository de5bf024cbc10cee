"""Volume from projected areas: lumps, and slabs held by the body."""

from math import pi

import pytest

from monitor.judgement.volume import volume_ml
from tests.judgement.build import area_mm2


@pytest.mark.parametrize("diameter_mm", [4, 8, 12, 15])
def test_a_ball_is_found_within_an_eighth(diameter_mm: float) -> None:
    estimate = volume_ml(pi / 4 * diameter_mm**2)
    assert estimate == pytest.approx(pi / 6 * diameter_mm**3 / 1000, rel=0.135)


@pytest.mark.parametrize("area", [200, 400, 700])
def test_a_large_bolus_is_as_thick_as_any(area: float) -> None:
    assert volume_ml(area) == pytest.approx(area * 11.5 / 1000)


@pytest.mark.parametrize("ml", [0.2, 1.0, 2.0, 3.0, 6.0])
def test_more_area_is_more_cement_and_the_tests_know_how_much(ml: float) -> None:
    assert volume_ml(area_mm2(ml)) == pytest.approx(ml)


def test_no_cement_is_no_volume() -> None:
    assert volume_ml(0.0) == 0
