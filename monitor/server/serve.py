"""Serve the page while the analysis runs: what the command line calls."""

import asyncio
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress

import uvicorn

from monitor.config import ServerSettings
from monitor.domain import ConfigError, Delivery, Step
from monitor.server.app import create_app
from monitor.server.hub import Hub
from monitor.server.runner import Analyser, Runner
from monitor.server.wire import Session

GRACE_S = 1
MESSAGE_LIMIT_BYTES = 64 * 1024


class _WebServer(uvicorn.Server):
    """uvicorn without its own signal handlers, which raise the signal a second time from within the event loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class BedsideServer:
    """A runner, a hub and a web server wired together; ``run`` blocks until ``stop``.

    Parameters
    ----------
    speed
        Pace of a replay; None where the source sets the pace itself.
    recording
        True where the frames are a recording, so that the page never lets one pass for the patient.
    on_step
        Called with every step in the analysis' thread, before the page sees it.
    """

    def __init__(
        self,
        analyser: Analyser,
        source: Iterable[Delivery],
        settings: ServerSettings,
        *,
        title: str,
        speed: float | None,
        recording: bool,
        on_step: Callable[[Step], None] | None = None,
    ) -> None:
        self.fault: Exception | None = None
        self.hub = Hub(Session(title, recording, speed or 1.0), settings)
        self._on_step = on_step
        self._runner = Runner(analyser, source, speed, self._publish, self._end)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._listener = _listen(settings)
        self._server = _WebServer(
            uvicorn.Config(
                create_app(self.hub, self._runner.say, self._start),
                log_level="warning",
                ws="websockets-sansio",
                ws_max_size=MESSAGE_LIMIT_BYTES,
                ws_per_message_deflate=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )

    @property
    def address(self) -> str:
        """Where the page is."""
        host, port = self._listener.getsockname()[:2]
        if host in {"0.0.0.0", "::"}:  # noqa: S104  # listening on every address: name one that tablets can reach
            host = socket.gethostname()
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    def run(self) -> None:
        """Serve until stopped."""
        try:
            self._server.run(sockets=[self._listener])
        finally:
            self.close()
            self._runner.stop(GRACE_S)

    def close(self) -> None:
        """Give the address back."""
        self._listener.close()

    def stop(self) -> None:
        """End ``run``. From any thread."""
        self._server.should_exit = True

    def _start(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._runner.start()

    def _publish(self, step: Step, received_s: float) -> None:
        if self._on_step is not None:
            self._on_step(step)
        self.in_loop(lambda: self.hub.publish(step, received_s))

    def _end(self, fault: Exception | None) -> None:
        self.fault = fault
        self.in_loop(lambda: self.hub.finish(None if fault is None else str(fault) or repr(fault)))

    def in_loop(self, callback: Callable[[], None]) -> None:
        """Have something done in the event loop's thread. From any thread."""
        # The loop closes before the last steps are through when a person stops the program: nobody looks any more.
        with suppress(RuntimeError):
            if self._loop is not None:
                self._loop.call_soon_threadsafe(callback)


def serve(
    analyser: Analyser,
    source: Iterable[Delivery],
    settings: ServerSettings,
    *,
    title: str,
    speed: float | None,
    recording: bool,
    open_browser: bool = False,
    on_step: Callable[[Step], None] | None = None,
) -> None:
    """Analyse a source and show it on the bedside page until Ctrl-C; the page stays up when the source ends.

    Parameters are those of ``BedsideServer``; ``open_browser`` opens the page where there is a browser.

    Raises
    ------
    ConfigError
        The address can't be listened on.
    Exception
        Whatever ended the analysis before its time; the page has shown it.
    """
    server = BedsideServer(
        analyser, source, settings, title=title, speed=speed, recording=recording, on_step=on_step
    )  # fmt: skip
    print(f"The bedside page is at {server.address}  (Ctrl-C ends)", file=sys.stderr, flush=True)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=(server.address,), daemon=True).start()
    with _signals_call(server.stop):
        server.run()
    if server.fault is not None:
        raise server.fault


@contextmanager
def _signals_call(stop: Callable[[], None]) -> Iterator[None]:
    signals = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, lambda *_: stop()) for number in signals]
    try:
        yield
    finally:
        for number, handler in zip(signals, before, strict=True):
            signal.signal(number, handler)


def _listen(settings: ServerSettings) -> socket.socket:
    try:
        return socket.create_server((settings.host, settings.port), reuse_port=False)
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise ConfigError(
            f"server: expected a free address, found {where} not usable ({error}). Choose another server.port, or 0."
        ) from error
