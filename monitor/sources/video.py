"""A video file, through FFmpeg."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.container import InputContainer
from av.stream import Disposition
from av.video.stream import VideoStream

from monitor.config import SourceSettings
from monitor.domain import Delivery, Fault, Frame, RecordingError
from monitor.sources.decoder import Decoder
from monitor.sources.pixels import frame_pixels
from monitor.sources.source import FileSource
from monitor.sources.timestamps import Timestamps

NOT_VIDEO = frozenset({"tty", "hls", "concat", "dash", "sdp", "ffmetadata"})
"""What FFmpeg also opens, but which is text, or a list that leads elsewhere."""

DECLARES_LENGTH = ("matroska", "mov")
"""Containers whose stated length is written by their maker, not guessed from the size of the file."""


class VideoFile(FileSource):
    """Frames of a video file at the times its stamps say, constant rate or not.

    Raises
    ------
    RecordingError
        The file is missing, empty, unreadable, no video, or holds no picture that can be decoded.
    """

    def __init__(self, path: Path, settings: SourceSettings) -> None:
        check_readable(path)
        self._path = path
        self._settings = settings
        with _opened(path) as (container, stream):
            self.frames = stream.frames or None
            self.duration_s = None if container.duration is None else container.duration / av.time_base
            first = next((p for p in self._decoder(container, stream) if p is not None), None)
        if first is None:
            raise RecordingError(f"{path}: expected a video; found no picture in it that can be decoded.")
        self.size = (first.width, first.height)

    def __iter__(self) -> Iterator[Delivery]:
        with _opened(self._path) as (container, stream):
            decoder = self._decoder(container, stream)
            yield from self._deliveries(decoder, self._interval_s(stream), _declared_end_s(container))

    def _decoder(self, container: InputContainer, stream: VideoStream) -> Decoder:
        return Decoder(container, stream, self._interval_s(stream), self._settings.resync_s)

    def _interval_s(self, stream: VideoStream) -> float:
        return 1 / float(stream.average_rate or self._settings.frames_fps)

    def _deliveries(self, decoder: Decoder, interval_s: float, end_s: float) -> Iterator[Delivery]:
        timestamps, index, t_s, damaged = Timestamps(interval_s), 0, 0.0, False
        for picture in decoder:
            if picture is None:
                damaged, index = True, index + 1
                continue
            if damaged:
                yield Fault(index, t_s, "corrupt", f"{self._path.name}: damaged after {t_s:.2f} s; goes on later.")
            t_s = timestamps.repaired(picture.time)
            pixels = frame_pixels(picture, self._settings.coloured_share)
            yield Frame(index, t_s, pixels, redrawn=decoder.is_redrawn(picture))
            damaged, index = False, index + 1
        if damaged or decoder.end_s < end_s - 2 * interval_s:
            yield Fault(index, t_s, "truncated", f"{self._path.name}: ends early, after {t_s:.2f} s.")


def check_readable(path: Path) -> None:
    """Refuse a file that is missing, empty or can't be read, before a decoder words it less clearly."""
    try:
        if path.stat().st_size == 0:
            raise RecordingError(f"{path}: expected a recording; the file is empty.")
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError as error:
        raise RecordingError(f"{path}: no such file or folder.") from error
    except OSError as error:
        raise RecordingError(f"{path}: can't be read ({error.strerror}).") from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    try:
        container = av.open(str(path), "r", options={"protocol_whitelist": "file"})
    except av.FFmpegError as error:
        raise RecordingError(f"{path}: expected a video that FFmpeg can read; {error.strerror}.") from error
    with container:
        yield container, _video_stream(container, path)


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    for stream in container.streams.video:
        if container.format.name not in NOT_VIDEO and not stream.disposition & Disposition.attached_pic:
            stream.thread_type = "AUTO"
            return stream
    raise RecordingError(f"{path}: expected a video; found none in this {container.format.long_name} file.")


def _declared_end_s(container: InputContainer) -> float:
    """When the last frame should end, by the stream's own clock; 0 where the container doesn't state it."""
    declared = container.format.name.startswith(DECLARES_LENGTH) and container.duration is not None
    return container.duration / av.time_base if declared and container.duration is not None else 0.0
