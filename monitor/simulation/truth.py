"""The reference that goes with a recording: one line of truth per frame."""

from dataclasses import dataclass
from math import atan2, degrees
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.domain import View, points_json, polygon
from monitor.simulation.deposited import VISIBLE_MM
from monitor.simulation.fluoroscope import Aim, Pulse
from monitor.simulation.projection import FloatImage, Grid
from monitor.simulation.silhouette import PlanePolygon, polygons_of

METAL_MM = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Stance:
    """Where the target is on the screen: its middle, and a point 20 mm towards the head, frame pixels."""

    centre: NDArray[np.float64]
    head: NDArray[np.float64]


def stance(aim: Aim, pulse: Pulse) -> Stance:
    """Where the target is on the screen at a pulse."""
    centre, head = aim.field.points(np.stack([aim.seen.centre, aim.seen.head]) + pulse.shift_mm)
    return Stance(centre, head)


def idle_line(t_s: float, frame: int, view: View | None) -> dict[str, Any]:
    """Truth of a frame with the beam off; ``view`` is that of the held image."""
    return {"t": round(t_s, 4), "frame": frame, "live": False, "shot": 0, "view": None if view is None else view.value}


def live_line(
    t_s: float, frame: int, aim: Aim, pulse: Pulse, count: tuple[int, int], reference: Stance
) -> dict[str, Any]:
    """Truth of a live frame; ``count`` is the number of its pulse and how many times it was shown before."""
    cement = pulse.deposited
    return {
        "t": round(t_s, 4),
        "frame": frame,
        "live": True,
        "shot": aim.shot.number,
        "view": aim.shot.look.view.value,
        "pulse": count[0],
        "repeat": count[1],
        "motion": motion(stance(aim, pulse), reference),
        "spacing_mm": round(aim.field.spacing_mm(aim.seen.centre + pulse.shift_mm), 5),
        "outline": on_screen(aim.seen.outline, aim, pulse),
        "outline_core": on_screen(aim.seen.core, aim, pulse),
        "cement_mm2": round(cement.cement_mm2, 2),
        "outside_mm2": {zone.value: round(area, 2) for zone, area in cement.outside_mm2.items()},
        "venous": [zone.value for zone in cement.venous],
        "true3d": {kind: round(ml, 4) for kind, ml in cement.compartments_ml.items()},
    }


def annotation(aim: Aim, pulse: Pulse, grid: Grid) -> dict[str, Any]:
    """The polygons that go with the last frame of a shot: all cement, cement outside, metal that hides it."""
    cement = pulse.deposited
    outside = np.where(cement.outside, cement.path, 0).astype(np.float32)
    return {
        "annotated": True,
        "cement": _polygons(cement.path, VISIBLE_MM, aim, pulse, grid),
        "outside": _polygons(outside, VISIBLE_MM, aim, pulse, grid),
        "ignore": [points_json(polygon(aim.field.points(p))) for p in polygons_of(pulse.metal, METAL_MM, grid)],
    }


def motion(now: Stance, reference: Stance) -> list[float]:
    """[dx, dy, degrees] of the target on the screen against its reference, clockwise positive."""
    dx, dy = now.centre - reference.centre
    turn = _angle(now) - _angle(reference)
    return [round(float(dx), 2), round(float(dy), 2), round((turn + 180) % 360 - 180, 3)]


def on_screen(ring: PlanePolygon, aim: Aim, pulse: Pulse) -> list[list[float]]:
    """A polygon on the target plane of a pose, as frame pixels at a pulse."""
    return points_json(polygon(aim.field.points(ring + pulse.shift_mm)))


def _polygons(image: FloatImage, level: float, aim: Aim, pulse: Pulse, grid: Grid) -> list[list[list[float]]]:
    return [on_screen(p, aim, pulse) for p in polygons_of(image, level, grid)]


def _angle(at: Stance) -> float:
    across, down = at.head - at.centre
    return degrees(atan2(down, across))
