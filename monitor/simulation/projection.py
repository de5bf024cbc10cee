"""Cone-beam projection of voxel volumes, exact for a detector parallel to the voxel slices.

A slice at depth w along the beam appears on the plane of the target magnified by SOD / (SOD + w); the image is the sum
of the slices so scaled. A small obliquity of the C-arm shears the stack of slices::

    source ---SOD---> target plane (w = 0) ------> detector
                 slice at w < 0 looks larger, at w > 0 smaller
"""

from dataclasses import dataclass
from math import cos, radians, sin, tan

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from monitor.domain import View
from monitor.simulation.volume import Volume

FloatImage = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Grid:
    """The detector's pixels, measured at the depth of the target: ``pixels`` square, ``step_mm`` apart."""

    pixels: int
    step_mm: float


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the C-arm stands.

    The image plane's axes before ``roll`` are u = y (lateral) or x (AP) and v = -z, so that the head is up.

    Attributes
    ----------
    view
        Lateral (beam along x) or AP (beam along y).
    sod_mm
        Source to target.
    oblique_deg, tilt_deg
        Turn of the beam out of the true view, about the patient's long axis and across it.
    roll_deg
        Turn of the image in its plane.
    shift_mm
        Where the target's centre appears on the image plane, from the middle of the field.
    """

    view: View
    sod_mm: float = 650.0
    oblique_deg: float = 0.0
    tilt_deg: float = 0.0
    roll_deg: float = 0.0
    shift_mm: tuple[float, float] = (0.0, 0.0)

    def slice_matrix(self, depth_mm: float) -> NDArray[np.float64]:
        """(2, 3) affine from slice coordinates (u, z), mm, at a depth along the beam to the target plane, mm."""
        k = self.sod_mm / (self.sod_mm + depth_mm)
        c, s = cos(radians(self.roll_deg)), sin(radians(self.roll_deg))
        flip = np.array([[c, s], [s, -c]])
        shear = np.array([tan(radians(self.oblique_deg)), tan(radians(self.tilt_deg))]) * depth_mm
        return np.column_stack([k * flip, k * flip @ shear + np.array(self.shift_mm)])

    def points(self, points_mm: ArrayLike) -> NDArray[np.float64]:
        """Take (n, 3) patient points to (n, 2) on the target plane, mm from the middle of the field."""
        xyz = np.atleast_2d(np.asarray(points_mm, float))
        u, depth = (xyz[:, 1], xyz[:, 0]) if self.view is View.LATERAL else (xyz[:, 0], xyz[:, 1])
        out = np.empty((len(xyz), 2))
        for n in range(len(xyz)):
            m = self.slice_matrix(float(depth[n]))
            out[n] = m[:, :2] @ [u[n], xyz[n, 2]] + m[:, 2]
        return out


def project(volume: Volume, pose: Pose, grid: Grid, slab: int = 1) -> FloatImage:
    """Line integrals of a volume, value times mm, float32 (pixels, pixels); ``slab`` slices are projected as one."""
    values = volume.values if pose.view is View.LATERAL else volume.values.transpose(1, 0, 2)
    depth0 = volume.origin_mm[0 if pose.view is View.LATERAL else 1]
    u0, z0 = volume.origin_mm[1 if pose.view is View.LATERAL else 0], volume.origin_mm[2]
    out = np.zeros((grid.pixels, grid.pixels), np.float32)
    half, step = (grid.pixels - 1) / 2, volume.step_mm
    for first in range(0, len(values), slab):
        part = values[first : first + slab].sum(0) if slab > 1 else np.ascontiguousarray(values[first])
        if not part.any():
            continue
        count = min(slab, len(values) - first)
        m = pose.slice_matrix(float(depth0 + (first + (count - 1) / 2) * step)) / grid.step_mm
        # cv2 wants columns first: the slice's columns are z, its rows u
        shift = m[:, :2] @ [u0, z0] + m[:, 2] + half
        matrix = np.column_stack([m[:, 1] * step, m[:, 0] * step, shift])
        _accumulate(out, part, matrix)
    out *= np.float32(step / (cos(radians(pose.oblique_deg)) * cos(radians(pose.tilt_deg))))
    return out


def _accumulate(out: FloatImage, part: FloatImage, matrix: NDArray[np.float64]) -> None:
    """Add one warped slab to the image, touching only the pixels it reaches."""
    rows, columns = part.shape
    corners = np.array([[-1, -1], [columns, -1], [-1, rows], [columns, rows]]) @ matrix[:, :2].T + matrix[:, 2]
    x0, y0 = np.maximum(np.floor(corners.min(0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(corners.max(0)).astype(int) + 1, out.shape[1])
    if x1 <= x0 or y1 <= y0:
        return
    local = matrix.copy()
    local[:, 2] -= (x0, y0)
    size = (int(x1 - x0), int(y1 - y0))
    out[y0:y1, x0:x1] += cv2.warpAffine(part, local, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
