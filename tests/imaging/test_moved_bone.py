import numpy as np
import pytest

from monitor.imaging.moved_bone import without_moved_bone

MM = 0.3
SHAPE = (220, 260)
BODY = np.zeros(SHAPE, bool)
BODY[100:180, 80:180] = True
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
FREE = np.ones(SHAPE, bool)
GAINED = 0.08


def line(x: float, from_y: int = 60, to_y: int = 98) -> np.ndarray:
    """An edge 1.5 mm wide above the body."""
    return np.asarray((np.abs(X - x) < 2.5) & (Y >= from_y) & (Y < to_y))


def added(gained: np.ndarray, lost: np.ndarray, share: float, noise: float = 0.01) -> np.ndarray:
    rng = np.random.default_rng(5)
    return np.asarray(GAINED * (gained - share * lost) + rng.normal(0, noise, SHAPE), np.float32)


@pytest.mark.parametrize(("share", "kept"), [(0.0, True), (0.15, True), (0.5, False), (1.0, False)])
@pytest.mark.parametrize("aside_mm", [1.8, 4.0, 7.0])
def test_what_was_lost_beside_it_in_its_shape_is_bone_that_moved(aside_mm: float, share: float, kept: bool) -> None:
    piece = line(130)
    found = without_moved_bone(piece | BODY, added(piece, line(130 + aside_mm / MM), share), BODY, FREE, MM)
    assert (found & piece).any() == kept
    assert found[BODY].all(), "nothing is taken from the body"


def test_a_loss_of_another_shape_is_none_of_it() -> None:
    piece = line(130)
    across = np.asarray((np.abs(Y - 80) < 2.5) & (np.abs(X - 152) < 9))
    assert without_moved_bone(piece, added(piece, across, 0.7), BODY, FREE, MM).any()


def test_an_end_found_of_an_edge_goes_with_the_edge() -> None:
    """Near the body nothing was lost beside it; farther up it was."""
    edge, end = line(130, 50, 98), line(130, 82, 98)
    found = without_moved_bone(end, added(edge, line(144, 50, 82), 1.0), BODY, FREE, MM)
    assert not found.any()


def test_a_loss_farther_away_is_another_matter() -> None:
    piece = line(130)
    assert without_moved_bone(piece, added(piece, line(130 + 10 / MM), 1.0), BODY, FREE, MM).any()


def test_bone_that_moved_does_not_take_a_leak_elsewhere_with_it() -> None:
    bone, leak = line(150), line(90)
    found = without_moved_bone(bone | leak, added(bone | leak, line(164), 1.0), BODY, FREE, MM)
    assert not (found & bone).any()
    assert found[leak].all()
