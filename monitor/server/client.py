"""One connected page: what it has been sent, what it answered. Holds at most one page and one picture in flight."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from pydantic import ValidationError

from monitor.domain import Act
from monitor.server.hub import Hub
from monitor.server.messages import ClientMessage, PongMessage, ShownMessage, parse
from monitor.server.picture import Picture
from monitor.server.wire import delta


class Client:
    """Sends a snapshot, then numbered deltas, heartbeats and pictures; a new picture only once the last is shown."""

    def __init__(self, socket: WebSocket, hub: Hub, say: Callable[[Act], None]) -> None:
        self._socket, self._hub, self._say = socket, hub, say
        self._timeout_s = hub.settings.client_timeout_s
        self._news = asyncio.Event()
        self._page: dict[str, Any] = {}
        self._number = 0
        self._picture: Picture | None = None
        self._on_the_way: Picture | None = None
        self._heard_s = time.monotonic()
        self._unanswered = 0
        self._sound = self._awake = False

    def wake(self) -> None:
        """Something is new."""
        self._news.set()

    def report(self) -> dict[str, object]:
        """When the page last answered, whether it sounds alarms and keeps its screen awake."""
        silent_s = round(time.monotonic() - self._heard_s, 1)
        return {"silent_s": silent_s, "sound": self._sound, "awake": self._awake}

    async def run(self) -> None:
        """Serve the page until it goes, or doesn't answer any more."""
        await self._socket.accept()
        self._hub.join(self)
        tasks = [asyncio.create_task(job) for job in (self._send_news(), self._beat(), self._receive())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(self)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if not isinstance(result, asyncio.CancelledError | WebSocketDisconnect | TimeoutError | None):
                raise result

    async def _send_news(self) -> None:
        while True:
            self._news.clear()
            await self._send_page()
            await self._send_picture()
            await self._news.wait()

    async def _send_page(self) -> None:
        page = self._hub.page
        if page is self._page:
            return
        kind = "delta" if self._page else "snapshot"
        await self._send_json({"type": kind, "number": self._number, "page": delta(self._page, page)})
        self._page, self._number = page, self._number + 1

    async def _send_picture(self) -> None:
        picture = self._hub.picture
        if picture is None or picture is self._picture or self._on_the_way is not None:
            return
        self._picture = self._on_the_way = picture
        async with asyncio.timeout(self._timeout_s):
            await self._socket.send_bytes(picture.message)

    async def _beat(self) -> None:
        """Until too many beats stay unanswered; counted, for a server that was held up itself hears late of answers."""
        hub = self._hub
        while self._unanswered * hub.settings.heartbeat_s < self._timeout_s:
            self._unanswered += 1
            await self._send_json({"type": "beat", "t_s": round(hub.t_s, 3), "age_s": round(hub.age_s(), 3)})
            await asyncio.sleep(hub.settings.heartbeat_s)

    async def _receive(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            self._heard_s, self._unanswered = time.monotonic(), 0
            try:
                self._take(parse(received.get("text") or received.get("bytes") or ""))
            except ValidationError as error:
                fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
                where = ".".join(str(part) for part in fault["loc"])
                await self._send_json({"type": "refused", "text": f"{where}: {fault['msg']}"})

    def _take(self, message: ClientMessage) -> None:
        if isinstance(message, ShownMessage):
            if self._on_the_way is not None and message.frame == self._on_the_way.frame:
                self._hub.latencies_s.append(time.monotonic() - self._on_the_way.received_s)
                self._on_the_way = None
                self.wake()
        elif isinstance(message, PongMessage):
            self._sound, self._awake = message.sound, message.awake
        else:
            self._say(message.act())

    async def _send_json(self, message: dict[str, Any]) -> None:
        async with asyncio.timeout(self._timeout_s):
            await self._socket.send_text(json.dumps(message))
