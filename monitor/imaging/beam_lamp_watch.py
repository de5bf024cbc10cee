"""Follows the lamp, and what speaks against it: a lamp that the images disprove too often is none."""

import numpy as np

from monitor.domain import Frame
from monitor.imaging.beam_lamp import CLEAR, Lamp
from monitor.imaging.beam_lamp_search import LampSearch
from monitor.imaging.beam_look import Moment
from monitor.imaging.screen_layout import Screen

LATE_S = 0.3
"""Time by which it may turn on after the first exposure."""
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
    lit, out
        The first frame on which it was seen to be on (off), once the next one confirms it and as long as it is; else
        None. Compression now and then shows an old piece of the screen for one frame.
    """

    def __init__(self) -> None:
        self.lit: Moment | None = None
        self.out: Moment | None = None
        self._turned: tuple[bool, Moment] | None = None
        self._lamp: Lamp | None = None
        self._search = LampSearch()
        self._proofs = self._doubts = 0
        self._doubted_s, self._weighed = -np.inf, False
        self._read_s = 0.0

    def update(self, frame: Frame, screen: Screen | None) -> None:
        """Take the next frame. ``screen``: None where it holds no image."""
        if self._lamp is None:
            self._lamp = self._search.add(frame, screen)
            self._proofs, self._doubts, self._read_s = 1, 0, frame.t_s
            return
        on = self._is_on(self._lamp.read(frame))
        if on is None:
            self._unread(frame.t_s)
        else:
            self._read(on, Moment(frame.t_s, frame.index))

    def _read(self, on: bool, at: Moment) -> None:
        self._read_s = at.t_s
        if self._turned is None or self._turned[0] is not on:
            self._turned = on, at
            self.out = None if on else self.out
        elif on:
            self.lit, self.out = self._turned[1], None
        else:
            self.lit, self.out = None, self._turned[1]

    def _unread(self, t_s: float) -> None:
        self.lit = self.out = self._turned = None
        if t_s - self._read_s > _UNREAD_S:
            self._forget()

    def _is_on(self, bright: float | None) -> bool | None:
        """Whether it is on; None where that can't be read. Half of an interlaced frame shows it turn a frame early."""
        if bright is None:
            return None
        if bright < CLEAR or bright > 1 - CLEAR:
            return bright > CLEAR
        return None if self._turned is None else not self._turned[0]

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
        """Whether it is out in vain, now that the images show another exposure."""
        if t_s - self._doubted_s > _DOUBT_S:
            self._doubted_s, self._weighed = t_s, False
        if self._weighed or t_s - self._doubted_s < LATE_S:
            return False
        self._doubts, self._weighed = self._doubts + 1, True
        if self._doubts < min(self._proofs, _MOST_DOUBTS):
            return False
        self._forget()
        return True

    def _forget(self) -> None:
        self._lamp = self.lit = self.out = self._turned = None
        self._search = LampSearch()
