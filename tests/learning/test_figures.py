"""How answers are scored."""

import numpy as np
import pytest

from monitor.domain import polygon
from monitor.learning.figures import distance, overlap

SQUARE = polygon([[10, 10], [50, 10], [50, 50], [10, 50]])


@pytest.mark.parametrize(("shift", "dice", "apart"), [(0, 1.0, 0.0), (4, 0.9, 2.0), (20, 0.5, 8.75), (60, 0.0, 43.3)])
def test_a_shifted_square(shift: float, dice: float, apart: float) -> None:
    moved = polygon(SQUARE + np.array([shift, 0]))
    assert overlap(SQUARE, moved) == pytest.approx(dice, abs=0.02)
    assert distance(SQUARE, moved) == pytest.approx(apart, rel=0.15, abs=0.05)


def test_a_larger_square_is_its_margin_away() -> None:
    larger = polygon([[8, 8], [52, 8], [52, 52], [8, 52]])
    assert distance(SQUARE, larger) == pytest.approx(2.0, rel=0.1)
