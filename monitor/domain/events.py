"""What flows out: everything a person sees is a fold over these."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, ClassVar

from monitor.domain.geometry import Point, Polygon
from monitor.domain.observation import point_json, points_json
from monitor.domain.words import Priority, View, Zone


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Event:
    """Something that happened at ``t_s`` seconds from the first frame, on frame ``frame``."""

    type: ClassVar[str]
    t_s: float
    frame: int

    def to_json(self) -> dict[str, Any]:
        """One line of ``events.jsonl``."""
        return {"t": round(self.t_s, 4), "frame": self.frame, "type": self.type, **self.details()}

    def details(self) -> dict[str, Any]:
        """The keys beyond ``t``, ``frame`` and ``type``."""
        raise TypeError(f"{type(self).__name__} doesn't say its details")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShotStarted(Event):
    """The beam went on."""

    type: ClassVar[str] = "shot_started"
    shot: int
    view: View

    def details(self) -> dict[str, Any]:
        """Shot number and view."""
        return {"shot": self.shot, "view": self.view.value}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShotEnded(Event):
    """The beam went off, ``beam_s`` seconds after it went on; ``t_s`` is when it did, not when that became clear."""

    type: ClassVar[str] = "shot_ended"
    shot: int
    view: View
    beam_s: float

    def details(self) -> dict[str, Any]:
        """Shot number, view and beam time."""
        return {"shot": self.shot, "view": self.view.value, "beam_s": round(self.beam_s, 3)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutlineFound(Event):
    """The outline of the target was found, or changed by a person.

    ``confidence`` and ``model`` (name and start of its sha256) go with what the monitor proposed by itself.
    """

    type: ClassVar[str] = "outline"
    view: View
    level: str | None
    source: str
    polygon: Polygon
    corners: Mapping[str, Point] = field(default_factory=lambda: MappingProxyType({}))
    confidence: float | None = None
    model: str | None = None

    def details(self) -> dict[str, Any]:
        """View, level, source, corners (lateral) and polygon; of a proposal its confidence and model."""
        out: dict[str, Any] = {"view": self.view.value, "level": self.level, "source": self.source}
        if self.view is View.LATERAL:
            out["corners"] = {name: point_json(point) for name, point in self.corners.items()}
        if self.confidence is not None:
            out |= {"confidence": round(self.confidence, 3), "model": self.model}
        return {**out, "polygon": points_json(self.polygon)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Increment(Event):
    """One injection step, as its growth showed."""

    type: ClassVar[str] = "increment"
    number: int
    view: View
    area_mm2: float
    growth_mm2: float
    ml: float
    ml_source: str

    def details(self) -> dict[str, Any]:
        """Number, view, areas, volume so far and where the volume comes from."""
        return {
            "number": self.number,
            "view": self.view.value,
            "area_mm2": round(self.area_mm2, 2),
            "growth_mm2": round(self.growth_mm2, 2),
            "ml": round(self.ml, 2),
            "ml_source": self.ml_source,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VolumeNoted(Event):
    """A person noted that the syringe gave ``given_ml``; ``ml`` is the sum of all notes so far."""

    type: ClassVar[str] = "noted"
    given_ml: float
    ml: float

    def details(self) -> dict[str, Any]:
        """The note, and the volume so far."""
        return {"given_ml": round(self.given_ml, 2), "ml": round(self.ml, 2)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Leak(Event):
    """Cement outside the body: first seen, grown, or gone."""

    type: ClassVar[str] = "leak"
    leak: str
    phase: str
    view: View
    zone: Zone
    venous: bool
    area_mm2: float
    reach_mm: float
    at: Point

    def details(self) -> dict[str, Any]:
        """The leak's id, phase, place and size."""
        return {
            "leak": self.leak,
            "phase": self.phase,
            "view": self.view.value,
            "zone": self.zone.value,
            "venous": self.venous,
            "area_mm2": round(self.area_mm2, 2),
            "reach_mm": round(self.reach_mm, 2),
            "at": point_json(self.at),
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alert(Event):
    """Something a person must know, and what to do about it.

    ``pause_s`` is how long to wait before injecting again, 0 where there is nothing to wait for; the page counts it
    down. It isn't part of ``events.jsonl``: the action says it in words.
    """

    type: ClassVar[str] = "alert"
    alert: str
    state: str
    priority: Priority
    code: str
    text: str
    action: str
    pause_s: float = 0.0

    def details(self) -> dict[str, Any]:
        """The alert's id, state, priority and words."""
        return {
            "alert": self.alert,
            "state": self.state,
            "priority": self.priority.value,
            "code": self.code,
            "text": self.text,
            "action": self.action,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Technical(Event):
    """Something the monitor can't see or do: ``state`` is ``raised`` or ``cleared``."""

    type: ClassVar[str] = "technical"
    code: str
    state: str

    def details(self) -> dict[str, Any]:
        """Code and state."""
        return {"code": self.code, "state": self.state}
