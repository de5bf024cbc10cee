"""Decoding that leaves out every picture which rests on damaged data, and says how many."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from monitor.sources.ffv1 import slices_intact
from monitor.sources.packets import Lost, packets


class Decoder:
    """Pictures of one video stream in order of presentation, ``None`` for each that could not be had.

    A codec that predicts pictures from one another conceals damage and carries it on, so after any damage nothing is
    given until the next key frame, or for ``resync_s`` at most (streams that refresh gradually have no key frames).

    Parameters
    ----------
    container, stream
        Open input and its video stream; the caller closes them.
    interval_s
        Typical time between pictures.
    resync_s
        Longest stretch left out after damage, in seconds of the stream.
    drained
        Whether the decoder gives what it still holds when the input ends; live that comes too late to be of use.
    """

    def __init__(
        self, container: InputContainer, stream: VideoStream, interval_s: float, resync_s: float, drained: bool = True
    ) -> None:
        stream.codec_context.options = {"err_detect": "explode"}
        self._container = container
        self._stream = stream
        self._interval_s = interval_s
        self._time_base = stream.time_base or Fraction(1)
        self._resync_s = resync_s
        self._drained = drained
        self._checksums = None if stream.codec.name == "ffv1" else False
        self._damaged_at_s: float | None = None
        self._last_s = 0.0
        self.end_s = 0.0
        """Latest end of a packet's presentation read so far, by the stream's own clock."""

    def is_redrawn(self, picture: av.VideoFrame) -> bool:
        """Whether lossy compression drew a picture anew that it else describes by what has changed."""
        codec = self._stream.codec
        return picture.key_frame and codec.lossy and not codec.intra_only

    def __iter__(self) -> Iterator[av.VideoFrame | None]:
        for packet in packets(self._container, self._stream, self._interval_s):
            if isinstance(packet, Lost):
                yield from self._lost(packet.pictures)
            elif not self._intact(packet):
                yield from self._lost(1)
            elif packet.size or self._drained:
                self._note_end(packet)
                yield from self._decoded(packet)

    def _decoded(self, packet: Packet[VideoStream]) -> Iterator[av.VideoFrame | None]:
        try:
            pictures = packet.decode()
        except av.FFmpegError:
            self._distrust()
            yield None
            return
        yield from map(self._if_sound, pictures)

    def _lost(self, count: int) -> Iterator[av.VideoFrame | None]:
        """Take what the decoder still holds from before the loss, then start it afresh."""
        context = self._stream.codec_context
        try:
            yield from map(self._if_sound, context.decode(None))
        except av.FFmpegError:
            yield None
        context.flush_buffers()
        self._distrust()
        yield from [None] * count

    def _intact(self, packet: Packet[VideoStream]) -> bool:
        """Check an FFV1 packet's own checksums; whether the stream has any, its first packet shows."""
        if self._checksums is False or packet.size == 0:
            return True
        intact = slices_intact(bytes(packet))
        if self._checksums is None:
            self._checksums = intact
        return intact or not self._checksums

    def _if_sound(self, picture: av.VideoFrame) -> av.VideoFrame | None:
        self._last_s = self._last_s if picture.pts is None else float(picture.pts * self._time_base)
        if picture.is_corrupt:
            self._distrust()
            return None
        if self._damaged_at_s is not None:
            if not picture.key_frame and self._last_s - self._damaged_at_s <= self._resync_s:
                return None
            self._damaged_at_s = None
        return picture

    def _distrust(self) -> None:
        if self._damaged_at_s is None:
            self._damaged_at_s = self._last_s

    def _note_end(self, packet: Packet[VideoStream]) -> None:
        if packet.pts is not None:
            self.end_s = max(self.end_s, float((packet.pts + (packet.duration or 0)) * packet.time_base))
