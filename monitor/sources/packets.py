"""Packets of a video stream, and the word where a reader skipped some without saying so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

HOLE_BYTES = 1024
"""Bytes between two packets of a Matroska file that no packet accounts for; headers of clusters are smaller."""

HOLE_STEPS = 1.5
"""How many times the usual interval must have passed too before such bytes are a lost stretch."""

DEMUX_RETRIES = 8
"""Failures to read the next packet in a row after which the rest of the input is given up."""


@dataclass(frozen=True, slots=True)
class Lost:
    """About how many pictures are missing at this place."""

    pictures: int


def packets(container: InputContainer, stream: VideoStream, interval_s: float) -> Iterator[Packet[VideoStream] | Lost]:
    """Packets of ``stream`` in the order of the container, ended by an empty one that flushes the decoder.

    After damage a Matroska reader looks for the next cluster and goes on from there silently. Such a hole shows in the
    bytes between two packets and in their times; the packet before it is torn, so it is left out too.
    """
    found = _read(container)
    if "matroska" not in container.format.name:
        yield from (p for p in found if isinstance(p, Lost) or p.stream_index == stream.index)
        return
    position = _Position(interval_s)
    held: Packet[VideoStream] | Lost | None = None
    for packet in found:
        missing = position.missing_before(packet, packet_of=stream.index)
        if missing:
            held = Lost(missing + (held is not None))
        if isinstance(packet, Lost) or packet.stream_index == stream.index:
            if held is not None:
                yield held
            held = packet
    if held is not None:
        yield held


def _read(container: InputContainer) -> Iterator[Packet[VideoStream] | Lost]:
    """Packets of all streams (only those of the video stream are decoded), and failures to read one."""
    failures = 0
    while failures < DEMUX_RETRIES:
        try:
            for packet in container.demux():
                failures = 0
                yield packet  # type: ignore[misc]
            return
        except av.InvalidDataError:
            failures += 1
            yield Lost(1)


class _Position:
    """Where the reader stands in a file, in bytes and in time."""

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._next_byte: int | None = None
        self._hole = False
        self._last_s: float | None = None

    def missing_before(self, packet: Packet[VideoStream] | Lost, packet_of: int) -> int:
        """About how many pictures are missing before this packet; 0 for packets of other streams than ``packet_of``."""
        if isinstance(packet, Lost) or packet.pos is None or packet.pos < 0:
            return 0
        self._hole |= self._next_byte is not None and packet.pos - self._next_byte > HOLE_BYTES
        self._next_byte = packet.pos + packet.size
        if packet.stream_index != packet_of or packet.pts is None:
            return 0
        return self._missing_in_time(float(packet.pts * packet.time_base))

    def _missing_in_time(self, now_s: float) -> int:
        steps = 0.0 if self._last_s is None else (now_s - self._last_s) / self._interval_s
        missing = round(steps) - 1 if self._hole and steps > HOLE_STEPS else 0
        self._last_s, self._hole = max(now_s, self._last_s or now_s), False
        return missing
