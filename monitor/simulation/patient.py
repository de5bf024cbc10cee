"""Who lies on the table: which level is broken, how, and what surrounds it."""

from dataclasses import dataclass

from numpy.random import Generator

from monitor.simulation.difficulty import Difficulty
from monitor.simulation.shape import Person
from monitor.simulation.tissue import Trunk

_LEVELS = {
    "T8": 0.03,
    "T9": 0.04,
    "T10": 0.05,
    "T11": 0.09,
    "T12": 0.22,
    "L1": 0.26,
    "L2": 0.13,
    "L3": 0.08,
    "L4": 0.06,
    "L5": 0.04,
}
_FRACTURES = {"none": 0.12, "wedge": 0.48, "biconcave": 0.25, "crush": 0.15}


@dataclass(frozen=True, slots=True)
class Patient:
    """The target's level and fracture, and the person around it."""

    level: str
    fracture: str
    person: Person
    trunk: Trunk
    scoliosis_deg: float


def draw_patient(rng: Generator, difficulty: Difficulty) -> Patient:
    """Draw a patient; levels and fractures come about as often as in published series."""
    level = str(rng.choice(list(_LEVELS), p=list(_LEVELS.values())))
    fracture = str(rng.choice(list(_FRACTURES), p=list(_FRACTURES.values())))
    wear = rng.uniform(*difficulty.wear)
    thickness = rng.uniform(*difficulty.thickness_mm)
    trunk = Trunk(thickness, thickness * rng.uniform(1.22, 1.42), 48 + 0.11 * thickness * rng.uniform(0.7, 1.3))
    person = Person(rng.normal(0.97, 0.05), rng.uniform(80, 180), wear)
    return Patient(level, fracture, person, trunk, rng.normal(0, 0.6 + 1.4 * wear))
