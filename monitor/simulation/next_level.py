"""A second level treated in the same recording: the team moves the C-arm on to a neighbour of the first target."""

from dataclasses import replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.cement import Deposit
from monitor.simulation.course import draw_course
from monitor.simulation.difficulty import Difficulty
from monitor.simulation.fluoroscope import Fluoroscope
from monitor.simulation.instruments import Rod
from monitor.simulation.scene import Scene
from monitor.simulation.spine import Spine, filled
from monitor.simulation.team import draw_session
from monitor.simulation.tissue import draw_tissue
from monitor.simulation.vertebra import Vertebra
from monitor.simulation.volume import Vector, Volume, empty


def next_level(rng: Generator, first: Fluoroscope, difficulty: Difficulty, seconds: float) -> Fluoroscope:
    """The same patient and machine, aimed at the vertebra next to the first target, after its session."""
    scene = _moved(rng, first)
    treatment = replace(draw_course(rng, scene, "typical", difficulty), cement=first.treatment.cement)
    session = draw_session(rng, difficulty, first.machine, treatment.total_ml, seconds, first.session)
    return Fluoroscope(scene, first.machine, treatment, session, rng)


def _moved(rng: Generator, first: Fluoroscope) -> Scene:
    """The scene in the axes of the neighbour nearest to the old target, whose cement has set."""
    old = first.scene
    centres = [float(np.linalg.norm(v.centre_mm)) for v in old.spine.neighbours]
    target = old.spine.neighbours[int(np.argmin(centres))]
    spine = _seen_from(rng, old.spine, target)
    patient = replace(old.patient, level=target.level)
    tissue = {v: draw_tissue(rng, spine, patient.trunk, v, patient.person.wear) for v in (View.AP, View.LATERAL)}
    implants = tuple(
        Rod(_own(rod.start_mm, target), _own(rod.end_mm, target), rod.radius_mm, rod.bore_mm) for rod in old.implants
    )
    cement = [*old.old_cement, *(_set(d) for d in first.treatment.deposits)]
    return Scene(patient, spine, tissue, implants, tuple(_turned(volume, target) for volume in cement))


def _seen_from(rng: Generator, spine: Spine, target: Vertebra) -> Spine:
    vertebrae = [
        Vertebra(v.level, v.shape, _own(v.centre_mm, target), target.turn.T @ v.turn)
        for v in (spine.target, *spine.neighbours)
    ]
    return filled(rng, vertebrae, target.level, spine.bone.step_mm)


def _own(point_mm: Vector, target: Vertebra) -> Vector:
    """A point in the new target's axes."""
    out: Vector = target.turn.T @ (point_mm - target.centre_mm)
    return out


def _set(deposit: Deposit) -> Volume:
    """A deposit as it stays: everything that it ever reached, but for what blood washed away."""
    volume = deposit.arrival_ml
    left = 1.0 if deposit.washout_s is None else 0.0
    return replace(volume, values=(np.isfinite(volume.values) * deposit.fill * np.float32(left)).astype(np.float32))


def _turned(volume: Volume, target: Vertebra) -> Volume:
    """A volume's voxels in the new target's axes, each from the nearest old one."""
    size = np.array(volume.values.shape) * volume.step_mm
    corners = volume.origin_mm + size * np.array([[i, j, k] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
    own = (corners - target.centre_mm) @ target.turn
    new = empty(own.min(0), own.max(0), volume.step_mm)
    where = np.stack([np.broadcast_to(a, new.values.shape) for a in new.axes()], -1)
    old: NDArray[np.float64] = where @ target.turn.T + target.centre_mm
    index = np.round((old - volume.origin_mm) / volume.step_mm).astype(int)
    inside = ((index >= 0) & (index < volume.values.shape)).all(-1)
    x, y, z = index[inside].T
    new.values[inside] = volume.values[x, y, z]
    return new
