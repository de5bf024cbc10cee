"""One shot while it runs: its pulses, their period, and when their absence means that the beam is off."""

from collections import deque
from dataclasses import dataclass
from math import log

import numpy as np

from monitor.config import BeamSettings
from monitor.imaging.beam_burst import Bursts
from monitor.imaging.beam_texture import Difference

_RECENT = 8
_WINDOW = 24
_DROP = 0.45
"""Fall of the mean logarithm of the change, from a run without repeats to a held image that compression keeps alive."""
_LOST = 1.5
"""A frame shown twice has no change at all; it may not outweigh its neighbours."""
_ODD_DROP = 0.3
_ODD_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame and its time."""

    t_s: float
    frame: int


@dataclass(frozen=True, slots=True)
class _Pulse:
    at: Moment
    log_change: float
    likeness: float


class Shot:
    """Bookkeeping of one continuous run of pulses."""

    def __init__(self, number: int, first: Moment, settings: BeamSettings) -> None:
        self.number = number
        self.last = first
        self.pulse = 0
        self._settings = settings
        self._frames: deque[tuple[Moment, float, bool]] = deque(maxlen=_WINDOW)
        self._pulses: deque[_Pulse] = deque(maxlen=_RECENT)
        self._intervals: deque[float] = deque(maxlen=_RECENT)
        self._odd: list[_Pulse] = []
        self._bursts = Bursts()

    def follow(self, at: Moment, difference: Difference, limit: float, surely_new: float) -> bool:
        """Take the next frame; True where it is the first to show a pulse, or the first to show all of it.

        Parameters
        ----------
        difference
            Against the frame before.
        limit
            Change above which the image is another one than on the frame before.
        surely_new
            Change that no held image shows.
        """
        pulse = _Pulse(at, log(max(difference.change, 1e-3)), difference.likeness)
        changed = pulse.log_change > max(log(max(limit, 1e-3)), self._least())
        self._frames.append((at, pulse.log_change, changed))
        begins = self._bursts.take(pulse.log_change, changed)
        if not changed:
            return False
        if not begins and not (self._bursts.completing and self._odd):
            return self._bursts.completing
        if not self._is_odd(pulse):
            self._odd.clear()
            self._count(pulse)
            return True
        if difference.change > surely_new:
            self._odd.append(pulse)
        if len(self._odd) < _ODD_IN_A_ROW:
            return False
        self._accept_odd()
        return True

    def add(self, at: Moment) -> None:
        """Count a pulse."""
        self._intervals.append(at.t_s - self.last.t_s)
        self.last = at
        self.pulse += 1

    def _count(self, pulse: _Pulse) -> None:
        self.add(pulse.at)
        self._pulses.append(pulse)

    def _accept_odd(self) -> None:
        """So many odd changes in a row are pulses after all: the noise has become less."""
        self._pulses.clear()
        for pulse in self._odd:
            self._count(pulse)
        self._odd.clear()

    def over_since(self, t_s: float, limit: float) -> float | None:
        """Time at which the beam went off, as soon as it is clear that it did; None while it may be on."""
        dropped = self._dropped(limit)
        if dropped is not None:
            return dropped
        latest = self._odd[-1].at if self._odd else self.last
        if t_s - latest.t_s <= self._patience():
            return None
        return self.last_live_s()

    def last_live_s(self) -> float:
        """Time by which the last pulse's share of time was over, or the display changed the held image."""
        period = float(np.quantile(self._intervals, 0.75)) if self._intervals else self._settings.last_pulse_s
        after = [odd.at.t_s for odd in self._odd]
        return min([self.last.t_s + min(period, self._settings.last_pulse_s), *after])

    def _least(self) -> float:
        """Logarithm of a change too small for a pulse of this shot."""
        if len(self._pulses) < _RECENT // 2:
            return max((change for _, change, _ in self._frames), default=-np.inf) - 2.2
        return float(np.median([p.log_change for p in self._pulses])) - 1.0

    def _is_odd(self, pulse: _Pulse) -> bool:
        """Whether a change is the display's doing: smaller than the shot's, and keeping the noise as no pulse did."""
        if len(self._pulses) < _RECENT // 2:
            return False
        changes = np.array([p.log_change for p in self._pulses])
        usual = float(np.median(changes))
        drop = max(_ODD_DROP, 3 * float(np.median(np.abs(changes - usual))))
        return pulse.log_change < usual - drop and pulse.likeness > max(p.likeness for p in self._pulses)

    def _dropped(self, limit: float) -> float | None:
        """When the changes fell, in a run that had a new pulse on every frame: one frame alone tells too little."""
        times = [at.t_s for at, _, _ in self._frames]
        changes = np.array([change for _, change, _ in self._frames])
        changes = np.maximum(changes, np.median(changes) - _LOST)
        late = 4
        while late < len(times) and times[-1] - times[-late] < self._settings.min_gap_s - 0.02:
            late += 1
        if len(times) < late + 8:
            return None
        early = len(times) - late
        every = self._bursts.every_frame
        usual, mean = float(np.median(changes[:early])), float(changes[early:].mean())
        fell = mean < min(log(max(limit, 1e-3)), usual - _DROP) and float(changes[early:].max()) < usual - _DROP / 2
        if not every or not fell:
            return None
        splits = range(4, len(times) - 2)
        gains = [(changes[:n].mean() - changes[n:].mean()) ** 2 * n * (len(times) - n) for n in splits]
        return times[splits[int(np.argmax(gains))]]

    def _patience(self) -> float:
        limits = self._settings
        if not self._intervals:
            return limits.max_gap_s
        wanted = max(limits.gap_periods * float(np.median(self._intervals)), 1.5 * max(self._intervals))
        return min(max(wanted, limits.min_gap_s), limits.max_gap_s)
