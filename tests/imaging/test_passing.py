import numpy as np
import pytest

from monitor.imaging.cannula_fit import Band
from monitor.imaging.metal import arrivals, without_company, without_scraps
from monitor.imaging.passing import Passing

SHAPE = (120, 120)
BODY = np.zeros(SHAPE, bool)
BODY[40:80, 60:110] = True
CANNULA = Band(tip=(80.0, 60.0), tail=(0.0, 40.0), width_px=8.0, contrast=0.2)
CLAMP = Band(tip=(40.0, 90.0), tail=(0.0, 95.0), width_px=10.0, contrast=0.4)


def test_a_cannula_that_was_in_the_bone_before_cement_stays() -> None:
    passing = Passing(BODY, 0.36)
    assert passing.update([CANNULA], cemented=False, new_shot=True) == []
    assert passing.update([CANNULA], cemented=True, new_shot=True) == []


WIRE = Band(tip=(56.0, 70.0), tail=(0.0, 95.0), width_px=5.0, contrast=0.3)
"""Its tip next to the bone."""


@pytest.mark.parametrize(("metal", "stays"), [(CLAMP, False), (WIRE, True)], ids=["a clamp", "a wire"])
def test_what_ends_at_the_bone_stays_from_the_second_shot_on_a_clamp_passes_each_time(metal: Band, stays: bool) -> None:
    passing = Passing(BODY, 0.36)
    passing.update([CANNULA], cemented=False, new_shot=True)
    assert passing.update([CANNULA, metal], cemented=True, new_shot=True) == [metal]
    assert passing.update([CANNULA, metal], cemented=True, new_shot=False) == [metal]
    assert passing.update([CANNULA, metal], cemented=True, new_shot=True) == ([] if stays else [metal])


def test_passing_metal_is_taken_as_far_as_it_has_reached_in_the_shot() -> None:
    passing = Passing(BODY, 0.36)
    shorter = Band(tip=(20.0, 92.5), tail=CLAMP.tail, width_px=10.0, contrast=0.4)
    passing.update([CLAMP], cemented=True, new_shot=True)
    assert CLAMP in passing.update([shorter], cemented=True, new_shot=False)


def test_cement_beside_passing_metal_is_kept_only_where_it_was_before() -> None:
    old, new = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    old[86:92, 44:50] = new[100:106, 20:26] = True
    reach = np.zeros(SHAPE, bool)
    reach[84:110, 0:48] = True
    kept = without_company(old | new, BODY, reach, before=old)
    assert (kept == old).all()


@pytest.mark.parametrize(("shared_px", "whole"), [(4, False), (60, True)], ids=["a hand reached it", "it has grown"])
def test_of_a_piece_beside_passing_metal_little_of_which_was_there_only_that_is_kept(
    shared_px: int, whole: bool
) -> None:
    piece, old = np.zeros(SHAPE, bool), np.zeros(SHAPE, bool)
    piece[86:96, 20:32] = True
    old.ravel()[np.flatnonzero(piece)[:shared_px]] = True
    kept = without_company(piece, BODY, piece, before=old)
    assert (kept == (piece if whole else old)).all()


def test_a_thin_rest_beside_a_shaft_is_a_scrap_and_a_bolus_around_its_tip_is_not() -> None:
    metal = CANNULA.mask(SHAPE, 3.0)
    y, x = np.mgrid[: SHAPE[0], : SHAPE[1]]
    bolus = (np.hypot(x - 80, y - 60) < 14) & ~metal
    rest = CANNULA.mask(SHAPE, 5.0) & ~metal & (x > 10) & (x < 40)
    kept = without_scraps(bolus | rest, metal, 0.36)
    assert (kept == bolus).all()


def test_a_finger_that_pales_before_the_border_is_known_by_its_neighbour() -> None:
    shape = (160, 200)
    y, x = np.mgrid[: shape[0], : shape[1]]
    body, usable = np.asarray((x > 140) & (y > 60) & (y < 120)), np.ones(shape, bool)
    whole, pale = np.asarray((y > 20) & (y < 45) & (x < 100)), np.asarray((y > 70) & (y < 95) & (x > 45) & (x < 120))
    assert not arrivals(pale, body, usable, 0.36).any()
    both = arrivals(whole | pale, body, usable, 0.36)
    assert both[whole].all()
    assert both[pale].all()
