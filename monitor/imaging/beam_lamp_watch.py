"""Follows the lamp, and what speaks against it: a lamp that the images disprove too often is none."""

import numpy as np

from monitor.domain import Frame
from monitor.imaging.beam_lamp import CLEAR, Lamp
from monitor.imaging.beam_lamp_search import LampSearch
from monitor.imaging.beam_look import Moment
from monitor.imaging.screen_layout import Screen

_DOUBT_S = 1.0
"""New exposures while the lamp is off count against it once in this time."""
_MOST_DOUBTS = 8
"""As many in a row without a shot that it showed, or as many as it has shown if fewer, and it is none."""
_DARK_S = 3.0
"""Time without a new exposure after which a lit lamp is none."""
_UNREAD_S = 10.0
"""Time after which a lamp that looks neither way is looked for anew."""


class LampWatch:
    """The lamp from frame to frame.

    Attributes
    ----------
    lit
        The first frame on which it was seen to be on, while it is; None while it is off, can't be read or isn't known.
    is_off
        It is seen to be off.
    """

    def __init__(self) -> None:
        self.lit: Moment | None = None
        self.is_off = False
        self._lamp: Lamp | None = None
        self._search = LampSearch()
        self._proofs = self._doubts = 0
        self._doubted_s = -np.inf
        self._read_s = 0.0

    def update(self, frame: Frame, screen: Screen | None) -> None:
        """Take the next frame. ``screen``: None where it holds no image."""
        if self._lamp is None:
            self._lamp = self._search.add(frame, screen)
            self._proofs, self._doubts, self._read_s = 1, 0, frame.t_s
            return
        on = self._is_on(self._lamp.read(frame))
        if on is not None:
            self._read_s = frame.t_s
        elif frame.t_s - self._read_s > _UNREAD_S:
            self._forget()
        self.is_off = on is False
        self.lit = (self.lit or Moment(frame.t_s, frame.index)) if on else None

    def _is_on(self, bright: float | None) -> bool | None:
        """Whether it is on; None where that can't be read. Half of an interlaced frame shows it turn a frame early."""
        if bright is None:
            return None
        if bright < CLEAR or bright > 1 - CLEAR:
            return bright > CLEAR
        turns_on, turns_off = self.is_off, self.lit is not None
        return turns_on if turns_on or turns_off else None

    def turn(self, on: bool, t_s: float) -> None:
        """Learn that the beam turned on or off at a time, now or lately."""
        if self._lamp is None:
            self._search.turn(on, t_s)
        elif on:
            self._proofs, self._doubts = self._proofs + 1, 0

    def outshines(self, unseen_s: float) -> bool:
        """Whether it is lit, and to be believed although no pulse was seen for a time."""
        if self.lit and unseen_s > _DARK_S:
            self._forget()
        return self.lit is not None

    def is_disproved(self, t_s: float) -> bool:
        """Whether it is off in vain, now that the images show another exposure."""
        if t_s - self._doubted_s < _DOUBT_S:
            return False
        self._doubted_s = t_s
        self._doubts += 1
        if self._doubts < min(self._proofs, _MOST_DOUBTS):
            return False
        self._forget()
        return True

    def _forget(self) -> None:
        self._lamp, self.lit, self.is_off = None, None, False
        self._search = LampSearch()
