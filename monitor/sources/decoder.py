"""Decoding that leaves out every picture which rests on damaged data, and says how many."""

from __future__ import annotations

from collections.abc import Iterator

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

HOLE_BYTES = 1024
"""Bytes between two packets of a Matroska file that no packet accounts for; headers of clusters are smaller."""

HOLE_STEPS = 3
"""How many frame intervals must be missing too before such bytes are a lost stretch."""

DEMUX_RETRIES = 8
"""Failures to read the next packet in a row after which the rest of the input is given up."""


class Decoder:
    """Pictures of one video stream in order of presentation, ``None`` for each that could not be had.

    A codec that predicts pictures from one another conceals damage and carries it on, so after any damage nothing is
    given until the next key frame, or for ``resync_s`` at most (streams that refresh gradually have no key frames).

    Parameters
    ----------
    container, stream
        Open input and its video stream; the caller closes them.
    resync_s
        Longest stretch left out after damage, in seconds of the stream.
    """

    def __init__(self, container: InputContainer, stream: VideoStream, resync_s: float) -> None:
        stream.codec_context.options = {"err_detect": "explode"}
        self._container = container
        self._stream = stream
        self._resync_s = resync_s
        self._damaged_at_s: float | None = None
        self._trusted_from_s = 0.0
        self._last_s = 0.0
        self._continuity = _Continuity() if "matroska" in container.format.name else None
        self.end_s = 0.0
        """Latest end of a packet's presentation read so far, by the stream's own clock."""

    def __iter__(self) -> Iterator[av.VideoFrame | None]:
        for packet in self._demuxed():
            if packet is None:
                self._distrust()
                yield None
                continue
            wanted = packet.stream_index == self._stream.index
            lost = self._continuity.lost_before(packet, wanted) if self._continuity else 0
            if lost:
                self._distrust(trusted_from_s=_seconds(packet.pts, packet))
                yield from [None] * lost
            if wanted:
                self._note_end(packet)
                yield from self._decoded(packet)

    def _demuxed(self) -> Iterator[Packet[VideoStream] | None]:
        """Packets of all streams, None where one could not be read."""
        failures = 0
        while failures < DEMUX_RETRIES:
            try:
                for packet in self._container.demux():
                    failures = 0
                    yield packet  # type: ignore[misc]  # only those of the video stream are decoded
                return
            except av.InvalidDataError:
                failures += 1
                yield None

    def _decoded(self, packet: Packet[VideoStream]) -> Iterator[av.VideoFrame | None]:
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            self._distrust()
            yield None
            return
        for picture in pictures:
            yield picture if self._is_sound(picture) else None

    def _is_sound(self, picture: av.VideoFrame) -> bool:
        self._last_s = _seconds(picture.pts, picture, default=self._last_s)
        if picture.is_corrupt:
            self._distrust()
            return False
        if self._damaged_at_s is None:
            return True
        waited = self._last_s - self._damaged_at_s > self._resync_s
        if waited or (picture.key_frame and self._last_s >= self._trusted_from_s):
            self._damaged_at_s = None
        return self._damaged_at_s is None

    def _distrust(self, trusted_from_s: float = 0.0) -> None:
        self._trusted_from_s = max(trusted_from_s, self._trusted_from_s)
        if self._damaged_at_s is None:
            self._damaged_at_s = self._last_s

    def _note_end(self, packet: Packet[VideoStream]) -> None:
        if packet.pts is not None:
            self.end_s = max(self.end_s, _seconds(packet.pts + (packet.duration or 0), packet))


class _Continuity:
    """Finds stretches that a Matroska reader skipped without a word: a hole both in the bytes and in the time."""

    def __init__(self) -> None:
        self._next_byte: int | None = None
        self._hole = False
        self._last_s: float | None = None
        self._step_s = 0.0

    def lost_before(self, packet: Packet[VideoStream], wanted: bool) -> int:
        """About how many pictures are missing just before a packet; ``wanted`` is False for other streams' packets."""
        if packet.pos is None or packet.pos < 0:
            return 0
        self._hole |= self._next_byte is not None and packet.pos - self._next_byte > HOLE_BYTES
        self._next_byte = packet.pos + packet.size
        return self._lost_in_time(packet) if wanted and packet.dts is not None else 0

    def _lost_in_time(self, packet: Packet[VideoStream]) -> int:
        now_s = _seconds(packet.dts, packet)
        step_s = 0.0 if self._last_s is None else now_s - self._last_s
        lost = self._hole and 0 < HOLE_STEPS * self._step_s < step_s
        count = round(step_s / self._step_s) - 1 if lost else 0
        self._step_s, self._last_s, self._hole = (self._step_s if lost else step_s), now_s, False
        return count


def _seconds(stamp: int | None, of: Packet[VideoStream] | av.VideoFrame, default: float = 0.0) -> float:
    return default if stamp is None or of.time_base is None else float(stamp * of.time_base)
