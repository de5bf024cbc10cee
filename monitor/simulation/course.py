"""The course of a treatment: how much of which cement, from which side, and what goes wrong."""

from numpy.random import Generator

from monitor.simulation.difficulty import Difficulty
from monitor.simulation.scenario import draw_cement, draw_leaks, draw_volume_ml
from monitor.simulation.scene import Scene
from monitor.simulation.treatment import Treatment, draw_treatment


def draw_course(rng: Generator, scene: Scene, scenario: str, difficulty: Difficulty) -> Treatment:
    """Draw the treatment of a scene's target as a scenario wants it."""
    body = scene.spine.body
    volume = draw_volume_ml(rng, float(body.values.sum()) * body.step_mm**3 / 1000)
    approach = str(rng.choice(("left", "right", "bilateral"), p=(0.43, 0.42, 0.15)))
    cement = draw_cement(rng, difficulty.weak_cement_odds)
    return draw_treatment(rng, scene.spine, approach, volume, cement, draw_leaks(rng, scenario))
