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


@dataclass(frozen=True, slots=True)
class AcceptOutline:
    """A person took the outline shown in this view for right."""

    view: View


@dataclass(frozen=True, slots=True)
class MoveCorner:
    """A person moved a corner of the outline on the image shown; ``point`` in frame pixels, ``name`` as in Outline."""

    name: str
    point: Point


@dataclass(frozen=True, slots=True)
class NameLevel:
    """A person named a vertebra: the target, or the one that ``point`` (frame pixels of the image shown) lies in."""

    level: str
    point: Point | None = None


Act: TypeAlias = Tap | SayView | NoteVolume | Acknowledge | AcceptOutline | MoveCorner | NameLevel
