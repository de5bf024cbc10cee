import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Mask, opened, smoothed_within


def _squares(mask: Mask, size: int) -> Mask:
    """All squares of that size that fit into the mask."""
    found = np.zeros_like(mask)
    for y, x in np.ndindex(mask.shape[0] - size + 1, mask.shape[1] - size + 1):
        square = (slice(y, y + size), slice(x, x + size))
        found[square] |= mask[square].all()
    return found


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_what_a_square_fits_into_stays_where_it_is(size: int) -> None:
    mask = np.zeros((40, 50), bool)
    for left, top, width, height in ((5, 6, 3, 9), (15, 8, 4, 4), (25, 5, 12, 2), (30, 20, 7, 11)):
        mask[top : top + height, left : left + width] = True
    assert np.array_equal(opened(mask, size), _squares(mask, size))


@pytest.mark.parametrize("sigma_px", [1.5, 5.0, 7.0, 12.0, 17.0])
def test_the_level_around_a_hole_is_that_of_the_ground_however_widely_it_is_smoothed(sigma_px: float) -> None:
    """A slope, with a hole far brighter than it that must not shine out."""
    slope = np.tile(np.linspace(1, 2, 190, dtype=np.float32), (170, 1))
    ground = np.ones(slope.shape, bool)
    ground[60:100, 60:120] = False
    picture = np.where(ground, slope, np.float32(50))
    weight = ground.astype(np.float32)
    sums, weights = (cv2.GaussianBlur(a, (0, 0), sigma_px) for a in (slope * weight, weight))
    level = smoothed_within(picture, ground, sigma_px, 0.02)
    inner = (slice(40, -40), slice(40, -40))
    assert level[inner][ground[inner]] == pytest.approx(
        (sums / np.maximum(weights, 0.02))[inner][ground[inner]], rel=0.02
    )
