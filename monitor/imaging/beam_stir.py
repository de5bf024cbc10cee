"""Whether parts of the image go on changing as they do while the beam is on.

Behind strong compression a weak pulse changes few blocks of the image, so few that its noise doesn't seem to be new.
But some change with every frame, about as much each time, and a held image comes to rest:

    most changed blocks     # # # # # # # # # # # . . . .
    beam                    on                  | off
"""

from collections import deque
from math import inf

from monitor.imaging.beam_levels import LogMean

_LEVEL_MEMORY, _HELD_MEMORY, _ENOUGH = 40, 400, 5
_HELD, _HELD_COUNT = 0.5, 5
_LESSER = 0.65
"""Part of the latest live frames' stir that a live frame has at least; a held image that compression still refines
falls below that within some 0.2 s."""
_ABOVE_HELD = 1.5
"""How much more than a held image's the stir of a live one must be to tell anything."""


class Stirring:
    """Follows the stir (``Difference.stir``) of the latest frames.

    Parameters
    ----------
    length_s
        Over how long most frames must stir.
    """

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._held = LogMean(_HELD, _HELD_COUNT, _HELD_MEMORY)
        self._live: deque[float] = deque(maxlen=_LEVEL_MEMORY)
        self._recent: deque[tuple[float, bool]] = deque()
        self._stir = 0.0

    def add(self, t_s: float, stir: float) -> None:
        """Take the next frame's."""
        self._stir = stir
        self._recent.append((t_s, stir > self._limit()))
        while self._recent[0][0] < t_s - self._length_s - 1e-3:
            self._recent.popleft()

    def begin_shot(self) -> None:
        """A shot began: its frames tell anew how much live ones stir."""
        self._live.clear()

    def held(self) -> None:
        """Learn from the latest frame that an image is held."""
        self._held.add(self._stir)

    def live(self) -> None:
        """Learn from the latest frame that the beam is on."""
        self._live.append(self._stir)

    def _limit(self) -> float:
        if len(self._live) < _ENOUGH:
            return inf
        return max(_LESSER * sum(self._live) / len(self._live), _ABOVE_HELD * self._held.mean)

    @property
    def goes_on(self) -> bool:
        """Whether the latest frame stirs as live ones do, and most of those before it did."""
        stirred = [stirs for _, stirs in self._recent]
        return stirred[-1] and 2 * sum(stirred) >= len(stirred)
