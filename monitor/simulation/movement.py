"""How the patient moves under the C-arm: the bones together, and the organs past them.

A breath lowers the diaphragm by up to 16 to 18 mm (M-mode ultrasound of quiet breathing, Boussuges et al., Chest 135,
2009, p. 391) and with it the lungs' lower edge, the bowels by half as much, while the ribs swing up and forwards by a
fifth. The spine itself moves least.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.simulation.difficulty import Difficulty

_BOWELS = 0.5
_RIBS = (0.1, -0.2)
"""Parts of the diaphragm's excursion: of gas along v, and of ribs along u and v."""


def _still() -> NDArray[np.float64]:
    return np.zeros(2)


@dataclass(frozen=True, slots=True, eq=False)
class Organs:
    """How far organs have moved past the spine on the target plane, float64 (u, v) mm; v is towards the feet."""

    gas_mm: NDArray[np.float64] = field(default_factory=_still)
    lungs_mm: NDArray[np.float64] = field(default_factory=_still)
    ribs_mm: NDArray[np.float64] = field(default_factory=_still)


@dataclass(frozen=True, slots=True)
class Movement:
    """A session's movement.

    Breathing (amplitude of the spine and of the diaphragm, mm, and period, s), drift (mm at the end, along u and v), a
    jolt (time, mm along u and v), and how far bowel gas has wandered in the end (mm).
    """

    breathing: tuple[float, float, float]
    drift_mm: tuple[float, float]
    jolt: tuple[float, float, float]
    gas_mm: tuple[float, float]
    duration_s: float

    def at(self, t_s: float) -> NDArray[np.float64]:
        """Shift of the patient on the target plane at a time, (u, v) mm."""
        breath = self.breathing[0] * self._inspired(t_s)
        part = t_s / self.duration_s
        jolted = np.array(self.jolt[1:]) * (t_s >= self.jolt[0])
        out: NDArray[np.float64] = np.array(self.drift_mm) * part + jolted + [0.25 * breath, breath]
        return out

    def organs_at(self, t_s: float) -> Organs:
        """Where the organs are at a time."""
        part, lowered = t_s / self.duration_s, self.breathing[1] * self._inspired(t_s)
        wandered = np.array(self.gas_mm) * [part, sin(4 * part)]
        return Organs(
            gas_mm=wandered + np.array([0.0, _BOWELS * lowered]),
            lungs_mm=np.array([0.0, lowered]),
            ribs_mm=np.array(_RIBS) * lowered,
        )

    def _inspired(self, t_s: float) -> float:
        """Part of a breath that has been taken in, 0 to 1."""
        return sin(pi * t_s / self.breathing[2]) ** 2


def draw_movement(rng: Generator, difficulty: Difficulty, duration_s: float) -> Movement:
    """Draw how a patient moves during a session."""
    jolts = rng.random() < difficulty.jolt_odds
    angle = rng.uniform(0, 2 * pi)
    size = rng.uniform(2.5, 4.5) if jolts else 0.0
    depth = rng.uniform(0.2, 1)
    return Movement(
        breathing=(difficulty.breathing_mm * depth, difficulty.diaphragm_mm * depth, rng.uniform(3.2, 5.5)),
        drift_mm=(difficulty.drift_mm * rng.uniform(-1, 1), difficulty.drift_mm * rng.uniform(-1, 1)),
        jolt=(duration_s * rng.uniform(0.3, 0.9), size * cos(angle), size * sin(angle)),
        gas_mm=(difficulty.gas_mm * rng.uniform(-1, 1), difficulty.gas_mm * rng.uniform(-1, 1)),
        duration_s=duration_s,
    )
