"""A recording played at its own pace, as if it were live."""

from collections.abc import Callable, Iterable, Iterator
from threading import Event
from time import monotonic

from monitor.domain import Delivery
from monitor.sources.recording import Recording


def paced(deliveries: Iterable[Delivery], wait: Callable[[float], bool], speed: float = 1.0) -> Iterator[Delivery]:
    """Hold each delivery back until its time has come.

    Parameters
    ----------
    deliveries
        In order of time.
    wait
        Waits for some seconds and returns True to end early, as ``threading.Event.wait`` does.
    speed
        2 plays twice as fast.
    """
    started_s: float | None = None
    for delivery in deliveries:
        started_s = monotonic() - delivery.t_s / speed if started_s is None else started_s
        left_s = started_s + delivery.t_s / speed - monotonic()
        if left_s > 0 and wait(left_s):
            return
        yield delivery


class PlaybackFeed:
    """A recording as a feed of live frames; its end is the end."""

    ends = True

    def __init__(self, recording: Recording) -> None:
        self.name = recording.title
        self.case = recording.case
        self._recording = recording

    def deliveries(self, stopped: Event) -> Iterator[Delivery]:
        """Deliver by the recording's times."""
        with self._recording.source as source:
            yield from paced(source, stopped.wait)
