import numpy as np
import pytest

from monitor.imaging.arrays import Array, Mask, components
from monitor.imaging.clutter import Clutter
from monitor.imaging.faint import find_faint

MM = 0.3
SHAPE = (300, 320)
NOISE = 0.01
BODY = np.zeros(SHAPE, bool)
BODY[110:200, 100:210] = True
CEMENT = np.zeros(SHAPE, bool)
CEMENT[140:170, 150:205] = True
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]


QUIET = Clutter(np.full(SHAPE, NOISE, np.float32), np.zeros(SHAPE, np.float32))


def vein(first: int, last: int, width_mm: float = 2.0) -> Mask:
    """A straight run to the right at mid-height, columns ``first`` to ``last``."""
    return np.asarray((np.abs(Y - 155) * MM < width_mm / 2) & (first <= X) & (last > X))


def found(added: Array, parallax: float = 0.0, free: Mask | None = None, noise_size: float = NOISE) -> Mask:
    noise = np.random.default_rng(3).normal(0, noise_size, SHAPE)
    signal = np.asarray(added + 0.4 * CEMENT + noise, np.float32)
    doubt = np.full(SHAPE, parallax, np.float32)
    return find_faint(signal, QUIET, doubt, CEMENT, BODY, np.ones_like(BODY) if free is None else free, MM)


@pytest.mark.parametrize("contrast", [0.025, 0.04])
def test_a_vein_too_pale_for_single_pixels_is_found_along_its_length(contrast: float) -> None:
    course = vein(211, 280)
    seen = found(np.asarray(contrast * course, np.float32))
    assert (seen & course).sum() > 0.8 * course.sum()
    assert seen.sum() < 1.8 * course.sum()


@pytest.mark.parametrize(("last", "shown"), [(225, False), (300, True)], ids=["short", "long"])
def test_a_vein_that_noise_hides_at_each_place_is_found_by_its_length(last: int, shown: bool) -> None:
    course = vein(211, last)
    seen = found(np.asarray(0.032 * course, np.float32), noise_size=0.06)
    assert ((seen & course).sum() > 0.5 * course.sum()) == shown
    assert not (seen & ~vein(200, last + 12, 5.0)).any()


def test_a_vein_is_found_though_soft_tissue_has_changed_all_around() -> None:
    course = vein(211, 280)
    waves = 0.015 * np.sin(2 * np.pi * X * MM / 40) * np.cos(2 * np.pi * Y * MM / 40)
    assert (found(np.asarray(0.05 * course + waves, np.float32)) & course).sum() > 0.8 * course.sum()
    assert not found(np.asarray(waves, np.float32)).any()


def test_a_vein_goes_on_behind_an_edge_that_does_not_fit() -> None:
    course = vein(211, 280)
    hidden = np.asarray((X >= 216) & (X < 223))
    misfit = Clutter(*(np.where(hidden, np.float32(0.08), np.float32(rest)) for rest in (NOISE, 0)))
    signal = np.asarray(0.04 * course + 0.4 * CEMENT + np.random.default_rng(3).normal(0, NOISE, SHAPE), np.float32)
    nothing = np.zeros(SHAPE, np.float32)
    seen = find_faint(signal, misfit, nothing, CEMENT, BODY, np.ones_like(BODY), MM)
    assert (seen & course).sum() > 0.8 * course.sum()
    _, pieces = components(seen)
    assert pieces.max() == 1


def test_a_vein_is_followed_from_the_bolus_through_the_body() -> None:
    up = np.asarray((np.abs(X - 170) * MM < 1) & (Y < 140) & (Y > 40))
    outside = up & ~BODY
    seen = found(np.asarray(0.04 * up, np.float32))
    assert (seen & outside).sum() > 0.8 * outside.sum()


def test_noise_alone_shows_nothing() -> None:
    assert not found(np.zeros(SHAPE, np.float32)).any()


@pytest.mark.parametrize(
    ("added", "parallax", "free"),
    [
        pytest.param(vein(225, 280), 0.0, None, id="away from the body"),
        pytest.param(vein(211, 280), 0.05, None, id="where moved bone may add as much"),
        pytest.param(vein(211, 280), 0.0, X < 211, id="under metal"),
    ],
)
def test_nothing_is_believed(added: Mask, parallax: float, free: Mask | None) -> None:
    assert not found(np.asarray(0.03 * added, np.float32), parallax, free).any()


def test_a_vein_that_leaves_the_body_away_from_the_bolus_is_not_believed() -> None:
    far = np.asarray((np.abs(X - 115) * MM < 1) & (Y < 112) & (Y > 40))
    assert not found(np.asarray(0.02 * far, np.float32)).any()


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        pytest.param(150, 232, True, id="from the bolus"),
        pytest.param(190, 232, False, id="from elsewhere"),
        pytest.param(150, 215, False, id="hardly any"),
    ],
)
def test_cement_goes_on_under_a_shaft_where_it_cannot_be_seen(first: int, last: int, shown: bool) -> None:
    """A shaft lies between the bolus and what came out along it, 13 mm away."""
    shaft = np.asarray((np.abs(Y - 185) * MM < 1.5) & (X >= first))
    beside = np.asarray((Y >= 190) & (Y < 206) & (X >= 211) & (X < last))
    bolus = np.asarray((Y >= 140) & (Y < 182) & (X >= 110) & (X < 165))
    signal = np.asarray(0.02 * beside + np.random.default_rng(3).normal(0, NOISE, SHAPE), np.float32)
    seen = find_faint(signal, QUIET, QUIET.nearby, bolus, BODY, ~shaft, MM)
    assert (seen & beside).any() == shown


@pytest.mark.parametrize(("contrast", "shown"), [(0.04, True), (0.02, False)], ids=["stands out far", "stands out"])
def test_a_patch_away_from_the_bolus_is_believed_where_it_stands_out_far(contrast: float, shown: bool) -> None:
    patch = np.asarray((np.abs(X - 120) * MM < 4) & (Y < 110) & (Y > 95))
    assert (found(np.asarray(contrast * patch, np.float32)) & patch).any() == shown


@pytest.mark.parametrize(("last", "shown"), [(224, False), (290, True)], ids=["short", "long"])
def test_evenly_pale_cement_is_believed_by_its_length(last: int, shown: bool) -> None:
    """It nowhere stands out much from five standard deviations, but does so for a long way."""
    course = vein(211, last)
    seen = found(np.asarray(0.016 * course, np.float32))
    assert (seen & course).any() == shown


def test_without_plain_cement_there_is_no_faint_cement() -> None:
    nothing = np.zeros(SHAPE, bool)
    signal = np.asarray(0.04 * vein(211, 280), np.float32)
    assert not find_faint(signal, QUIET, QUIET.nearby, nothing, BODY, np.ones_like(BODY), MM).any()
