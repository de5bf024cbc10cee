from typing import NamedTuple

import numpy as np
import pytest

from monitor.domain import View, Wall, Zone, polygon, polygon_area
from monitor.imaging.arrays import Mask
from monitor.imaging.cannula_fit import Band
from monitor.imaging.zones import Territory, borders, extravasates, gaps, territory
from tests.imaging.phantom import CORNERS, SIZE, SPACING_MM, body_outline, disc

AP_CORNERS = {
    "superior_left": CORNERS["superior_posterior"],
    "superior_right": CORNERS["superior_anterior"],
    "inferior_right": CORNERS["inferior_anterior"],
    "inferior_left": CORNERS["inferior_posterior"],
}


def where(view: View) -> Territory:
    return territory(body_outline(), CORNERS if view is View.LATERAL else AP_CORNERS, view, (SIZE, SIZE), SPACING_MM)


def blob(x: float, y: float, radius_mm: float = 2.0) -> Mask:
    return disc(x, y, radius_mm) > 0


NONE = np.zeros((SIZE, SIZE), bool)


class Case(NamedTuple):
    name: str
    view: View
    x: float
    y: float
    zone: Zone


CASES = [
    Case("behind the wall at mid height", View.LATERAL, 125, 195, Zone.POSTERIOR),
    Case("behind the wall, below the pedicle", View.LATERAL, 125, 236, Zone.FORAMEN),
    Case("above the upper endplate", View.LATERAL, 205, 142, Zone.DISC_SUPERIOR),
    Case("below the lower endplate", View.LATERAL, 190, 258, Zone.DISC_INFERIOR),
    Case("before the anterior wall", View.LATERAL, 275, 200, Zone.ANTERIOR),
    Case("behind the wall, above the upper endplate", View.LATERAL, 128, 138, Zone.POSTERIOR),
    Case("behind the wall, below the lower endplate", View.LATERAL, 122, 258, Zone.POSTERIOR),
    Case("before the wall, far above the body", View.LATERAL, 273, 120, Zone.ANTERIOR),
    Case("beside it, far below the body", View.AP, 275, 275, Zone.RIGHT),
    Case("left of it", View.AP, 125, 200, Zone.LEFT),
    Case("right of it", View.AP, 275, 190, Zone.RIGHT),
    Case("above it", View.AP, 180, 142, Zone.DISC_SUPERIOR),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_zone(case: Case) -> None:
    (piece,) = extravasates(blob(case.x, case.y), NONE, NONE, where(case.view), None, SPACING_MM, 0.7)
    assert piece.zone is case.zone
    assert piece.area_mm2 == pytest.approx(np.pi * 4, rel=0.1)
    assert piece.at == pytest.approx((case.x, case.y), abs=1.0)


@pytest.mark.parametrize("y", [200, 120], ids=["beside the body", "far above it"])
def test_off_the_wall_is_measured_from_its_line_at_any_height(y: float) -> None:
    (piece,) = extravasates(blob(275, y), NONE, NONE, where(View.LATERAL), None, SPACING_MM, 0.7)
    a, b = (np.array(CORNERS[name]) for name in ("superior_anterior", "inferior_anterior"))
    along = (b - a) / np.hypot(*(b - a))
    away = abs(float((np.array([275, y]) - a) @ [-along[1], along[0]])) * SPACING_MM
    assert piece.off_wall_mm == pytest.approx(away + 2.0, abs=0.4)


def test_reach_is_measured_from_the_outline() -> None:
    (piece,) = extravasates(blob(275, 200), NONE, NONE, where(View.LATERAL), None, SPACING_MM, 0.7)
    expected = (275 - float(body_outline()[1][0])) * SPACING_MM + 2.0
    assert piece.reach_mm == pytest.approx(expected, abs=0.4)


def test_a_vein_is_long_and_thin() -> None:
    vein = np.zeros((SIZE, SIZE), bool)
    vein[196:204, 270:360] = True
    (piece,) = extravasates(vein, NONE, NONE, where(View.LATERAL), None, SPACING_MM, 0.7)
    assert piece.length_mm == pytest.approx(90 * SPACING_MM, rel=0.08)
    assert piece.width_mm == pytest.approx(8 * SPACING_MM, rel=0.15)


NEEDLE = Band((200.0, 200.0), (20.0, 200.0), 2.6 / SPACING_MM, 1.0)


def stripe(x: slice, y: slice) -> Mask:
    pixels = np.zeros((SIZE, SIZE), bool)
    pixels[y, x] = True
    return pixels


SHORT = stripe(slice(118, 135), slice(194, 207))


def test_cement_along_the_cannula_is_needle_track_not_posterior() -> None:
    beside = stripe(slice(95, 135), slice(206, 212))
    (piece,) = extravasates(beside, NONE, NONE, where(View.LATERAL), NEEDLE, SPACING_MM, 0.7)
    assert piece.zone is Zone.NEEDLE_TRACK


def test_a_canal_leak_that_crosses_the_cannula_stays_posterior() -> None:
    wall = stripe(slice(128, 135), slice(184, 214))
    (piece,) = extravasates(wall, NONE, NONE, where(View.LATERAL), NEEDLE, SPACING_MM, 0.7)
    assert piece.zone is Zone.POSTERIOR


@pytest.mark.parametrize(
    ("seen", "sheath", "beneath", "zone"),
    [
        pytest.param(NONE, SHORT, NONE, Zone.NEEDLE_TRACK, id="a sheath alone"),
        pytest.param(stripe(slice(125, 135), slice(207, 210)), SHORT, NONE, Zone.NEEDLE_TRACK, id="its edge is seen"),
        pytest.param(stripe(slice(129, 135), slice(207, 221)), SHORT, NONE, Zone.POSTERIOR, id="cement far beside it"),
        pytest.param(NONE, NONE, SHORT, Zone.POSTERIOR, id="hidden behind the wall"),
        pytest.param(NONE, NONE, stripe(slice(95, 135), slice(194, 207)), Zone.NEEDLE_TRACK, id="hidden a long way"),
    ],
)
def test_cement_on_the_cannula_is_a_sheath_or_a_leak_that_the_shaft_hides(
    seen: Mask, sheath: Mask, beneath: Mask, zone: Zone
) -> None:
    (piece,) = extravasates(seen, sheath, beneath, where(View.LATERAL), NEEDLE, SPACING_MM, 0.7)
    assert piece.zone is zone
    assert piece.area_mm2 >= np.count_nonzero((seen | sheath | beneath)[:, :130]) * SPACING_MM**2


def test_cement_within_the_tolerance_is_inside() -> None:
    assert extravasates(blob(200, 200, 12), NONE, NONE, where(View.LATERAL), None, SPACING_MM, 0.7) == []


def test_gaps_tell_how_far_each_wall_is() -> None:
    found = gaps(blob(150, 200, 3.0), where(View.LATERAL), SPACING_MM)
    corner = body_outline()
    assert found[Wall.POSTERIOR] == pytest.approx((150 - float(corner[0][0])) * SPACING_MM - 3.0, abs=0.5)
    assert found[Wall.SUPERIOR] == pytest.approx((200 - float(corner[0][1])) * SPACING_MM - 3.0, abs=0.5)
    assert gaps(np.zeros((SIZE, SIZE), bool), where(View.LATERAL), SPACING_MM) == {}


@pytest.mark.parametrize("mirrored", [False, True])
def test_anterior_follows_the_corners_not_the_screen(mirrored: bool) -> None:
    def flip(x: float) -> float:
        return SIZE - 1 - x if mirrored else x

    outline = polygon([[flip(x), y] for x, y in body_outline()])
    corners = {name: (flip(x), y) for name, (x, y) in CORNERS.items()}
    ground = territory(outline, corners, View.LATERAL, (SIZE, SIZE), SPACING_MM)
    (piece,) = extravasates(blob(flip(125), 195), NONE, NONE, ground, None, SPACING_MM, 0.7)
    assert piece.zone is Zone.POSTERIOR


def test_a_border_follows_the_edges_of_its_pixels() -> None:
    mask = np.zeros((40, 50), bool)
    mask[10:20, 12:37] = True
    (border,) = borders(mask)
    assert border.min(0).tolist() == [11.5, 9.5]
    assert border.max(0).tolist() == [36.5, 19.5]


@pytest.mark.parametrize("radius_mm", [2.0, 4.0, 8.0])
def test_a_border_holds_as_much_as_its_pixels(radius_mm: float) -> None:
    mask = blob(200, 200, radius_mm)
    (border,) = borders(mask)
    assert polygon_area(border) == pytest.approx(mask.sum(), rel=0.05)
