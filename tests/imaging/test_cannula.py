import numpy as np
import pytest

from monitor.imaging.cannula import find_band
from monitor.imaging.cannula_fit import Band, sharpen, wander
from monitor.imaging.instruments import Instruments
from monitor.imaging.zones import filled
from tests.imaging.phantom import CENTRE, SIZE, SPACING_MM, Scenery, body_outline, disc, noisy, rod

USABLE = np.ones((SIZE, SIZE), bool)
EMPTY = np.zeros((SIZE, SIZE), np.float32)
NO_CEMENT = np.zeros((SIZE, SIZE), bool)


def ended_at(angle_deg: float, tip: tuple[float, float]) -> tuple[float, float]:
    """A tail 50 mm from the tip."""
    reach = 50 / SPACING_MM
    return tip[0] - reach * float(np.cos(np.radians(angle_deg))), tip[1] - reach * float(np.sin(np.radians(angle_deg)))


@pytest.mark.parametrize("angle_deg", [0, 12, 37, 45, 76, 90, 121, 158])
def test_tip_and_direction_are_found(angle_deg: float) -> None:
    tip = (212.0, 195.0)
    tail = ended_at(angle_deg, tip)
    band = find_band(noisy(rod(tip, tail), 1), USABLE, SPACING_MM, CENTRE, 0.07)
    assert band is not None
    assert np.hypot(band.tip[0] - tip[0], band.tip[1] - tip[1]) * SPACING_MM < 0.8
    assert abs((band.angle_deg() - angle_deg + 90) % 180 - 90) < 0.7
    assert band.width_px * SPACING_MM == pytest.approx(2.6, abs=0.5)


@pytest.mark.parametrize("height", [0.12, 0.3, 1.5])
def test_faint_and_dense_metal_are_found(height: float) -> None:
    band = find_band(noisy(rod((215, 205), (20, 120), height=height), 2), USABLE, SPACING_MM, CENTRE, 0.07)
    assert band is not None


@pytest.mark.parametrize(
    ("name", "added"),
    [("noise", EMPTY), ("a bolus", disc(200, 200, 9)), ("bone", Scenery(3).attenuation() - 0.8)],
)
def test_nothing_else_is_taken_for_metal(name: str, added: np.ndarray) -> None:
    assert find_band(noisy(np.asarray(added, np.float32), 3), USABLE, SPACING_MM, CENTRE, 0.2) is None, name


def track() -> Instruments:
    return Instruments(filled([body_outline()], (SIZE, SIZE)), SPACING_MM)


def test_cement_around_the_tip_doesnt_move_it() -> None:
    followed, needle = track(), rod((210, 200), (10, 130))
    (before,) = followed.update(noisy(needle, 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    bolus = disc(205, 199, 7, 1.5)
    (after,) = followed.update(noisy(np.maximum(needle, bolus), 2, 0.01), USABLE, bolus > 0.1, bolus > 0.1, True, True)
    assert np.hypot(after.tip[0] - before.tip[0], after.tip[1] - before.tip[1]) * SPACING_MM < 1.0


def test_withdrawing_it_is_followed() -> None:
    followed = track()
    for step in range(6):
        tip = (210 - 25 * step, 200 - 8.75 * step)
        picture = noisy(rod(tip, (10, 130)), step, 0.01)
        (band,) = followed.update(picture, USABLE, NO_CEMENT, NO_CEMENT, False, step == 0)
        assert np.hypot(band.tip[0] - tip[0], band.tip[1] - tip[1]) * SPACING_MM < 1.0


def test_its_corridor_stays_where_it_lay_in_the_body_while_it_is_drawn_out_and_turned_aside() -> None:
    followed, deep = track(), (210.0, 200.0)
    followed.update(noisy(rod(deep, (10, 130)), 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    for pulse, tip in enumerate([(180.0, 189.5), (110.0, 165.0), (80.0, 130.0)]):
        followed.update(noisy(rod(tip, (10, 130)), 2 + pulse, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    assert followed.corridor is not None
    lain = followed.corridor.mask((SIZE, SIZE), 0.0)
    assert lain[165:185, 110:150].any(), "behind the wall, where cement has come back along it"
    assert followed.cannula is not None
    assert followed.cannula.tip[0] < 100


def test_two_cannulas_and_a_clamp_are_all_metal() -> None:
    rods = [rod((190, 205), (10, 130)), rod((215, 205), (390, 130)), rod((300, 320), (395, 390), 2.0)]
    followed = track()
    bands = followed.update(noisy(np.maximum.reduce(rods), 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    assert len(bands) == 3
    assert followed.cannula is not None
    assert np.hypot(followed.cannula.tip[0] - 190, followed.cannula.tip[1] - 205) * SPACING_MM < 1.0


def test_a_leak_along_the_wall_is_no_cannula() -> None:
    wall = float(body_outline()[0][0]) - 5
    leak = rod((wall, 165), (wall, 235), 2.2, 0.4)
    known = disc(200, 200, 8) > 0.1
    known |= leak > 0.1
    assert not track().update(noisy(leak + disc(200, 200, 8), 4, 0.01), USABLE, known, known, True, True)


@pytest.mark.parametrize(("left", "expected"), [(0.25, 1), (0.0, 0)])
def test_a_shaft_that_pales_before_bright_air_is_still_metal_and_one_that_left_is_not(
    left: float, expected: int
) -> None:
    metal = Instruments(filled([body_outline()], USABLE.shape), SPACING_MM)
    shaft = rod((205, 202), (10, 133), height=0.18)
    for n in range(4):
        metal.update(noisy(shaft, n, 0.008), USABLE, NO_CEMENT, NO_CEMENT, False, n == 0)
    assert len(metal.update(noisy(left * shaft, 9, 0.008), USABLE, NO_CEMENT, NO_CEMENT, True, True)) == expected


def test_jaws_of_a_clamp_over_a_pale_shafts_line_are_not_that_shaft() -> None:
    metal = Instruments(filled([body_outline()], USABLE.shape), SPACING_MM)
    shaft = rod((205, 202), (10, 133), height=0.09)
    (before,) = metal.update(noisy(shaft, 1, 0.008), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    jaws = np.maximum(rod((150, 202), (10, 123), 5, 0.33), rod((150, 163), (10, 143), 5, 0.33))
    after = metal.update(noisy(jaws, 9, 0.008), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    assert before.tip not in [band.tip for band in after]


@pytest.mark.parametrize("spacing_mm", [0.28, 0.34, 0.5])
@pytest.mark.parametrize("aside_px", np.arange(0, 12, 0.7))
def test_where_a_known_cannula_is_gone_a_line_beside_it_is_none(spacing_mm: float, aside_px: float) -> None:
    """At the rim of the strip only one row of samples shows it."""
    line = np.zeros((200, 200), np.float32)
    line[100, :] = 0.2
    known = Band((160.0, 100.0 - aside_px), (40.0, 100.0 - aside_px), 2.0, 0.3)
    left = sharpen(line, np.ones(line.shape, bool), spacing_mm, known, 1)
    assert np.isfinite([*left.tip, *left.tail, left.width_px, left.contrast]).all()


@pytest.mark.parametrize(("bent_px", "expected"), [(0.0, 1), (3.0, 0)])
def test_once_there_is_cement_a_long_band_is_metal_only_where_it_is_straight(bent_px: float, expected: int) -> None:
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    course = 60 + bent_px * np.sin(y / 14)
    run = np.asarray(0.3 * ((np.abs(x - course) * SPACING_MM < 1.0) & (y > 40) & (y < 160)), np.float32)
    assert len(track().update(noisy(run, 4, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)) == expected


@pytest.mark.parametrize(("height", "aside_px", "expected"), [(0.3, 16, 2), (0.3, 60, 1), (0.12, 16, 1)])
def test_what_ends_beside_a_jaw_and_is_as_dense_is_the_other_jaw(height: float, aside_px: int, expected: int) -> None:
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    course = 60 + 1.7 * np.sin(y / 14)
    uneven = np.asarray(height * ((np.abs(x - course) * SPACING_MM < 1.0) & (y > 40) & (y < 160)), np.float32)
    jaw = rod((60 + aside_px, 160), (75 + aside_px, 20), 2.0, 0.3)
    found = track().update(noisy(np.maximum(uneven, jaw), 4, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    assert len(found) == expected


@pytest.mark.parametrize(
    ("tail", "width_mm", "expected"),
    [
        pytest.param((390, 130), 2.6, 2, id="as straight, long and wide as the first"),
        pytest.param((390, 130), 1.4, 1, id="thinner: a vein may be"),
        pytest.param((310, 166), 2.6, 1, id="short: a vein may be"),
    ],
)
def test_once_there_is_cement_a_paler_band_is_metal_where_it_is_like_the_first_cannula(
    tail: tuple[float, float], width_mm: float, expected: int
) -> None:
    metal, first, second = track(), rod((190, 205), (10, 130), height=0.6), rod((215, 205), tail, width_mm, 0.18)
    metal.update(noisy(first, 1, 0.005), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    both = noisy(np.maximum(first, second), 2, 0.005)
    assert len(metal.update(both, USABLE, NO_CEMENT, NO_CEMENT, True, True)) == expected


def test_a_shaft_that_comes_in_as_a_shot_begins_is_metal_though_it_looked_like_cement_before() -> None:
    shaft, metal = rod((205, 202), (10, 133), height=0.3), track()
    metal.update(noisy(EMPTY, 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    assert metal.update(noisy(shaft, 2, 0.01), USABLE, shaft > 0.1, NO_CEMENT, True, False)


@pytest.mark.parametrize(("cemented", "expected"), [(False, 1), (True, 0)])
def test_a_pale_wire_is_metal_before_there_is_cement(cemented: bool, expected: int) -> None:
    wire = rod((130, 190), (10, 150), 1.2, 0.08)
    assert len(track().update(noisy(wire, 5, 0.005), USABLE, NO_CEMENT, NO_CEMENT, cemented, True)) == expected


@pytest.mark.parametrize(("shown_px", "straight"), [(40, True), (15, False)])
def test_a_band_that_hardly_shows_beyond_the_body_is_not_known_to_be_straight(shown_px: int, straight: bool) -> None:
    band = Band(tip=(200.0, 200.0), tail=(100.0, 200.0), width_px=8.0, contrast=0.9)
    body = np.broadcast_to(np.arange(SIZE) >= 100 + shown_px, (SIZE, SIZE))
    strays = wander(noisy(rod(band.tip, band.tail), 1, 0.01), SPACING_MM, band, np.ascontiguousarray(body))
    assert (strays * SPACING_MM < 0.1) == straight
    assert np.isfinite(strays) == straight


@pytest.mark.parametrize(("seen_before", "expected"), [(True, 1), (False, 0)])
def test_a_cannula_in_its_old_place_is_one_though_cement_hides_most_of_it(seen_before: bool, expected: int) -> None:
    followed, needle = track(), rod((210, 200), (10, 130))
    shown = USABLE.copy()
    shown[:, :103] = False
    followed.update(noisy(needle if seen_before else EMPTY, 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    followed.update(noisy(EMPTY, 2, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    picture = np.maximum.reduce([needle, disc(175, 205, 8, 1.2), disc(195, 210, 8, 1.2)])
    known = picture > 0.1
    assert len(followed.update(noisy(picture * shown, 3, 0.01), shown, known, known, True, True)) == expected


def test_a_turned_cannula_is_metal_though_most_of_it_lies_in_its_bolus() -> None:
    followed = track()
    followed.update(noisy(rod((210, 200), (10, 130)), 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    followed.update(noisy(EMPTY, 2, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    deposit = np.maximum(disc(165, 205, 8, 1.2), disc(195, 205, 8, 1.2))
    turned = rod((215, 205), (95, 222), height=0.6)
    known = deposit > 0.1
    assert len(followed.update(noisy(turned + deposit, 3, 0.01), USABLE, known, known, True, True)) == 1


@pytest.mark.parametrize(("outside_mm", "expected"), [(5.0, 2), (1.0, 1)])
def test_a_shaft_is_known_again_on_its_line_while_other_metal_has_stayed(outside_mm: float, expected: int) -> None:
    followed, needle, clamp = track(), rod((210, 200), (10, 130)), rod((300, 320), (395, 390), 2.0)
    followed.update(noisy(np.maximum(needle, clamp), 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    assert len(followed.update(noisy(clamp, 2, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)) == 1
    shown = USABLE.copy()
    shown[:, : round(body_outline()[0][0] - outside_mm / SPACING_MM)] = False
    shown[300:] = True
    picture = np.maximum.reduce([needle, clamp, disc(200, 200, 6, 1.2)]) * shown
    known = (picture > 0.1) & (clamp < 0.1)
    assert len(followed.update(noisy(picture, 3, 0.01), shown, known, known, True, True)) == expected


def test_a_shaft_of_which_a_stretch_is_hidden_is_still_one_that_ends_in_the_body() -> None:
    followed, needle = track(), rod((210, 200), (10, 130))
    followed.update(noisy(needle, 1, 0.01), USABLE, NO_CEMENT, NO_CEMENT, False, True)
    followed.update(noisy(EMPTY, 2, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    xs = np.arange(needle.shape[1])
    parts = np.where((xs > 95) & (xs < 140), 0, needle).astype(np.float32)
    bands = followed.update(noisy(parts, 3, 0.01), USABLE, NO_CEMENT, NO_CEMENT, True, True)
    assert min(np.hypot(band.tip[0] - 210, band.tip[1] - 200) for band in bands) < 6
