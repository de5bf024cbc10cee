"""Changes on frames that follow each other: one pulse that arrives in parts, or a new pulse on every frame.

Interlaced capture shows a pulse in two halves, and strong compression brings its noise in over several frames, ever
less of it, until the next pulse makes the change rise again. A run with a pulse on every frame changes about as much
each time::

    change  #                   #       #          # # # # # # # #
            # # : .             # # : . # # :      # # # # # # # #
            one pulse           two pulses         a pulse on every frame
"""

import numpy as np

_FIRST_RUN = 6
_LATER_RUN = 3
_RISE = 0.12
_STEADY_FIRST, _STEADY_LATER = -0.16, -0.5
"""Least logarithm of the latest changes over the earlier ones in a run without decay: after a shot's first image, whose
own change is that from the held image and of the exposure ramp, and later."""


class Bursts:
    """Says of each changed frame whether it begins a pulse."""

    def __init__(self) -> None:
        self.every_frame = False
        self._first = True
        self._run: list[float] = [0.0]

    def take(self, log_change: float, changed: bool) -> bool:
        """Take the next frame; True where it begins a pulse."""
        if not changed:
            self._first &= not self._run
            self._run = []
            return False
        self._run.append(log_change)
        if not self.every_frame and self._is_steady():
            self.every_frame = True
        rises = len(self._run) > 2 and log_change > self._run[-2] + _RISE
        return self.every_frame or rises or len(self._run) == 1

    @property
    def completing(self) -> bool:
        """Whether the frame is the second of its run: an interlaced pulse is whole only now."""
        return len(self._run) == 2

    def _is_steady(self) -> bool:
        run = np.array(self._run[-2 * _FIRST_RUN :])
        if self._first:
            return len(run) >= _FIRST_RUN and float(run[-2:].mean() - run[2:4].mean()) > _STEADY_FIRST
        return len(run) >= _LATER_RUN and float(run[-1] - run[:2].max()) > _STEADY_LATER
