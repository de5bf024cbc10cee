"""One shot while it runs: its pulses, and how long it may go without one."""

from monitor.config import BeamSettings
from monitor.imaging.beam_burst import Bursts
from monitor.imaging.beam_look import Moment
from monitor.imaging.beam_rhythm import Rhythm

_INSTANT_S = 2e-3
_SLOW = 0.6
"""Time between pulses, as a part of the shortest gap, from which each of them can be told and none is hidden."""


class Shot:
    """Bookkeeping of one continuous run of pulses.

    Parameters
    ----------
    number
        Of the shot, from 1.
    first
        The frame that first showed a pulse.
    rhythm
        Of the shots before.
    every_frame
        Whether (nearly) every frame of the shot before showed a pulse of its own.
    """

    def __init__(
        self, number: int, first: Moment, settings: BeamSettings, rhythm: Rhythm, every_frame: bool = False
    ) -> None:
        self.number = number
        self.first = first
        self.pulse = 0
        self._settings = settings
        self._rhythm = rhythm
        self._bursts = Bursts(every_frame)
        self.shown = self._kept = first
        rhythm.begin_shot(first)

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

    def keep(self, at: Moment) -> bool:
        """Take a frame that shows no pulse for sure, but goes on as those before; True where it is to stand for one."""
        if not self._hides_pulses or at.t_s - self._latest_sign.t_s > self._settings.min_gap_s:
            return False
        self._kept = at
        return self.stand_in(at)

    def stand_in(self, at: Moment) -> bool:
        """Take a frame on which the beam is on but no pulse shows; True where it is to stand for one."""
        if not self._hides_pulses or at.t_s - self.shown.t_s < self._settings.min_gap_s / 2:
            return False
        self.pulse += 1
        self.shown = at
        return True

    @property
    def _hides_pulses(self) -> bool:
        """Whether its pulses come so fast that some may not show."""
        period_s = self._rhythm.period_s
        return period_s is not None and period_s <= _SLOW * self._settings.min_gap_s

    def is_over(self, at: Moment, changing: bool) -> bool:
        """Whether by now a pulse would have come if the beam were on.

        ``changing``: the image is other than a moment ago as pulses are, even if none of them showed by itself.
        """
        unkept_s = at.t_s - self._kept.t_s
        patience_s = self._settings.max_gap_s if changing else self._patience_s
        return at.t_s - self.last.t_s > patience_s and unkept_s > self._settings.min_gap_s / 2

    def add(self, at: Moment) -> None:
        """Count a pulse."""
        self._rhythm.add(at)
        self.pulse += 1

    @property
    def last(self) -> Moment:
        """Where the latest pulse that is certain began."""
        return self._rhythm.last

    @property
    def _latest_sign(self) -> Moment:
        """The latest frame with a sign of the beam."""
        return max(self.last, self._kept, key=lambda at: at.t_s)

    @property
    def every_frame(self) -> bool:
        """Whether (nearly) every frame shows a pulse of its own."""
        return self._bursts.every_frame

    @property
    def _patience_s(self) -> float:
        """Time without a pulse after which the beam is off."""
        limits, period, longest = self._settings, self._rhythm.period_s, self._rhythm.longest_s
        if period is None or longest is None:
            return limits.max_gap_s
        return min(max(limits.gap_periods * period, 1.5 * longest, limits.min_gap_s), limits.max_gap_s)

    @property
    def over_s(self) -> float:
        """Time by which the last pulse's share of time was over."""
        over = self._rhythm.over_s(self._rhythm.period_s or self._settings.last_pulse_s)
        return max(over, self._kept.t_s + _INSTANT_S)
