"""Single random images with everything that is known of them, quick enough to train a network on."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import Cannula, Point, Polygon, View, polygon
from monitor.simulation.camera import Camera
from monitor.simulation.course import draw_course
from monitor.simulation.crossing import crossing_exponent
from monitor.simulation.deposited import VISIBLE_MM, deposited
from monitor.simulation.difficulty import Difficulty, difficulty_named
from monitor.simulation.fluoroscope import left_of_image
from monitor.simulation.machine import Machine, draw_machine
from monitor.simulation.movement import Organs
from monitor.simulation.patient import draw_patient
from monitor.simulation.physics import spectrum
from monitor.simulation.projection import FloatImage, Grid, Pose
from monitor.simulation.scene import Scene, backdrop, build_scene, metal_path, patient_exponent
from monitor.simulation.screen import FieldMap
from monitor.simulation.silhouette import Silhouette, body_outline, silhouette
from monitor.simulation.team import Look, Shot, draw_pose, rods_in
from monitor.simulation.treatment import Treatment

PER_ANATOMY: Final = 8
"""Stills that share an anatomy: seeds 0 to 7 show one patient, 8 to 15 the next; all else differs."""
STEP_MM: Final = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """One image of a fluoroscopic field and its truth; all coordinates are its pixels.

    Attributes
    ----------
    image
        uint8 (size, size), as displayed: turned, mirrored, in its polarity; black outside the field.
    usable
        bool (size, size): inside the field.
    view, level
        Of the image, and of the target vertebra.
    inverted
        Whether bone, cement and metal are bright.
    outline, core
        Polygons of the target body's silhouette (2.5 mm of body along the ray) and of its core.
    corners
        Of the target's body, by name as the domain's outlines name them.
    neighbours
        Silhouettes of the other bodies in the field, by level; parts may lie outside it.
    pedicles
        float32 (2, 2): middles of the target's pedicles, the patient's left first.
    cannulas
        Tip and tail of each cannula (or K-wire) in the image.
    cement, metal
        bool (size, size): at least 0.4 mm of cement, any metal along the ray.
    spacing_mm
        Millimetres per pixel at the target.
    """

    image: NDArray[np.uint8]
    usable: NDArray[np.bool_]
    view: View
    level: str
    inverted: bool
    outline: Polygon
    core: Polygon
    corners: dict[str, Point]
    neighbours: dict[str, Polygon]
    pedicles: NDArray[np.float32]
    cannulas: tuple[Cannula, ...]
    cement: NDArray[np.bool_]
    metal: NDArray[np.bool_]
    spacing_mm: float


@dataclass(frozen=True, slots=True, eq=False)
class _Looked:
    """What the C-arm looks at: the shot, its field on the image, the target."""

    shot: Shot
    field: FieldMap
    seen: Silhouette


def still(seed: int, difficulty: str = "typical", size: int = 512) -> Still:
    """Draw one random image; the same seed gives the same image.

    Consecutive seeds share an anatomy (see ``PER_ANATOMY``), so calling in order is several times faster.

    Raises
    ------
    RecordingError
        No such difficulty.
    """
    nuisances = difficulty_named(difficulty)
    scene, treatment = _anatomy(seed // PER_ANATOMY, difficulty)
    rng = np.random.default_rng([seed, 1])
    machine = _sized(draw_machine(rng, nuisances, scene.patient.trunk), size)
    shot = _draw_shot(rng, nuisances, machine)
    field = FieldMap(machine.screen, shot.look.view, machine.grid, shot.field_mm)
    seen = silhouette(scene.spine, shot.pose, machine.grid, left_of_image(field, shot.pose))
    cement = _cement(rng, treatment, shot, machine.grid, seen)
    exponent, metal = _exponent(rng, scene, treatment, machine, shot, cement)
    camera = Camera(machine.camera, machine.grid, rng)
    for _ in range(int(rng.integers(1, 4))):
        image = camera.expose(exponent)
    return _described(image, scene, treatment, machine, _Looked(shot, field, seen), cement, metal)


@lru_cache(maxsize=1)
def _anatomy(group: int, difficulty: str) -> tuple[Scene, Treatment]:
    rng = np.random.default_rng([group, 0])
    nuisances = difficulty_named(difficulty)
    scene = build_scene(rng, draw_patient(rng, nuisances), nuisances, STEP_MM)
    return scene, draw_course(rng, scene, difficulty, nuisances)


def _sized(machine: Machine, size: int) -> Machine:
    """The machine with nothing but the field on its screen."""
    screen = replace(
        machine.screen, width=size, height=size, centre=((size - 1) / 2, (size - 1) / 2), radius_px=size * 0.495
    )
    return replace(machine, screen=screen)


def _draw_shot(rng: Generator, difficulty: Difficulty, machine: Machine) -> Shot:
    view = View.LATERAL if rng.random() < 0.55 else View.AP
    placed = rng.random() < 0.7
    depth = (1.0 if rng.random() < 0.6 else float(rng.uniform(0, 1))) if placed else None
    look = Look(view, 1.0, cannula=depth, wire=placed and rng.random() < 0.1)
    crossing = str(rng.choice(("clamp", "fingers"))) if rng.random() < difficulty.crossing_odds else "none"
    pose = draw_pose(rng, difficulty, machine, view, float(rng.normal(0, difficulty.display_deg)))
    field = machine.field_mm * float(rng.choice((1.0, 1.0, 0.8)))
    return Shot(int(rng.integers(1, 50)), look, 0.0, 1.0, 1, pose, field, 1.0, crossing)


def _cement(rng: Generator, treatment: Treatment, shot: Shot, grid: Grid, seen: Silhouette) -> FloatImage:
    """Path of cement, mm: none before the cannula is in place, then any amount."""
    if shot.look.cannula != 1 or shot.look.wire or rng.random() < 0.25:
        return np.zeros((grid.pixels, grid.pixels), np.float32)
    held = treatment.held_ml(treatment.total_ml * float(rng.uniform(0.03, 1)))
    remains = tuple(1.0 for _ in treatment.deposits)
    return deposited(treatment, held, remains, shot.pose, grid, seen).path


def _exponent(
    rng: Generator, scene: Scene, treatment: Treatment, machine: Machine, shot: Shot, cement: FloatImage
) -> tuple[FloatImage, FloatImage]:
    """Attenuation exponent of everything, and the path of metal, mm."""
    grid, mix = machine.grid, treatment.cement
    beam = spectrum(machine.kvp[shot.look.view], mix.radiopacifier, mix.mass_fraction)
    behind = backdrop(scene, shot.pose, grid, beam)
    tools = metal_path(rods_in(shot.look, treatment, scene.spine), shot.pose, grid, np.zeros(2))
    crossing, crossing_metal = crossing_exponent(shot, float(rng.uniform(0, 9)), grid, beam)
    patient = patient_exponent(behind, beam, Organs(gas_mm=rng.normal(0, 10, 2)), np.zeros(2), grid)
    return patient + beam.cement(cement) + beam.steel(tools) + crossing, behind.metal + tools + crossing_metal


def _described(
    image: NDArray[np.uint8],
    scene: Scene,
    treatment: Treatment,
    machine: Machine,
    looked: _Looked,
    cement: FloatImage,
    metal: FloatImage,
) -> Still:
    """Show the image and take everything that is known of it to its pixels."""
    field, seen, pose, screen = looked.field, looked.seen, looked.shot.pose, machine.screen
    frame = np.full((screen.height, screen.width, 3), screen.black, np.uint8)
    field.show(image, frame)
    usable = np.zeros(frame.shape[:2], bool)
    usable[field.place] = field.mask > 0.5
    target = scene.spine.target
    back, px, pz = -target.shape.depth / 2 - 4, target.shape.pedicle_x, target.shape.pedicle_z
    pedicles = field.points(pose.points(target.place([(px, back, pz), (-px, back, pz)])))
    return Still(
        image=frame[..., 0].copy(),
        usable=usable,
        view=pose.view,
        level=target.level,
        inverted=screen.inverted,
        outline=polygon(field.points(seen.outline)),
        core=polygon(field.points(seen.core)),
        corners={name: _point(field.points(at)[0]) for name, at in seen.corners.items()},
        neighbours=_neighbours(scene, pose, machine.grid, field),
        pedicles=pedicles.astype(np.float32),
        cannulas=_cannulas(looked, treatment, scene, usable),
        cement=(field.warped(cement) >= VISIBLE_MM) & usable,
        metal=(field.warped(metal) > 0.1) & usable,
        spacing_mm=field.spacing_mm(seen.centre),
    )


def _neighbours(scene: Scene, pose: Pose, grid: Grid, field: FieldMap) -> dict[str, Polygon]:
    rings = {
        v.level: body_outline(b, pose, grid) for v, b in zip(scene.spine.neighbours, scene.spine.bodies, strict=True)
    }
    return {level: polygon(field.points(ring)) for level, ring in rings.items() if len(ring) > 2}


def _cannulas(looked: _Looked, treatment: Treatment, scene: Scene, usable: NDArray[np.bool_]) -> tuple[Cannula, ...]:
    """Tip and, where the image ends or the handle begins, tail of each cannula whose tip is in the field."""
    found = []
    for rod in rods_in(looked.shot.look, treatment, scene.spine)[: len(treatment.cannulas)]:
        ends = looked.field.points(looked.shot.pose.points(np.stack([rod.start_mm, rod.end_mm])))
        along = ends[0] + np.linspace(0, 1, 200)[:, None] * (ends[1] - ends[0])
        x, y = np.round(along).astype(int).T
        inside = (x >= 0) & (y >= 0) & (x < usable.shape[1]) & (y < usable.shape[0])
        inside[inside] = usable[y[inside], x[inside]]
        if inside[0]:
            last = len(inside) - 1 if inside.all() else int(np.argmin(inside)) - 1
            found.append(Cannula(_point(along[0]), _point(along[last])))
    return tuple(found)


def _point(at: NDArray[np.float64]) -> Point:
    return float(at[0]), float(at[1])
