"""The time between pulses, and when the latest of them began and will be over.

A machine pulses at even times, the capture shows a pulse on the next frame that it takes. With 12.5 pulses a second and
30 frames, a pulse is two frames long or three; only together do they tell its length::

    pulses  |      |      |      |      |      |
    frames  . . . . . . . . . . . . . . .
    shown   0 0 0 1 1 2 2 2 3 3 4 4 4 5 5
"""

from collections import deque

import numpy as np

from monitor.imaging.beam_look import Moment

_RECENT, _REMEMBERED = 8, 256
_KNOWN, _LATELY = 3, 24
_JITTER = 1.25
"""Frames by which the time between two pulses, as captured, can differ from its usual one."""
_LATE = 0.15
"""Part of a frame by which a pulse began before it showed: little, rather a held frame too many than a live lost."""


class Rhythm:
    """Follows the pulses of one shot after the other: machines seldom change their pulse rate.

    Attributes
    ----------
    period_s
        Time between pulses; None if not known.
    """

    def __init__(self) -> None:
        self._pulses: deque[Moment] = deque(maxlen=_RECENT + 1)
        self._all: deque[float] = deque(maxlen=_REMEMBERED)
        self._own: deque[float] = deque(maxlen=_RECENT)
        self._frame_s = 0.0
        self.period_s: float | None = None

    def begin_shot(self, first: Moment) -> None:
        """A shot began with this pulse."""
        self._pulses.clear()
        self._own.clear()
        self._pulses.append(first)

    def add(self, pulse: Moment) -> None:
        """The shot's next pulse."""
        before = self._pulses[-1]
        for intervals in (self._all, self._own):
            intervals.append(pulse.t_s - before.t_s)
        self._frame_s = (pulse.t_s - self._pulses[0].t_s) / (pulse.frame - self._pulses[0].frame)
        self._pulses.append(pulse)
        self.period_s = self._period_s()

    @property
    def last(self) -> Moment:
        """The frame that first showed the latest pulse."""
        return self._pulses[-1]

    @property
    def longest_s(self) -> float | None:
        """The longest time between the shot's latest pulses; None while there were too few."""
        return max(self._own) if len(self._own) >= _KNOWN else None

    def over_s(self, period_s: float) -> float:
        """Time by which the latest pulse was over.

        All recent pulses together tell when it began.
        """
        back = np.array([self.last.t_s - pulse.t_s for pulse in self._pulses])
        began = np.mean(np.round(back / period_s) * period_s - back)
        return self.last.t_s + float(began) - _LATE * self._frame_s + period_s

    def _period_s(self) -> float:
        """The mean of the times between pulses that are near the usual one: all but those about a pulse not seen."""
        usual = float(np.median(self._own if len(self._own) >= _KNOWN else list(self._all)[-_LATELY:]))
        near = [s for s in self._all if abs(s - usual) < _JITTER * self._frame_s]
        return float(np.mean(near)) if near else usual
