"""The thread that pulls deliveries through the analysis, at the pace of the recording or as they come."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import takewhile
from typing import Protocol

from monitor.domain import Act, Delivery, Step
from monitor.sources import paced


class Analyser(Protocol):
    """What the runner drives: the pipeline."""

    def feed(self, delivery: Delivery, acts: tuple[Act, ...]) -> Step:
        """Take one delivery, and what people said since the last one."""

    def finish(self) -> Step:
        """Say what was still pending; nothing may be fed after."""


class Runner:
    """Feeds an analyser from a source in a thread of its own.

    Parameters
    ----------
    speed
        Seconds of the recording per second of real time; None where the source sets the pace itself.
    on_step
        Called in the runner's thread with every step and the monotonic time at which its delivery came in.
    on_end
        Called in the runner's thread when it is over, with the error that ended it, if any.
    """

    def __init__(
        self,
        analyser: Analyser,
        source: Iterable[Delivery],
        speed: float | None,
        on_step: Callable[[Step, float], None],
        on_end: Callable[[Exception | None], None],
    ) -> None:
        self._analyser, self._source, self._speed = analyser, source, speed
        self._on_step, self._on_end = on_step, on_end
        self._acts: queue.SimpleQueue[Act] = queue.SimpleQueue()
        self._stop = threading.Event()
        # A source may hang in a driver for good; that must not keep the program from ending.
        self._thread = threading.Thread(target=self._run, name="analysis", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Ask the thread to end after the delivery in hand and wait for it, but not for ever."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join(timeout_s)

    def say(self, act: Act) -> None:
        """Pass on what a person said, with the next delivery. From any thread."""
        self._acts.put(act)

    def _run(self) -> None:
        fault: Exception | None = None
        try:
            for delivery in self._deliveries():
                received_s = time.monotonic()
                self._on_step(self._analyser.feed(delivery, tuple(self._said())), received_s)
            self._on_step(self._analyser.finish(), time.monotonic())
        except Exception as error:  # the page must say that the analysis stopped, whatever stopped it
            fault = error
        self._on_end(fault)

    def _deliveries(self) -> Iterator[Delivery]:
        """What the source delivers, at its pace if one is set, until ``stop``."""
        at_pace = self._source if self._speed is None else paced(self._source, self._stop.wait, self._speed)
        return takewhile(lambda _: not self._stop.is_set(), at_pace)

    def _said(self) -> Iterator[Act]:
        while not self._acts.empty():
            yield self._acts.get()
