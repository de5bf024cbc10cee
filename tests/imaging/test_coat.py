import numpy as np
import pytest

from monitor.imaging.arrays import Array
from monitor.imaging.cannula_fit import Band
from monitor.imaging.coat import SHEATH_MM, Coat, Coats

MM = 0.36
SHAPE = (200, 260)
BODY = np.zeros(SHAPE, bool)
BODY[60:140, 120:220] = True
CANNULA = Band(tip=(170.0, 100.0), tail=(20.0, 100.0), width_px=8.0, contrast=0.3)
BESIDE = Band(tip=(170.0, 130.0), tail=(20.0, 90.0), width_px=8.0, contrast=0.3)


def _picture(band: Band, denser_px: tuple[int, int] = (0, 0), gain: float = 1.0, beside_mm: float = 1.0) -> Array:
    """A shaft that pales outwards, with a sheath of cement added between two columns."""
    _, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    picture = gain * band.mask(SHAPE, 0.0) * (0.2 + 0.001 * x)
    cement = band.mask(SHAPE, beside_mm / MM) & (x >= denser_px[0]) & (x < denser_px[1])
    noise = np.random.default_rng(1).normal(0, 0.01, SHAPE)
    return np.asarray(picture + 0.15 * cement + noise, np.float32)


def _with_cement(core: float, flanks: tuple[float, float], columns: slice) -> Array:
    """A shaft with cement round it: so much denser in its core and on its two sides."""
    picture = _picture(CANNULA)
    aside = np.broadcast_to(np.arange(SHAPE[0])[:, None] - CANNULA.tip[1], SHAPE)
    half, thick = CANNULA.width_px / 2, 1.2 / MM
    picture[:, columns] += core * (np.abs(aside) <= half)[:, columns]
    for side, flank in zip((-1, 1), flanks, strict=True):
        picture[:, columns] += flank * ((side * aside > half) & (side * aside <= half + thick))[:, columns]
    return picture


def _learnt(pulses: int = 6) -> Coat:
    coat = Coat(BODY, MM)
    for _ in range(pulses):
        coat.update(_picture(CANNULA), CANNULA, cemented=False)
    return coat


@pytest.mark.parametrize(("gain", "pulses"), [(0.7, 6), (1.0, 6), (1.4, 6), (0.4, 6), (1.0, 1)])
def test_cement_that_runs_back_from_the_wall_is_found_where_it_lies(gain: float, pulses: int) -> None:
    found, beneath = _learnt(pulses).update(_picture(CANNULA, (95, 122), gain), CANNULA, cemented=True)
    assert not beneath.any()
    ys, xs = np.nonzero(found)
    assert abs(xs.min() - 95) <= 3
    assert xs.max() == 119, "inside the body the shaft is hidden anyway"
    assert np.ptp(ys) <= CANNULA.width_px + 2 * (SHEATH_MM / MM + 1)


@pytest.mark.parametrize(
    ("denser_px", "band"),
    [
        pytest.param((0, 0), CANNULA, id="bare"),
        pytest.param((40, 70), CANNULA, id="away from the wall"),
        pytest.param((117, 122), CANNULA, id="shorter than a millimetre and a half"),
        pytest.param((0, 0), BESIDE, id="bare, on another line than the one learnt"),
    ],
)
def test_nothing_is_found_on_a_shaft_that_is(denser_px: tuple[int, int], band: Band) -> None:
    assert not np.any(_learnt().update(_picture(band, denser_px), band, cemented=True))


@pytest.mark.parametrize(("cement_px", "expected"), [((0, 0), False), ((95, 122), True)])
def test_a_shaft_that_only_regains_what_most_of_it_shows_is_bare(cement_px: tuple[int, int], expected: bool) -> None:
    """Something bright beside it has made a part of the shaft pale; cement is denser than all the rest."""
    picture = 1.0 * _picture(CANNULA, cement_px)
    picture[:, 70:94] *= 0.6
    picture[:, 95:122] += 0.05 * CANNULA.mask(SHAPE, 1.0 / MM)[:, 95:122]
    assert np.any(_learnt().update(picture, CANNULA, cemented=True)) == expected


@pytest.mark.parametrize("coat", [_learnt(0), _learnt()], ids=["never seen bare", "seen bare on another line"])
def test_a_sheath_is_told_by_the_rest_of_the_shaft_where_its_line_was_never_seen_bare(coat: Coat) -> None:
    sheath, beneath = coat.update(_picture(BESIDE, (95, 122)), BESIDE, cemented=True)
    assert abs(np.nonzero(sheath)[1].min() - 95) <= 3
    assert not beneath.any()


@pytest.mark.parametrize(
    ("core", "flanks", "first_px"),
    [
        pytest.param(0.15, (0.0, 0.0), 95, id="denser core alone, as a solid stylet's"),
        pytest.param(0.15, (0.3, 0.05), 95, id="denser on one side, as in the canal"),
        pytest.param(0.15, (0.2, 0.2), 35, id="denser over nearly all of what shows"),
    ],
)
def test_nothing_is_told_of_a_shaft_never_seen_bare_that_is(
    core: float, flanks: tuple[float, float], first_px: int
) -> None:
    picture = _with_cement(core, flanks, slice(first_px, 122))
    assert not np.any(_learnt(0).update(picture, CANNULA, cemented=True))


def test_a_shaft_that_showed_nowhere_at_all_in_part_is_no_fault() -> None:
    coat, black = Coat(BODY, MM), _picture(CANNULA)
    black[:, :60] = 0.0
    coat.update(black, CANNULA, cemented=False)
    assert coat.update(_picture(CANNULA, (95, 122)), CANNULA, cemented=True)[0].any()


def test_a_shaft_that_is_denser_from_edge_to_edge_and_no_farther_is_no_cement() -> None:
    assert not np.any(_learnt().update(_picture(CANNULA, (95, 122), beside_mm=0.0), CANNULA, cemented=True))


@pytest.mark.parametrize(
    ("side", "first_px", "expected"),
    [
        pytest.param(-1, 110, True, id="one side"),
        pytest.param(1, 110, True, id="the other"),
        pytest.param(1, 85, False, id="farther than a shaft could hide it"),
    ],
)
def test_cement_that_the_shaft_hides_and_that_lies_to_one_side_of_it_is_no_sheath(
    side: int, first_px: int, expected: bool
) -> None:
    picture, ys = _picture(CANNULA), np.arange(SHAPE[0]) - CANNULA.tip[1]
    picture[np.abs(ys - side * 1.0 / MM) <= CANNULA.width_px / 2, first_px:122] += 0.15
    sheath, beneath = _learnt().update(picture, CANNULA, cemented=True)
    assert not sheath.any()
    assert beneath[100, 112:119].all() == expected


@pytest.mark.parametrize(
    ("core", "flanks", "expected"),
    [
        pytest.param(0.075, (0.12, 0.12), True, id="core and flanks each a little less than what tells by itself"),
        pytest.param(0.06, (0.08, 0.08), False, id="both far less"),
        pytest.param(0.15, (0.28, 0.14), True, id="8 mm long, half as thick on one side"),
        pytest.param(0.15, (0.3, 0.05), False, id="8 mm long, on one side"),
    ],
)
def test_a_sheath_is_told_by_core_and_flanks(core: float, flanks: tuple[float, float], expected: bool) -> None:
    picture = _with_cement(core, flanks, slice(100, 122))
    sheath, beneath = _learnt().update(picture, CANNULA, cemented=True)
    assert sheath.any() == expected
    assert not beneath.any()


def _crossed(second: Band, denser_px: tuple[int, int] = (0, 0)) -> Array:
    """Two shafts: where they cross both add."""
    _, x = np.mgrid[: SHAPE[0], : SHAPE[1]].astype(np.float32)
    return np.asarray(_picture(CANNULA, denser_px) + second.mask(SHAPE, 0.0) * (0.2 + 0.001 * x), np.float32)


@pytest.mark.parametrize(
    ("tip", "denser_px", "expected"),
    [
        pytest.param((170.0, 122.0), (0, 0), False, id="before the wall, bare"),
        pytest.param((110.0, 128.0), (0, 0), False, id="far from the wall, bare"),
        pytest.param((110.0, 128.0), (95, 122), True, id="far from the wall, with cement at the wall"),
    ],
)
def test_two_shafts_that_come_to_cross_are_no_cement(
    tip: tuple[float, float], denser_px: tuple[int, int], expected: bool
) -> None:
    apart = Band(tip=(170.0, 128.0), tail=(20.0, 118.0), width_px=8.0, contrast=0.3)
    across = Band(tip=tip, tail=(20.0, 60.0), width_px=8.0, contrast=0.3)
    coats = Coats(BODY, MM)
    for _ in range(6):
        coats.update(_crossed(apart), [CANNULA, apart], cemented=False)
    assert coats.update(_crossed(across, denser_px), [CANNULA, across], cemented=True)[0].any() == expected


def test_jaws_that_come_and_go_dont_make_it_forget_the_cannula() -> None:
    coats = Coats(BODY, MM)
    for pulse in range(12):
        jaws = [Band(tip=(60.0, 20.0 + 15 * (pulse % 6)), tail=(20.0, 20.0), width_px=8.0, contrast=0.3)]
        coats.update(_picture(CANNULA), [CANNULA, *jaws], cemented=False)
    assert coats.update(_picture(CANNULA, (95, 122)), [CANNULA], cemented=True)[0].any()


def _sheathed(columns: slice, offset_mm: float) -> Array:
    """A shaft as dark as the display gets, with a sheath round it, more on one side by twice the offset."""
    picture = _picture(CANNULA)
    ys = np.arange(SHAPE[0])[:, None] - CANNULA.tip[1] - offset_mm / MM
    sheath = np.broadcast_to(np.abs(ys) <= CANNULA.width_px / 2 + 1.0 / MM, SHAPE) & ~CANNULA.mask(SHAPE, 0.0)
    picture[:, columns] += 0.25 * sheath[:, columns]
    return picture


def test_a_sheath_of_cement_round_a_shaft_that_gets_no_darker_is_found() -> None:
    coat = _learnt()
    assert coat.update(_sheathed(slice(80, 122), 0.0), CANNULA, cemented=True)[0][:, 85:115].any(0).all()
    assert not np.any(coat.update(_sheathed(slice(80, 122), 0.9), CANNULA, cemented=True)), "a fit that is aside"


def test_a_shaft_whose_flanks_are_not_seen_says_nothing_and_stops_nothing() -> None:
    picture = _picture(CANNULA, (95, 122))
    picture[~CANNULA.mask(SHAPE, 0.0)] = np.nan
    assert not np.any(_learnt().update(picture, CANNULA, cemented=True))
