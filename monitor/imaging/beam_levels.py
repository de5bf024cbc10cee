"""How much the fine structure changes from frame to frame while an image is held, and from pulse to pulse.

Both are learned from the recording, in logarithm, and the limit between them follows. Before anything is learned the
limit is a part of the image's own noise: two exposures differ by about that noise, repeats by far less.
"""

from dataclasses import dataclass
from math import exp, log

_FLOOR = 0.02
_PRIOR_LIMIT = 0.33
_BOUNDS = (0.12, 0.6)
_MEMORY = 60
_LEARNED = 8
_MIN_SPREAD = 0.1


@dataclass(slots=True)
class _Level:
    """Running mean and mean absolute deviation of a logarithm."""

    mean: float = 0.0
    spread: float = 0.5
    count: int = 0

    def add(self, change: float) -> None:
        value = log(max(change, _FLOOR))
        self.count = min(self.count + 1, _MEMORY)
        step = 1.0 / self.count
        deviation = abs(value - self.mean) if self.count > 1 else self.spread
        self.mean += step * (value - self.mean)
        self.spread += step * (deviation - self.spread)


class LogMean:
    """Running mean of a logarithm that begins with what is expected.

    Parameters
    ----------
    expected
        Value before anything is added.
    count
        How many values that is worth.
    memory
        How many values count at most.
    """

    def __init__(self, expected: float, count: int, memory: int) -> None:
        self.log, self._count, self._memory = log(expected), count, memory

    def add(self, value: float) -> None:
        """Add a value."""
        self._count = min(self._count + 1, self._memory)
        self.log += (log(max(value, _FLOOR)) - self.log) / self._count

    @property
    def mean(self) -> float:
        """The geometric mean."""
        return exp(self.log)


class Levels:
    """The limit between a repeat (or a held image) and a new pulse."""

    def __init__(self) -> None:
        self._held = _Level()
        self._pulses = _Level()

    def limit(self, noise: float) -> float:
        """Change in grey levels above which a frame shows a new pulse; ``noise`` is the image's own."""
        low, high = (bound * noise for bound in _BOUNDS)
        if self._held.count < _LEARNED or self._pulses.count < _LEARNED:
            return max(_PRIOR_LIMIT * noise, _FLOOR)
        a, b = max(self._held.spread, _MIN_SPREAD), max(self._pulses.spread, _MIN_SPREAD)
        between = (self._held.mean * b + self._pulses.mean * a) / (a + b)
        return min(max(exp(between), low, _FLOOR), high)

    def held(self, change: float) -> None:
        """Learn from a frame known to show a held image."""
        self._held.add(change)

    def pulse(self, change: float) -> None:
        """Learn from a frame known to show a new pulse."""
        self._pulses.add(change)
