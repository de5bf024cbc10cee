"""Named scenarios and what each draws: which leaks happen, and how much."""

from typing import Final

import numpy as np
from numpy.random import Generator

from monitor.domain import Cement, RecordingError
from monitor.simulation.leaks import LEAKS
from monitor.simulation.treatment import LeakPlan

FORCED: Final = {
    "central-fill": (),
    "posterior-leak": ("basivertebral", "posterior_breach"),
    "venous-spread": ("lateral_vein", "anterior_vein"),
    "disc-leak": ("disc_superior", "disc_inferior"),
    "needle-track": ("needle_track",),
    "lateral-leak": ("lateral_breach",),
    "foramen-leak": ("foramen",),
    "anterior-leak": ("anterior",),
}
"""Scenarios that force one of the named leaks (none for a central fill)."""
SCENARIOS: Final = ("easy", "typical", "hard", *FORCED)
NO_LEAK_ODDS: Final = 0.5
_FREQUENCY: Final = {
    "basivertebral": 0.14,
    "posterior_breach": 0.10,
    "foramen": 0.08,
    "disc_superior": 0.14,
    "disc_inferior": 0.08,
    "anterior": 0.10,
    "anterior_vein": 0.08,
    "lateral_breach": 0.10,
    "lateral_vein": 0.10,
    "needle_track": 0.08,
}


def check_scenario(name: str) -> None:
    """Refuse a name that is no scenario.

    Raises
    ------
    RecordingError
        There is none of that name.
    """
    if name not in SCENARIOS:
        raise RecordingError(f"scenario: expected one of {', '.join(SCENARIOS)}, found {name!r}.")


def draw_leaks(rng: Generator, scenario: str) -> tuple[LeakPlan, ...]:
    """Which leaks happen; small ones are more common than large ones."""
    if scenario in FORCED:
        names = [str(rng.choice(FORCED[scenario]))] if FORCED[scenario] else []
        return tuple(LeakPlan(name, float(rng.uniform(0.12, 0.5))) for name in names)
    if rng.random() < NO_LEAK_ODDS:
        return ()
    count = 1 + int(rng.random() < 0.2) + int(rng.random() < 0.05)
    names = [str(n) for n in rng.choice(LEAKS, count, replace=False, p=[_FREQUENCY[name] for name in LEAKS])]
    return tuple(LeakPlan(name, float(np.exp(rng.uniform(np.log(0.02), np.log(0.8))))) for name in names)


def draw_cement(rng: Generator, weak_odds: float) -> Cement:
    """Radiopacifier and its share of the powder."""
    if rng.random() < weak_odds:
        return Cement("", "BaSO4", float(rng.choice((0.10, 0.15))))
    if rng.random() < 0.15:
        return Cement("", "ZrO2", float(rng.choice((0.30, 0.45))))
    return Cement("", "BaSO4", float(rng.choice((0.25, 0.30, 0.40))))


def draw_volume_ml(rng: Generator, body_ml: float) -> float:
    """Volume given in all: 2 to 8 ml, less in small bodies."""
    return float(min(rng.uniform(2.5, 7.5), 0.3 * body_ml))
