"""One vertebra as a solid: depth below its surface, bone density, and which part of it is body.

Depths are in mm, positive inside: approximate distances, exact near the surface where they matter.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.simulation.physics import CORTICAL_MG, MARROW_MG
from monitor.simulation.shape import Shape
from monitor.simulation.volume import FloatVolume, Vector

Coordinates = tuple[FloatVolume, FloatVolume, FloatVolume]


@dataclass(frozen=True, slots=True, eq=False)
class Vertebra:
    """A shape placed in the patient: ``turn`` takes its own axes to the patient's; its body's middle is the centre."""

    level: str
    shape: Shape
    centre_mm: Vector
    turn: NDArray[np.float64]

    def local(self, x: FloatVolume, y: FloatVolume, z: FloatVolume) -> Coordinates:
        """Take patient coordinates (broadcastable) to the vertebra's own."""
        dx, dy, dz = (c - np.float32(o) for c, o in zip((x, y, z), self.centre_mm, strict=True))
        t = self.turn.astype(np.float32)
        own = tuple(t[0, n] * dx + t[1, n] * dy + t[2, n] * dz for n in range(3))
        return own[0], own[1], own[2]

    def place(self, own_mm: object) -> NDArray[np.float64]:
        """Take (n, 3) points of its own axes to the patient's."""
        return np.atleast_2d(np.asarray(own_mm, float)) @ self.turn.T + self.centre_mm


def body_depth(shape: Shape, own: Coordinates) -> tuple[FloatVolume, FloatVolume, FloatVolume]:
    """Depth below the body's wall, its superior and its inferior endplate; inside where all three are positive."""
    x, y, z = _rippled(shape, own)
    height = shape.posterior_height
    level = np.clip(2 * z / height, -1.2, 1.2)
    spread = 1 - shape.waist * (1 - level * level)
    half_width, half_depth = shape.width / 2 * spread, shape.depth / 2 * (1 - 0.6 * shape.waist * (1 - level * level))
    # Behind, the ellipse is made deeper and then cut by the nearly flat posterior wall.
    deep = np.where(y < 0, half_depth * 1.18, half_depth)
    radius = (np.abs(x / half_width) ** 2.4 + np.abs(y / deep) ** 2.4) ** np.float32(1 / 2.4) + 1e-4
    beak = _beaks(shape, x, y, z)
    wall = (1 - radius) * np.sqrt(x * x + y * y) / radius + beak
    bulge = shape.retropulsion * np.exp(-((z - 0.3 * height) ** 2) / 30 - x * x / 60)
    behind = y + half_depth - 2.2 * np.exp(-((x / 8) ** 2)) * (1 - 0.5 * level * level) + bulge
    wall = soft_minimum(wall, behind, 1.2)
    cup = np.maximum(0, 1 - (radius / 0.86) ** 2)
    front = (y + shape.depth / 2) / shape.depth
    dent_x, dent_y, dent = shape.dent
    dented = dent * np.exp(-((x - dent_x) ** 2 + (y - dent_y) ** 2) / 80)
    top = height / 2 - (height - shape.anterior_height) * front - shape.superior_cup * cup - dented
    bottom = -height / 2 + shape.inferior_cup * cup
    return wall, top - z + 0.25 * beak, z - bottom + 0.25 * beak


def body_density(shape: Shape, own: Coordinates, texture: FloatVolume) -> tuple[FloatVolume, FloatVolume]:
    """Hydroxyapatite over soft tissue (mg/cm³) and occupancy (0 to 1) of the body; ``texture`` is 1 on average."""
    wall, above, below = body_depth(shape, own)
    ends = np.minimum(above, below)
    inside = soft_minimum(wall, ends, 1.0)
    occupied = np.clip(inside * 1.6 + 0.5, 0, 1)
    density = occupied * (shape.trabecular_mg * texture + MARROW_MG)
    # The ring apophysis thickens the endplate's border.
    ring = 1 + 0.8 * np.exp(-((wall - 1.5) ** 2) / 4)
    density += shell(wall, shape.wall) * (ends > 0)
    density += (shell(above, shape.endplate) + shell(below, shape.endplate)) * ring * np.clip(wall + 0.5, 0, 1)
    if shape.wedge > 0.12 or shape.dent[2] > 0.5:
        density += occupied * 110 * np.exp(-((above - 3.0) ** 2) / 3)
    return density.astype(np.float32), occupied.astype(np.float32)


def arch_depth(shape: Shape, own: Coordinates) -> FloatVolume:
    """Depth below the surface of pedicles, laminae and processes, as one solid (left and right mirror each other)."""
    x, y, z = _rippled(shape, own)
    x = np.abs(x)
    back, px, pz = -shape.depth / 2, shape.pedicle_x, shape.pedicle_z
    low = -0.85 if shape.thoracic else -0.95
    height = shape.posterior_height
    spine_drop, spine_half = (26.0, 4.5) if shape.thoracic else (9.0, 9.0)
    wing = (px + 19, back - 24, pz + 7) if shape.thoracic else (shape.width / 2 + 17, back - 13, pz + 2)
    pieces = (
        ((px, back + 3.5, pz), (px + 1, back - 10, pz - 0.5), (shape.pedicle_width / 2, shape.pedicle_height / 2)),
        ((px, back - 13, pz - 3), (2.5, back - 23, pz - 9), (3.0, 7.5)),
        ((0, back - 22, pz - 8), (0, back - 46, pz - 8 - spine_drop), (2.8, spine_half)),
        ((px + 3, back - 9, pz), wing, (4.5, 4.5) if shape.thoracic else (3.6, 4.6)),
        ((px + 3.5, back - 12, pz - 2), (px + 3.5, back - 13, pz + 0.52 * height), (5.0, 5.0)),
        ((px + 2, back - 14, pz - 2), (px, back - 18, pz + low * height), (4.6, 4.6)),
    )
    depth = np.full(np.broadcast_shapes(x.shape, y.shape, z.shape), -9.0, np.float32)
    for start, end, (wide, high) in pieces:
        np.maximum(depth, _bar_depth((x, y, z), start, end, wide, high), out=depth)
    return depth


def arch_density(shape: Shape, depth: FloatVolume) -> FloatVolume:
    """Hydroxyapatite over soft tissue of the posterior elements, mg/cm³: thicker cortex, denser core than the body."""
    inside = np.clip(depth * 1.6 + 0.5, 0, 1)
    out: FloatVolume = inside * np.float32(1.4 * shape.trabecular_mg + MARROW_MG) + shell(depth, shape.arch_wall)
    return out


def shell(depth: FloatVolume, thickness_mm: float) -> FloatVolume:
    """Cortical bone just below a surface, mg/cm³, spread over 1.6 mm so that its mass doesn't depend on the voxels."""
    out: FloatVolume = np.maximum(0, 1 - np.abs(depth - thickness_mm / 2) / 0.8) * np.float32(
        CORTICAL_MG * thickness_mm / 0.8
    )
    return out


def soft_minimum(a: FloatVolume, b: FloatVolume, blend_mm: float) -> FloatVolume:
    """The smaller of two depths, its corner rounded over ``blend_mm``."""
    mix = np.maximum(0, blend_mm - np.abs(a - b))
    out: FloatVolume = np.minimum(a, b) - mix * mix / np.float32(4 * blend_mm)
    return out


def _bar_depth(
    own: Coordinates, start: tuple[float, ...], end: tuple[float, ...], wide: float, high: float
) -> FloatVolume:
    """Depth in a rounded bar from start to end whose half-width (x, y) and half-height (z) differ."""
    squash = np.float32(wide / high)
    a, b = np.array(start) * (1, 1, squash), np.array(end) * (1, 1, squash)
    along = (b - a) / max(float((b - a) @ (b - a)), 1e-6)
    d = [c - np.float32(o) for c, o in zip((own[0], own[1], own[2] * squash), a, strict=True)]
    t = np.clip(sum(np.float32(n) * c for n, c in zip(along, d, strict=True)), 0, 1)
    off = [c - t * np.float32(n) for c, n in zip(d, b - a, strict=True)]
    out: FloatVolume = np.float32(wide) - np.sqrt(off[0] * off[0] + off[1] * off[1] + off[2] * off[2])
    return out


def _beaks(shape: Shape, x: FloatVolume, y: FloatVolume, z: FloatVolume) -> FloatVolume | float:
    if not shape.beaks:
        return 0.0
    azimuth = np.arctan2(y, x)
    total = np.zeros(np.broadcast_shapes(azimuth.shape, z.shape), np.float32)
    for angle, end, reach in shape.beaks:
        edge = (z - end * shape.posterior_height * 0.46) / 2.2
        total += np.float32(reach) * np.exp(-(((azimuth - angle) / 0.38) ** 2) - edge * edge)
    return total


def _rippled(shape: Shape, own: Coordinates) -> Coordinates:
    """Shift coordinates by smooth unevenness, so that no two vertebrae are the same and left isn't quite right."""
    x, y, z = own
    fields = [_field(shape.ripple[n], *pair) for n, pair in enumerate(((y, z), (x, z), (x, y)))]
    return x + fields[0], y + fields[1], z + fields[2]


def _field(ripple: NDArray[np.float32], a: FloatVolume, b: FloatVolume) -> FloatVolume:
    """Look a smooth 120 mm square map up at two coordinates."""
    a, b = np.broadcast_arrays(a, b)
    if a.size == 0:
        return np.zeros(a.shape, np.float32)
    flat = a.reshape(-1, a.shape[-1]), b.reshape(-1, b.shape[-1])
    scale = np.float32((ripple.shape[0] - 1) / 120)
    u, v = ((np.ascontiguousarray(c) + 60) * scale for c in flat)
    found = np.empty(u.shape, np.float32)
    for first in range(0, len(u), 16000):
        part = slice(first, first + 16000)
        found[part] = cv2.remap(ripple, u[part], v[part], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return found.reshape(a.shape)
