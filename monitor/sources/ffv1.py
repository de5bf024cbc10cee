"""Checksums of FFV1 slices, which FFmpeg checks but, on a mismatch, only patches over with the picture before.

A version 3 packet is a row of slices, each ended by a footer (RFC 9043, sections 4.9 and 4.9.3)::

    | slice data ... | size (3 bytes) | status (1) | CRC-32 (4) | slice data ...

``size`` counts the data alone; the CRC (polynomial 0x04C11DB7, most significant bit first, start value 0) over data and
footer together is 0.
"""

from zlib import crc32

FOOTER = 8

_MIRRORED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))
"""Each byte's bits in reverse: zlib computes the same polynomial least significant bit first."""


def slices_intact(packet: bytes) -> bool:
    """Whether ``packet`` is a row of slices whose checksums all fit; False too where it carries no checksums."""
    end = len(packet)
    while end > FOOTER:
        start = end - FOOTER - int.from_bytes(packet[end - FOOTER : end - FOOTER + 3], "big")
        if start < 0 or crc32(packet[start:end].translate(_MIRRORED), 0xFFFFFFFF) != 0xFFFFFFFF:
            return False
        end = start
    return end == 0
