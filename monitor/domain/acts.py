"""What people say to the monitor while it runs."""

from dataclasses import dataclass
from typing import TypeAlias

from monitor.domain.geometry import Point
from monitor.domain.words import View


@dataclass(frozen=True, slots=True)
class Tap:
    """A person pointed at the target vertebral body on the image shown; ``point`` in frame pixels."""

    point: Point


@dataclass(frozen=True, slots=True)
class SayView:
    """A person said which view the current (or last) shot is."""

    view: View


@dataclass(frozen=True, slots=True)
class NoteVolume:
    """A person noted what the syringe gave since the last note, in ml."""

    ml: float


@dataclass(frozen=True, slots=True)
class Acknowledge:
    """A person acknowledged the alert with this id; its presence stays until its cause is gone."""

    alert: str


Act: TypeAlias = Tap | SayView | NoteVolume | Acknowledge
