"""The C-arm and the capture: its imaging chain, its screen, its timing."""

from dataclasses import dataclass

from numpy.random import Generator

from monitor.domain import View
from monitor.simulation.camera import CameraSettings
from monitor.simulation.difficulty import Difficulty
from monitor.simulation.projection import Grid
from monitor.simulation.screen import Overlay, ScreenSettings
from monitor.simulation.tissue import Trunk

_DIGITAL = ((1024, 1024), (1280, 1024), (1920, 1080), (1280, 1024))
_ANALOGUE = ((640, 480), (720, 576))
_FAMILY = ("MARTIN", "SATO", "KOWALSKI", "LI", "FERRARI", "NOVAK", "JENSEN", "DIAZ", "OKAFOR", "WAGNER")
_GIVEN = ("ANNA", "MARIA", "JOHN", "WEI", "ELSA", "PAUL", "INES", "KARL", "LUCIA", "OMAR")


@dataclass(frozen=True, slots=True)
class Machine:
    """One C-arm with its video path.

    Attributes
    ----------
    camera, screen, overlay
        Imaging chain, display, what is written on it.
    grid
        The detector.
    field_mm
        Diameter of the field at the target.
    sod_mm
        Source to target.
    kvp, ma
        Tube settings by view.
    fps, pulses_per_s
        Of the capture and of the X-ray pulses.
    crf
        Quality of the capture's H.264.
    hold_sharpen
        Edge enhancement of the held image, 0 for none.
    drops
        Part of the frames that the capture loses.
    """

    camera: CameraSettings
    screen: ScreenSettings
    overlay: Overlay
    grid: Grid
    field_mm: float
    sod_mm: float
    kvp: dict[View, int]
    ma: dict[View, float]
    fps: int
    pulses_per_s: float
    crf: int
    hold_sharpen: float
    drops: float


def draw_machine(rng: Generator, difficulty: Difficulty, trunk: Trunk) -> Machine:
    """Draw a machine that suits the patient's thickness."""
    intensifier = rng.random() < difficulty.intensifier_odds
    analogue = rng.random() < difficulty.analogue_odds
    magnification = rng.uniform(1.3, 1.65)
    detector_mm = (
        rng.choice((230, 310, 150), p=(0.6, 0.25, 0.15)) if intensifier else rng.choice((210, 300), p=(0.5, 0.5))
    )
    field_mm = float(detector_mm / magnification)
    pixels = int(rng.choice((480, 560))) if analogue else int(rng.choice((560, 640, 720, 900)))
    fps, rate = _timing(rng, analogue)
    kvp = {
        View.AP: int(min(90, 44 + 0.13 * trunk.thickness_mm + rng.normal(0, 2))),
        View.LATERAL: int(min(92, 48 + 0.13 * trunk.width_mm + rng.normal(0, 2))),
    }
    return Machine(
        camera=_camera(rng, difficulty, intensifier, magnification),
        screen=_screen(rng, difficulty, intensifier, analogue),
        overlay=_overlay(rng, analogue),
        grid=Grid(pixels, field_mm * 1.05 / pixels),
        field_mm=field_mm,
        sod_mm=float(rng.uniform(560, 720)),
        kvp=kvp,
        ma={View.AP: round(rng.uniform(1.2, 3.2), 1), View.LATERAL: round(rng.uniform(2.8, 6.0), 1)},
        fps=fps,
        pulses_per_s=rate,
        crf=int(rng.integers(18, 24)),
        hold_sharpen=float(rng.uniform(0.3, 0.8)) if rng.random() < 0.2 else 0.0,
        drops=0.01 if rng.random() < difficulty.drop_odds else 0.0,
    )


def _timing(rng: Generator, analogue: bool) -> tuple[int, float]:
    fps = (
        int(rng.choice((25, 30)))
        if analogue
        else int(rng.choice((15, 20, 25, 30, 50, 60), p=(0.2, 0.1, 0.25, 0.3, 0.05, 0.1)))
    )
    rates = [r for r in (3.0, 4.0, 7.5, 8.0, 10.0, 12.5, 15.0, 25.0, 30.0) if r <= fps]
    common = [3.0 if r in (7.5, 8.0, 15.0, 12.5) else 1.0 for r in rates]
    return fps, float(rng.choice(rates, p=[c / sum(common) for c in common]))


def _camera(rng: Generator, difficulty: Difficulty, intensifier: bool, magnification: float) -> CameraSettings:
    return CameraSettings(
        dose_ngy=rng.uniform(*difficulty.dose_ngy),
        magnification=magnification,
        scatter=rng.uniform(*difficulty.scatter),
        blur_mm=rng.uniform(0.22, 0.36) if intensifier else rng.uniform(0.16, 0.26),
        veil=rng.uniform(0.03, 0.10) if intensifier else 0.0,
        read_noise=rng.uniform(0.02, 0.45),
        lag=rng.uniform(0.4, 1.0),
        exposure_rate=rng.uniform(0.25, 0.8),
        vignetting=rng.uniform(0.1, 0.3) if intensifier else 0.0,
        gamma=rng.uniform(0.65, 1.4),
        grey=rng.uniform(85, 135),
        toe=rng.choice((0.0, 0.2, 0.5)),
        equalise=rng.uniform(0.25, 0.65) if rng.random() < difficulty.equalise_odds else 0.0,
        sharpen=rng.uniform(0.2, 1.2) if rng.random() < 0.6 else 0.0,
        sharpen_mm=rng.uniform(0.5, 1.4),
    )


def _screen(rng: Generator, difficulty: Difficulty, intensifier: bool, analogue: bool) -> ScreenSettings:
    sizes = _ANALOGUE if analogue else _DIGITAL
    width, height = sizes[int(rng.integers(len(sizes)))]
    radius = height / 2 * rng.uniform(0.9, 0.99)
    slack = (width - height) / 2
    centre = (width / 2 + slack * rng.choice((0, 0, -0.8, 0.8, 0.4)), height / 2)
    field = str(rng.choice(("circle", "octagon"), p=(0.8, 0.2))) if intensifier else "square"
    turned = rng.random() < difficulty.turned_odds
    turns = int(rng.choice((1, 3, 2))) if turned else 0
    by_view = rng.random() < 0.2
    return ScreenSettings(
        width=width,
        height=height,
        centre=centre,
        radius_px=radius,
        field=field,
        shutters=_shutters(rng) if rng.random() < difficulty.shutter_odds else (),
        quarter_turns={View.AP: turns, View.LATERAL: 0 if by_view else turns},
        mirrored={v: bool(rng.random() < difficulty.mirrored_odds) for v in (View.AP, View.LATERAL)},
        pincushion=rng.uniform(0.01, 0.05) if intensifier else 0.0,
        inverted=bool(rng.random() < difficulty.inverted_odds),
        black=int(rng.choice((0, 0, 4, 14))),
        analogue_noise=rng.uniform(0.6, 2.0) if analogue else 0.0,
        interlaced=analogue,
    )


def _shutters(rng: Generator) -> tuple[tuple[float, float], ...]:
    tilt = float(rng.choice((0.0, 90.0)) + rng.normal(0, 6))
    pair = ((tilt, rng.uniform(0.62, 0.9)), (tilt + 180, rng.uniform(0.62, 0.9)))
    return pair if rng.random() < 0.7 else pair[:1]


def _overlay(rng: Generator, analogue: bool) -> Overlay:
    born = f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.19{rng.integers(30, 60)}"
    name = f"{rng.choice(_FAMILY)}, {rng.choice(_GIVEN)}"
    bright = int(rng.integers(170, 240))
    tinted = (bright, bright, int(bright * 0.6)) if rng.random() < 0.3 else (bright, bright, bright)
    return Overlay(
        patient=(name, str(rng.integers(100000, 9999999)), born),
        clock_start_s=float(rng.integers(28000, 64000)),
        date=f"{rng.integers(1, 29):02d}.{rng.integers(1, 13):02d}.20{rng.integers(18, 26)}",
        colour=tinted,
        icon=str(rng.choice(("none", "dot", "word"))),
        size=0.62 if analogue else float(rng.uniform(0.75, 1.1)),
        side="none" if rng.random() < 0.1 else "corners",
    )
