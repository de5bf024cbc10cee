"""The captured video: frames composed as the screen shows them, written as H.264."""

from pathlib import Path
from types import TracebackType

import av
import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.simulation.screen import ColourImage, FieldMap, GreyImage, Overlay, Readout, ScreenSettings, write_overlay

YuvImage = NDArray[np.uint8]


class Film:
    """A ``video.mkv`` being written; a context manager. The same frames give the same bytes."""

    def __init__(self, path: Path, screen: ScreenSettings, fps: int, crf: int) -> None:
        self._container = av.open(str(path), "w", options={"fflags": "+bitexact"})
        self._stream = self._container.add_stream("libx264", rate=fps)
        self._stream.width, self._stream.height, self._stream.pix_fmt = screen.width, screen.height, "yuv420p"
        self._stream.options = {"crf": str(crf), "preset": "veryfast", "threads": "1", "bf": "0"}
        self._stream.codec_context.flags |= av.codec.context.Flags.bitexact

    def __enter__(self) -> "Film":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            for packet in self._stream.encode():
                self._container.mux(packet)
        self._container.close()

    def write(self, image: YuvImage, index: int) -> None:
        """Append a frame (planar YUV 4:2:0, (3h/2, w) uint8) at ``index`` frame periods from the start."""
        frame = av.VideoFrame.from_ndarray(image, format="yuv420p")
        frame.pts = index
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


class Composer:
    """Composes the screen: field, overlay, and the faults of an analogue path."""

    def __init__(self, screen: ScreenSettings, overlay: Overlay, rng: Generator) -> None:
        self._screen, self._overlay, self._rng = screen, overlay, rng
        self._key: tuple[int, Readout] | None = None
        self._shown: YuvImage | None = None
        self._before: YuvImage | None = None

    def compose(self, image: GreyImage | None, field: FieldMap | None, readout: Readout) -> YuvImage:
        """The frame that shows a detector image (None: black) with the overlay, planar YUV 4:2:0."""
        key = (id(image), readout)
        if self._key == key and self._shown is not None:
            self._before = None
        else:
            self._before, self._shown, self._key = self._shown, self._drawn(image, field, readout), key
        return self._captured(self._shown)

    def _drawn(self, image: GreyImage | None, field: FieldMap | None, readout: Readout) -> YuvImage:
        frame: ColourImage = np.full((self._screen.height, self._screen.width, 3), self._screen.black, np.uint8)
        if image is not None and field is not None:
            field.show(image, frame)
        write_overlay(frame, self._overlay, readout)
        return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420), np.uint8)

    def _captured(self, drawn: YuvImage) -> YuvImage:
        """Interlace with the frame before where the picture has just changed; add the digitiser's noise."""
        if not self._screen.analogue_noise:
            return drawn
        out = drawn.copy()
        luma = out[: self._screen.height]
        if self._screen.interlaced and self._before is not None:
            luma[1::2] = self._before[1 : self._screen.height : 2]
        noise = self._rng.standard_normal(luma.shape, np.float32) * np.float32(self._screen.analogue_noise)
        smooth = cv2.GaussianBlur(luma, (5, 1), 0.8)
        luma[:] = np.clip(smooth + noise, 16, 235).astype(np.uint8)
        return out
