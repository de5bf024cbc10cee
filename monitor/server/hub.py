"""The meeting point: the analysis publishes here, the clients look here. Lives in the event loop's thread."""

import asyncio
import time
from collections import deque
from dataclasses import replace
from functools import reduce
from typing import Protocol

from monitor.case.state import CaseState, fold
from monitor.config import ServerSettings
from monitor.domain import Beam, Frame, Step
from monitor.server.picture import Picture, encode
from monitor.server.wire import Session, page_json

LATENCIES_KEPT = 2000


class Listener(Protocol):
    """A client of the hub."""

    def wake(self) -> None:
        """Something is new; never blocks."""

    def report(self) -> dict[str, object]:
        """How the client is doing."""


class Hub:
    """Holds the newest page and the newest picture; whoever is slow misses what lies between, and holds up nobody."""

    def __init__(self, session: Session, settings: ServerSettings) -> None:
        self.settings = settings
        self.session = session
        self.state = CaseState()
        self.page = page_json(session, self.state, settings.stale_s)
        self.picture: Picture | None = None
        self.latencies_s: deque[float] = deque(maxlen=LATENCIES_KEPT)
        self.t_s = 0.0
        self._clients: set[Listener] = set()
        self._frame: tuple[Frame, Step, float] | None = None
        self._heard_s = time.monotonic()
        self._encoded_s = -float("inf")
        self._picture_due = asyncio.Event()

    @property
    def clients(self) -> frozenset[Listener]:
        """Who is connected."""
        return frozenset(self._clients)

    @property
    def frame(self) -> int | None:
        """Index of the newest frame."""
        return None if self._frame is None else self._frame[0].index

    def age_s(self) -> float:
        """Time since the newest frame came in."""
        return time.monotonic() - self._heard_s

    def join(self, client: Listener) -> None:
        """Let a client listen; a picture is made for it even where none was needed before."""
        self._clients.add(client)
        self._picture_due.set()

    def leave(self, client: Listener) -> None:
        """Forget a client; the last one takes the picture with it, so that nobody is ever greeted with an old one."""
        self._clients.discard(client)
        if not self._clients:
            self.picture = None

    def publish(self, step: Step, received_s: float) -> None:
        """Take what the analysis made of one delivery, which came in at ``received_s`` (monotonic)."""
        if step.frame is not None:
            self._frame = (step.frame, step, received_s)
            self._heard_s, self.t_s = received_s, step.frame.t_s
            interval_s = self.settings.picture_interval_s if step.beam is Beam.ON else self.settings.held_interval_s
            if received_s - self._encoded_s >= interval_s:
                self._picture_due.set()
        if step.events:
            self._show(reduce(fold, step.events, self.state), self.session)

    def finish(self, fault: str | None) -> None:
        """No more deliveries; ``fault`` says why, where that isn't simply the end."""
        self._picture_due.set()
        self._show(self.state, replace(self.session, ended=True, rate=0.0, fault=fault))

    async def make_pictures(self) -> None:
        """Encode the newest frame whenever one is due and somebody looks; runs until cancelled."""
        while True:
            await self._picture_due.wait()
            self._picture_due.clear()
            if self._frame is None or not self._clients:
                continue
            frame, step, received_s = self._frame
            self._encoded_s = received_s
            message = await asyncio.to_thread(encode, frame, step, self.settings.picture_px)
            self.picture = Picture(frame.index, received_s, message)
            self._wake()

    def _show(self, state: CaseState, session: Session) -> None:
        self.state, self.session = state, session
        self.page = page_json(session, state, self.settings.stale_s)
        self._wake()

    def _wake(self) -> None:
        for client in self._clients:
            client.wake()
