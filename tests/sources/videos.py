"""Small videos made on the spot, whose every picture is known."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream
from numpy.typing import NDArray

from monitor.domain import Delivery, Fault, Frame

Grey = NDArray[np.uint8]
MILLISECONDS = Fraction(1, 1000)
H264 = {"preset": "ultrafast", "qp": "0", "bf": "0"}


def ramp(width: int = 256, height: int = 64) -> Grey:
    """Every grey level from 0 to 255 once, left to right."""
    return np.repeat(np.linspace(0, 255, width).round().astype(np.uint8)[None], height, axis=0)


def textured(count: int, width: int = 96, height: int = 64, seed: int = 1) -> list[Grey]:
    """Pictures that differ all over from one to the next, as quantum noise does."""
    rng = np.random.default_rng(seed)
    base = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), 5)
    base = np.interp(base, (base.min(), base.max()), (60, 200))
    noisy = [base + rng.normal(0, 6, base.shape) for _ in range(count)]
    return [np.clip(picture, 0, 255).astype(np.uint8) for picture in noisy]


def encode(
    path: Path,
    pictures: Sequence[Grey],
    stamps_ms: Iterable[int] | None = None,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    full_range: bool = False,
) -> Path:
    """Write grey or RGB pictures as a video, 25 a second where no stamps are given."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=25, options=H264 if options is None else options)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        stream.codec_context.time_base = MILLISECONDS
        stream.codec_context.color_range = ColorRange.JPEG if full_range else ColorRange.MPEG
        for picture, stamp in zip(pictures, stamps_ms or range(0, 40 * len(pictures), 40), strict=False):
            frame = _frame(picture, pix_fmt, full_range)
            frame.pts, frame.time_base = stamp, MILLISECONDS
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _frame(picture: Grey, pix_fmt: str, full_range: bool) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(picture, "gray" if picture.ndim == 2 else "rgb24")
    target = ColorRange.JPEG if full_range else ColorRange.MPEG
    frame = frame.reformat(format=pix_fmt, src_color_range=ColorRange.JPEG, dst_color_range=target)
    frame.color_range = target
    return frame


def frames(deliveries: Iterable[Delivery]) -> list[Frame]:
    return [d for d in deliveries if isinstance(d, Frame)]


def faults(deliveries: Iterable[Delivery]) -> list[Fault]:
    return [d for d in deliveries if isinstance(d, Fault)]
