"""Stills: the same seed gives the same image, and what is said of it fits it."""

import numpy as np
import pytest

from monitor.domain import LEVELS, RecordingError, View, polygon_area
from monitor.simulation import Still, still

SIZE = 256
SEEDS = range(8, 16)


@pytest.fixture(scope="module")
def stills() -> list[Still]:
    return [still(seed, "typical", SIZE) for seed in SEEDS]


def test_same_seed_same_image_in_any_order(stills: list[Still]) -> None:
    again = still(13, "typical", SIZE)
    assert np.array_equal(again.image, stills[5].image)
    assert np.array_equal(again.outline, stills[5].outline)


def test_outline_encloses_its_core_and_lies_in_the_image(stills: list[Still]) -> None:
    for s in stills:
        assert s.level in LEVELS
        assert 0.5 < polygon_area(s.core) / polygon_area(s.outline) < 1
        width, height = np.ptp(s.outline, axis=0) * s.spacing_mm
        assert 10 < height < 60 and 15 < width < 75
        middle = s.outline.mean(0)
        assert (np.abs(middle - SIZE / 2) < SIZE / 3).all()


def test_corners_lie_on_the_outline(stills: list[Still]) -> None:
    for s in stills:
        for corner in s.corners.values():
            away = np.hypot(*(s.outline - np.array(corner)).T).min() * s.spacing_mm
            assert away < 6
        names = {name.split("_")[1] for name in s.corners}
        assert names == ({"anterior", "posterior"} if s.view is View.LATERAL else {"left", "right"})


def test_left_corners_are_on_the_left_unless_the_display_is_turned(stills: list[Still]) -> None:
    frontal = [s for s in stills if s.view is View.AP]
    assert frontal
    for s in frontal:
        left, right = s.corners["superior_left"], s.corners["superior_right"]
        if abs(left[0] - right[0]) > abs(left[1] - right[1]):
            assert left[0] < right[0]


def test_cement_is_as_bright_or_dark_as_the_polarity_says(stills: list[Still]) -> None:
    seen = [s for s in stills if s.cement.sum() > 60]
    assert seen
    for s in seen:
        inside = np.zeros_like(s.usable)
        x, y = np.round(s.outline).astype(int).T
        inside[max(y.min(), 0) : y.max(), max(x.min(), 0) : x.max()] = True
        other = s.image[inside & s.usable & ~s.cement & ~s.metal].mean()
        assert (s.image[s.cement & ~s.metal].mean() > other) == s.inverted


def test_unknown_difficulty_is_refused() -> None:
    with pytest.raises(RecordingError, match="easy, typical, hard"):
        still(1, "brutal")


def test_a_way_out_without_room_leaks_nothing() -> None:
    """In this anatomy endplates meet where the leak into the disc should go."""
    assert still(15728, "typical", SIZE).usable.any()
