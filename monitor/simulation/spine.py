"""The spine around the target: vertebrae stacked along its curves, as a voxel volume of bone."""

from dataclasses import dataclass
from math import atan2, degrees, radians

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.simulation.shape import SPINE_LEVELS, Person, Shape, fractured, healthy
from monitor.simulation.vertebra import Vertebra, arch_density, arch_depth, body_density
from monitor.simulation.volume import FloatVolume, Vector, Volume, empty


@dataclass(frozen=True, slots=True, eq=False)
class Spine:
    """Bones in the patient's axes, the target's body centred and upright at the origin.

    Attributes
    ----------
    bone
        Hydroxyapatite over soft tissue, mg/cm³.
    target
        The vertebra that is treated.
    body
        Occupancy (0 to 1) of the target's body.
    neighbours
        The other vertebrae, from the feet to the head.
    bodies
        Occupancy of the neighbours' bodies, in the same order.
    """

    bone: Volume
    target: Vertebra
    body: Volume
    neighbours: tuple[Vertebra, ...]
    bodies: tuple[Volume, ...]


def build_spine(rng: Generator, level: str, person: Person, kind: str, scoliosis_deg: float, step_mm: float) -> Spine:
    """Draw the target (broken as ``kind`` says) and enough neighbours to fill any field, and fill the voxels."""
    shapes = {name: healthy(rng, name, person) for name in _around(level)}
    shapes[level] = fractured(rng, shapes[level], kind)
    for name in shapes:
        if name != level and rng.random() < 0.08:
            shapes[name] = fractured(rng, shapes[name], str(rng.choice(("wedge", "biconcave"))))
    return filled(rng, _stack(rng, level, shapes, scoliosis_deg), level, step_mm)


def filled(rng: Generator, vertebrae: list[Vertebra], level: str, step_mm: float) -> Spine:
    """Fill the voxels around the target of a ``level``, which stands upright at the origin."""
    bone = empty(np.array([-56.0, -88, -118]), np.array([56.0, 34, 118]), step_mm)
    texture = _texture(rng, step_mm)
    reached = [v for v in vertebrae if abs(v.centre_mm[2]) < 125]
    bodies = {v.level: _fill(bone, v, np.roll(texture, int(rng.integers(48)), 0)) for v in reached}
    target = next(v for v in reached if v.level == level)
    others = tuple(v for v in reached if v.level != level)
    return Spine(bone, target, bodies[level], others, tuple(bodies[v.level] for v in others))


def _around(level: str) -> tuple[str, ...]:
    at = SPINE_LEVELS.index(level)
    reach = 5 if level.startswith("T") else 4
    return SPINE_LEVELS[max(0, at - reach) : at + reach + 1]


def _stack(rng: Generator, level: str, shapes: dict[str, Shape], scoliosis_deg: float) -> list[Vertebra]:
    """Place vertebrae from the target upwards and downwards; each turns a little against the last."""
    names = list(shapes)
    at = names.index(level)
    placed = [Vertebra(level, shapes[level], np.zeros(3), np.eye(3))]
    twist = rng.normal(0, 1.2)
    for direction in (1, -1):
        below = placed[0] if direction < 0 else placed[-1]
        for name in names[at - 1 :: -1] if direction > 0 and at > 0 else names[at + 1 :] if direction < 0 else []:
            below = _next(
                rng, below, Vertebra(name, shapes[name], np.zeros(3), np.eye(3)), direction, scoliosis_deg, twist
            )
            placed.insert(len(placed) if direction > 0 else 0, below)
    return placed


def _next(
    rng: Generator, last: Vertebra, new: Vertebra, direction: int, scoliosis_deg: float, twist_deg: float
) -> Vertebra:
    lower, upper = (last, new) if direction > 0 else (new, last)
    wedge = degrees(atan2(lower.shape.posterior_height - lower.shape.anterior_height, lower.shape.depth))
    lean = _lordosis(upper.level) + rng.normal(0, 1.0) + 0.75 * wedge
    turn = last.turn @ _turn(-direction * lean, direction * (scoliosis_deg + rng.normal(0, 0.8)), direction * twist_deg)
    gap = lower.shape.disc if direction < 0 else upper.shape.disc
    start = last.turn @ [0, 0, direction * (_middle_height(last.shape) / 2)]
    end = turn @ [0, 0, direction * (_middle_height(new.shape) / 2)]
    between = (last.turn + turn) @ [0, 0, direction * gap / 2]
    return Vertebra(new.level, new.shape, last.centre_mm + start + between + end, turn)


def _middle_height(shape: Shape) -> float:
    return (shape.posterior_height + shape.anterior_height) / 2


def _lordosis(level: str) -> float:
    """Degrees by which a vertebra leans forward (+) of the one below it: kyphosis above, lordosis below."""
    at = SPINE_LEVELS.index(level)
    return float(np.interp(at, [0, 6, 8, 10, 13], [4.0, 3.0, -1.5, -7.0, -13.0]))


def _turn(lean_deg: float, tilt_deg: float, twist_deg: float) -> NDArray[np.float64]:
    """Rotation about x (lean), y (tilt) and z (twist), in that order."""
    out = np.eye(3)
    for axis, angle in zip(np.eye(3), (lean_deg, tilt_deg, twist_deg), strict=True):
        out = out @ np.asarray(cv2.Rodrigues(axis * radians(angle))[0], np.float64)
    return out


def _fill(bone: Volume, vertebra: Vertebra, texture: FloatVolume) -> Volume:
    """Add a vertebra's density to the volume; return the occupancy of its body."""
    shape = vertebra.shape
    reach = np.array([shape.width / 2 + 7, shape.depth / 2 + 8, shape.posterior_height / 2 + 8])
    part = bone.part(_box_around(bone, vertebra, -reach, reach))
    density, occupied = body_density(shape, vertebra.local(*part.axes()), _tiled(texture, part.values.shape))
    part.values[:] = np.maximum(part.values, density)
    back = -shape.depth / 2
    drop = 36 + (14 if shape.thoracic else 0)
    low = np.array([-shape.width / 2 - 24, back - 52, -drop])
    arch = bone.part(_box_around(bone, vertebra, low, np.array([shape.width / 2 + 24, back + 7, 27.0])))
    depth = arch_depth(shape, vertebra.local(*arch.axes()))
    arch.values[:] = np.where(
        arch.values > 0, np.maximum(arch.values, arch_density(shape, depth) * (depth > -1)), arch_density(shape, depth)
    )
    return Volume(occupied, part.origin_mm, part.step_mm)


def _box_around(bone: Volume, vertebra: Vertebra, low: Vector, high: Vector) -> tuple[slice, slice, slice]:
    corners = np.array(
        [[(low, high)[i][0], (low, high)[j][1], (low, high)[k][2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    )
    placed = vertebra.place(corners)
    return bone.box(placed.min(0), placed.max(0))


def _texture(rng: Generator, step_mm: float) -> FloatVolume:
    """Trabecular unevenness, 48³ voxels that repeat: mean 1, vertical struts outlive the horizontal in weak bone."""
    raw = rng.standard_normal((48, 48, 48)).astype(np.float32)
    fine = _smoothed(raw, (0.6 / step_mm, 0.6 / step_mm, 2.0 / step_mm))
    coarse = _smoothed(np.roll(raw, 7, 1), (3.0 / step_mm,) * 3)
    mixed = 0.9 * fine / fine.std() + 0.45 * coarse / coarse.std()
    out: FloatVolume = np.clip(1 + mixed, 0, 4).astype(np.float32)
    return out


def _smoothed(values: FloatVolume, sigma: tuple[float, float, float]) -> FloatVolume:
    """Gaussian smoothing that wraps around."""
    spectrum = np.fft.rfftn(values)
    n = values.shape[0]
    f = np.fft.fftfreq(n)
    fz = np.fft.rfftfreq(n)
    power = (
        (f[:, None, None] * sigma[0]) ** 2 + (f[None, :, None] * sigma[1]) ** 2 + (fz[None, None, :] * sigma[2]) ** 2
    )
    out: FloatVolume = np.fft.irfftn(spectrum * np.exp(-2 * np.pi**2 * power), values.shape, (0, 1, 2)).astype(
        np.float32
    )
    return out


def _tiled(texture: FloatVolume, shape: tuple[int, ...]) -> FloatVolume:
    n = texture.shape[0]
    index = [np.arange(size) % n for size in shape]
    return texture[np.ix_(*index)]
