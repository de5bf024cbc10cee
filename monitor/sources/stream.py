"""Capture cards and network streams, through FFmpeg."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Event
from time import monotonic

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from monitor.config import SourceSettings
from monitor.domain import Case, Delivery, Fault, Frame, SourceError
from monitor.sources.decoder import Decoder
from monitor.sources.pixels import frame_pixels

SETTLING_S = 0.1
"""How long after a silence pictures are left out: they may be remains of the signal that was lost."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a stream comes from, in FFmpeg's words."""

    name: str
    url: str
    format: str | None = None
    options: Mapping[str, str] = field(default_factory=dict)


class StreamFeed:
    """Frames of a capture card or network stream, at the times its driver or sender stamped them."""

    ends = False
    case = Case()

    def __init__(self, address: Address, settings: SourceSettings) -> None:
        self.name = address.name
        self._address = address
        self._settings = settings
        self._clock = LiveClock()

    def deliveries(self, stopped: Event) -> Iterator[Delivery]:
        """Connect and deliver until the stream fails or ends."""
        with self._opened() as container:
            stream = _video_stream(container, self.name)
            interval_s = 1 / float(stream.average_rate or self._settings.frames_fps)
            decoder = Decoder(container, stream, interval_s, self._settings.resync_s, drained=False)
            damaged = False
            for picture in self._prompt(decoder):
                if picture is not None:
                    t_s = self._clock.placed(picture.time)
                    if damaged:
                        yield Fault(0, t_s, "corrupt", f"{self.name}: damaged until {t_s:.2f} s.")
                    pixels = frame_pixels(picture, self._settings.coloured_share)
                    yield Frame(0, t_s, pixels, redrawn=decoder.is_redrawn(picture))
                damaged = picture is None

    def _prompt(self, pictures: Iterable[av.VideoFrame | None]) -> Iterator[av.VideoFrame | None]:
        """Leave out pictures that come only after the signal counts as lost, and within ``SETTLING_S`` of that.

        They are the last ones sent before: FFmpeg knows that a picture is complete when the next begins, or when it
        gives the connection up. Given then they would look like the signal's return.
        """
        arrived_s, settled_s = monotonic(), 0.0
        for picture in pictures:
            now_s = monotonic()
            if now_s - arrived_s > self._settings.no_signal_s:
                settled_s = now_s + SETTLING_S
            arrived_s = now_s
            if now_s >= settled_s:
                yield picture

    def _opened(self) -> InputContainer:
        patience_s = 2 * self._settings.no_signal_s  # the watchdog speaks first, then the connection is given up
        return av.open(
            self._address.url,
            "r",
            format=self._address.format,
            options=dict(self._address.options),
            timeout=(self._settings.connect_s, patience_s),
        )


class LiveClock:
    """Puts a device's stamps on one clock that starts with the first frame and always grows.

    The stamps give the time between frames. Where they stand still, go back, or are more than ``TOLERANCE_S`` off the
    time of arrival (a stream begun anew, a stray stamp), the time of arrival takes over.
    """

    TOLERANCE_S = 1.0
    STEP_S = 0.001

    def __init__(self) -> None:
        self._started_s: float | None = None
        self._shift_s: float | None = None
        self._last_s = -self.STEP_S

    def placed(self, stamp_s: float | None) -> float:
        """Seconds from the first frame, for a frame that has just arrived with this stamp."""
        now_s = monotonic()
        self._started_s = now_s if self._started_s is None else self._started_s
        arrived_s = max(now_s - self._started_s, self._last_s + self.STEP_S)
        t_s = arrived_s if stamp_s is None or self._shift_s is None else stamp_s + self._shift_s
        if t_s <= self._last_s or abs(t_s - arrived_s) > self.TOLERANCE_S:
            t_s, self._shift_s = arrived_s, None
        if self._shift_s is None and stamp_s is not None:
            self._shift_s = t_s - stamp_s
        self._last_s = t_s
        return t_s


def _video_stream(container: InputContainer, name: str) -> VideoStream:
    if not container.streams.video:
        raise SourceError(f"{name}: expected a video stream, found none.")
    stream = container.streams.video[0]
    stream.thread_type = "SLICE"  # threads by frame would hold frames back
    return stream
