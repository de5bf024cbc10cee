"""The captured screen: where the field lies on it, how it is turned, what is written around it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.projection import FloatImage, Grid

GreyImage = NDArray[np.uint8]
ColourImage = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """One machine's screen.

    Attributes
    ----------
    width, height
        Of the captured frame.
    centre, radius_px
        Of the field on it; a square field has half-side ``radius_px``.
    field
        ``circle``, ``octagon`` or ``square``.
    shutters
        Collimator blades: (angle in degrees, distance of the edge from the centre as a part of the radius).
    quarter_turns, mirrored
        Of the display, by view: turns of 90 degrees clockwise after mirroring left to right.
    pincushion
        Distortion of an intensifier: outer parts appear farther out by this fraction.
    inverted
        Bone bright instead of dark.
    black
        Grey level outside the field.
    analogue_noise
        Noise of the analogue path and its digitiser, grey levels; 0 for a digital one.
    interlaced
        Whether a new pulse shows in one field half a frame earlier than in the other.
    """

    width: int
    height: int
    centre: tuple[float, float]
    radius_px: float
    field: str
    shutters: tuple[tuple[float, float], ...]
    quarter_turns: dict[View, int]
    mirrored: dict[View, bool]
    pincushion: float
    inverted: bool
    black: int
    analogue_noise: float
    interlaced: bool


class FieldMap:
    """Takes the detector's pixels of one view and field size to the screen, and points on the target plane too.

    ``field_mm`` is the diameter of the field at the depth of the target; ``place`` are the rows and columns of the
    frame that hold it, ``mask`` (float32, of that size) is 1 inside it.
    """

    def __init__(self, screen: ScreenSettings, view: View, grid: Grid, field_mm: float) -> None:
        self.screen, self.field_mm = screen, field_mm
        turn = np.array([[0.0, -1.0], [1.0, 0.0]])
        mirror = np.diag([-1.0, 1.0]) if screen.mirrored[view] else np.eye(2)
        self._turn = np.linalg.matrix_power(turn, screen.quarter_turns[view]) @ mirror
        r = int(np.ceil(screen.radius_px))
        cx, cy = screen.centre
        left, top = max(int(cx) - r, 0), max(int(cy) - r, 0)
        right, bottom = min(int(cx) + r + 1, screen.width), min(int(cy) + r + 1, screen.height)
        x, y = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
        self.place = slice(top, bottom), slice(left, right)
        unit = np.stack([(x - cx) / screen.radius_px, (y - cy) / screen.radius_px], -1)
        self.mask = _field_mask(unit, screen)
        straight = self._straightened(unit @ self._turn) * (field_mm / 2 / grid.step_mm) + (grid.pixels - 1) / 2
        maps = straight.astype(np.float32)
        self._maps = cv2.convertMaps(maps[..., 0], maps[..., 1], cv2.CV_16SC2)

    def points(self, plane_mm: object) -> NDArray[np.float64]:
        """Take (n, 2) points on the target plane (mm from the middle of the field) to frame pixels."""
        unit = np.atleast_2d(np.asarray(plane_mm, float)) / (self.field_mm / 2)
        k = self.screen.pincushion
        bent = unit * (1 - k + k * (unit**2).sum(-1, keepdims=True))
        out: NDArray[np.float64] = bent @ self._turn.T * self.screen.radius_px + np.array(self.screen.centre)
        return out

    def spacing_mm(self, at_mm: NDArray[np.float64]) -> float:
        """Millimetres per frame pixel around a point on the target plane."""
        steps = np.array([[4.0, 0], [-4, 0], [0, 4], [0, -4]]) + at_mm
        p = self.points(steps)
        return float(16 / (np.linalg.norm(p[0] - p[1]) + np.linalg.norm(p[2] - p[3])))

    def show(self, image: GreyImage, frame: ColourImage) -> None:
        """Draw the detector's image (metal dark) into the frame, in place."""
        field = cv2.remap(image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if self.screen.inverted:
            field = 255 - field
        lit = (field - np.float32(self.screen.black)) * self.mask + np.float32(self.screen.black)
        frame[self.place] = lit.astype(np.uint8)[..., None]

    def warped(self, image: FloatImage) -> FloatImage:
        """Take any image of the detector to the screen, zero outside the field's box, float32 (height, width)."""
        out = np.zeros((self.screen.height, self.screen.width), np.float32)
        out[self.place] = cv2.remap(image, *self._maps, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return out

    def _straightened(self, unit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Undo the pincushion by fixed-point iteration."""
        k = self.screen.pincushion
        out = unit
        for _ in range(6 if k else 0):
            out = unit / (1 - k + k * (out**2).sum(-1, keepdims=True))
        return out


def _field_mask(unit: NDArray[np.float64], screen: ScreenSettings) -> FloatImage:
    """1 inside the field, 0 outside, a soft pixel or two between."""
    x, y = unit[..., 0], unit[..., 1]
    if screen.field == "square":
        inside = 1 - np.maximum(np.abs(x), np.abs(y))
    else:
        inside = 1 - np.hypot(x, y)
    if screen.field == "octagon":
        inside = np.minimum(inside, 0.9 - np.maximum(np.abs(x), np.abs(y)))
    soft = np.clip(inside * screen.radius_px / 1.5, 0, 1)
    for angle, edge in screen.shutters:
        a = np.radians(angle)
        soft *= np.clip((edge - x * np.cos(a) - y * np.sin(a)) * screen.radius_px / 4, 0, 1)
    out: FloatImage = soft.astype(np.float32)
    return out


@dataclass(frozen=True, slots=True)
class Overlay:
    """What the machine writes on its screen: patient, machine lines, where, and how an active beam is marked.

    ``icon`` is ``none``, ``dot`` (a lamp that lights while the beam is on) or ``word``.
    """

    patient: tuple[str, ...]
    clock_start_s: float
    date: str
    colour: tuple[int, int, int]
    icon: str
    size: float
    side: str


@dataclass(frozen=True, slots=True)
class Readout:
    """What changes in the overlay: seconds of the clock, beam time so far, tube settings, whether the beam is on."""

    clock_s: int
    beam_s: int
    kvp: int
    ma: float
    live: bool


def write_overlay(frame: ColourImage, overlay: Overlay, readout: Readout) -> None:
    """Write into the frame, in place."""
    h, w = frame.shape[:2]
    line = int(26 * overlay.size)
    now = int(overlay.clock_start_s) + readout.clock_s
    clock = f"{now // 3600 % 24:02d}:{now // 60 % 60:02d}:{now % 60:02d}"
    beam = f"FL {readout.beam_s // 60:02d}:{readout.beam_s % 60:02d}"
    if overlay.side == "none":
        return
    top_right, bottom_left = (clock, overlay.date), (f"{readout.kvp} kV", f"{readout.ma:.1f} mA")
    for n, text in enumerate(overlay.patient):
        _write(frame, text, (6, line * (n + 1)), overlay, False)
    for n, text in enumerate(top_right):
        _write(frame, text, (w - 6, line * (n + 1)), overlay, True)
    for n, text in enumerate(bottom_left):
        _write(frame, text, (6, h - 8 - line * (1 - n)), overlay, False)
    _write(frame, beam, (w - 6, h - 8), overlay, True)
    _icon(frame, overlay, readout.live, (w - int(34 * overlay.size), line * 4))


def _write(frame: ColourImage, text: str, at: tuple[int, int], overlay: Overlay, right: bool) -> None:
    font, scale = cv2.FONT_HERSHEY_SIMPLEX, 0.55 * overlay.size
    width = cv2.getTextSize(text, font, scale, 1)[0][0]
    place = (at[0] - width, at[1]) if right else at
    cv2.putText(frame, text, place, font, scale, overlay.colour, 1, cv2.LINE_AA)


def _icon(frame: ColourImage, overlay: Overlay, live: bool, at: tuple[int, int]) -> None:
    if overlay.icon == "dot":
        colour = (250, 205, 20) if live else (70, 70, 70)
        cv2.circle(frame, at, int(12 * overlay.size), colour, -1, cv2.LINE_AA)
        cv2.circle(frame, at, int(4 * overlay.size), (20, 20, 20), -1, cv2.LINE_AA)
    elif overlay.icon == "word":
        _write(frame, "X-RAY" if live else "LIH", (at[0] + int(28 * overlay.size), at[1]), overlay, True)
