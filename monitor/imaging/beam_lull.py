"""Whether a shot's images have come to rest as far as the noise of the video path lets them.

An analogue path adds noise of its own to every frame, so that even a held image goes on changing and any frame could
show a pulse. But while the beam is on an image is another exposure than a moment ago, and afterwards the same one: it
changes less, by a step, and evenly from then on. Compression that hides pulses lets change fall unevenly::

    path noise     # # # # # # # # = = = = = = =
    beam           on              | off
    compression    # # # # # # # # + - = - + = #
    beam           on
"""

from collections import deque
from math import exp, log, sqrt

import numpy as np

from monitor.imaging.arrays import quantile
from monitor.imaging.beam_look import Moment

_ENOUGH, _MEMORY = 6, 256
_STEP, _SPREADS = 0.13, 4.0
"""Step of the logarithm from which it is one, and in spreads of the shot's own. On simulated shots half a second of
evenly changing live frames came to no less than 0.03 below those before; held images behind strong noise of the path
to 0.2 and less."""
_EVEN = 0.07
"""Spread of the logarithm up to which change is even: 0.03 behind noise of the path, from 0.13 where pulses hide."""
_FLOOR = 0.02
_AT_ONCE = 0.3
"""Part of the change over the fixed time that comes with the latest frame at least: the path's noise is new on each."""


class Lull:
    """Follows how much the images of one shot change over a fixed time.

    Parameters
    ----------
    lasts_s
        How long they must change less.
    length_s
        The fixed time.

    Attributes
    ----------
    frames
        The shot's latest frames, each with the share of the noise that came with it.
    """

    def __init__(self, lasts_s: float, length_s: float) -> None:
        self._lasts_s, self._length_s = lasts_s, length_s
        self.frames: deque[tuple[Moment, float]] = deque(maxlen=_MEMORY)
        self._count = 0
        self._mean = self._squares = 0.0
        self._recent: deque[tuple[float, float]] = deque()
        self._within: list[tuple[float, float, float]] = []

    def came_to_rest(self, at: Moment, jump: float, change: float | None) -> float | None:
        """Take the next frame: what came with it, and what has changed over the fixed time.

        The latter is None until all of that time is the shot's. Gives the time when the image last was another, once
        it is certain that it has come to rest; None until then.
        """
        self.frames.append((at, jump))
        if change is None:
            return None
        value = log(max(change, _FLOOR))
        most = self._most(at.t_s, value)
        if self._count < _ENOUGH or most > self._limit():
            self._within.clear()
            self._learn(most)
            return None
        self._within.append((at.t_s, value, jump))
        since_s = self._within[0][0]
        return since_s - 2 * self._length_s if at.t_s - since_s >= self._lasts_s and self._is_even() else None

    @property
    def change(self) -> float:
        """How much the images change in the lull."""
        return exp(float(np.mean([value for _, value, _ in self._within])))

    @property
    def least_jump(self) -> float:
        """Change with one frame from which it is no noise of the path: halfway in logarithm to the shot's largest."""
        path = float(np.mean([jump for _, _, jump in self._within]))
        return sqrt(path * max(jump for _, jump in self.frames))

    def _most(self, t_s: float, value: float) -> float:
        """The most change within the fixed time: before a slow pulse all of it is the path's."""
        self._recent.append((t_s, value))
        while self._recent[0][0] < t_s - self._length_s - 1e-3:
            self._recent.popleft()
        return max(recent for _, recent in self._recent)

    def _is_even(self) -> bool:
        """Whether all of it changed alike: over the fixed time, and, no image being repeated, with each frame."""
        _, values, jumps = zip(*self._within, strict=True)
        return float(np.std(values)) < _EVEN and quantile(np.array(jumps), 0.25) > _AT_ONCE * self.change

    def _limit(self) -> float:
        return self._mean - max(_STEP, _SPREADS * sqrt(self._squares / self._count))

    def _learn(self, value: float) -> None:
        self._count += 1
        step = value - self._mean
        self._mean += step / self._count
        self._squares += step * (value - self._mean)
