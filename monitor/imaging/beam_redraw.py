"""Whether an image changes only because lossy compression draws it anew, whole, and refines that in the next frames.

A key frame carries nothing over from the frame before. It draws a held image with other coding errors everywhere, which
behind strong compression looks like the noise of another exposure::

    change    . . . . . # + + - - - . . . .
                        key frame, refined
"""

from math import inf

from monitor.imaging.beam_look import Look
from monitor.imaging.beam_texture import Difference

_MOST = 2.0
"""Change that a key frame makes at most, in grey levels. Of 114 key frames in held images of 84 simulated recordings,
those that showed another picture aside, the most was 1.94; of 947 shots that began on a key frame 19 did with less."""
_EVEN = 2.0
"""Most that the blocks that change most do, as a multiple of what most blocks do: it is drawn anew everywhere alike."""
_REFINED, _REFINED_S = 0.5, 0.5
"""Part of that change, and time, within which the drawing is refined."""
_RISE, _SLIGHT = 1.25, 0.1
"""How much more than on the frame before that may change, and grey levels: refining fades, a pulse is sudden."""


class Redraws:
    """Follows the key frames that drew the image before anew."""

    def __init__(self) -> None:
        self._latest_s = -inf
        self._change = 0.0

    def explain(self, look: Look, difference: Difference, held: bool) -> bool:
        """Whether a frame's difference from the one before is no more than compression makes.

        ``held``: no shot runs; while one does, what comes after a key frame may be its pulses.
        """
        before, self._change = self._change, difference.change
        if look.frame.redrawn:
            even = difference.stir * look.texture.noise <= _EVEN * difference.change
            explained = even and difference.change < _MOST
            self._latest_s = look.at.t_s if explained else -inf
            return explained
        most = min(_REFINED * _MOST, _RISE * before + _SLIGHT)
        return held and look.at.t_s - self._latest_s < _REFINED_S and difference.change < most
