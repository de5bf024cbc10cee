"""The latest frame, handed from the thread that reads to the one that analyses."""

from collections import deque
from dataclasses import dataclass, replace
from threading import Condition
from time import monotonic

from monitor.domain import Delivery, Fault, Frame


@dataclass(frozen=True, slots=True)
class Counters:
    """Frames so far: ``received`` is always ``delivered + skipped + waiting``, and ``waiting`` is 0 or 1."""

    received: int = 0
    delivered: int = 0
    skipped: int = 0
    waiting: int = 0


class EndOfSignal(Exception):
    """Nothing more will come."""


class LatestSlot:
    """Holds one frame at most, the newest, and every fault; whoever takes is told of failure through the same door."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._frame: Frame | None = None
        self._faults: deque[Fault] = deque()
        self._end: Exception | None = None
        self._counters = Counters()
        self._arrival_s = monotonic()

    @property
    def counters(self) -> Counters:
        """What became of the frames so far."""
        with self._changed:
            return self._counters

    @property
    def silent_s(self) -> float:
        """Seconds since the last frame arrived, or since the start."""
        with self._changed:
            return monotonic() - self._arrival_s

    def put(self, frame: Frame) -> None:
        """Offer the newest frame; one still waiting is skipped, but not that it was redrawn: the newest rests on it."""
        with self._changed:
            if self._frame is not None and self._frame.redrawn:
                frame = replace(frame, redrawn=True)
            c = self._counters
            self._counters = Counters(c.received + 1, c.delivered, c.skipped + c.waiting, 1)
            self._frame, self._arrival_s = frame, monotonic()
            self._changed.notify_all()

    def tell(self, fault: Fault) -> None:
        """Report a fault; it comes before any frame that waits."""
        with self._changed:
            self._faults.append(fault)
            self._changed.notify_all()

    def end(self, reason: Exception) -> None:
        """Let ``take`` raise ``reason`` once all that waits has been taken."""
        with self._changed:
            self._end = self._end or reason
            self._changed.notify_all()

    def take(self, patience_s: float | None) -> Delivery | None:
        """Return the next fault or the newest frame, or None when no frame has arrived for ``patience_s`` seconds.

        Raises
        ------
        Exception
            What ``end`` was given.
        """
        with self._changed:
            while not (self._faults or self._frame or self._end):
                left_s = None if patience_s is None else self._arrival_s + patience_s - monotonic()
                if left_s is not None and left_s <= 0:
                    return None
                self._changed.wait(left_s)
            return self._taken()

    def _taken(self) -> Delivery:
        if self._faults:
            return self._faults.popleft()
        if self._frame is None:
            raise self._end or EndOfSignal
        c, frame = self._counters, self._frame
        self._counters, self._frame = Counters(c.received, c.delivered + 1, c.skipped, 0), None
        return frame
