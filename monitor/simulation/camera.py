"""From attenuation to grey levels: quanta, scatter, blur, exposure control, lag, display curve."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.simulation.projection import FloatImage, Grid

QUANTA_PER_MM2_NGY = 30.0
"""Photons behind the patient per mm² of detector and nGy."""
DETECTION = 0.65
"""Part of them that counts (detective quantum efficiency)."""


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One C-arm's imaging chain.

    Attributes
    ----------
    dose_ngy
        Dose at the detector per pulse where the exposure control holds it.
    magnification
        Detector over target plane.
    scatter
        Scattered part of all radiation at the detector, 0.3 to 0.6.
    blur_mm, veil
        Blur of the detector (standard deviation on the target plane) and part of the light that glares all over.
    read_noise
        White noise of the readout, as a part of the quantum noise at the exposure setpoint.
    lag
        Weight of the newest pulse in the recursive filter, 1 without it.
    exposure_rate
        How much of the exposure error is mended from one pulse to the next.
    vignetting
        Fall of brightness at the border of the field.
    gamma, grey, toe
        Display curve: grey level of the exposure setpoint, slope there, and shoulder (0 a plain power law).
    equalise
        Part of slow brightness differences that the machine takes away.
    sharpen, sharpen_mm
        Edge enhancement and its reach.
    """

    dose_ngy: float
    magnification: float
    scatter: float
    blur_mm: float
    veil: float
    read_noise: float
    lag: float
    exposure_rate: float
    vignetting: float
    gamma: float
    grey: float
    toe: float
    equalise: float
    sharpen: float
    sharpen_mm: float


class Camera:
    """The imaging chain with its memory: exposure and recursive filter."""

    def __init__(self, settings: CameraSettings, grid: Grid, rng: Generator) -> None:
        self.settings, self.grid, self._rng = settings, grid, rng
        self._exposure: float | None = None
        self._last: FloatImage | None = None
        line = (np.arange(grid.pixels, dtype=np.float32) - (grid.pixels - 1) / 2) / (grid.pixels / 2)
        self._radius2 = line[:, None] ** 2 + line[None, :] ** 2

    def start(self, error: float) -> None:
        """Begin a shot: the exposure is off by a factor, the recursive filter is empty."""
        self._last = None
        if self._exposure is not None:
            self._exposure *= error

    def expose(self, exponent: FloatImage) -> NDArray[np.uint8]:
        """One pulse through the attenuation ``exponent`` (float32, grid): grey levels as displayed, metal dark."""
        s = self.settings
        arriving = self.with_scatter(exponent)
        signal = arriving * self._control(arriving)
        signal = self._detected(signal)
        if self._last is not None:
            cv2.addWeighted(signal, s.lag, self._last, 1 - s.lag, 0, dst=signal)
        self._last = signal
        return self.displayed(signal)

    def with_scatter(self, exponent: FloatImage) -> FloatImage:
        """Primary radiation with the scatter that spreads from it."""
        primary = cv2.exp(-exponent)
        capped = np.minimum(primary, 4 * float(np.median(primary[::8, ::8])))
        small = cv2.resize(capped, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
        spread = cv2.GaussianBlur(small, (0, 0), 18 / (8 * self.grid.step_mm), borderType=cv2.BORDER_REFLECT)
        share = self.settings.scatter / (1 - self.settings.scatter)
        wide = cv2.resize(spread, (primary.shape[1], primary.shape[0]), interpolation=cv2.INTER_LINEAR)
        return np.asarray(cv2.addWeighted(primary, 1, wide, share, 0), np.float32)

    def _control(self, arriving: FloatImage) -> float:
        """Exposure of this pulse: the middle of the field is steered to 1, with a delay."""
        n = self.grid.pixels
        window = arriving[int(n * 0.33) : int(n * 0.67) : 4, int(n * 0.33) : int(n * 0.67) : 4]
        wanted = 1 / float(np.clip(window, 0, 3 * np.median(window)).mean())
        if self._exposure is None:
            self._exposure = wanted * 1.3
        used = self._exposure
        self._exposure = used * (wanted / used) ** self.settings.exposure_rate
        return used

    def _detected(self, signal: FloatImage) -> FloatImage:
        """Add quantum noise, then blur both as the detector does."""
        s = self.settings
        area = (self.grid.step_mm * s.magnification) ** 2
        quanta = s.dose_ngy * QUANTA_PER_MM2_NGY * DETECTION * area
        noise = self._rng.standard_normal(signal.shape, np.float32)
        noise *= cv2.sqrt(signal * np.float32(1 / quanta))
        noise += signal
        out = np.asarray(cv2.GaussianBlur(noise, (0, 0), s.blur_mm / self.grid.step_mm), np.float32)
        out += self._rng.standard_normal(signal.shape, np.float32) * np.float32(s.read_noise / np.sqrt(quanta))
        glare = s.veil * min(float(out[::4, ::4].mean()), 2.0)
        lit: FloatImage = np.maximum(out + np.float32(glare), np.float32(1e-3))
        return lit

    def displayed(self, signal: FloatImage) -> NDArray[np.uint8]:
        """The display chain: vignetting, equalisation, curve, edge enhancement."""
        s = self.settings
        tone = cv2.log(signal * (1 - np.float32(s.vignetting) * self._radius2))
        if s.equalise:
            small = cv2.resize(tone, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
            slow = cv2.GaussianBlur(small, (0, 0), 14 / (8 * self.grid.step_mm), borderType=cv2.BORDER_REFLECT)
            wide = cv2.resize(slow, (tone.shape[1], tone.shape[0]), interpolation=cv2.INTER_LINEAR)
            tone = cv2.addWeighted(tone, 1, wide, -s.equalise, 0)
        level = np.asarray(cv2.exp(tone * np.float32(s.gamma)), np.float32)
        grey = level * np.float32(s.grey * (1 + s.toe)) / (1 + np.float32(s.toe) * level)
        if s.sharpen:
            soft = cv2.GaussianBlur(grey, (0, 0), s.sharpen_mm / self.grid.step_mm)
            cv2.addWeighted(grey, 1 + s.sharpen, soft, -s.sharpen, 0, dst=grey)
        return np.clip(grey + 0.5, 0, 255).astype(np.uint8)
