"""Pictures to learn from, and the truth that is drawn from them. Needs no PyTorch."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.domain import View
from monitor.imaging.anatomy_body import window_around
from monitor.learning.geometry import covered, extent, into, middle, moved
from monitor.learning.make import KEPT_BACK, Amounts, make
from monitor.learning.nothing import nothing
from monitor.learning.picture import SIZE, Picture, read_shard, upside_down, write_shard
from monitor.learning.simulated import simulated
from monitor.learning.spoil import spoiled
from monitor.simulation.still import PER_ANATOMY

SQUARE = np.array([[10, 20], [30, 20], [30, 50], [10, 50]], np.float32)


@pytest.fixture(scope="module")
def picture() -> Picture:
    return simulated(8002, "typical")


def test_a_shard_gives_back_what_was_written(tmp_path: Path, picture: Picture) -> None:
    write_shard(tmp_path, "a", [picture, nothing(3)])
    one, two = read_shard(tmp_path / "a.npy")
    assert np.array_equal(one.grey, picture.grey)
    assert one.view is picture.view
    assert two.view is View.UNKNOWN
    assert not two.bodies
    for a, b in zip(one.bodies, picture.bodies, strict=True):
        assert a == pytest.approx(b, abs=0.01)
    assert one.corners == pytest.approx(picture.corners, abs=0.01)
    assert one.spacing_mm == picture.spacing_mm


def test_a_picture_turned_upside_down(picture: Picture) -> None:
    """The truth turns with it; turned twice it is as it was."""
    turned = upside_down(picture)
    assert np.array_equal(turned.grey, np.rot90(picture.grey, 2))
    assert turned.up is not None
    assert picture.up is not None
    assert turned.corners is not None
    assert turned.up == pytest.approx(-picture.up)
    head = turned.corners[:2].mean(0) - turned.corners[2:].mean(0)
    assert head @ turned.up > 0.9 * np.hypot(*head)
    assert upside_down(turned).bodies[0] == pytest.approx(picture.bodies[0])


def test_the_truth_lies_on_the_picture(picture: Picture) -> None:
    assert picture.corners is not None
    assert cv2.pointPolygonTest(picture.bodies[0], tuple(map(float, picture.corners.mean(0))), False) > 0
    assert picture.grey.shape == (SIZE, SIZE)
    assert 0.3 < picture.usable.mean() <= 1


def test_the_same_seed_gives_the_same_nothing() -> None:
    assert np.array_equal(nothing(5).grey, nothing(5).grey)
    assert not np.array_equal(nothing(5).grey, nothing(14).grey)


@pytest.mark.parametrize("kind", range(9))
def test_every_kind_of_nothing_can_be_drawn(kind: int) -> None:
    for seed in (kind, kind + 9):
        drawn = nothing(seed)
        assert drawn.usable.mean() > 0.2


def test_making_goes_on_where_it_stopped_and_keeps_some_back(tmp_path: Path) -> None:
    make(tmp_path, Amounts(typical=2, hard=0, projections=0, nothing=3), None)
    first = (tmp_path / "typical-000000.npy").stat().st_mtime_ns
    make(tmp_path, Amounts(typical=2, hard=0, projections=0, nothing=3), None)
    assert (tmp_path / "typical-000000.npy").stat().st_mtime_ns == first
    assert len(list(read_shard(tmp_path / "nothing-000000.npy"))) == 3
    assert {seed // PER_ANATOMY for seed in range(1001, 1061)} <= KEPT_BACK


def test_cells_say_how_much_of_them_is_covered() -> None:
    cells = covered([np.array([[3.5, 3.5], [8.5, 3.5], [8.5, 6.0], [3.5, 6.0]], np.float32)], 16)
    assert cells[4, 4] == pytest.approx(1.0)
    assert cells[6, 5] == pytest.approx(0.5, abs=0.15)
    assert cells.sum() == pytest.approx(12.5, rel=0.08)


def test_windows_take_points_there_and_back() -> None:
    window = window_around(np.array([100.0, 60.0]), 80.0, np.array([1.0, 0.0]), False, 128)
    cells = moved(np.array([[100.0, 60.0], [120.0, 60.0]], np.float32), into(window, 128, 64))
    assert cells[0] == pytest.approx([31.5, 31.5])
    assert cells[1] == pytest.approx([31.5, 31.5 - 16])


def test_a_mirrored_window_exchanges_left_and_right() -> None:
    up = np.array([0.0, -1.0])
    points = np.array([[110.0, 60.0]], np.float32)
    plain, other = (
        moved(points, into(window_around(np.array([100.0, 60.0]), 80.0, up, m, 128), 128, 64)) for m in (False, True)
    )
    assert plain[0, 0] - 31.5 == pytest.approx(31.5 - other[0, 0])


def test_a_polygons_middle_and_extent() -> None:
    assert middle(SQUARE) == pytest.approx([20, 35])
    assert extent(SQUARE) == pytest.approx(600**0.5)


def test_spoiling_leaves_a_picture_fit_to_be_seen() -> None:
    grey = np.tile(np.linspace(20, 200, 96, dtype=np.float32), (96, 1))
    for seed in range(30):
        attenuation, usable = spoiled(np.random.default_rng(seed), grey.copy(), np.ones((96, 96), np.bool_))
        assert np.isfinite(attenuation).all()
        assert usable.any()
