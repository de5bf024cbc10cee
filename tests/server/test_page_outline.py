"""What the page lets a person do about an outline: accept it, drag its corners, name levels, tap another vertebra."""

import json
import re

import pytest
from playwright.sync_api import FloatRect, Page, expect

from monitor.domain import LEVELS, AcceptOutline, MoveCorner, NameLevel, Tap, View
from monitor.server.app import STATIC
from tests.server.scripted import ABOVE, BELOW, CORNERS, OUTLINE, PROPOSED, TAPPED, Camera, Script, running
from tests.server.test_page import OVERFLOWING, SIZES, Look, overlapping, wait_for

BOX = (100, 60, 900, 760)


def test_the_page_knows_the_levels() -> None:
    (listed,) = re.findall(r"LEVELS = (\[.*?\]);", (STATIC / "words.js").read_text(encoding="utf-8"))
    assert tuple(json.loads(listed)) == LEVELS


def proposing() -> Script:
    return Script(events={0: [OUTLINE]}, box=BOX, outline=PROPOSED, neighbours=(ABOVE, BELOW))


def stage_of(page: Page) -> FloatRect:
    expect(page.locator("#image")).to_have_js_property("width", 800)
    box = page.locator("#drawing").bounding_box()
    assert box is not None
    return box


def on_screen(page: Page, point: tuple[float, float]) -> tuple[float, float]:
    """Where a frame pixel is on the page."""
    box = stage_of(page)
    scale = box["width"] / (BOX[2] - BOX[0])
    return box["x"] + (point[0] - BOX[0] + 0.5) * scale, box["y"] + (point[1] - BOX[1] + 0.5) * scale


def test_a_proposal_says_how_sure_it_is_and_waits_for_a_word(look: Look) -> None:
    script = proposing()
    with running(script, Camera()) as server:
        page = look(server.address)
        expect(page.locator("#proposal")).to_contain_text("Outline proposed, sure.")
        page.get_by_role("button", name="Accept").click()
        expect(page.locator("#proposal")).to_be_hidden()
    assert script.acts == [AcceptOutline(View.LATERAL)]


def test_a_corner_is_dragged_by_a_finger(look: Look) -> None:
    script = proposing()
    with running(script, Camera()) as server:
        page = look(server.address)
        page.locator("#adjust").click()
        handle = page.locator('[data-corner="superior_posterior"]')
        size = handle.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 44
        assert (size["x"] + size["width"] / 2, size["y"] + size["height"] / 2) == pytest.approx(
            on_screen(page, CORNERS["superior_posterior"]), abs=2
        )
        page.mouse.move(*on_screen(page, CORNERS["superior_posterior"]))
        page.mouse.down()
        page.mouse.move(*on_screen(page, (720, 290)))
        page.mouse.move(*on_screen(page, (730, 280)))
        page.mouse.up()
        wait_for(lambda: bool(script.acts))
        page.locator("#corners-done").click()
        expect(page.locator(".corner")).to_have_count(0)
        expect(page.locator("#proposal")).to_be_hidden()
    (moved,) = script.acts
    assert isinstance(moved, MoveCorner)
    assert moved.name == "superior_posterior"
    assert moved.point == pytest.approx((730, 280), abs=2)


def test_corners_of_any_outline_can_be_moved(look: Look) -> None:
    with running(Script(box=BOX, outline=TAPPED), Camera()) as server:
        page = look(server.address)
        stage_of(page)
        expect(page.locator("#proposal")).to_be_hidden()
        page.locator("#move-corners").click()
        expect(page.locator(".corner")).to_have_count(4)


def test_another_vertebra_can_be_tapped_or_named(look: Look) -> None:
    script = proposing()
    with running(script, Camera()) as server:
        page = look(server.address)
        page.mouse.click(*on_screen(page, (600, 190)))
        expect(page.locator("#aim-level")).to_have_value("T12")
        page.locator("#aim-level").select_option("T11")
        page.locator("#aim-name").click()
        page.mouse.click(*on_screen(page, (600, 380)))
        expect(page.locator("#aim-level")).to_have_value("L1")
        page.locator("#aim-set").click()
        wait_for(lambda: len(script.acts) == 2)
    named, tap = script.acts
    assert isinstance(named, NameLevel)
    assert isinstance(tap, Tap)
    assert named.level == "T11"
    assert named.point == pytest.approx((600, 190), abs=2)
    assert tap.point == pytest.approx((600, 380), abs=2)


def test_a_vertebra_that_cannot_be_counted_is_not_named(look: Look) -> None:
    with running(proposing(), Camera()) as server:
        page = look(server.address)
        page.mouse.click(*on_screen(page, (600, 630)))
        expect(page.locator("#aim-set")).to_be_visible()
        expect(page.locator("#aim-level")).to_have_count(0)


@pytest.mark.parametrize("step", ["proposed", "moving", "asked"])
def test_nothing_overflows_while_an_outline_is_worked_on(look: Look, step: str) -> None:
    with running(proposing(), Camera(), recording=True) as server:
        page = look(server.address)
        expect(page.locator("#adjust")).to_be_visible()
        if step == "moving":
            page.locator("#adjust").click()
        if step == "asked":
            page.mouse.click(*on_screen(page, (600, 380)))
            expect(page.locator("#aim-name")).to_be_visible()
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            assert (name, page.evaluate(OVERFLOWING), overlapping(page)) == (name, [], [])
