"""The outline found around a tap, against drawn spines with a known border."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain import Image, Outline, Point, View
from monitor.imaging.outline import find_outline
from monitor.imaging.outline_scale import body_scale
from tests.imaging.outline_phantom import SIZE, Phantom, draw

VIEWS = (View.LATERAL, View.AP)


def dice(found: NDArray[np.float32], truth: NDArray[np.float64]) -> float:
    one, two = (_filled(np.asarray(border, np.float64)) for border in (found, truth))
    return float(2 * (one & two).sum() / (one.sum() + two.sum()))


def _filled(border: NDArray[np.float64]) -> NDArray[np.bool_]:
    mask = np.zeros((2 * SIZE, 2 * SIZE), np.uint8)
    cv2.fillPoly(mask, [np.round(border * 16).astype(np.int32)], 1, shift=4)
    return mask > 0


def border_error_mm(found: NDArray[np.float32], phantom: Phantom) -> float:
    truth = phantom.border.astype(np.float32)[:, None]
    return float(np.mean([abs(cv2.pointPolygonTest(truth, (float(x), float(y)), True)) for x, y in found]) * phantom.mm)


def outline(phantom: Phantom, view: View, spacing_mm: float | None, anterior: Point | None = None) -> Outline:
    found = find_outline(phantom.image, phantom.tap, view, spacing_mm, anterior)
    assert found is not None
    return found


def turned(phantom: Phantom, quarter_turns: int) -> Phantom:
    """The same picture turned counterclockwise."""
    image, border, tap = phantom.image, phantom.border, np.array(phantom.tap)
    attenuation, last = np.ascontiguousarray(np.rot90(image.attenuation, quarter_turns)), SIZE - 1
    for _ in range(quarter_turns):
        border = np.column_stack([border[:, 1], last - border[:, 0]])
        tap = np.array([tap[1], last - tap[0]])
    return Phantom(replace(image, attenuation=attenuation), (float(tap[0]), float(tap[1])), border, phantom.mm)


def mirrored(phantom: Phantom) -> Phantom:
    last = SIZE - 1
    image = replace(phantom.image, attenuation=np.ascontiguousarray(phantom.image.attenuation[:, ::-1]))
    border = phantom.border * [-1, 1] + [last, 0]
    return Phantom(image, (last - phantom.tap[0], phantom.tap[1]), border, phantom.mm)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("name", "drawing"),
    [
        ("intact", {"seed": 1}),
        ("noisy", {"seed": 2, "noise": 0.12}),
        ("fine pixels", {"seed": 3, "mm": 0.22}),
        ("coarse pixels", {"seed": 4, "mm": 0.4}),
        ("larger frame", {"seed": 5, "scale": 1.7, "origin": (120.0, 40.0)}),
    ],
)
def test_outline_lies_on_the_border(view: View, name: str, drawing: dict[str, float]) -> None:
    phantom = draw(view, **drawing)  # type: ignore[arg-type]
    found = outline(phantom, view, phantom.mm)
    assert dice(found.polygon, phantom.border) > 0.93
    assert border_error_mm(found.polygon, phantom) < 0.8
    assert 60 <= len(found.polygon) <= 120
    assert np.isfinite(found.polygon).all()
    assert 0.8 < found.confidence <= 1.0


@pytest.mark.parametrize("crushed", [0.8, 0.6, 0.4])
def test_a_wedge_fracture_keeps_its_shape(crushed: float) -> None:
    phantom = draw(View.LATERAL, 6, crushed=crushed)
    found = outline(phantom, View.LATERAL, phantom.mm)
    assert dice(found.polygon, phantom.border) > 0.93
    front, back = (
        abs(found.corners[f"superior_{side}"][1] - found.corners[f"inferior_{side}"][1]) * phantom.mm
        for side in ("anterior", "posterior")
    )
    assert front == pytest.approx(26 * crushed, abs=3.0)
    assert back == pytest.approx(26, abs=3.0)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("seed", [7, 8])
def test_without_spacing_the_body_is_still_found(view: View, seed: int) -> None:
    phantom = draw(view, seed, mm=0.33)
    assert dice(outline(phantom, view, None).polygon, phantom.border) > 0.92


@pytest.mark.parametrize("offset_mm", [(8, 0), (-8, 0), (0, 6), (0, -6)])
def test_the_tap_need_not_be_the_centre(offset_mm: tuple[float, float]) -> None:
    phantom = draw(View.LATERAL, 9)
    x, y = (c + o / phantom.mm for c, o in zip(phantom.tap, offset_mm, strict=True))
    assert dice(outline(replace(phantom, tap=(x, y)), View.LATERAL, phantom.mm).polygon, phantom.border) > 0.93


def test_lateral_corners_say_where_the_front_is() -> None:
    plain = draw(View.LATERAL, 10)
    corners = outline(plain, View.LATERAL, plain.mm).corners
    assert corners["superior_anterior"][0] > corners["superior_posterior"][0]
    assert corners["superior_anterior"][1] < corners["inferior_anterior"][1]


@pytest.mark.parametrize("view", VIEWS)
def test_a_mirrored_picture_gives_the_mirrored_outline(view: View) -> None:
    plain = draw(view, 11)
    other = mirrored(plain)
    one, two = outline(plain, view, plain.mm), outline(other, view, other.mm)
    back = (two.polygon * [-1, 1] + [SIZE - 1, 0]).astype(np.float32)
    assert dice(back, one.polygon.astype(np.float64)) > 0.97
    pairs = {"left": "right", "right": "left"}
    for name, corner in one.corners.items():
        end, side = name.split("_")
        x, y = two.corners[f"{end}_{pairs.get(side, side)}"]
        assert np.hypot(SIZE - 1 - x - corner[0], y - corner[1]) * plain.mm < 2.0, name


@pytest.mark.parametrize("quarter_turns", [1, 3])
def test_a_turned_display_keeps_front_and_head_on_their_sides(quarter_turns: int) -> None:
    plain = draw(View.LATERAL, 12)
    other = turned(plain, quarter_turns)
    found = outline(other, View.LATERAL, other.mm)
    assert dice(found.polygon, other.border) > 0.93
    forward = np.subtract(found.corners["superior_anterior"], found.corners["superior_posterior"])
    assert np.sign(forward[1]) == (-1 if quarter_turns == 1 else 1)
    assert abs(forward[1]) > 3 * abs(forward[0])


def test_a_known_front_is_kept() -> None:
    phantom = draw(View.LATERAL, 13)
    corners = outline(phantom, View.LATERAL, phantom.mm, anterior=(-1.0, 0.0)).corners
    assert corners["superior_anterior"][0] < corners["superior_posterior"][0]


@pytest.mark.parametrize("degrees", [45, 90, 200, 315])
def test_any_direction_may_be_called_the_front(degrees: int) -> None:
    phantom = draw(View.LATERAL, 13)
    anterior = (float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees))))
    found = find_outline(phantom.image, phantom.tap, View.LATERAL, phantom.mm, anterior)
    if found is not None:
        forward = np.subtract(found.corners["superior_anterior"], found.corners["superior_posterior"])
        assert float(forward @ np.array(anterior)) > 0


def test_the_same_picture_gives_the_same_outline() -> None:
    phantom = draw(View.AP, 14)
    one, two = (outline(phantom, View.AP, phantom.mm).polygon for _ in range(2))
    assert np.array_equal(one, two)


def picture(attenuation: NDArray[np.float64], usable: bool = True) -> Image:
    return Image(0, 0.0, attenuation.astype(np.float32), np.full(attenuation.shape, usable), 1.0, (0.0, 0.0), 0)


NOTHING = {
    "constant": picture(np.ones((512, 512))),
    "white noise": picture(np.random.default_rng(0).normal(0, 0.1, (512, 512))),
    "slope": picture(np.tile(np.linspace(0, 3, 512), (512, 1))),
    "not finite": picture(np.full((512, 512), np.nan)),
    "nothing usable": picture(np.random.default_rng(1).normal(0, 0.1, (512, 512)), usable=False),
    "a few pixels": picture(np.random.default_rng(2).normal(0, 0.1, (3, 5))),
}


@pytest.mark.parametrize("view", View)
@pytest.mark.parametrize("spacing_mm", [0.25, None])
@pytest.mark.parametrize("name", NOTHING)
def test_nothing_is_found_where_there_is_nothing(view: View, spacing_mm: float | None, name: str) -> None:
    image = NOTHING[name]
    height, width = image.attenuation.shape
    assert find_outline(image, (width / 2, height / 2), view, spacing_mm) is None


def test_a_tap_outside_the_picture_finds_nothing() -> None:
    phantom = draw(View.LATERAL, 15)
    for tap in ((-30.0, 20.0), (50.0, 5000.0)):
        assert find_outline(phantom.image, tap, View.LATERAL, phantom.mm) is None


@pytest.mark.parametrize(("view", "level", "size_mm"), [(View.LATERAL, "L2", 34.0), (View.AP, "L1", 44.0)])
def test_body_scale_is_right_within_its_stated_error(view: View, level: str, size_mm: float) -> None:
    phantom = draw(view, 16)
    assert body_scale(outline(phantom, view, None), view, level) == pytest.approx(phantom.mm, rel=0.10)
    assert body_scale(outline(phantom, view, None), view, None) == pytest.approx(phantom.mm, rel=0.17)
