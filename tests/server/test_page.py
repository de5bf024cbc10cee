"""The bedside page in a real browser against a real server."""

import re
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from monitor.config import ServerSettings
from monitor.domain import Acknowledge, Event, NoteVolume, SayView, Tap, View
from monitor.server.app import STATIC
from tests.server.scripted import (
    BLIND,
    HIGH,
    LEAK,
    LOW,
    MEDIUM,
    OUTLINE,
    SETTINGS,
    Camera,
    Script,
    running,
    shot,
)

Look = Callable[..., Page]
STALE_MS = 3000
QUICK = ServerSettings(port=0, stale_s=1.0, heartbeat_s=0.3)


def test_an_alert_appears_with_what_to_do_and_blinks_as_its_priority_says(look: Look) -> None:
    script = Script(events={40: [HIGH], 50: [MEDIUM]})
    with running(script, Camera()) as server:
        page = look(server.address)
        card = page.locator('#alerts [data-alert="a1"]')
        expect(card).to_contain_text("STOP. Cement behind the posterior wall, L1.")
        expect(card).to_contain_text("Stop. Do not resume. CT if possible; watch leg function.")
        expect(card).to_contain_text("High priority")
        expect(card.locator("svg")).to_be_visible()
        expect_blink(page, "a1", "0.5s", "rgb(255, 59, 48)")
        expect(page.locator('#others [data-alert="a2"]')).to_contain_text(re.compile(r"Wait \d+ s"))
        expect_blink(page, "a2", "2s", "rgb(255, 214, 10)")
        box = card.locator(".acknowledge").bounding_box()
        assert box is not None
        assert box["height"] >= 56


def expect_blink(page: Page, alert: str, period: str, colour: str) -> None:
    """Period of the strip's animation, and the alarm's colour as its border has it."""
    card = page.locator(f'[data-alert="{alert}"]')
    expect(card.locator(".strip")).to_have_css("animation-duration", period)
    expect(card).to_have_css("border-top-color", colour)


def test_a_standing_alert_stays_the_same_card_while_shots_go_on(look: Look) -> None:
    """A card built anew would restart its blinking and take the button from under a finger."""
    script = Script(events={0: [HIGH], **shot(1, 40), **shot(2, 80)})
    with running(script, Camera()) as server:
        page = look(server.address)
        page.locator('#alerts [data-alert="a1"]').evaluate("(card) => { card.title = 'the first'; }")
        expect(page.locator("#shots .value")).to_have_text("2")
        expect(page.locator('#alerts [data-alert="a1"]')).to_have_attribute("title", "the first")


def test_shots_and_beam_time_run(look: Look) -> None:
    script = Script(events={**shot(1, 5), **shot(2, 30), **shot(3, 60, frames=10)})
    with running(script, Camera()) as server:
        page = look(server.address)
        expect(page.locator("#shots .value")).to_have_text("3")
        expect(page.locator("#beam")).to_contain_text("HELD")
        expect(page.locator("#beam-time .value")).to_have_text("0.4 s")
        expect(page.locator("#beam-time")).to_contain_text("not a dose")


def test_acknowledging_quiets_the_alert_but_keeps_it(look: Look) -> None:
    script = Script(events={0: [HIGH, LOW]})
    with running(script, Camera()) as server:
        page = look(server.address)
        page.locator('[data-alert="a1"] .acknowledge').click()
        quiet = page.locator('[data-alert="a1"].acknowledged')
        expect(quiet).to_contain_text("acknowledged")
        expect(quiet.locator("button")).to_have_count(0)
        expect_blink(page, "a1", "0s", "rgb(255, 59, 48)")
        page.get_by_role("button", name="Leg numbness asked").click()
        expect(page.locator('[data-alert="a3"].acknowledged')).to_be_visible()
        assert script.acts == [Acknowledge("a1"), Acknowledge("a3")]


def test_a_tap_is_asked_about_and_arrives_in_frame_pixels(look: Look) -> None:
    script = Script(events={0: [OUTLINE]}, box=(100, 60, 900, 700))
    with running(script, Camera()) as server:
        page = look(server.address)
        drawing = page.locator("#drawing")
        expect(page.locator("#legend")).to_be_visible()
        expect(page.locator("#image")).to_have_js_property("width", 800)
        box = drawing.bounding_box()
        assert box is not None
        assert box["width"] / box["height"] == pytest.approx(800 / 640, rel=0.01)
        drawing.click(position={"x": box["width"] * 0.25, "y": box["height"] * 0.75})
        assert script.acts == [], "a stray touch moves nothing"
        page.locator("#aim-set").click()
        expect(page.locator("#told")).to_have_text("Target set")
        wait_for(lambda: bool(script.acts))
    (tap,) = script.acts
    assert isinstance(tap, Tap)
    assert tap.point == pytest.approx((100 + 0.25 * 800, 60 + 0.75 * 640), abs=2)


def test_a_tap_can_be_taken_back(look: Look) -> None:
    script = Script(box=(100, 60, 900, 700))
    with running(script, Camera()) as server:
        page = look(server.address)
        expect(page.locator("#image")).to_have_js_property("width", 800)
        page.locator("#drawing").click()
        page.locator("#aim-cancel").click()
        expect(page.locator("#aim")).to_be_hidden()
    assert script.acts == []


def test_volumes_and_views_are_said(look: Look) -> None:
    script = Script(events={0: [OUTLINE]})
    with running(script, Camera()) as server:
        page = look(server.address)
        page.get_by_role("button", name="0.5 ml").click()
        page.locator("#other-ml").fill("1.3")
        page.locator("#note-other").click()
        page.get_by_role("button", name="AP", exact=True).click()
        wait_for(lambda: len(script.acts) == 3)
        page.locator("#other-ml").fill("-4")
        page.locator("#note-other").click()
        expect(page.locator("#told")).to_contain_text("between 0.1 and 20 ml")
    assert script.acts == [NoteVolume(0.5), NoteVolume(1.3), SayView(View.AP)]


def wait_for(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came")


def test_a_cut_connection_is_shown_as_stale_and_mended(look: Look) -> None:
    with running(Script(events={0: [HIGH]}), Camera()) as server:
        page = look(server.address)
        expect(page.locator('[data-alert="a1"]')).to_be_visible()
        expect(page.locator("#stale")).to_be_hidden()
        port = int(server.address.rstrip("/").rpartition(":")[2])
    expect(page.locator("#stale")).to_have_text("STALE: connection lost, image is old", timeout=STALE_MS)
    expect(page.locator("#stage")).to_have_css("opacity", "0.3")
    expect(page.locator("#controls button").first).to_be_disabled()
    expect(page.locator(".acknowledge")).to_be_disabled()
    with running(Script(events={0: [MEDIUM]}), Camera(), SETTINGS.model_copy(update={"port": port})):
        expect(page.locator('[data-alert="a2"]')).to_be_visible()
        expect(page.locator('[data-alert="a1"]')).to_have_count(0)
        expect(page.locator("#stale")).to_be_hidden()


def test_a_server_that_falls_silent_is_shown_as_stale(look: Look) -> None:
    """The connection stays open, nothing comes: only the page's own clock can tell."""
    with running(Script(), Camera(), QUICK) as server:
        page = look(server.address)
        expect(page.locator("#beam")).to_be_visible()
        server.in_loop(lambda: time.sleep(4))
        expect(page.locator("#stale")).to_contain_text("connection lost", timeout=STALE_MS)
        expect(page.locator("#stale")).to_be_hidden()


def test_a_source_that_hangs_is_shown_as_stale(look: Look) -> None:
    camera = Camera()
    with running(Script(), camera, QUICK) as server:
        page = look(server.address)
        expect(page.locator("#beam")).to_be_visible()
        camera.block()
        expect(page.locator("#stale")).to_contain_text("no new frames", timeout=STALE_MS)
        camera.resume()
        expect(page.locator("#stale")).to_be_hidden()


def test_a_recording_is_never_taken_for_the_patient(look: Look) -> None:
    with running(Script(events=dict(shot(1, 10, frames=500))), Camera(frames=100), recording=True) as server:
        page = look(server.address)
        expect(page.locator(".recording")).to_contain_text("recording, not the patient")
        expect(page.locator("#beam")).not_to_contain_text("LIVE")
        expect(page.locator("#ended")).to_contain_text("The recording has ended")
        expect(page.locator("#stale")).to_be_hidden()
        expect(page.locator("#controls button").first).to_be_disabled()


def test_a_failed_analysis_is_told(look: Look) -> None:
    with running(Script(breaks_at=20), Camera()) as server:
        page = look(server.address)
        expect(page.locator("#fault")).to_have_text("The analysis has stopped: the model file is gone")


def test_sound_is_armed_by_a_touch_and_told_to_the_server(look: Look) -> None:
    with running(Script(), Camera()) as server:
        page = look(server.address)
        expect(page.locator("#sound")).to_contain_text("Sound off")
        page.locator("#sound").click()
        expect(page.locator("#sound")).to_contain_text("Sound on")
        wait_for(lambda: any(client.report()["sound"] for client in server.hub.clients))
        page.locator("#sound").click()
        expect(page.locator("#sound")).to_contain_text("Sound off")


LONG = (
    "STOP. Cement behind the posterior wall, thoracolumbar junction T12, and 14 mm² more of it than at the last shot."
)
SCENES: dict[str, list[Event]] = {
    "nothing yet": [],
    "calm": [OUTLINE, *shot(1, 0)[0], *shot(1, 0)[5]],
    "everything at once": [OUTLINE, LEAK, HIGH, MEDIUM, LOW, *BLIND],
}
DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 200))))"
"""The page has been laid out and drawn in its new size."""
SIZES = {"tablet": (1180, 820), "phone": (390, 844), "screen": (1920, 1080)}


@pytest.mark.parametrize("scene", SCENES)
def test_nothing_overflows_or_overlaps_and_nothing_reassures(look: Look, scene: str) -> None:
    with running(Script(events={0: SCENES[scene]}), Camera(), recording=True) as server:
        page = look(server.address)
        expect(page.locator("#image")).to_have_js_property("width", 1024)
        for name, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate(DRAWN)
            assert (name, page.evaluate(OVERFLOWING), overlapping(page)) == (name, [], [])
        words = page.locator("body").inner_text()
    assert not re.search(r"\bsafe", words, re.IGNORECASE)
    if scene == "calm":
        assert "No leak seen in this view. Leaks can be invisible." in words


OVERFLOWING = """() => [...document.querySelectorAll('body *')].filter((e) => {
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    if (box.width === 0 || e.closest('svg') || e.tagName === 'CANVAS') return false;
    const cut = e.scrollWidth > e.clientWidth + 1 && style.display !== 'inline' && e.clientWidth > 0;
    return cut || box.right > innerWidth + 1 || box.left < -1;
}).map((e) => `${e.tagName}#${e.id}.${e.className}: ${e.textContent.slice(0, 40)}`)"""


PARTS = ["header", "#screen", "#alerts", "#others", "#readings", "#controls", "#history", "footer"]
BOXES = """(names) => names.map((name) => {
    const { x, y, width, height } = document.querySelector(name).getBoundingClientRect();
    return [name, { x, y, width, height }];
})"""
SCROLLER = """() => {
    const more = document.querySelector("#more");
    return more.scrollHeight > more.clientHeight ? more.getBoundingClientRect().bottom : 1e9;
}"""


def overlapping(page: Page) -> list[tuple[str, str]]:
    """Pairs of main parts that cover each other; all are measured at once, since the page lives."""
    boxes, scroller = page.evaluate(f"(names) => [({BOXES})(names), ({SCROLLER})()]", PARTS)
    seen = [(name, box) for name, box in boxes if box["height"] > 0]

    def cover(a: dict[str, float], b: dict[str, float]) -> bool:
        bottom_a, bottom_b = min(a["y"] + a["height"], scroller), min(b["y"] + b["height"], scroller)
        wide = min(a["x"] + a["width"], b["x"] + b["width"]) - max(a["x"], b["x"])
        return wide > 1 and min(bottom_a, bottom_b) - max(a["y"], b["y"]) > 1

    pairs = [(one, other) for n, one in enumerate(seen) for other in seen[n + 1 :]]
    return [(one[0], other[0]) for one, other in pairs if cover(one[1], other[1])]


def test_the_acknowledge_button_is_in_sight_without_scrolling(look: Look) -> None:
    with running(Script(events={0: SCENES["everything at once"]}), Camera()) as server:
        page = look(server.address)
        for width, height in SIZES.values():
            page.set_viewport_size({"width": width, "height": height})
            expect(page.locator("#alerts .acknowledge")).to_be_in_viewport(ratio=1)


def test_the_interface_page_works_without_a_network(look: Look) -> None:
    with running(Script(), Camera()) as server:
        page = look(server.address + "docs/")
        expect(page.locator("h2").first).to_have_text("GET /healthz")


@pytest.mark.parametrize("path", sorted(STATIC.rglob("*.*")), ids=lambda path: path.name)
def test_the_page_brings_everything_with_it_and_never_reassures(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\bsafe", text, re.IGNORECASE)
    assert re.findall(r"(?:https?:)?//[\w.-]+\.\w+", text.replace("http://www.w3.org/2000/svg", "")) == []
    assert "innerHTML" not in text


def test_alarm_colours_are_used_for_nothing_else() -> None:
    """Only the stale banner, the alerts and cement outside may be red, yellow or cyan."""
    rules = re.findall(r"([^{}]+)\{([^{}]*var\(--(?:high|medium|low)\)[^{}]*)\}", (STATIC / "style.css").read_text())
    assert {selector.strip().splitlines()[-1] for selector, _ in rules} == {
        "#stale",
        ".alert",
        ".alert.high",
        ".alert.medium",
    }


def test_pictures_never_run_backwards(look: Look) -> None:
    script = Script()
    with running(script, Camera(), ServerSettings(port=0, picture_interval_s=0.001)) as server:
        page = look(server.address)
        expect(page.locator("#clock strong")).to_have_text("0:01")
        times = [page.evaluate("document.querySelector('#clock strong').textContent") for _ in range(20)]
    assert all(one <= other for one, other in pairwise(times))
