"""``summary.json``: the events of a case in a few numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from monitor import __version__
from monitor.domain import Alert, Event, Increment, Leak, Priority, ShotEnded, ShotStarted, Step, VolumeNoted, Zone


@dataclass(slots=True)
class Summary:
    """A fold over the steps of a case.

    Attributes
    ----------
    leaks
        Zone in which each leak began, by its id.
    alerts
        Highest priority that each alert reached, by its id.
    """

    frames: int = 0
    duration_s: float = 0.0
    shots: int = 0
    beam_s: float = 0.0
    increments: int = 0
    ml: float = 0.0
    leaks: dict[str, Zone] = field(default_factory=dict)
    alerts: dict[str, Priority] = field(default_factory=dict)

    def add(self, step: Step) -> None:
        """Take in one step."""
        if step.frame is not None:
            self.frames += 1
            self.duration_s = max(self.duration_s, step.frame.t_s)
        for event in step.events:
            self._add_event(event)

    def to_json(self, distribution: str | None, wall_s: float) -> dict[str, Any]:
        """Give the file's content; ``wall_s`` is how long the analysis took, ``distribution`` the cement's pattern."""
        return {
            "frames": self.frames,
            "shots": self.shots,
            "beam_s": round(self.beam_s, 3),
            "increments": self.increments,
            "ml": round(self.ml, 2),
            "leaks": dict(_counts(Zone, list(self.leaks.values()))),
            "alerts": dict(_counts(Priority, list(self.alerts.values()))),
            "distribution": distribution,
            "duration_s": round(self.duration_s, 3),
            "fps": round(self.frames / wall_s, 1) if wall_s > 0 else None,
            "version": __version__,
        }

    def _add_event(self, event: Event) -> None:
        match event:
            case ShotStarted():
                self.shots += 1
            case ShotEnded():
                self.beam_s += event.beam_s
            case Increment():
                self.increments, self.ml = self.increments + 1, event.ml
            case VolumeNoted():
                self.ml = event.ml
            case Leak(phase="onset"):
                self.leaks.setdefault(event.leak, event.zone)
            case Alert():
                self.alerts[event.alert] = min(self.alerts.get(event.alert, event.priority), event.priority, key=_rank)
            case _:
                pass


def _rank(priority: Priority) -> int:
    """0 is the highest: the order in which the priorities are named."""
    return list(Priority).index(priority)


def _counts(kinds: type[Zone] | type[Priority], found: list[Any]) -> Iterator[tuple[str, int]]:
    return ((kind.value, found.count(kind)) for kind in kinds)
