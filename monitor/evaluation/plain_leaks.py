"""The baselines' rule for a leak: so much area beyond the outline of one zone, on so many successive pulses.

It is gone, and may begin again, after as many pulses without.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from monitor.config import LeakSettings
from monitor.domain import Polygon, Zone, polygon_area
from monitor.evaluation.leaks import STOP_ZONES
from monitor.evaluation.truth import TruthFrame

Line: TypeAlias = dict[str, Any]


class PlainLeaks:
    """Follows one view.

    Parameters
    ----------
    settings
        The monitor's own area and persistence.
    """

    def __init__(self, settings: LeakSettings) -> None:
        self._settings = settings
        self._pulse: tuple[int, int | None] | None = None
        self._streaks = {zone: _Streak() for zone in Zone}

    def update(self, line: TruthFrame, outside: Mapping[Zone, list[Polygon]], mm2_per_px: float) -> Iterator[Line]:
        """Events of this frame; frames that repeat a pulse say nothing new."""
        if (line.shot, line.pulse) == self._pulse:
            return
        self._pulse = (line.shot, line.pulse)
        areas = {zone: sum(map(polygon_area, pieces)) * mm2_per_px for zone, pieces in outside.items()}
        for zone, streak in self._streaks.items():
            large = areas.get(zone, 0.0) >= self._settings.onset_mm2
            if streak.begins(large, self._settings.persistence_pulses):
                yield from _events(line, zone, areas[zone], max(outside[zone], key=polygon_area))


@dataclass(slots=True)
class _Streak:
    """Whether a leak stands, and for how many pulses the opposite has been seen."""

    standing: bool = False
    against: int = 0

    def begins(self, large: bool, persistence: int) -> bool:
        """Take in one pulse; True where a leak begins with it."""
        self.against = self.against + 1 if large != self.standing else 0
        if self.against < persistence:
            return False
        self.standing, self.against = large, 0
        return large


def _events(line: TruthFrame, zone: Zone, area_mm2: float, piece: Polygon) -> Iterator[Line]:
    when = {"t": line.t_s, "frame": line.frame}
    place = {"view": line.view.value, "zone": zone.value, "at": [float(value) for value in piece.mean(axis=0)]}
    size = {"area_mm2": area_mm2, "reach_mm": 0.0, "venous": False}
    name = f"{line.view.value}-{zone.value}-{line.frame}"
    yield {**when, "type": "leak", "leak": name, "phase": "onset", **place, **size}
    if zone in STOP_ZONES:
        words = {"priority": "high", "code": "stop", "text": f"Cement in {zone.value}", "action": "Stop."}
        yield {**when, "type": "alert", "alert": name, "state": "raised", **words}
