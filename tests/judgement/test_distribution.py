"""Filling patterns in AP views."""

from math import cos, pi, radians, sin

import numpy as np
import pytest

from monitor.config import DistributionSettings
from monitor.domain import Observation, Outline, Polygon, View, polygon
from monitor.judgement.distribution import Distribution

Blob = tuple[float, float, float, float]
"""Centre from the body's middle and half axes, in pixels: x, y, a, b."""

CASES: dict[str, tuple[list[Blob], str]] = {
    "mass across the midline": ([(5, 0, 45, 30)], "central"),
    "bilateral masses": ([(-35, 0, 25, 25), (35, 0, 25, 25)], "central"),
    "mass on the left": ([(-40, 0, 30, 28)], "unilateral"),
    "mass on the right just over the midline": ([(28, 5, 32, 25)], "unilateral"),
    "many patches": ([(x, y, 9, 9) for x in (-50, -25, 0, 25, 50) for y in (-25, 5, 30)], "diffuse"),
    "a mass with specks": ([(0, 0, 45, 30), (60, 0, 3, 3), (-60, 0, 3, 3), (0, 40, 3, 3)], "central"),
}


def _turned(points: list[tuple[float, float]], degrees: float) -> Polygon:
    c, s = cos(radians(degrees)), sin(radians(degrees))
    return polygon([(500 + c * x - s * y, 400 + s * x + c * y) for x, y in points])


def _ring(blob: Blob) -> list[tuple[float, float]]:
    x, y, a, b = blob
    return [(x + a * cos(t), y + b * sin(t)) for t in np.linspace(0, 2 * pi, 40, endpoint=False)]


def _observation(pieces: list[list[tuple[float, float]]], degrees: float, view: View = View.AP) -> Observation:
    box = _turned([(-80, -60), (80, -60), (80, 60), (-80, 60)], degrees)
    names = ("superior_left", "superior_right", "inferior_right", "inferior_left")
    corners = {name: (float(x), float(y)) for name, (x, y) in zip(names, box, strict=True)}
    cement = tuple(_turned(piece, degrees) for piece in pieces)
    return Observation(t_s=0, frame=0, shot=1, view=view, outline=Outline(box, corners, "tap"), cement=cement)


VEIN = (-150.0, 60.0, 60.0, 3.0)
BESIDE = (110.0, 0.0, 25.0, 50.0)
OUTSIDE: dict[str, tuple[list[Blob], str | None]] = {
    "a vein from a mass": ([(5, 0, 45, 30), VEIN], "central"),
    "a vein that touches its mass": ([(5, 0, 45, 30), (-95, 0, 60, 3)], "central"),
    "a large leak beside a mass on the left": ([(-40, 0, 30, 28), BESIDE], "unilateral"),
    "nothing inside": ([VEIN], None),
}


@pytest.mark.parametrize("blobs, pattern", OUTSIDE.values(), ids=OUTSIDE)
def test_cement_outside_the_body_is_no_part_of_the_pattern(blobs: list[Blob], pattern: str | None) -> None:
    distribution = Distribution(DistributionSettings())
    distribution.observe(_observation([_ring(blob) for blob in blobs], 0))
    assert distribution.pattern == pattern


@pytest.mark.parametrize("degrees", [0, 8, 90, 180])
@pytest.mark.parametrize("blobs, pattern", CASES.values(), ids=CASES)
def test_patterns(blobs: list[Blob], pattern: str, degrees: float) -> None:
    distribution = Distribution(DistributionSettings())
    distribution.observe(_observation([_ring(blob) for blob in blobs], degrees))
    assert distribution.pattern == pattern


def test_ragged_single_piece_is_diffuse() -> None:
    star = [
        (r * cos(t), r * sin(t)) for t, r in zip(np.linspace(0, 2 * pi, 24, endpoint=False), [60, 12] * 12, strict=True)
    ]
    distribution = Distribution(DistributionSettings())
    distribution.observe(_observation([star], 0))
    assert distribution.pattern == "diffuse"


def test_lateral_views_and_empty_bodies_say_nothing() -> None:
    distribution = Distribution(DistributionSettings())
    distribution.observe(_observation([_ring((0, 0, 30, 30))], 0, View.LATERAL))
    distribution.observe(_observation([], 0))
    assert distribution.pattern is None
