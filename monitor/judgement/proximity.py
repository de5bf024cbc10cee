"""How near the front of the bolus is to each wall while still inside, and how fast it comes nearer."""

from collections import deque
from dataclasses import dataclass, field

from monitor.config import ProximitySettings
from monitor.domain import Observation, View, Wall
from monitor.judgement import rules

# The gap is noted each time this much more cement has been seen, for "0.6 ml ago 6 mm".
_SAMPLE_ML = 0.1


@dataclass(slots=True)
class _Front:
    recent_mm: deque[float]
    samples: list[tuple[float, float]] = field(default_factory=list)

    def add(self, gap_mm: float, ml: float) -> None:
        self.recent_mm.append(gap_mm)
        if ml - (self.samples[-1][0] if self.samples else 0.0) >= _SAMPLE_ML:
            self.samples.append((ml, gap_mm))

    def before(self, ml: float, at_least_ml: float) -> tuple[float, float] | None:
        """(ml given since, gap then) of the newest sample old enough to tell a pace."""
        old = [(ml - then_ml, gap) for then_ml, gap in self.samples if ml - then_ml >= at_least_ml]
        return old[-1] if old else None


class Proximity:
    """Follows the gap to each wall per view; what all of the last ``pulses`` pulses show counts."""

    def __init__(self, settings: ProximitySettings, pulses: int) -> None:
        self._settings = settings
        self._pulses = pulses
        self._fronts: dict[tuple[View, Wall], _Front] = {}

    def observe(self, observation: Observation, seen_ml: float) -> tuple[dict[Wall, rules.Trigger], tuple[Wall, ...]]:
        """Take a judged observation; give the walls that the front is near, and those it is clearly off."""
        near: dict[Wall, rules.Trigger] = {}
        off: list[Wall] = []
        for wall, gap_mm in observation.gaps_mm.items():
            front = self._fronts.setdefault((observation.view, wall), _Front(deque(maxlen=self._pulses)))
            front.add(gap_mm, seen_ml)
            limit_mm = self._limit_mm(wall, observation.depth_mm)
            if len(front.recent_mm) == self._pulses and max(front.recent_mm) <= limit_mm:
                near[wall] = self._trigger(wall, front, seen_ml)
            elif min(front.recent_mm) > limit_mm + self._settings.hysteresis_mm:
                off.append(wall)
        return near, tuple(off)

    def _limit_mm(self, wall: Wall, depth_mm: float | None) -> float:
        s = self._settings
        if wall is not Wall.POSTERIOR:
            return s.wall_mm
        return max(s.posterior_mm, s.posterior_fraction * (depth_mm or 0.0))

    def _trigger(self, wall: Wall, front: _Front, seen_ml: float) -> rules.Trigger:
        s = self._settings
        gap_mm = max(front.recent_mm)
        before = front.before(seen_ml, s.lookahead_ml)
        if before is not None and before[1] <= gap_mm:
            before = None
        close = gap_mm <= (s.posterior_mm if wall is Wall.POSTERIOR else s.wall_close_mm)
        soon = before is not None and gap_mm <= (before[1] - gap_mm) / before[0] * s.lookahead_ml
        return rules.near_wall(wall, gap_mm, before, close or soon)
