"""Metal in the beam: cannula, K-wire, screws, clamps, and the fingers that hold them, as rods seen by a cone beam."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.simulation.projection import FloatImage, Grid, Pose
from monitor.simulation.volume import Vector


@dataclass(frozen=True, slots=True, eq=False)
class Rod:
    """A straight round rod between two points of the patient; ``bore_mm`` is the inner radius of a tube, 0 if solid."""

    start_mm: Vector
    end_mm: Vector
    radius_mm: float
    bore_mm: float = 0.0


def rod_path(rod: Rod, pose: Pose, grid: Grid, motion: NDArray[np.float64] | None = None) -> FloatImage:
    """Path of the beam through a rod's wall, mm, float32 (pixels, pixels).

    ``motion`` is an affine (2, 3) on the target plane, mm, that moves the rod after projection.
    """
    ends = pose.points(np.stack([rod.start_mm, rod.end_mm]))
    if motion is not None:
        ends = ends @ motion[:, :2].T + motion[:, 2]
    out = np.zeros((grid.pixels, grid.pixels), np.float32)
    pixels = ends / grid.step_mm + (grid.pixels - 1) / 2
    radius = rod.radius_mm / grid.step_mm
    low = np.maximum(np.floor(pixels.min(0) - radius - 2).astype(int), 0)
    high = np.minimum(np.ceil(pixels.max(0) + radius + 3).astype(int), grid.pixels)
    if (high <= low).any():
        return out
    x = np.arange(low[0], high[0], dtype=np.float32)[None, :] - np.float32(pixels[0, 0])
    y = np.arange(low[1], high[1], dtype=np.float32)[:, None] - np.float32(pixels[0, 1])
    run = pixels[1] - pixels[0]
    length = max(float(np.hypot(*run)), 1e-3)
    along = (x * np.float32(run[0]) + y * np.float32(run[1])) / np.float32(length)
    across = (x * np.float32(run[1]) - y * np.float32(run[0])) * np.float32(grid.step_mm / length)
    within = np.clip(along + 0.5, 0, 1) * np.clip(np.float32(length) - along + 0.5, 0, 1)
    slant = _slant(rod, length * grid.step_mm)
    wall = _chord(across, rod.radius_mm) - _chord(across, rod.bore_mm)
    out[low[1] : high[1], low[0] : high[0]] = wall * within * np.float32(slant)
    return out


def _chord(across: FloatImage, radius: float) -> FloatImage:
    out: FloatImage = 2 * np.sqrt(np.maximum(0, np.float32(radius * radius) - across * across))
    return out


def _slant(rod: Rod, seen_mm: float) -> float:
    """How much longer the beam's path is than the chord, for a rod that leans towards the beam."""
    true = float(np.linalg.norm(rod.end_mm - rod.start_mm))
    return min(true / max(seen_mm, 1e-3), 6.0)
