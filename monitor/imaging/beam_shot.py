"""One shot while it runs: its pulses, and how long it may go without one."""

from monitor.config import BeamSettings
from monitor.imaging.beam_burst import Bursts
from monitor.imaging.beam_look import Moment
from monitor.imaging.beam_rhythm import Rhythm


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
        self.shown = first
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

    def add(self, at: Moment) -> None:
        """Count a pulse."""
        self._rhythm.add(at)
        self.pulse += 1

    @property
    def last(self) -> Moment:
        """Where the latest pulse began."""
        return self._rhythm.last

    @property
    def every_frame(self) -> bool:
        """Whether (nearly) every frame shows a pulse of its own."""
        return self._bursts.every_frame

    @property
    def patience_s(self) -> float:
        """Time without a pulse after which the beam is off."""
        limits, period, longest = self._settings, self._rhythm.period_s, self._rhythm.longest_s
        if period is None or longest is None:
            return limits.max_gap_s
        return min(max(limits.gap_periods * period, 1.5 * longest, limits.min_gap_s), limits.max_gap_s)

    @property
    def over_s(self) -> float:
        """Time by which the last pulse's share of time was over."""
        return self._rhythm.over_s(self._rhythm.period_s or self._settings.last_pulse_s)
