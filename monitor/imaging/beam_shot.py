"""One shot while it runs: its pulses and their period."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.config import BeamSettings
from monitor.imaging.beam_burst import Bursts
from monitor.imaging.beam_look import Moment

_RECENT = 8
_KNOWN_INTERVALS = 3


@dataclass(frozen=True, slots=True)
class Habits:
    """What a shot tells of the next: machines seldom change their pulse rate.

    Attributes
    ----------
    period_s
        Time between pulses; None if not known.
    every_frame
        (Nearly) every frame shows a pulse of its own.
    """

    period_s: float | None = None
    every_frame: bool = False


class Shot:
    """Bookkeeping of one continuous run of pulses.

    Parameters
    ----------
    number
        Of the shot, from 1.
    first
        The frame that first showed a pulse.
    before
        What the shot before told.
    """

    def __init__(self, number: int, first: Moment, settings: BeamSettings, before: Habits) -> None:
        self.number = number
        self.first = first
        self.pulse = 0
        self._settings = settings
        self._before = before
        self._pulses: deque[Moment] = deque([first], maxlen=_RECENT + 1)
        self._intervals: deque[float] = deque(maxlen=_RECENT)
        self._bursts = Bursts(before.every_frame)
        self.shown = first

    def follow(self, at: Moment, new: bool, jumped: bool) -> bool:
        """Take the next frame; True where it is the first to show a pulse, or the first to show all of it.

        Parameters
        ----------
        new
            The image is another one than on the frame ``shown``.
        jumped
            It is another one than on the frame before.
        """
        begins = self._bursts.take(new, jumped)
        if begins:
            self.add(at)
        if begins or self._bursts.completing:
            self.shown = at
        return begins or self._bursts.completing

    def add(self, at: Moment) -> None:
        """Count a pulse."""
        self._intervals.append(at.t_s - self._pulses[-1].t_s)
        self._pulses.append(at)
        self.pulse += 1

    @property
    def last(self) -> Moment:
        """Where the latest pulse began."""
        return self._pulses[-1]

    @property
    def habits(self) -> Habits:
        """What is to be expected of the next shot."""
        return Habits(self._period_s(), self._bursts.every_frame)

    @property
    def patience_s(self) -> float:
        """Time without a pulse after which the beam is off."""
        limits = self._settings
        if len(self._intervals) < _KNOWN_INTERVALS:
            return limits.max_gap_s
        wanted = max(limits.gap_periods * float(np.median(self._intervals)), 1.5 * max(self._intervals))
        return min(max(wanted, limits.min_gap_s), limits.max_gap_s)

    @property
    def over_s(self) -> float:
        """Time by which the last pulse's share of time was over."""
        return self.last.t_s + (self._period_s() or self._settings.last_pulse_s)

    def _period_s(self) -> float | None:
        if len(self._intervals) < _KNOWN_INTERVALS:
            return self._before.period_s
        return float(np.median(self._intervals))
