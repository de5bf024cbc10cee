"""Repair of a recording's time stamps: they start at zero, never stand still and never go back."""


class Timestamps:
    """Turns raw stamps into seconds from the first frame.

    A stamp that is missing, or stands at or before its predecessor, is replaced by one typical interval after it. When
    the stamps after it go on from there (two recordings joined, a clock set back), they are shifted as a whole.

    Parameters
    ----------
    interval_s
        Typical time between frames, used where a stamp can't be.
    """

    def __init__(self, interval_s: float) -> None:
        self._interval_s = interval_s
        self._last_s: float | None = None
        self._shift_s = 0.0
        self._shift_after_reset_s = 0.0

    def repaired(self, raw_s: float | None) -> float:
        """Time of the next frame; ``raw_s`` is its stamp, or None where it has none."""
        if self._last_s is None:
            self._shift_s = self._shift_after_reset_s = -(raw_s or 0.0)
            self._last_s = 0.0
        elif raw_s is None:
            self._last_s += self._interval_s
        else:
            self._last_s = self._after(self._last_s, raw_s)
        return self._last_s

    def _after(self, last_s: float, raw_s: float) -> float:
        for shift_s in (self._shift_s, self._shift_after_reset_s):
            if raw_s + shift_s > last_s:
                return raw_s + shift_s
        self._shift_after_reset_s = last_s + self._interval_s - raw_s
        return last_s + self._interval_s
