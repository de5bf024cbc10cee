"""The closed vocabularies: views, zones, walls, levels, priorities."""

from enum import StrEnum


class View(StrEnum):
    """Which way the beam goes through the patient."""

    AP = "ap"
    LATERAL = "lateral"
    UNKNOWN = "unknown"


class Zone(StrEnum):
    """Where cement outside the vertebral body is.

    In a lateral view (anterior to the left here)::

                 disc_superior
              +----------------+=======  pedicle
              |                |
     anterior |      body      | posterior (canal, epidural)
              |                |-------
              +----------------+ foramen (below the pedicle, down to the disc)
                 disc_inferior

    In an AP view ``left`` and ``right`` are the sides of the image. ``needle_track`` is the corridor of the
    cannula outside the body in either view; it is not a posterior leak.
    """

    POSTERIOR = "posterior"
    FORAMEN = "foramen"
    DISC_SUPERIOR = "disc_superior"
    DISC_INFERIOR = "disc_inferior"
    ANTERIOR = "anterior"
    LEFT = "left"
    RIGHT = "right"
    NEEDLE_TRACK = "needle_track"


class Wall(StrEnum):
    """A border of the vertebral body that cement can approach from within."""

    POSTERIOR = "posterior"
    ANTERIOR = "anterior"
    SUPERIOR = "superior"
    INFERIOR = "inferior"
    LEFT = "left"
    RIGHT = "right"


class Beam(StrEnum):
    """What the X-ray beam is doing, as far as the video tells."""

    ON = "on"
    HOLD = "hold"
    NO_SIGNAL = "no_signal"


class Priority(StrEnum):
    """Alert priorities as IEC 60601-1-8 names them."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


LEVELS: tuple[str, ...] = (*(f"T{n}" for n in range(4, 13)), *(f"L{n}" for n in range(1, 6)))
"""Vertebral levels the monitor is meant for, from head to foot."""


def level_below(level: str | None, steps: int | None) -> str | None:
    """The level ``steps`` vertebrae below, above where negative; None beyond T4 to L5, or where either is unknown."""
    if level is None or steps is None:
        return None
    number = LEVELS.index(level) + steps
    return LEVELS[number] if 0 <= number < len(LEVELS) else None
