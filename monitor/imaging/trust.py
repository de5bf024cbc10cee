"""What a fit must reach to be believed: a part of what this view's fits usually reach.

Noise limits how well even a right fit correlates with the reference. At a starved dose right ones reached 0.24 to 0.5
and wrong ones (another vertebra in the target's place, or the other view) at most 0.22; in clear pictures right ones
reached 0.45 to 0.8 and wrong ones up to 0.39.
"""

_PART = 0.62
_LOWEST, _HIGHEST = 0.22, 0.4
_MEMORY = 30


class Trust:
    """Learns from the fits of one view what to expect.

    Parameters
    ----------
    least
        Quality that is believed before anything is known.

    Attributes
    ----------
    least
        Quality from which a fit is believed.
    """

    def __init__(self, least: float) -> None:
        self.least = least
        self._usual, self._count = 0.0, 0

    def learn(self, quality: float) -> None:
        """Take the quality of a fit that was believed, of a shot that shares no noise with the reference."""
        self._count = min(self._count + 1, _MEMORY)
        self._usual += (quality - self._usual) / self._count
        self.least = min(max(_PART * self._usual, _LOWEST), _HIGHEST)
