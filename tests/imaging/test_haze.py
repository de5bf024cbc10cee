import numpy as np
import pytest

from monitor.imaging.haze import without_haze

MM = 0.3
SHAPE = (200, 240)
BODY = np.zeros(SHAPE, bool)
BODY[60:140, 80:180] = True
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
PIECE = np.asarray((np.abs(Y - 100) < 5) & (X >= 185) & (X < 215))
FREE = np.ones(SHAPE, bool)


@pytest.mark.parametrize(("around", "kept"), [(0.0, True), (0.01, True), (0.04, False)])
def test_cement_stands_out_from_what_lies_beside_it(around: float, kept: bool) -> None:
    signal = np.where(PIECE, np.float32(0.08), np.float32(around))
    found = without_haze(PIECE | BODY, signal, BODY, FREE, MM)
    assert (found & PIECE).any() == kept
    assert found[BODY].all(), "nothing is taken from the body"


def test_what_cement_shines_on_its_surroundings_is_no_haze() -> None:
    near = np.asarray((np.abs(Y - 100) < 5 + 0.6 / MM) & (X >= 183) & (X < 217))
    signal = np.asarray(0.08 * PIECE + 0.05 * (near & ~PIECE), np.float32)
    assert without_haze(PIECE, signal, BODY, FREE, MM).any()


def test_one_hazy_piece_does_not_take_another_with_it() -> None:
    other = np.asarray((np.abs(Y - 100) < 5) & (X >= 30) & (X < 60))
    signal = np.where(PIECE | other, 0.08, np.where(X > 170, 0.04, 0.0)).astype(np.float32)
    found = without_haze(PIECE | other, signal, BODY, FREE, MM)
    assert not (found & PIECE).any()
    assert found[other].all()
