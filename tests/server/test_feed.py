"""The feed of a real server: snapshot and deltas, pictures, what pages say, and pages that don't read."""

import base64
import json
import os
import socket
import struct
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import cv2
import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin

from monitor.case.state import CaseState, fold
from monitor.config import ServerSettings
from monitor.domain import AcceptOutline, Acknowledge, Event, MoveCorner, NameLevel, NoteVolume, SayView, Tap, View
from monitor.server.serve import BedsideServer
from monitor.server.wire import Session, delta, page_json
from tests.case.test_state import events
from tests.server.scripted import HIGH, LOW, OUTLINE, Camera, Script, running, shot

PATIENCE_S = 20


def feed_of(server: BedsideServer, origin: str | None = None) -> ClientConnection:
    address = server.address.replace("http", "ws") + "feed"
    return connect(address, compression=None, origin=None if origin is None else Origin(origin))


def until(condition: Callable[[], bool]) -> None:
    """Wait for it; a hang fails."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


class Page:
    """A page as the browser's script keeps it: applies deltas, answers pictures and beats."""

    def __init__(self, link: ClientConnection) -> None:
        self.link = link
        self.page: dict[str, Any] = {}
        self.numbers: list[int] = []
        self.heads: list[dict[str, Any]] = []
        self.other: list[dict[str, Any]] = []
        self.jpeg = b""

    def say(self, **message: Any) -> None:
        self.link.send(json.dumps(message))

    def until(self, condition: Callable[["Page"], bool]) -> "Page":
        deadline = time.monotonic() + PATIENCE_S
        while not condition(self):
            assert time.monotonic() < deadline, f"it never came; the page is {self.page}"
            self._take(self.link.recv(timeout=PATIENCE_S))
        return self

    def next_picture(self) -> None:
        seen = len(self.heads)
        self.until(lambda page: len(page.heads) > seen)

    def _take(self, data: str | bytes) -> None:
        if isinstance(data, bytes):
            (length,) = struct.unpack(">I", data[:4])
            self.heads.append(json.loads(data[4 : 4 + length]))
            self.jpeg = data[4 + length :]
            return self.say(type="shown", frame=self.heads[-1]["frame"])
        message = json.loads(data)
        if message["type"] in {"snapshot", "delta"}:
            self.page = {**({} if message["type"] == "snapshot" else self.page), **message["page"]}
            self.numbers.append(message["number"])
        else:
            self.other.append(message)
        return None


@given(st.lists(events, max_size=30), st.sets(st.integers(0, 30)))
def test_a_snapshot_and_its_deltas_are_the_fold(story: list[Event], looks: set[int]) -> None:
    """However often or seldom a page is brought up to date, it ends with what the events say."""
    session = Session("case", recording=True)
    state = CaseState()
    sent = page = page_json(session, state, 3.0)
    for number, event in enumerate(story):
        state = fold(state, event)
        if number in looks:
            now = page_json(session, state, 3.0)
            page, sent = {**page, **json.loads(json.dumps(delta(sent, now)))}, now
    page |= delta(sent, page_json(session, state, 3.0))
    assert page == json.loads(json.dumps(page_json(session, state, 3.0)))


@pytest.fixture
def script() -> Script:
    return Script(events={1: [OUTLINE, HIGH, LOW], **shot(1, 5), **shot(2, 15), **shot(3, 25)}, box=(100, 60, 900, 700))


@pytest.fixture
def server(script: Script) -> Iterator[BedsideServer]:
    with running(script, Camera()) as server:
        yield server


def test_deltas_are_numbered_and_end_with_the_folded_state(server: BedsideServer) -> None:
    with feed_of(server) as link:
        page = Page(link).until(lambda p: p.page.get("shots") == 3 and p.page["beam"] == "hold")
    assert page.numbers == list(range(len(page.numbers)))
    assert page.page == page_json(server.hub.session, server.hub.state, 3.0)
    assert [a["alert"] for a in page.page["alerts"]] == ["a1", "a3"]
    assert page.page["level"] == "L1"


def test_pictures_carry_their_frame_and_what_is_drawn_over_it(server: BedsideServer) -> None:
    with feed_of(server) as link:
        page = Page(link).until(lambda p: len(p.heads) >= 5)
    numbers = [head["frame"] for head in page.heads]
    assert numbers == sorted(set(numbers))
    head = page.heads[-1]
    assert head["box"] == [100, 60, 900, 700]
    assert head["overlay"]["frame"] == head["frame"]
    assert head["overlay"]["outline"]["polygon"][0] == [500.0, 300.0]
    image = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    assert image.shape == (640, 800)


def test_large_frames_are_scaled_down(script: Script) -> None:
    script.box = None
    with running(script, Camera(size=(1200, 1600)), ServerSettings(port=0, picture_px=400)) as server:
        with feed_of(server) as link:
            page = Page(link).until(lambda p: len(p.heads) == 1)
    image = cv2.imdecode(np.frombuffer(page.jpeg, np.uint8), cv2.IMREAD_UNCHANGED)
    assert image is not None
    assert image.shape == (300, 400)
    assert page.heads[0]["box"] == [0, 0, 1600, 1200]


def test_what_people_say_reaches_the_analysis(server: BedsideServer, script: Script) -> None:
    with feed_of(server) as link:
        page = Page(link).until(lambda p: bool(p.page.get("alerts")))
        page.say(type="acknowledge", alert="a1")
        page.say(type="tap", point=[612.5, 430])
        page.say(type="say_view", view="ap")
        page.say(type="accept_outline", view="lateral")
        page.say(type="move_corner", name="superior_left", point=[500, 310.5])
        page.say(type="name_level", level="T12", point=[600, 200])
        page.say(type="name_level", level="L1")
        page.say(type="note_volume", ml=0.5)
        page.until(lambda p: any(a["acknowledged"] for a in p.page["alerts"]))
        assert [a["alert"] for a in page.page["alerts"]] == ["a1", "a3"], "still there, still the gravest"
        until(lambda: len(script.acts) == 8)
    assert script.acts == [
        Acknowledge("a1"),
        Tap((612.5, 430.0)),
        SayView(View.AP),
        AcceptOutline(View.LATERAL),
        MoveCorner("superior_left", (500.0, 310.5)),
        NameLevel("T12", (600.0, 200.0)),
        NameLevel("L1"),
        NoteVolume(0.5),
    ]


BAD = {
    "not JSON": "hello",
    "empty": "",
    "a list": "[]",
    "unknown type": '{"type": "launch"}',
    "unknown key": '{"type": "acknowledge", "alert": "a1", "by": "me"}',
    "no id": '{"type": "acknowledge"}',
    "a point of one number": '{"type": "tap", "point": [1]}',
    "a point at infinity": '{"type": "tap", "point": [1e999, 2]}',
    "no such view": '{"type": "say_view", "view": "unknown"}',
    "no such corner": '{"type": "move_corner", "name": "middle", "point": [1, 2]}',
    "a corner nowhere": '{"type": "move_corner", "name": "superior_left", "point": null}',
    "no such level": '{"type": "name_level", "level": "L6"}',
    "no outline of that view": '{"type": "accept_outline", "view": "unknown"}',
    "no volume": '{"type": "note_volume", "ml": 0}',
    "far too much": '{"type": "note_volume", "ml": 500}',
    "binary": b"\x00\xff",
}


@pytest.mark.parametrize("message", BAD.values(), ids=list(BAD))
def test_nonsense_is_refused_and_the_page_goes_on(server: BedsideServer, script: Script, message: str | bytes) -> None:
    with feed_of(server) as link:
        link.send(message)
        page = Page(link).until(lambda p: any(m["type"] == "refused" for m in p.other))
        page.until(lambda p: len(p.heads) > 2)
    assert script.acts == []


def test_pages_from_elsewhere_are_turned_away(server: BedsideServer) -> None:
    with pytest.raises(InvalidStatus, match="403"):
        feed_of(server, origin="http://elsewhere.example")


def dead_tablet(server: BedsideServer) -> socket.socket:
    """A client that asks for the feed and never reads a byte of it."""
    where = urlsplit(server.address)
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.connect((where.hostname, where.port))
    key = base64.b64encode(os.urandom(16)).decode()
    sock.sendall(
        f"GET /feed HTTP/1.1\r\nHost: {where.netloc}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    return sock


def test_a_tablet_that_never_reads_holds_up_nobody(script: Script) -> None:
    settings = ServerSettings(port=0, client_timeout_s=3.0, heartbeat_s=0.1)
    with running(script, Camera(), settings) as server, dead_tablet(server):
        until(lambda: len(server.hub.clients) == 1)
        with feed_of(server) as link:
            page = Page(link).until(lambda p: len(p.heads) >= 8 and p.page["shots"] == 3)
            assert len(server.hub.clients) == 2, "the dead one was there all along"
            while len(server.hub.clients) == 2:
                page.say(type="pong", sound=True, awake=False)
                page.next_picture()
            page.next_picture()


def test_a_server_that_was_held_up_drops_no_page_for_it(script: Script) -> None:
    settings = ServerSettings(port=0, client_timeout_s=1.0, heartbeat_s=0.2)
    with running(script, Camera(), settings) as server, feed_of(server) as link:
        page = Page(link).until(lambda p: len(p.heads) == 1)
        page.say(type="pong", sound=False, awake=False)
        server.in_loop(lambda: time.sleep(2))
        time.sleep(2.2)
        assert len(server.hub.clients) == 1, "it had no chance to be heard"
        page.until(lambda p: len(p.heads) == 6)


def test_a_slow_page_skips_pictures_but_misses_no_state(server: BedsideServer, script: Script) -> None:
    with feed_of(server) as link:
        page = Page(link).until(lambda p: len(p.heads) == 1)
        shown = script.fed
        until(lambda: script.fed > shown + 40)
        page.until(lambda p: len(p.heads) == 3)
        assert page.heads[2]["frame"] - page.heads[0]["frame"] > 30, "the picture after the wait is a new one"
        page.until(lambda p: p.page["shots"] == 3)


def test_health(server: BedsideServer) -> None:
    with feed_of(server) as link:
        page = Page(link).until(lambda p: len(p.heads) > 2)
        page.say(type="pong", sound=True, awake=False)
        until(lambda: httpx.get(server.address + "healthz").json()["clients"][0]["sound"])
        answer = httpx.get(server.address + "healthz")
    now = answer.json()
    assert (answer.status_code, now["status"], now["fault"]) == (200, "running", None)
    assert now["clients"][0]["awake"] is False
    assert now["latency"]["p50_s"] <= now["latency"]["p95_s"] <= now["latency"]["p99_s"] <= now["latency"]["max_s"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_health_tells_a_source_that_hangs(script: Script) -> None:
    camera = Camera()
    with running(script, camera, ServerSettings(port=0, stale_s=0.3)) as server:
        until(lambda: script.fed > 1)
        camera.block()
        until(lambda: httpx.get(server.address + "healthz").status_code == 503)
        assert httpx.get(server.address + "healthz").json()["status"] == "stale"


def test_a_broken_analysis_is_told(script: Script) -> None:
    script.breaks_at = 3
    with running(script, Camera()) as server, feed_of(server) as link:
        page = Page(link).until(lambda p: p.page.get("session", {}).get("ended", False))
        assert page.page["session"]["fault"] == "the model file is gone"
        assert httpx.get(server.address + "healthz").status_code == 503
        assert isinstance(server.fault, RuntimeError)


def test_after_the_end_the_final_state_stays(script: Script) -> None:
    with running(script, Camera(frames=40), recording=True) as server:
        until(lambda: script.finished)
        with feed_of(server) as link:
            page = Page(link).until(lambda p: len(p.heads) == 1 and p.page["session"]["ended"])
    assert page.page["shots"] == 3
    assert page.heads[0]["frame"] == 39
    assert page.page["session"] == {
        "title": "L1 fracture, left",
        "recording": True,
        "rate": 0.0,
        "ended": True,
        "fault": None,
    }


def test_the_interface_is_described(server: BedsideServer) -> None:
    api = httpx.get(server.address + "openapi.json").json()
    assert "/healthz" in api["paths"]
    assert "acknowledge" in api["info"]["description"]
    assert httpx.get(server.address + "docs/").status_code == 200
