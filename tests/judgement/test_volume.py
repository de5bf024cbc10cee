"""Volume from projected areas: lumps, and slabs held by the body."""

from math import pi

import pytest

from monitor.domain import Observation, View, Zone
from monitor.judgement.volume import cement_ml, volume_ml
from tests.judgement.build import area_mm2, vein


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


def test_a_vein_is_not_as_thick_as_the_bolus_that_feeds_it() -> None:
    run = vein(Zone.LEFT, 20)
    shown = Observation(t_s=0, frame=0, shot=1, view=View.AP, cement_mm2=300 + run.area_mm2, outside=(run,))
    held_ml = pi / 4 * 2**2 * 20 / 1000
    assert cement_ml(shown) - volume_ml(300) == pytest.approx(held_ml, abs=0.2)
    assert cement_ml(shown) < volume_ml(300 + run.area_mm2)
