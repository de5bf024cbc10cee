"""What crosses the field for a moment: a clamp, or the operator's fingers."""

from math import sin

import numpy as np

from monitor.domain import View
from monitor.simulation.instruments import Rod, rod_path
from monitor.simulation.physics import Spectrum
from monitor.simulation.projection import FloatImage, Grid, Pose
from monitor.simulation.team import Shot
from monitor.simulation.volume import Vector


def crossing_exponent(shot: Shot, t_s: float, grid: Grid, beam: Spectrum) -> tuple[FloatImage, FloatImage]:
    """Attenuation exponent and metal path (mm) of what crosses the field at a time; zeros where nothing does."""
    empty = np.zeros((grid.pixels, grid.pixels), np.float32)
    if shot.crossing == "none":
        return empty, empty
    side, height = _place(shot, t_s)
    plain = Pose(shot.look.view, shot.pose.sod_mm)
    if shot.crossing == "clamp":
        jaws = [(side, height, side * 0.15, height - 5), (side, height + 14, side * 0.15, height - 2)]
        metal = empty.copy()
        for u0, v0, u1, v1 in jaws:
            metal += rod_path(Rod(_at(shot.look.view, u0, v0), _at(shot.look.view, u1, v1), 1.8), plain, grid)
        return beam.steel(metal), metal
    soft = empty.copy()
    bone = empty.copy()
    for n, reach in enumerate((0.42, 0.34, 0.5)):
        rod = Rod(
            _at(shot.look.view, side, height + 19 * n), _at(shot.look.view, side * reach, height + 17 * n - 8), 8.5
        )
        soft += rod_path(rod, plain, grid)
        bone += rod_path(Rod(rod.start_mm, rod.end_mm, 4.5, 3.0), plain, grid)
    return np.float32(beam.soft_per_mm) * soft + np.float32(550 * beam.bone_per_mm_mg) * bone, empty


def _place(shot: Shot, t_s: float) -> tuple[float, float]:
    """Where it comes in (mm along u, always from the border) and at which height; it wavers slowly."""
    # From behind in a lateral view, where the operator works; from either side in an AP view.
    behind = shot.look.view is View.LATERAL or shot.number % 2
    away = shot.field_mm * (-0.5 if behind else 0.5)
    waver = 6 * sin(1.7 * t_s + shot.number)
    return away * 1.1 + waver, shot.field_mm * 0.18 * sin(2.3 * shot.number) + 0.5 * waver


def _at(view: View, u: float, v: float) -> Vector:
    return np.array([0.0, u, -v]) if view is View.LATERAL else np.array([u, 0.0, -v])
