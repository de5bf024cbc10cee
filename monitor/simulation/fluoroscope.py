"""The C-arm at work: one pulse after another, each with what is truly there."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.camera import Camera
from monitor.simulation.crossing import crossing_exponent
from monitor.simulation.deposited import Deposited, deposited
from monitor.simulation.machine import Machine
from monitor.simulation.physics import Spectrum, spectrum
from monitor.simulation.projection import FloatImage, Pose
from monitor.simulation.scene import Backdrop, Scene, backdrop, metal_path, patient_exponent, shifted
from monitor.simulation.screen import FieldMap, GreyImage
from monitor.simulation.silhouette import Silhouette, silhouette
from monitor.simulation.team import Session, Shot, rods_in
from monitor.simulation.treatment import Treatment


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """The C-arm in place for a shot: the field on the screen, the beam, the patient in it, the target."""

    shot: Shot
    field: FieldMap
    beam: Spectrum
    backdrop: Backdrop
    seen: Silhouette


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """One pulse: the detector's image (metal dark), the patient's movement since the pose was set, metal, cement."""

    image: GreyImage
    shift_mm: NDArray[np.float64]
    metal: FloatImage
    deposited: Deposited


class Fluoroscope:
    """Takes the pulses of a session in order."""

    def __init__(self, scene: Scene, machine: Machine, treatment: Treatment, session: Session, rng: Generator) -> None:
        self.scene, self.machine, self.treatment, self.session = scene, machine, treatment, session
        self._cameras = {v: Camera(machine.camera, machine.grid, rng) for v in (View.AP, View.LATERAL)}
        cement = treatment.cement
        self._beams = {v: spectrum(kvp, cement.radiopacifier, cement.mass_fraction) for v, kvp in machine.kvp.items()}
        self._last: tuple[tuple[float, ...], Deposited] | None = None

    def aim(self, shot: Shot) -> Aim:
        """Stand as a shot wants it, pedal down."""
        grid, view = self.machine.grid, shot.look.view
        field = FieldMap(self.machine.screen, view, grid, shot.field_mm)
        self._cameras[view].start(shot.exposure_error)
        self._last = None
        seen = silhouette(self.scene.spine, shot.pose, grid, left_of_image(field, shot.pose))
        beam = self._beams[view]
        return Aim(shot, field, beam, backdrop(self.scene, shot.pose, grid, beam), seen)

    def pulse(self, aim: Aim, t_s: float) -> Pulse:
        """One exposure at a time."""
        grid, pose, beam, movement = self.machine.grid, aim.shot.pose, aim.beam, self.session.movement
        shift = movement.at(t_s)
        cement = self._cement(aim, t_s)
        metal = metal_path(rods_in(aim.shot.look, self.treatment, self.scene.spine), pose, grid, shift)
        exponent = patient_exponent(aim.backdrop, beam, movement.organs_at(t_s), shift, grid)
        exponent += beam.cement(shifted(cement.path, shift, grid)) + beam.steel(metal)
        crossing, crossing_metal = crossing_exponent(aim.shot, t_s, grid, beam)
        exponent += crossing
        image = self._cameras[aim.shot.look.view].expose(exponent)
        return Pulse(image, shift, metal + crossing_metal + shifted(aim.backdrop.metal, shift, grid), cement)

    def _cement(self, aim: Aim, t_s: float) -> Deposited:
        """Project the cement of a moment, or keep the last if nothing has changed."""
        flow = self.session.flow
        held = self.treatment.held_ml(flow.given(t_s))
        full = [d.opens_ml + d.capacity_ml / d.share for d in self.treatment.deposits]
        remains = tuple(
            d.remains(t_s - flow.reached(ml)) if flow.given(t_s) >= ml else 1.0
            for d, ml in zip(self.treatment.deposits, full, strict=True)
        )
        if self._last is None or self._last[0] != (*held, *remains):
            now = deposited(self.treatment, held, remains, aim.shot.pose, self.machine.grid, aim.seen)
            self._last = ((*held, *remains), now)
        return self._last[1]


def left_of_image(field: FieldMap, pose: Pose) -> int:
    """The patient's side (+1 left) on the left of the image; an image turned on its side is read with the head up."""
    centre, left, head = field.points(pose.points([[0, 0, 0], [10, 0, 0], [0, 0, 10]]))
    across, up = left - centre, head - centre
    right = np.array([1.0, 0.0]) if abs(across[0]) > abs(across[1]) else np.array([-up[1], up[0]])
    return -1 if float(across @ right) > 0 else 1
