"""A small fluoroscopy machine with a screen: noise, pulses, holds, overlays, compression; hardly any anatomy."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.config import BeamSettings, ScreenSettings
from monitor.domain import Frame
from monitor.imaging.beam import BeamDetector
from monitor.imaging.screen import ScreenReader

Grey = NDArray[np.uint8]
Alter = Callable[[Grey], Grey]


@dataclass
class Machine:
    """Films what a C-arm's screen would show while someone presses and lets go of the pedal.

    ``noise`` and ``adc`` are standard deviations in grey levels, ``recursion`` the weight of the older picture in the
    machine's noise filter, ``ramp`` the number of pulses that exposure control takes, ``hold`` what the machine does to
    the last image when the pedal is let go, ``interlaced`` whether every other line comes a frame late, ``lamp`` how
    the screen marks that the beam is on: ``dot``, ``word``, ``out`` (a dot that never lights) or nothing.
    """

    fps: float = 30.0
    pulses: float = 15.0
    size: tuple[int, int] = (320, 384)
    shape: str = "circle"
    noise: float = 6.0
    recursion: float = 0.0
    adc: float = 0.0
    ramp: int = 4
    inverted: bool = False
    background: int = 0
    clock: tuple[int, int] | None = (8, 20)
    hold: Alter | None = None
    interlaced: bool = False
    lamp: str = ""
    seed: int = 1
    frames: list[Grey] = field(default_factory=list)
    shots: list[tuple[float, float]] = field(default_factory=list)
    run: list[Grey] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._rng = np.random.default_rng(self.seed)
        self._picture: Grey | None = None
        self._before: Grey | None = None
        self._scene = _scene(self.size, self._rng)
        self._field = _field(self.size, self.shape)

    def wait(self, seconds: float) -> "Machine":
        """Leave the beam off."""
        for _ in range(round(seconds * self.fps)):
            self._show(self._picture)
        return self

    def press(self, seconds: float) -> "Machine":
        """Hold the pedal down."""
        start = len(self.frames)
        count = max(1, round(seconds * self.fps))
        self.run, filtered, shown = [], None, -1
        for n in range(count):
            pulse = int(n * self.pulses / self.fps + 1e-9)
            if pulse != shown:
                shown = pulse
                filtered = self._expose(pulse, filtered)
                self.run.append(np.round(filtered.clip(0, 255)).astype(np.uint8))
            self._picture = self.run[-1]
            self._show(self._picture, live=True)
        self.shots.append((start / self.fps, (len(self.frames) - 1) / self.fps))
        if self.hold is not None:
            self._picture = self.hold(self.run[-1])
        return self

    def alter(self, change: Alter) -> "Machine":
        """Change the held picture without a beam."""
        assert self._picture is not None
        self._picture = change(self._picture)
        return self

    def replay(self, slow: int = 1) -> "Machine":
        """Show the last run again from the machine's memory."""
        for picture in self.run:
            for _ in range(slow * max(1, round(self.fps / self.pulses))):
                self._show(picture)
        self._picture = self.run[-1]
        return self

    def blank(self, seconds: float) -> "Machine":
        """Show no picture for a while."""
        for _ in range(round(seconds * self.fps)):
            self._show(None)
        return self

    def move(self, dx: float) -> "Machine":
        """Move the patient between shots."""
        shift = np.array([[1, 0, dx], [0, 1, 0]], np.float32)
        moved = cv2.warpAffine(self._scene, shift, self.size[::-1], borderMode=cv2.BORDER_REFLECT)
        self._scene = np.asarray(moved, np.float32)
        return self

    def film(self) -> Iterator[Frame]:
        """The frames, as captured without loss."""
        for n, pixels in enumerate(self.frames):
            yield Frame(n, n / self.fps, pixels)

    def _expose(self, pulse: int, before: NDArray[np.float32] | None) -> NDArray[np.float32]:
        dose = 1 - 0.5 * 0.5**pulse if pulse < self.ramp else 1.0
        noise = cv2.GaussianBlur(self._rng.normal(size=self.size).astype(np.float32), (0, 0), 1.0)
        image = self._scene * dose + noise * (self.noise / noise.std()) / np.sqrt(dose)
        if self.inverted:
            image = 255 - image
        image = image.clip(0, 255)
        if before is None:
            return np.asarray(image, np.float32)
        return np.asarray(self.recursion * before + (1 - self.recursion) * image, np.float32)

    def _woven(self, picture: Grey) -> Grey:
        """The picture as captured: interlaced, its odd lines are those of the frame before."""
        if not self.interlaced or self._before is None:
            return picture
        woven = picture.copy()
        woven[1::2] = self._before[1::2]
        return woven

    def _show(self, picture: Grey | None, live: bool = False) -> None:
        screen = np.full(self.size, self.background, np.uint8)
        if picture is not None:
            woven = self._woven(picture)
            screen[self._field] = woven[self._field]
        self._before = picture
        self._draw_lamp(screen, live)
        if self.clock is not None:
            seconds = f"{len(self.frames) / self.fps:05.1f}"
            cv2.putText(screen, seconds, self.clock, cv2.FONT_HERSHEY_SIMPLEX, 0.4, (255,), 1)
        if self.adc:
            screen = (screen + self._rng.normal(scale=self.adc, size=self.size)).round().clip(0, 255).astype(np.uint8)
        screen.setflags(write=False)
        self.frames.append(screen)

    def _draw_lamp(self, screen: Grey, live: bool) -> None:
        at = (self.size[1] - 24, 24)
        if self.lamp in ("dot", "out"):
            cv2.circle(screen, at, 7, (200 if live and self.lamp == "dot" else 60,), -1, cv2.LINE_AA)
        elif self.lamp == "word":
            word = "X-RAY" if live else "LIH"
            cv2.putText(screen, word, (at[0] - 20, at[1]), cv2.FONT_HERSHEY_SIMPLEX, 0.4, (230,), 1, cv2.LINE_AA)


def compressed(machine: Machine, crf: int, keyint: int) -> Iterator[Frame]:
    """The machine's frames after H.264."""
    buffer = BytesIO()
    with av.open(buffer, "w", format="matroska") as out:
        stream = out.add_stream("libx264", rate=round(machine.fps))
        stream.height, stream.width = machine.size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": str(crf), "g": str(keyint), "preset": "veryfast"}
        for pixels in machine.frames:
            for packet in stream.encode(av.VideoFrame.from_ndarray(np.array(pixels), format="gray")):
                out.mux(packet)
        for packet in stream.encode():
            out.mux(packet)
    buffer.seek(0)
    with av.open(buffer, "r") as container:
        for n, frame in enumerate(container.decode(video=0)):
            decoded = np.asarray(frame.to_ndarray(format="gray"), np.uint8)
            decoded.setflags(write=False)
            yield Frame(n, n / machine.fps, decoded, redrawn=frame.key_frame)


def shots_of(frames: Iterator[Frame], told: list[float] | None = None) -> list[tuple[float, float]]:
    """Shots found in a film: start and end, in seconds; ``told`` takes the times at which their start was told."""
    reader, detector = ScreenReader(ScreenSettings()), BeamDetector(BeamSettings())
    starts: list[float] = []
    ends: list[float] = []
    for frame in frames:
        reading = detector.update(frame, reader.update(frame))
        if reading.ended is not None and not frame.still:
            ends.append(reading.ended.t_s)
        if reading.started is not None:
            starts.append(reading.started.t_s)
            if told is not None:
                told.append(frame.t_s)
        if reading.ended is not None and frame.still:
            ends.append(reading.ended.t_s)
    last = detector.finish()
    if last is not None:
        ends.append(last.t_s)
    return list(zip(starts, ends, strict=True))


def _scene(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """Smooth soft tissue, three vertebra-like boxes with dark rims, and a bright patch beside the patient."""
    height, width = size
    scene = cv2.GaussianBlur(rng.normal(size=size).astype(np.float32), (0, 0), width / 8)
    scene = 135 + 25 * scene / np.abs(scene).max()
    for row in range(3):
        x, y, side = int(width * 0.4), int(height * (0.16 + 0.26 * row)), int(height * 0.19)
        cv2.rectangle(scene, (x, y), (x + int(1.3 * side), y + side), (105.0,), -1)
        cv2.rectangle(scene, (x, y), (x + int(1.3 * side), y + side), (75.0,), 3)
    scene = cv2.GaussianBlur(scene, (0, 0), 1.2)
    ramp = np.linspace(-4, 8, width, dtype=np.float32)[None, :]
    return np.asarray(scene + 160 / (1 + np.exp(-(ramp - 5) * 2)), np.float32)


def _field(size: tuple[int, int], shape: str) -> NDArray[np.bool_]:
    height, width = size
    mask = np.zeros(size, np.uint8)
    if shape == "circle":
        cv2.circle(mask, (width // 2, height // 2), int(height * 0.46), (1,), -1)
    elif shape == "rectangle":
        mask[height // 16 : -height // 16, width // 6 : -width // 12] = 1
    elif shape == "full":
        mask[:] = 1
    elif shape == "octagon":
        turn = np.radians(np.arange(22.5, 382.5, 45))
        points = np.array([width / 2, height / 2]) + height * 0.48 * np.column_stack([np.cos(turn), np.sin(turn)])
        cv2.fillConvexPoly(mask, np.round(points).astype(np.int32), (1,))
    return mask > 0
