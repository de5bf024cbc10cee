"""A piece of space as voxels.

Patient axes, in millimetres from the centre of the target body: x to the patient's left, y to the front, z to the head.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
FloatVolume = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """Voxel values on a regular grid.

    Attributes
    ----------
    values
        float32 (nx, ny, nz).
    origin_mm
        Centre of voxel (0, 0, 0).
    step_mm
        Edge of a voxel.
    """

    values: FloatVolume
    origin_mm: Vector
    step_mm: float

    def axes(self) -> tuple[FloatVolume, FloatVolume, FloatVolume]:
        """Coordinates of the voxel centres along x, y and z, mm, shaped to broadcast over ``values``."""
        return axes(self.origin_mm, self.values.shape, self.step_mm)

    def box(self, low_mm: Vector, high_mm: Vector) -> tuple[slice, slice, slice]:
        """Index range of the voxels between two corners, clipped to the volume."""
        first = np.floor((low_mm - self.origin_mm) / self.step_mm).astype(int)
        last = np.ceil((high_mm - self.origin_mm) / self.step_mm).astype(int) + 1
        x, y, z = (
            slice(int(np.clip(a, 0, n)), int(np.clip(b, 0, n)))
            for a, b, n in zip(first, last, self.values.shape, strict=True)
        )
        return x, y, z

    def part(self, box: tuple[slice, slice, slice]) -> "Volume":
        """The voxels of an index range, sharing memory."""
        start = np.array([s.start for s in box], float)
        return Volume(self.values[box], self.origin_mm + start * self.step_mm, self.step_mm)


def empty(low_mm: Vector, high_mm: Vector, step_mm: float) -> Volume:
    """A volume of zeros that spans two corners."""
    shape = np.ceil((high_mm - low_mm) / step_mm).astype(int) + 1
    return Volume(np.zeros(shape, np.float32), np.asarray(low_mm, float), step_mm)


def axes(origin_mm: Vector, shape: tuple[int, ...], step_mm: float) -> tuple[FloatVolume, FloatVolume, FloatVolume]:
    """Voxel-centre coordinates along each axis, mm, shaped (n, 1, 1), (1, n, 1) and (1, 1, n)."""
    x, y, z = ((o + step_mm * np.arange(n)).astype(np.float32) for o, n in zip(origin_mm, shape, strict=True))
    return x[:, None, None], y[None, :, None], z[None, None, :]
