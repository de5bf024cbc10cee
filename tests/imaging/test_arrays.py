import numpy as np
import pytest

from monitor.imaging.arrays import Mask, opened


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
