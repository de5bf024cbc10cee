"""A frame as the page gets it: one binary message of a JSON head and a grey JPEG."""

import json
import struct
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame, Step
from monitor.server.wire import overlay_json

JPEG_QUALITY = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture ready to send, as ``encode`` packs it; ``received_s`` is when its frame came in (monotonic)."""

    frame: int
    received_s: float
    message: bytes


def encode(frame: Frame, step: Step, longest_px: int) -> bytes:
    """Pack a frame and what to draw over it.

    Returns
    -------
    bytes
        Length of the head (uint32, big-endian), the head (UTF-8 JSON), the JPEG. The head has ``frame``, ``t_s``,
        ``beam``, ``view``, ``box`` [left, top, right, bottom]: the part of the frame the JPEG shows, in frame pixels
        whatever the JPEG's own size; and ``overlay`` in frame pixels, or null.
    """
    box = step.field or (0, 0, frame.pixels.shape[1], frame.pixels.shape[0])
    head: dict[str, Any] = {
        "frame": frame.index,
        "t_s": round(frame.t_s, 3),
        "beam": step.beam.value,
        "view": step.view.value,
        "box": [int(edge) for edge in box],
        "overlay": overlay_json(step.shown),
    }
    text = json.dumps(head).encode()
    return struct.pack(">I", len(text)) + text + _jpeg(frame.pixels, box, longest_px)


def _jpeg(pixels: NDArray[np.uint8], box: tuple[int, int, int, int], longest_px: int) -> bytes:
    left, top, right, bottom = box
    part = pixels[top:bottom, left:right]
    grey = part if part.ndim == 2 else cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    scale = longest_px / max(grey.shape)
    if scale < 1:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise ValueError(f"a {grey.shape} {grey.dtype} picture can't be written as JPEG")
    return data.tobytes()
