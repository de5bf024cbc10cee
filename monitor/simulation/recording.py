"""A whole recording: patient, machine and team drawn from a seed, filmed frame by frame with its truth."""

from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.random import Generator

from monitor.domain import Cement, RecordingError, View
from monitor.simulation.course import draw_course
from monitor.simulation.difficulty import DIFFICULTIES, Difficulty, difficulty_named
from monitor.simulation.film import Film
from monitor.simulation.filming import Filming, Reference
from monitor.simulation.fluoroscope import Fluoroscope
from monitor.simulation.machine import draw_machine
from monitor.simulation.next_level import next_level
from monitor.simulation.patient import draw_patient
from monitor.simulation.scenario import SCENARIOS, check_scenario
from monitor.simulation.scene import build_scene
from monitor.simulation.team import draw_session

TWO_LEVELS_S = 50.0
"""A recording in which two levels are treated isn't shorter than this."""


def simulate(
    scenario: str, seed: int, out: Path, *, difficulty: str | None = None, seconds: float | None = None
) -> None:
    """Make a recording of a procedure that never happened, with its truth.

    Parameters
    ----------
    scenario
        One of ``SCENARIOS``.
    seed
        The same seed gives the same bytes.
    out
        Folder to write; made if missing.
    difficulty
        ``easy``, ``typical`` or ``hard``; by default the scenario's own, else typical.
    seconds
        About how long; by default 60 to 90.

    Raises
    ------
    RecordingError
        No such scenario or difficulty, or ``out`` isn't an empty folder.
    """
    check_scenario(scenario)
    name = difficulty or (scenario if scenario in DIFFICULTIES else "typical")
    nuisances = difficulty_named(name)
    _claim(out)
    rng = np.random.default_rng([seed, SCENARIOS.index(scenario), list(DIFFICULTIES).index(name)])
    fluoroscopes = draw_case(rng, scenario, nuisances, seconds)
    machine, level = fluoroscopes[0].machine, fluoroscopes[0].scene.patient.level
    with (
        Film(out / "video.mkv", machine.screen, machine.fps, machine.crf) as film,
        (out / "truth.jsonl").open("w", encoding="utf-8", newline="\n") as lines,
    ):
        filming = Filming(fluoroscopes, film, lines, rng)
        filming.film()
    case = _case(rng, fluoroscopes[0], filming.references, f"{level} simulated, {scenario} {seed}")
    (out / "case.yaml").write_text(yaml.safe_dump(case, sort_keys=False), encoding="utf-8", newline="\n")


def draw_case(rng: Generator, scenario: str, difficulty: Difficulty, seconds: float | None) -> tuple[Fluoroscope, ...]:
    """Draw patient, machine, treatment and team; a second one where the team goes on to a next level."""
    patient = draw_patient(rng, difficulty)
    machine = draw_machine(rng, difficulty, patient.trunk)
    scene = build_scene(rng, patient, difficulty)
    treatment = draw_course(rng, scene, scenario, difficulty)
    length = float(rng.uniform(60, 90)) if seconds is None else seconds
    odds = difficulty.next_level_odds if length >= TWO_LEVELS_S else 0.0
    goes_on = odds > 0 and rng.random() < odds
    session = draw_session(rng, difficulty, machine, treatment.total_ml, length * (0.6 if goes_on else 1))
    first = Fluoroscope(scene, machine, treatment, session, rng)
    return (first, next_level(rng, first, difficulty, 0.4 * length)) if goes_on else (first,)


def _claim(out: Path) -> None:
    """Make the folder, or make sure that it is empty."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RecordingError(f"{out}: expected a new or empty folder for the recording, found content. Name another.")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{out}: expected a folder that can be made; {error}. Name another.") from error


def _case(rng: Generator, fluoroscope: Fluoroscope, references: dict[View, Reference], title: str) -> dict[str, Any]:
    """The content of case.yaml; some teams note neither the spacing nor the volumes."""
    cement: Cement = fluoroscope.treatment.cement
    case: dict[str, Any] = {
        "schema": 1,
        "title": title,
        "level": fluoroscope.scene.patient.level,
        "approach": fluoroscope.treatment.approach,
        "cement": {"name": cement.name, "radiopacifier": cement.radiopacifier, "mass_fraction": cement.mass_fraction},
    }
    if rng.random() < 0.9:
        case["pixel_spacing_mm"] = round(float(np.mean([r.spacing_mm for r in references.values()])), 4)
    case["target"] = {
        view.value: {"frame": r.target.frame, "point": list(r.target.point)} for view, r in references.items()
    }
    if rng.random() < 0.5:
        case["increments"] = [{"t": d.t_s, "ml": d.ml} for d in fluoroscope.session.increments]
    return case
