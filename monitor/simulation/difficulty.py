"""How hard a recording is: the range of each nuisance, by difficulty."""

from dataclasses import dataclass
from typing import Final

from monitor.domain import RecordingError


@dataclass(frozen=True, slots=True)
class Difficulty:
    """Nuisances. Those ending in ``_odds`` are probabilities per recording unless said otherwise.

    Attributes
    ----------
    arm_mm, arm_deg
        Deviation of the C-arm's place and turn when it comes back to a view.
    oblique_deg
        Deviation of its beam from the true view.
    display_deg
        Deviation of the displayed spine from upright or level.
    breathing_mm, drift_mm
        Largest amplitude of breathing and of slow drift.
    jolt_odds
        Of a 4 mm jolt.
    crossing_odds
        Per shot: a clamp or fingers in the field.
    gas_mm
        How far bowel gas wanders.
    diaphragm_mm
        Largest excursion of the diaphragm, with the breathing.
    zoom_odds
        Of a change of field size.
    inverted_odds, mirrored_odds, turned_odds
        Of the display: bone bright, left and right exchanged against custom, turned by 90 degrees.
    analogue_odds, intensifier_odds, equalise_odds, shutter_odds
        Of an analogue video path, an image intensifier, brightness equalisation, collimation.
    dose_ngy, scatter, thickness_mm
        Ranges of dose per pulse, scattered part and patient thickness.
    wear
        Range of osteophytes, calcified arteries, narrow discs.
    screws_odds, cemented_odds
        Of pedicle screws or old cement at a neighbour.
    idle_odds
        Per increment: a shot in which nothing is injected.
    short_odds
        Per look: a single shot under 0.3 s.
    replay_odds, wire_odds, drop_odds
        Of a replayed run on the screen, a K-wire before the cannula, missing frames in the capture.
    weak_cement_odds
        Of a cement with little radiopacifier.
    next_level_odds
        Of a second level treated in the same recording.
    """

    arm_mm: float
    arm_deg: float
    oblique_deg: float
    display_deg: float
    breathing_mm: float
    drift_mm: float
    jolt_odds: float
    crossing_odds: float
    gas_mm: float
    diaphragm_mm: float
    zoom_odds: float
    inverted_odds: float
    mirrored_odds: float
    turned_odds: float
    analogue_odds: float
    intensifier_odds: float
    equalise_odds: float
    shutter_odds: float
    dose_ngy: tuple[float, float]
    scatter: tuple[float, float]
    thickness_mm: tuple[float, float]
    wear: tuple[float, float]
    screws_odds: float
    cemented_odds: float
    idle_odds: float
    short_odds: float
    replay_odds: float
    wire_odds: float
    drop_odds: float
    weak_cement_odds: float
    next_level_odds: float


EASY: Final = Difficulty(
    arm_mm=0.8,
    arm_deg=0.2,
    oblique_deg=0.3,
    display_deg=1.5,
    breathing_mm=0.2,
    drift_mm=0.3,
    jolt_odds=0.0,
    crossing_odds=0.0,
    gas_mm=1.0,
    diaphragm_mm=4.0,
    zoom_odds=0.0,
    inverted_odds=0.0,
    mirrored_odds=0.3,
    turned_odds=0.0,
    analogue_odds=0.0,
    intensifier_odds=0.4,
    equalise_odds=0.2,
    shutter_odds=0.1,
    dose_ngy=(35, 60),
    scatter=(0.30, 0.40),
    thickness_mm=(180, 210),
    wear=(0.0, 0.3),
    screws_odds=0.0,
    cemented_odds=0.0,
    idle_odds=0.05,
    short_odds=0.0,
    replay_odds=0.0,
    wire_odds=0.1,
    drop_odds=0.0,
    weak_cement_odds=0.0,
    next_level_odds=0.0,
)

TYPICAL: Final = Difficulty(
    arm_mm=2.5,
    arm_deg=0.8,
    oblique_deg=0.7,
    display_deg=3.5,
    breathing_mm=0.8,
    drift_mm=1.0,
    jolt_odds=0.12,
    crossing_odds=0.10,
    gas_mm=4.0,
    diaphragm_mm=12.0,
    zoom_odds=0.06,
    inverted_odds=0.22,
    mirrored_odds=0.4,
    turned_odds=0.05,
    analogue_odds=0.2,
    intensifier_odds=0.5,
    equalise_odds=0.4,
    shutter_odds=0.35,
    dose_ngy=(15, 50),
    scatter=(0.32, 0.52),
    thickness_mm=(185, 255),
    wear=(0.0, 0.7),
    screws_odds=0.05,
    cemented_odds=0.12,
    idle_odds=0.12,
    short_odds=0.08,
    replay_odds=0.10,
    wire_odds=0.25,
    drop_odds=0.05,
    weak_cement_odds=0.12,
    next_level_odds=0.0,
)

HARD: Final = Difficulty(
    arm_mm=4.5,
    arm_deg=1.6,
    oblique_deg=1.4,
    display_deg=8.0,
    breathing_mm=1.8,
    drift_mm=2.5,
    jolt_odds=0.4,
    crossing_odds=0.25,
    gas_mm=12.0,
    diaphragm_mm=18.0,
    zoom_odds=0.25,
    inverted_odds=0.4,
    mirrored_odds=0.5,
    turned_odds=0.3,
    analogue_odds=0.35,
    intensifier_odds=0.6,
    equalise_odds=0.5,
    shutter_odds=0.6,
    dose_ngy=(7, 35),
    scatter=(0.40, 0.60),
    thickness_mm=(210, 320),
    wear=(0.2, 1.0),
    screws_odds=0.2,
    cemented_odds=0.3,
    idle_odds=0.2,
    short_odds=0.15,
    replay_odds=0.25,
    wire_odds=0.4,
    drop_odds=0.3,
    weak_cement_odds=0.3,
    next_level_odds=0.15,
)

DIFFICULTIES: Final = {"easy": EASY, "typical": TYPICAL, "hard": HARD}


def difficulty_named(name: str) -> Difficulty:
    """Look a difficulty up.

    Raises
    ------
    RecordingError
        There is none of that name.
    """
    if name not in DIFFICULTIES:
        raise RecordingError(f"difficulty: expected one of {', '.join(DIFFICULTIES)}, found {name!r}.")
    return DIFFICULTIES[name]
