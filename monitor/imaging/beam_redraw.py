"""Whether an image changes only because lossy compression draws it anew, whole, and refines that in the next frames.

A key frame carries nothing over from the frame before. It draws a held image with other coding errors everywhere, which
behind strong compression looks like the noise of another exposure::

    change    . . . . . # + + - - - . . . .
                        key frame, refined
"""

from math import inf

from monitor.imaging.beam_look import Look

_MOST = 2.0
"""Change that a key frame makes at most, in grey levels. Of 114 key frames in held images of 84 simulated recordings,
those that showed another picture aside, the most was 1.94; of 947 shots that began on a key frame 19 did with less."""
_REFINED, _REFINED_S = 0.5, 0.5
"""Part of that change, and time, within which the drawing is refined."""


class Redraws:
    """Follows the key frames that drew the image before anew."""

    def __init__(self) -> None:
        self._latest_s = -inf

    def explain(self, look: Look, change: float, held: bool) -> bool:
        """Whether a frame's change, in grey levels, is no more than compression makes.

        ``held``: no shot runs; while one does, what comes after a key frame may be its pulses.
        """
        if look.frame.redrawn:
            explained = change < _MOST
            self._latest_s = look.at.t_s if explained else -inf
            return explained
        return held and look.at.t_s - self._latest_s < _REFINED_S and change < _REFINED * _MOST
