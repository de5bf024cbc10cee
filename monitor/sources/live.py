"""A live source: read in a thread of its own, watched from another, reopened when its signal is lost."""

from collections.abc import Iterator
from dataclasses import replace
from threading import Event, Thread
from types import TracebackType
from typing import Protocol, Self

import av

from monitor.config import SourceSettings
from monitor.domain import Case, Delivery, Fault, Frame, MonitorError
from monitor.sources.slot import Counters, EndOfSignal, LatestSlot

CLOSING_S = 2.0
"""How long closing waits for a reader that hangs in a driver; its thread then dies with the process."""


class Feed(Protocol):
    """What a live source reads from: a device, a stream, or a recording played at its pace."""

    @property
    def name(self) -> str:
        """What to call it in a message."""

    @property
    def ends(self) -> bool:
        """Whether its end is the end, as of a recording, and not the loss of a signal."""

    @property
    def case(self) -> Case:
        """What is known of the case before the first frame."""

    def deliveries(self, stopped: Event) -> Iterator[Delivery]:
        """Connect and deliver until the signal is lost, which may also raise; their indices don't count.

        Times grow from one call to the next. ``stopped`` ends a wait.
        """


class LiveSource:
    """The newest frame of a feed, always; a frame that comes while the last is still being analysed replaces it.

    When no frame arrives for ``no_signal_s`` seconds, or the feed fails, a ``no_signal`` fault is delivered and the
    feed opened again at growing intervals; a ``recovered`` fault comes before the first frame after that. Indices count
    received frames, so they have gaps where frames were skipped.
    """

    live = True
    frames: int | None = None
    duration_s: float | None = None

    def __init__(self, feed: Feed, settings: SourceSettings) -> None:
        self.size: tuple[int, int] | None = None
        self.case = feed.case
        self._feed = feed
        self._settings = settings
        self._slot = LatestSlot()
        self._stopped = Event()
        self._reader = Thread(target=self._read, name=f"reader of {feed.name}", daemon=True)
        self._last_s = 0.0

    @property
    def counters(self) -> Counters:
        """What became of the frames so far."""
        return self._slot.counters

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        if self._reader.ident is not None:
            self._reader.join(CLOSING_S)

    def stop(self) -> None:
        """End the iteration, from any thread."""
        self._stopped.set()
        self._slot.end(EndOfSignal())

    def __iter__(self) -> Iterator[Delivery]:
        """Connect and deliver until the feed ends or ``stop`` is called. Once only: a live source has no beginning."""
        self._reader.start()
        lost = False
        try:
            while True:
                watched = not lost and not self._feed.ends
                delivery = self._slot.take(self._settings.no_signal_s if watched else None) or self._silence()
                if isinstance(delivery, Frame) and lost:
                    yield self._in_order(Fault(delivery.index, delivery.t_s, "recovered", f"{self._feed.name}: again."))
                if not (lost and isinstance(delivery, Fault) and delivery.code == "no_signal"):
                    yield self._in_order(delivery)
                lost = isinstance(delivery, Fault) and (lost or delivery.code == "no_signal")
        except EndOfSignal:
            return

    def _silence(self) -> Fault:
        silent_s, received = self._slot.silent_s, self._slot.counters.received
        t_s = self._last_s + silent_s if received else 0.0
        return Fault(received, t_s, "no_signal", f"{self._feed.name}: no frame for {silent_s:.1f} s.")

    def _in_order(self, delivery: Delivery) -> Delivery:
        """Keep time from going back where the watchdog's clock ran ahead of the frames'."""
        if isinstance(delivery, Frame):
            self.size = self.size or (delivery.pixels.shape[1], delivery.pixels.shape[0])
        if delivery.t_s < self._last_s:
            delivery = replace(delivery, t_s=self._last_s)
        self._last_s = delivery.t_s
        return delivery

    def _read(self) -> None:
        """Run in the reader's thread: connect, read, and again after a loss."""
        pause_s = self._settings.reconnect_first_s
        while not self._stopped.is_set():
            received = self._slot.counters.received
            reason = self._read_until_lost()
            if reason is None:
                return
            self._tell_lost(reason)
            if self._slot.counters.received > received:
                pause_s = self._settings.reconnect_first_s
            self._stopped.wait(pause_s)
            pause_s = min(2 * pause_s, self._settings.reconnect_max_s)

    def _read_until_lost(self) -> str | None:
        """Return why the signal was lost, or None where reading is over for good."""
        try:
            for delivery in self._feed.deliveries(self._stopped):
                self._hand_over(delivery)
                if self._stopped.is_set():
                    return None
        except (MonitorError, av.FFmpegError, OSError) as error:
            return f"{getattr(error, 'strerror', None) or error}"
        except Exception as error:
            self._slot.end(error)
            return None
        if self._feed.ends:
            self._slot.end(EndOfSignal())
            return None
        return "the stream ended"

    def _hand_over(self, delivery: Delivery) -> None:
        delivery = replace(delivery, index=self._slot.counters.received)
        if isinstance(delivery, Frame):
            self._slot.put(delivery)
        else:
            self._slot.tell(delivery)

    def _tell_lost(self, reason: str) -> None:
        text = f"{self._feed.name}: {reason}."
        self._slot.tell(Fault(self._slot.counters.received, self._last_s, "no_signal", text))
