"""Volume from projected shapes: ellipsoids of any proportion, from both views, displays turned as teams like."""

from itertools import pairwise
from math import cos, pi, radians, sin

import numpy as np
import pytest

from monitor.domain import Observation, Outline, Polygon, View, polygon
from monitor.judgement.volume import Volumes
from tests.judgement.build import SPACING_MM


def _turned(points: list[tuple[float, float]], degrees: float) -> list[tuple[float, float]]:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return [(500 + c * x - s * y, 400 + s * x + c * y) for x, y in points]


def _ellipse(across_mm: float, height_mm: float, degrees: float) -> Polygon:
    turns = np.linspace(0, 2 * pi, 60, endpoint=False)
    half = np.array([across_mm, height_mm]) / 2 / SPACING_MM
    return polygon(_turned([(half[0] * cos(t), half[1] * sin(t)) for t in turns], degrees))


def _observation(
    view: View, across_mm: float, height_mm: float, degrees: float = 0.0, signal: float = 0.0
) -> Observation:
    far, near = ("right", "left") if view is View.AP else ("posterior", "anterior")
    names = [f"superior_{near}", f"superior_{far}", f"inferior_{far}", f"inferior_{near}"]
    box = _turned([(-80, -60), (80, -60), (80, 60), (-80, 60)], degrees)
    return Observation(
        t_s=0,
        frame=0,
        shot=1,
        view=view,
        outline=Outline(polygon(box), dict(zip(names, box, strict=True)), "tap"),
        cement=(_ellipse(across_mm, height_mm, degrees),),
        cement_mm2=pi / 4 * across_mm * height_mm,
        signal_mm2=signal,
        spacing_mm=SPACING_MM,
    )


@pytest.mark.parametrize("degrees", [0, 90, 180, 35])
@pytest.mark.parametrize("wide, deep, high", [(15, 15, 15), (25, 15, 12), (14, 24, 10), (18, 14, 19), (30, 25, 14)])
def test_both_views_find_an_ellipsoids_volume(wide: float, deep: float, high: float, degrees: float) -> None:
    """The constants are those of rougher bodies than ellipsoids, so these come out low, by about as much each."""
    volumes = Volumes()
    lateral = volumes.observe(_observation(View.LATERAL, deep, high, degrees))
    assert volumes.correction == 1, "one view doesn't tell the shape"
    ap = volumes.observe(_observation(View.AP, wide, high, degrees))
    true_ml = pi / 6 * wide * deep * high / 1000
    assert (lateral * ap) ** 0.5 * volumes.correction / true_ml == pytest.approx(0.71, abs=0.1)


def test_growth_behind_the_silhouette_shows_in_the_signal() -> None:
    volumes = Volumes()
    thin = [volumes.observe(_observation(View.LATERAL, 20, 12, signal=60)) for _ in range(20)][-1]
    thick = volumes.observe(_observation(View.LATERAL, 20, 12, signal=90))
    assert thick > 1.15 * thin


def test_without_signal_the_area_decides() -> None:
    estimates = [Volumes().observe(_observation(View.AP, across, 12)) for across in (5, 10, 20, 30)]
    assert all(b / a == pytest.approx(r**1.5) for (a, b), r in zip(pairwise(estimates), (2, 2, 1.5), strict=True))
    assert Volumes().observe(Observation(t_s=0, frame=0, shot=1, view=View.AP)) == 0
