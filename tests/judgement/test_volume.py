"""Volume from projected areas and attenuation: lumps, slabs held by the body, growth that hides behind itself."""

from math import pi

import pytest

from monitor.domain import Observation, View
from monitor.judgement.volume import Volumes
from tests.judgement.build import SPACING_MM, area_mm2


def _observation(area: float, signal_mm2: float = 0.0, view: View = View.LATERAL) -> Observation:
    return Observation(
        t_s=0, frame=0, shot=1, view=view, cement_mm2=area, signal_mm2=signal_mm2, spacing_mm=SPACING_MM
    )  # fmt: skip


@pytest.mark.parametrize("diameter_mm", [4, 8, 12, 15])
def test_a_ball_is_found_within_an_eighth(diameter_mm: float) -> None:
    estimate = Volumes().observe(_observation(pi / 4 * diameter_mm**2))
    assert estimate == pytest.approx(pi / 6 * diameter_mm**3 / 1000, rel=0.135)


@pytest.mark.parametrize("area", [200, 400, 700])
def test_a_large_bolus_is_as_thick_as_any(area: float) -> None:
    assert Volumes().observe(_observation(area)) == pytest.approx(area * 11 / 1000)


@pytest.mark.parametrize("ml", [0.2, 1.0, 2.0, 3.0, 6.0])
def test_more_area_is_more_cement_and_the_tests_know_how_much(ml: float) -> None:
    assert Volumes().observe(_observation(area_mm2(ml))) == pytest.approx(ml)


def test_growth_behind_the_silhouette_shows_in_the_signal() -> None:
    volumes = Volumes()
    thin = [volumes.observe(_observation(200, signal_mm2=60)) for _ in range(20)][-1]
    thick = volumes.observe(_observation(200, signal_mm2=90))
    assert thick > 1.15 * thin


def test_each_view_learns_a_gain_of_its_own() -> None:
    volumes = Volumes()
    for view, gain in ((View.AP, 0.1), (View.LATERAL, 0.4)):
        told = [volumes.observe(_observation(area_mm2(ml), 1000 * gain * ml, view)) for ml in (1.0, 2.0, 3.0)]
        assert told == pytest.approx([1.0, 2.0, 3.0])


def test_no_cement_is_no_volume() -> None:
    assert Volumes().observe(_observation(0.0)) == 0
