"""The real analysis behind the real server: a film with two shots."""

from functools import reduce

import httpx
import pytest

from monitor.case.state import CaseState, fold
from monitor.config import ServerSettings, Settings
from monitor.domain import Beam, Case
from monitor.pipeline import Monitor
from tests.imaging.fluoro import Machine
from tests.server.scripted import Camera, running
from tests.server.test_feed import Page, feed_of

MACHINE = Machine(shape="rectangle").wait(0.3).press(0.6).wait(0.9).press(0.6).wait(0.9)


def test_the_shown_part_of_the_frame_is_the_fluoroscopic_field() -> None:
    monitor = Monitor(Settings(), Case())
    fields = [monitor.feed(frame).field for frame in MACHINE.film()]
    height, width = MACHINE.size
    expected = (width // 6, height // 16, width - width // 12, height - height // 16)
    assert fields[0] is None, "nothing has been on the screen yet"
    assert fields[-1] == pytest.approx(expected, abs=3)


def test_what_the_page_is_told_is_the_fold_of_what_the_analysis_says() -> None:
    monitor = Monitor(Settings(), Case())
    steps = [*(monitor.feed(frame) for frame in MACHINE.film()), monitor.finish()]
    alone = reduce(fold, (event for step in steps for event in step.events), CaseState())
    with running(Monitor(Settings(), Case()), MACHINE.film(), ServerSettings(port=0)) as server:
        with feed_of(server) as link:
            page = Page(link).until(lambda p: p.page.get("session", {}).get("ended", False))
        assert httpx.get(server.address + "healthz").json()["status"] == "ended"
    assert [event.to_json() for event in server.hub.state.history] == [event.to_json() for event in alone.history]
    assert (page.page["shots"], page.page["beam"]) == (2, Beam.HOLD)
    assert page.page["beam_s"] == pytest.approx(2 * 0.6, abs=0.15)


def test_a_note_shows_on_the_page_without_waiting_for_a_shot() -> None:
    with running(Monitor(Settings(), Case()), Camera(), ServerSettings(port=0)) as server, feed_of(server) as link:
        page = Page(link).until(lambda p: "ml" in p.page)
        page.say(type="note_volume", ml=0.5)
        page.until(lambda p: p.page["ml"] == 0.5)
        assert (page.page["ml_source"], page.page["increments"]) == ("noted", 0)
