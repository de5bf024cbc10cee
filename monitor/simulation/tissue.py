"""What surrounds the spine, as maps on the target plane: soft tissue, lung, gas, ribs, pelvis, calcified aorta.

These are far from the target or without sharp edges, so one map per view moves with the C-arm and isn't projected anew.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.instruments import Rod, rod_path
from monitor.simulation.projection import FloatImage, Grid, Pose
from monitor.simulation.shape import SPINE_LEVELS
from monitor.simulation.spine import Spine

MAP = Grid(501, 0.7)
"""The maps: 350 mm square around the target."""


@dataclass(frozen=True, slots=True)
class Trunk:
    """The patient's trunk: thickness front to back, width, and depth of the target's middle under the back, mm."""

    thickness_mm: float
    width_mm: float
    back_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class Tissue:
    """Maps of one view, float32 on ``MAP``.

    Soft tissue, the air of gas and of the lungs in it (mm), the ribs and all other bone (mg/cm³ times mm), wires (mm of
    steel).
    """

    soft: FloatImage
    gas: FloatImage
    lungs: FloatImage
    ribs: FloatImage
    bone: FloatImage
    wire: FloatImage


def draw_tissue(rng: Generator, spine: Spine, trunk: Trunk, view: View, wear: float) -> Tissue:
    """Draw the surroundings of one view."""
    u, z = _mesh()
    soft = _trunk(trunk, view, u, z) + _mottle(rng)
    lungs = _lung(rng, spine.target.level, trunk, view, u, z)
    soft = np.maximum(soft + _muscle(rng, view, u, z) + _pads(rng, u, z), 0)
    ribs = _ribs(rng, spine, trunk, view)
    bone = _pelvis(rng, spine, view, u, z) + _aorta(rng, spine, view, u, z, wear)
    return Tissue(soft, _gas(rng, view, u, z), np.minimum(lungs, soft), ribs, bone, _wires(rng, view))


def _mesh() -> tuple[FloatImage, FloatImage]:
    line = ((np.arange(MAP.pixels) - (MAP.pixels - 1) / 2) * MAP.step_mm).astype(np.float32)
    return np.meshgrid(line, -line)[0], np.meshgrid(line, -line)[1]


def _trunk(trunk: Trunk, view: View, u: FloatImage, z: FloatImage) -> FloatImage:
    """Chord of the trunk's rounded cross-section; the back is hollow in the loin."""
    if view is View.AP:
        across = np.abs(u) / (trunk.width_mm / 2)
        full = trunk.thickness_mm
    else:
        hollow = np.float32(0.0006) * (z - 20) ** 2
        middle = trunk.thickness_mm / 2 - trunk.back_mm
        across = np.abs(u - middle + hollow) / (trunk.thickness_mm / 2)
        full = trunk.width_mm
    out: FloatImage = full * np.maximum(0, 1 - across**2.4) ** np.float32(1 / 2.4)
    return out


def _mottle(rng: Generator) -> FloatImage:
    """Uneven soft tissue: organs, fat planes, muscle fibres."""
    out = np.zeros((MAP.pixels, MAP.pixels), np.float32)
    for period_mm, depth_mm in ((70, 9.0), (30, 4.0), (12, 1.6), (5, 0.7)):
        count = int(MAP.pixels * MAP.step_mm / period_mm) + 4
        raw = rng.standard_normal((count, count)).astype(np.float32)
        out += np.float32(depth_mm) * cv2.resize(raw, (MAP.pixels, MAP.pixels), interpolation=cv2.INTER_CUBIC)
    return out


def _lung(rng: Generator, level: str, trunk: Trunk, view: View, u: FloatImage, z: FloatImage) -> FloatImage:
    """Air of the lungs above the diaphragm, whose dome stands about T10."""
    dome = (SPINE_LEVELS.index(level) - SPINE_LEVELS.index("T10")) * 27.0 + rng.normal(8, 12)
    if view is View.AP:
        inner = rng.uniform(28, 40)
        edge = dome - 0.0035 * (np.abs(u) - 70) ** 2
        side = _soft_step(np.abs(u) - inner - 0.05 * z, 2.5)
        air = 0.36 * trunk.thickness_mm * (1 - np.exp(-np.maximum(np.abs(u) - inner, 0) / 25))
        return (air * side * _soft_step(z - edge, 2.5)).astype(np.float32)
    front_edge = dome - 0.004 * (u - 50) ** 2
    back = _soft_step(u + trunk.back_mm - 38, 5)
    return (0.24 * trunk.width_mm * back * _soft_step(z - front_edge, 2.5)).astype(np.float32)


def _muscle(rng: Generator, view: View, u: FloatImage, z: FloatImage) -> FloatImage:
    """Psoas beside the lumbar spine (AP); the erector spinae's border behind it (lateral)."""
    if view is View.LATERAL:
        return (rng.uniform(4, 10) * _soft_step(u + rng.uniform(48, 58), 6)).astype(np.float32)
    border = 34 - rng.uniform(0.15, 0.35) * z
    return (rng.uniform(8, 18) * _soft_step(border - np.abs(u), 2.0) * _soft_step(40 - z, 20)).astype(np.float32)


def _pads(rng: Generator, u: FloatImage, z: FloatImage) -> FloatImage:
    """Straight edges of cushions, drapes and the table."""
    out = np.zeros_like(u)
    for _ in range(int(rng.integers(0, 3))):
        angle = rng.uniform(0, np.pi)
        away = u * np.cos(angle) + z * np.sin(angle) - rng.uniform(-90, 90)
        out += np.float32(rng.uniform(1.5, 6)) * _soft_step(away, 0.6)
    return out.astype(np.float32)


def _gas(rng: Generator, view: View, u: FloatImage, z: FloatImage) -> FloatImage:
    """Bowel gas: loose clusters of bubbles in front of the spine (lateral) or beside and over it (AP)."""
    out = np.zeros_like(u)
    for _ in range(int(rng.integers(1, 5))):
        cu = rng.uniform(35, 110) if view is View.LATERAL else rng.normal(0, 55)
        cz = rng.uniform(-120, 40)
        for _ in range(int(rng.integers(2, 6))):
            a, b = rng.uniform(6, 22, 2)
            du, dz = u - cu - rng.normal(0, 16), z - cz - rng.normal(0, 16)
            out += np.float32(rng.uniform(0.5, 1.2) * min(a, b)) * np.sqrt(
                np.maximum(0, 1 - (du / a) ** 2 - (dz / b) ** 2)
            )
    return np.asarray(cv2.GaussianBlur(out.astype(np.float32), (0, 0), 1.6), np.float32)


def _ribs(rng: Generator, spine: Spine, trunk: Trunk, view: View) -> FloatImage:
    out = np.zeros((MAP.pixels, MAP.pixels), np.float32)
    pose = Pose(view)
    for vertebra in (spine.target, *spine.neighbours):
        if not vertebra.shape.thoracic:
            continue
        short = vertebra.level in ("T11", "T12")
        for side in (-1, 1):
            run = _rib_line(rng, vertebra.shape.width, vertebra.shape.depth, trunk, 3 if short else 6)
            points = vertebra.place(run * (side, 1, 1))
            for start, end in pairwise(points):
                rod = rod_path(Rod(start, end, 5.0, 3.9), pose, MAP)
                np.maximum(out, np.minimum(rod, 7.0) * np.float32(650), out=out)
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 1.0), np.float32)


def _rib_line(rng: Generator, width: float, depth: float, trunk: Trunk, count: int) -> NDArray[np.float64]:
    """A rib from its joint with the spine, out and round the side, falling forwards."""
    turn = np.radians(np.array([0, 28, 55, 82, 108, 132, 150])[: count + 1])
    reach = trunk.width_mm / 2 - 25
    x = width / 2 + (reach - width / 2) * np.sin(turn / 1.7)
    y = -depth / 2 - 4 - 30 * np.sin(turn * 1.2) + 75 * (1 - np.cos(turn))
    z = 6 - 42 * turn / np.pi * (1 + rng.normal(0, 0.1)) - 14 * turn**2 / 4
    return np.column_stack([x, y, z])


def _pelvis(rng: Generator, spine: Spine, view: View, u: FloatImage, z: FloatImage) -> FloatImage:
    """Iliac crests at the height of L4 and L5."""
    crest = (SPINE_LEVELS.index(spine.target.level) - SPINE_LEVELS.index("L4")) * 36.0 + rng.normal(-14, 8)
    if view is View.AP:
        out_from = np.abs(u) - rng.uniform(42, 50)
        edge = crest + 10 - 0.012 * (out_from - 45) ** 2
        inside = _soft_step(edge - z, 0.8) * _soft_step(out_from + 0.4 * (z - crest + 40), 1.0)
        rim = np.exp(-(((edge - z - 2) / 2.5) ** 2)) * _soft_step(out_from, 2)
        return (inside * 3600 + rim * 2200).astype(np.float32)
    total = np.zeros_like(u)
    for offset in rng.normal(0, 6, 2):
        edge = crest + offset - 0.011 * (u - rng.uniform(-5, 15)) ** 2
        total += _soft_step(edge - z, 0.8) * 1500 + np.exp(-(((edge - z - 1.5) / 2) ** 2)) * 1800
    return total.astype(np.float32)


def _aorta(rng: Generator, spine: Spine, view: View, u: FloatImage, z: FloatImage, wear: float) -> FloatImage:
    """Plaques in the aortic wall, in front and to the left of the spine."""
    out = np.zeros_like(u)
    front = spine.target.shape.depth / 2 + 8 if view is View.LATERAL else 4.0
    bend = rng.normal(0, 3) + 0.0012 * z * z
    for wall in (front, front + rng.uniform(17, 24)):
        for _ in range(int(rng.poisson(3 * wear))):
            top, length = rng.uniform(-90, 70), rng.uniform(4, 22)
            along = _soft_step(z - top, 1) * _soft_step(top + length - z, 1)
            out += (
                np.float32(rng.uniform(500, 1600)) * along * np.exp(-(((u - wall - bend) / rng.uniform(0.7, 1.4)) ** 2))
            )
    return out.astype(np.float32)


def _wires(rng: Generator, view: View) -> FloatImage:
    """ECG leads and marker threads on the skin, as mm of steel."""
    out = np.zeros((MAP.pixels, MAP.pixels), np.float32)
    for _ in range(int(rng.integers(0, 2 if view is View.LATERAL else 3))):
        t = np.linspace(0, 1, 40)
        base, lean, sway = rng.uniform(-110, 110), rng.uniform(-60, 60), rng.uniform(-25, 25)
        along, across = (t - 0.5) * 350, base + lean * t + sway * np.sin(t * rng.uniform(2, 6))
        line = (
            np.column_stack([across, along] if rng.random() < 0.5 else [along, across]) / MAP.step_mm + MAP.pixels / 2
        )
        cv2.polylines(out, [np.round(line * 16).astype(np.int32)], False, 0.25, 1, cv2.LINE_AA, 4)
    return out


def _soft_step(value: NDArray[np.floating[Any]], blend_mm: float) -> FloatImage:
    """0 below zero, 1 above, over a few ``blend_mm``."""
    out: FloatImage = 0.5 * (1 + np.tanh(value / np.float32(blend_mm)))
    return out
