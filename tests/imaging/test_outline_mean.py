"""The mean of two borders of one body."""

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain import Outline, Polygon, polygon
from monitor.imaging.outline_mean import mean_outline

AROUND = np.linspace(0, 2 * np.pi, 90, endpoint=False)


def circle(radius: float, x: float = 200.0, y: float = 150.0) -> Outline:
    border = polygon(np.column_stack([x + radius * np.cos(AROUND), y + radius * np.sin(AROUND)]))
    corners = {"superior_anterior": (x - radius, y), "inferior_posterior": (x + radius, y)}
    return Outline(border, corners, "tap", 0.9)


def radii(border: Polygon) -> NDArray[np.float32]:
    return np.asarray(np.hypot(*(border - np.array([200.0, 150.0])).T), np.float32)


@pytest.mark.parametrize(
    ("one", "other", "expected"), [(60, 60, 60), (60, 70, 65), (70, 60, 65), (15, 20, 17.5), (900, 950, 925)]
)
def test_it_lies_halfway_between_both(one: float, other: float, expected: float) -> None:
    mean = mean_outline(circle(one), circle(other))
    assert radii(mean.polygon) == pytest.approx(np.full(len(mean.polygon), expected), rel=0.01)
    assert mean.corners["superior_anterior"] == pytest.approx((200 - expected, 150))
    assert (mean.source, mean.confidence) == ("tap", 0.9)


def test_a_bulge_of_one_is_halved() -> None:
    bulging = circle(60)
    points = np.array(bulging.polygon)
    points[:10] += 12 * (points[:10] - [200, 150]) / 60
    mean = mean_outline(Outline(polygon(points), bulging.corners, "tap", 0.9), circle(60))
    assert radii(mean.polygon).max() == pytest.approx(66, abs=1)
    assert np.median(radii(mean.polygon)) == pytest.approx(60, abs=0.5)


def test_corners_meet_the_nearest_whatever_they_are_called() -> None:
    """The two may take opposite ends for the head; the names of the first stay."""
    swapped = circle(64)
    named = dict(zip(swapped.corners, [*swapped.corners.values()][::-1], strict=True))
    mean = mean_outline(circle(60), Outline(swapped.polygon, named, "auto", 0.9))
    assert mean.corners["superior_anterior"] == pytest.approx((138, 150))
