"""Changes on frames that follow each other: one pulse that arrives in parts, or a new pulse on every frame.

Interlaced capture shows a pulse in two halves. A run with a pulse on every frame changes about as much each time::

    change    #       #       #      # # # # # # #
            # # .   # # .   # # .    # # # # # # #
            three pulses             a pulse on every frame
"""

from collections import deque

_RECENT, _ENOUGH = 12, 5
_MOST = 0.7


class Bursts:
    """Says of each changed frame whether it begins a pulse.

    Parameters
    ----------
    every_frame
        Whether the shot before had a pulse on (nearly) every frame.

    Attributes
    ----------
    completing
        The latest frame shows the second half of a pulse: an interlaced pulse is whole only now.
    """

    def __init__(self, every_frame: bool) -> None:
        self.every_frame = every_frame
        self.completing = False
        self._recent: deque[bool] = deque(maxlen=_RECENT)
        self._began = True

    def take(self, new: bool, jumped: bool) -> bool:
        """Take the next frame; True where it begins a pulse.

        Parameters
        ----------
        new
            The image is another one than that of the pulse before.
        jumped
            It is another one than on the frame before.
        """
        self._recent.append(jumped)
        if len(self._recent) >= _ENOUGH:
            self.every_frame = sum(self._recent) > _MOST * len(self._recent)
        self.completing = self._began and jumped and not self.every_frame
        self._began = new and not self.completing
        return self._began
