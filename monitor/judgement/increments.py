"""Injection steps, read from the growth of the bolus in whichever view is looked at.

::

    ml seen                          ______  <- pause: one increment told
                                 ___/
              ______ . . . . . _/            . . .  beam off, or the other view
          ___/   ^ told
     ____/
"""

from collections import deque
from dataclasses import dataclass, field
from statistics import fmean, median

from monitor.config import IncrementSettings
from monitor.domain import View

# Part of the smoothing time after which a look is compared with the other view: short, for growth during it must not
# be taken for growth that the other view has shown already.
_ENTRY = 0.3
_LEAST_PULSES = 3
"""The median of fewer doesn't tell an outlier."""


@dataclass(frozen=True, slots=True)
class Step:
    """One increment: its number, and the area and growth of area in the view that showed it, mm²."""

    number: int
    view: View
    area_mm2: float
    growth_mm2: float


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What a view showed at some time, and the total then, ml."""

    shown_ml: float = 0.0
    total_ml: float = 0.0


@dataclass(slots=True)
class _Look:
    """The current shot in one view: recent pulses, and the course of the total since the shot began.

    ``is_split`` says that a part of a long push has been told and the push goes on.
    """

    view: View
    began_s: float
    pulses: deque[tuple[float, float, float]] = field(default_factory=deque)
    course: deque[tuple[float, float]] = field(default_factory=deque)
    anchor: _Anchor | None = None
    is_split: bool = False

    def smoothed(self) -> tuple[float, float]:
        """Median volume and area of the recent pulses."""
        return median(ml for _, ml, _ in self.pulses), median(area for _, _, area in self.pulses)


class Increments:
    """Folds volumes that single views show into one growing total, and that into increments.

    Each view keeps an anchor: its own estimate when last looked at, and the total then. New growth is what the view
    shows beyond its anchor, so a bias between views cancels. What the other view has counted meanwhile is taken off,
    with a tolerance because the two are scaled differently: growth counts once.
    """

    def __init__(self, settings: IncrementSettings) -> None:
        self._settings = settings
        self._total_ml = 0.0
        self._told_ml = 0.0
        self._newest_ml = 0.0
        self._told = 0
        self._seen_ml = 0.0
        self._unfinished_ml = 0.0
        self._pushed_in: View | None = None
        self._anchors: dict[View, _Anchor] = {}
        self._told_mm2: dict[View, float] = {}
        self._look: _Look | None = None

    @property
    def seen_ml(self) -> float:
        """Volume seen so far: the mean of what each view shows, plus what was counted since it was last looked at."""
        return self._seen_ml

    def observe(self, view: View, ml: float, area_mm2: float, t_s: float) -> Step | None:
        """Take what one judged pulse shows."""
        s, look = self._settings, self._look
        if look is None or look.view is not view:
            self._close()
            look = self._look = _Look(view, t_s)
        look.pulses.append((t_s, ml, area_mm2))
        while len(look.pulses) > _LEAST_PULSES and t_s - look.pulses[0][0] > s.smoothing_s:
            look.pulses.popleft()
        if look.anchor or t_s - look.began_s >= _ENTRY * s.smoothing_s:
            self._grow(look)
        look.course.append((t_s, self._total_ml))
        if self._is_long(look):
            step, look.is_split = self._tell(look), True
            return step
        return self._tell(look) if self._has_paused(look) else None

    def shot_ended(self) -> Step | None:
        """The beam went off: what has grown until then counts without waiting for a pause."""
        look = self._close()
        return None if look is None else self._tell(look)

    def _close(self) -> _Look | None:
        """End the current look; what its very last pulses show counts: a push may have gone on until then."""
        look, self._look = self._look, None
        if look is not None:
            before_ml = median(ml for _, ml, _ in list(look.pulses)[:_LEAST_PULSES])
            while len(look.pulses) > _LEAST_PULSES:
                look.pulses.popleft()
            self._grow(look)
            rise_ml = look.smoothed()[0] - before_ml
            if rise_ml > self._settings.plateau_ml:
                self._unfinished_ml, self._pushed_in = rise_ml, look.view
            last = self._anchors.get(look.view, _Anchor())
            self._anchors[look.view] = _Anchor(max(look.smoothed()[0], last.shown_ml), self._total_ml)
        return look

    def _grow(self, look: _Look) -> None:
        """Set the total to what this view shows beyond its anchor; noise may lower it again, down to what was told."""
        ml, _ = look.smoothed()
        if look.anchor is None:
            look.anchor = self._enter(look.view, ml)
            self._finish_push(look.view, look.anchor.total_ml - self._total_ml)
        total_ml = look.anchor.total_ml + ml - look.anchor.shown_ml
        self._total_ml = max(total_ml, look.anchor.total_ml, self._told_ml)
        others = [
            a.shown_ml + self._total_ml - a.total_ml for view, a in self._anchors.items() if view is not look.view
        ]
        self._seen_ml = max(self._seen_ml, fmean([ml, *(other for other in others if other > 0)]))

    def _enter(self, view: View, ml: float) -> _Anchor:
        """Where a look begins, growth since the view was last seen counted as far as no other view has."""
        last = self._anchors.get(view, _Anchor())
        grown, elsewhere = ml - last.shown_ml, self._total_ml - last.total_ml
        if elsewhere > 0:
            # Before its first look nothing is known of how this view differs from the other.
            doubt = self._settings.view_tolerance * (1 if last.shown_ml else 2)
            grown = grown * (1 - doubt) - elsewhere
            grown = grown if grown >= self._least_ml() else 0.0
        return _Anchor(max(ml, last.shown_ml), self._total_ml + max(grown, 0.0))

    def _finish_push(self, view: View, grown_ml: float) -> None:
        """Count what came out of sight to a push that was still going on when its shot ended, up to a usual push.

        In the other view, less than half a usual push more is no push: that view shows more of the same one.
        """
        if not self._told or self._unfinished_ml <= 0:
            return
        usual_ml = self._told_ml / self._told
        rest_ml = min(grown_ml, max(self._unfinished_ml, usual_ml - self._newest_ml))
        if view is not self._pushed_in and grown_ml - rest_ml < usual_ml / 2:
            rest_ml = grown_ml
        self._told_ml += rest_ml
        self._newest_ml += rest_ml
        self._unfinished_ml = max(self._unfinished_ml - rest_ml, 0.0)

    def _least_ml(self) -> float:
        """The least growth that is an increment now."""
        return max(self._settings.step_ml, self._settings.step_fraction * self._total_ml)

    def _is_long(self, look: _Look) -> bool:
        """Whether this shot has seen more growth than one increment gives, without a pause."""
        seen_before_ml = look.anchor.total_ml if look.anchor else self._total_ml
        return self._total_ml - max(seen_before_ml, self._told_ml) >= self._settings.long_step_ml

    def _has_paused(self, look: _Look) -> bool:
        """Whether the total stood still for as long as a pause takes; forgets what is older."""
        s, (now_s, now_ml) = self._settings, look.course[-1]
        while len(look.course) > 1 and now_s - look.course[1][0] >= s.plateau_s:
            look.course.popleft()
        then_s, then_ml = look.course[0]
        return now_s - then_s >= s.plateau_s and now_ml - then_ml <= s.plateau_ml

    def _tell(self, look: _Look) -> Step | None:
        """Tell what has grown, if it is enough; a short rest of a long push goes with the part told before."""
        if look.is_split and self._total_ml - self._told_ml < self._settings.long_step_ml / 2:
            self._told_ml = self._total_ml
        look.is_split = False
        if self._total_ml - self._told_ml < self._least_ml():
            return None
        self._told += 1
        self._newest_ml, self._told_ml = self._total_ml - self._told_ml, self._total_ml
        _, area = look.smoothed()
        growth = max(area - self._told_mm2.get(look.view, 0.0), 0.0)
        self._told_mm2[look.view] = area
        return Step(self._told, look.view, area, growth)
