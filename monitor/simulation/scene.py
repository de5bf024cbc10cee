"""Everything in the beam: anatomy, instruments and cement of one case, projected for any pose and moment."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.cement import TEXTURES, fill_field, grow, resistance_field
from monitor.simulation.difficulty import Difficulty
from monitor.simulation.instruments import Rod, rod_path
from monitor.simulation.movement import Organs
from monitor.simulation.patient import Patient
from monitor.simulation.physics import Spectrum
from monitor.simulation.projection import FloatImage, Grid, Pose, project
from monitor.simulation.spine import Spine, build_spine
from monitor.simulation.tissue import MAP, Tissue, draw_tissue
from monitor.simulation.vertebra import Vertebra
from monitor.simulation.volume import Volume


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One patient as the beam meets it.

    Attributes
    ----------
    patient, spine, tissue
        Who, the bones, the surroundings by view.
    implants
        Metal at neighbours.
    old_cement
        Cement (0 to 1) of earlier treatments.
    """

    patient: Patient
    spine: Spine
    tissue: dict[View, Tissue]
    implants: tuple[Rod, ...]
    old_cement: tuple[Volume, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Backdrop:
    """What stays as it is while the C-arm does, apart by what moves together.

    Attenuation exponents of the ribs and of all the rest of the patient, paths of implants and of the air in bowels and
    lungs, mm.
    """

    exponent: FloatImage
    metal: FloatImage
    gas: FloatImage
    lungs: FloatImage
    ribs: FloatImage


def build_scene(rng: Generator, patient: Patient, difficulty: Difficulty, step_mm: float = 0.6) -> Scene:
    """Draw the anatomy of a patient and what was done to it before."""
    spine = build_spine(rng, patient.level, patient.person, patient.fracture, patient.scoliosis_deg, step_mm)
    tissue = {v: draw_tissue(rng, spine, patient.trunk, v, patient.person.wear) for v in (View.AP, View.LATERAL)}
    implants: tuple[Rod, ...] = ()
    if rng.random() < difficulty.screws_odds and spine.neighbours:
        implants = _screws(spine.neighbours[int(rng.integers(len(spine.neighbours)))])
    cemented = rng.random() < difficulty.cemented_odds
    return Scene(patient, spine, tissue, implants, (_old_cement(rng, spine),) if cemented else ())


def backdrop(scene: Scene, pose: Pose, grid: Grid, beam: Spectrum, slab: int = 2) -> Backdrop:
    """Project what doesn't change during a shot."""
    tissue = scene.tissue[pose.view]
    matrix = _map_matrix(pose, grid)
    soft, gas, lungs = (_placed(m, matrix, grid) for m in (tissue.soft, tissue.gas, tissue.lungs))
    ribs, bone, wire = (_placed(m, matrix, grid) for m in (tissue.ribs, tissue.bone, tissue.wire))
    bone += project(scene.spine.bone, pose, grid, slab)
    metal = wire
    for rod in scene.implants:
        np.maximum(metal, rod_path(rod, pose, grid), out=metal)
    exponent = np.float32(beam.soft_per_mm) * soft + np.float32(beam.bone_per_mm_mg) * bone + beam.steel(metal)
    for volume in scene.old_cement:
        exponent += beam.cement(project(volume, pose, grid))
    return Backdrop(exponent, metal, gas, lungs, np.float32(beam.bone_per_mm_mg) * ribs)


def patient_exponent(
    behind: Backdrop, beam: Spectrum, organs: Organs, shift_mm: NDArray[np.float64], grid: Grid
) -> FloatImage:
    """Attenuation exponent of the patient, shifted on the target plane, with the organs where they have moved to."""
    solid = shifted(behind.exponent, shift_mm, grid) + shifted(behind.ribs, shift_mm + organs.ribs_mm, grid)
    air = shifted(behind.gas, shift_mm + organs.gas_mm, grid) + shifted(behind.lungs, shift_mm + organs.lungs_mm, grid)
    return np.maximum(solid - np.float32(beam.soft_per_mm) * air, 0)


def metal_path(rods: tuple[Rod, ...], pose: Pose, grid: Grid, shift_mm: NDArray[np.float64]) -> FloatImage:
    """Path through metal rods that move with the patient, mm."""
    motion = np.column_stack([np.eye(2), shift_mm])
    out = np.zeros((grid.pixels, grid.pixels), np.float32)
    for rod in rods:
        out += rod_path(rod, pose, grid, motion)
    return out


def shifted(image: FloatImage, shift_mm: NDArray[np.float64], grid: Grid) -> FloatImage:
    """Move an image on the target plane; its border is drawn out."""
    matrix = np.column_stack([np.eye(2), shift_mm / grid.step_mm])
    size = (grid.pixels, grid.pixels)
    return np.asarray(
        cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _map_matrix(pose: Pose, grid: Grid) -> NDArray[np.float64]:
    """(2, 3) affine from pixels of a tissue map to pixels of the detector."""
    turn = pose.slice_matrix(0.0)
    plain = turn[:, :2] @ np.diag([1.0, -1.0])
    scale = plain * (MAP.step_mm / grid.step_mm)
    middle = np.full(2, (MAP.pixels - 1) / 2)
    return np.column_stack([scale, turn[:, 2] / grid.step_mm + (grid.pixels - 1) / 2 - scale @ middle])


def _placed(image: FloatImage, matrix: NDArray[np.float64], grid: Grid) -> FloatImage:
    size = (grid.pixels, grid.pixels)
    return np.asarray(
        cv2.warpAffine(image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _screws(vertebra: Vertebra) -> tuple[Rod, ...]:
    """A pair of pedicle screws with their heads."""
    s = vertebra.shape
    rods = []
    for side in (-1, 1):
        inner, outer = (
            (side * (s.pedicle_x - 5), -s.depth / 2 + 25, s.pedicle_z - 1),
            (side * (s.pedicle_x + 3), -s.depth / 2 - 16, s.pedicle_z),
        )
        a, b = vertebra.place([inner, outer])
        rods += [Rod(a, b, 2.9), Rod(b, b + (b - a) * 0.22, 5.5)]
    return tuple(rods)


def _old_cement(rng: Generator, spine: Spine) -> Volume:
    """A bolus in a neighbour's body."""
    n = int(rng.integers(len(spine.bodies)))
    body = spine.bodies[n]
    domain = Volume((body.values - 0.9).astype(np.float32), body.origin_mm, body.step_mm)
    texture = TEXTURES[str(rng.choice(list(TEXTURES)))]
    if not (domain.values > 0).any():
        return Volume(np.zeros((1, 1, 1), np.float32), body.origin_mm, body.step_mm)
    tip = spine.neighbours[n].centre_mm[None] + rng.normal(0, 3, 3)
    fill = fill_field(rng, domain, texture)
    arrival = grow(domain, resistance_field(rng, domain, texture, 0), tip, fill, float(rng.uniform(2, 5)))
    return Volume((np.isfinite(arrival) * fill).astype(np.float32), body.origin_mm, body.step_mm)
