import cv2
import numpy as np
import pytest

from monitor.imaging.screen_field import find_field


@pytest.mark.parametrize("margin", [0, 5, 12, 60])
@pytest.mark.parametrize("left", [420, 760])
def test_a_square_image_as_high_as_a_wide_screen_is_found(margin: int, left: int) -> None:
    """Its own upper and lower border then make up two fifths of the screen's rim."""
    side = 1080 - 2 * margin
    rng = np.random.default_rng(margin + left)
    screen = np.zeros((1080, 1920), np.uint8)
    texture = cv2.GaussianBlur(rng.normal(0, 60, (side, side)).astype(np.float32), (0, 0), 9)
    screen[margin : margin + side, left : left + side] = np.clip(130 + 4 * texture, 30, 230)
    for y in (24, 1070):
        cv2.putText(screen, "KOWALSKI, JOHN 3726330", (4, y), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (200,), 2)
    found = find_field(screen, 0.04)
    assert found is not None
    (x0, y0), (x1, y1) = found.outline.min(0), found.outline.max(0)
    assert (x0, y0, x1, y1) == pytest.approx((left, margin, left + side - 1, margin + side - 1), abs=10)


@pytest.mark.parametrize("background", [30, 40, 60])
def test_an_image_that_goes_over_from_brighter_to_darker_than_the_background_is_found_whole(background: int) -> None:
    """A lateral view under a bright background: bone on one side, the black of the direct beam on the other."""
    rng = np.random.default_rng(background)
    screen = np.full((1024, 1024), background, np.uint8)
    across = np.interp(np.arange(940), [0, 400, 430], [3.5 * background, 2.0 * background, 0.0])
    screen[40:980, 42:982] = np.clip(across + rng.normal(0, 2, (940, 940)), 0, 255)
    found = find_field(screen, 0.04)
    assert found is not None
    (x0, y0), (x1, y1) = found.outline.min(0), found.outline.max(0)
    assert (x0, y0, x1, y1) == pytest.approx((42, 40, 981, 979), abs=10)


@pytest.mark.parametrize(
    ("background", "frame"),
    [(255, 255), (232, 255), (200, 0), (68, 0), (0, 0)],
    ids=["white", "framed in white", "light", "grey", "black"],
)
@pytest.mark.parametrize("inverted", [False, True])
def test_an_image_on_a_screen_of_any_colour_is_found(background: int, frame: int, inverted: bool) -> None:
    """Also one with the direct beam along one side, at either end of the grey scale."""
    rng = np.random.default_rng(background)
    screen = np.full((1024, 1280), background, np.uint8)
    screen[30:994, 170:1110] = frame
    texture = cv2.GaussianBlur(rng.normal(0, 60, (920, 900)).astype(np.float32), (0, 0), 9)
    image = np.clip(130 + 4 * texture + rng.normal(0, 3, texture.shape), 30, 230)
    image[:, 780:] = 0 if inverted else 255
    screen[52:972, 190:1090] = image
    found = find_field(screen, 0.04)
    assert found is not None
    (x0, y0), (x1, y1) = found.outline.min(0), found.outline.max(0)
    assert (x0, y0, y1) == pytest.approx((190, 52, 971), abs=24)
    assert x1 > 950
