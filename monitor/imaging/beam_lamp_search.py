"""Finds the lamp that tells whether the beam is on, from shots that the image itself showed to begin and end.

What is beside the image and looks one way all through a shot, and another, the same, before and after it, is a lamp::

    beam      off     | on      | off
    lamp      . . . . # # # # # . . . .     two looks, far apart
    clock     1 2 3 4 5 6 7 8 9 0 1 2 3     many
    title     # # # # # # # # # # # # #     one
"""

from collections import deque
from dataclasses import dataclass, field
from itertools import accumulate, pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame
from monitor.imaging.beam_lamp import Lamp
from monitor.imaging.screen_layout import Screen
from monitor.imaging.screen_watch import to_grey

_CELLS = 128
"""Cells along the screen's longest side: a lamp spans some three, the stroke of a letter about one."""
_GAP, _TIGHT = 16, 3.0
"""Grey levels between a lamp's two looks, and how often the spread of either goes into that."""
_READ = 24
"""Cells that are read at most."""
_SAMPLE_S = 0.1
_LAG_S = 1.5
"""When a sample is taken to belong to the beam on or off: the end of a shot becomes known late."""
_GUARD_S, _PHASE_S = 0.2, 0.6
"""Left out where the beam turns on or off; how long it must stay so to be learned from."""
_SURE_CELLS = 6
"""Cells from which one shot is enough: a digit of a clock that happens to come and go covers fewer."""
_TURNS, _SURE_TURNS = 4, 2
"""Off, on, off, on, off; or, with that many cells, off, on, off."""
_PHASES = 12
"""Phases looked back on: short ones tell nothing."""
Cells = NDArray[np.uint8]


@dataclass(slots=True, eq=False)
class _Phase:
    """A time of the beam on or off: how dark and how bright each cell was."""

    on: bool
    began_s: float
    ended_s: float = np.inf
    low: Cells = field(default_factory=lambda: np.zeros((0, 0), np.uint8))
    high: Cells = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def holds(self, t_s: float, now_s: float) -> bool:
        """Whether a sample lies well within it, and it lasted."""
        end_s = min(self.ended_s, now_s)
        return end_s - self.began_s >= _PHASE_S and self.began_s + _GUARD_S <= t_s <= end_s - _GUARD_S

    def add(self, cells: Cells) -> None:
        """Take a sample."""
        self.low = np.minimum(self.low, cells) if self.low.size else cells
        self.high = np.maximum(self.high, cells) if self.high.size else cells


class LampSearch:
    """Looks for a lamp while the image tells when the beam is on."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, Cells]] = deque()
        self._phases: deque[_Phase] = deque([_Phase(False, -np.inf)], maxlen=_PHASES)
        self._shape = (0, 0)
        self._factor = 1

    def turn(self, on: bool, t_s: float) -> None:
        """Learn that the beam turned on or off at a time, now or lately."""
        self._phases[-1].ended_s = t_s
        self._phases.append(_Phase(on, t_s))

    def add(self, frame: Frame, screen: Screen | None) -> Lamp | None:
        """Take the next frame; gives the lamp once it is known. ``screen``: None where there is no image."""
        if self._samples and 0 <= frame.t_s - self._samples[-1][0] < _SAMPLE_S:
            return None
        self._sample(frame)
        settled = False
        while self._samples[0][0] < frame.t_s - _LAG_S:
            settled |= self._settle(*self._samples.popleft(), frame.t_s)
        return self._found(screen) if settled and screen is not None and not self._phases[-1].on else None

    def _sample(self, frame: Frame) -> None:
        height, width = frame.pixels.shape[:2]
        if self._shape != (height, width):
            self._samples.clear()
            self._shape, self._factor = (height, width), max(round(max(height, width) / _CELLS), 1)
            self._phases.clear()
            self._phases.append(_Phase(False, -np.inf))
        size = (width // self._factor, height // self._factor)
        even = frame.pixels[: size[1] * self._factor, : size[0] * self._factor]
        cells = np.asarray(cv2.resize(even, size, interpolation=cv2.INTER_AREA), np.uint8)
        self._samples.append((frame.t_s, to_grey(cells)))

    def _settle(self, t_s: float, cells: Cells, now_s: float) -> bool:
        """Count a sample to the phase it lies in; True where it lies in one."""
        phase = next((phase for phase in self._phases if phase.holds(t_s, now_s)), None)
        if phase is not None:
            phase.add(cells)
        return phase is not None

    def _found(self, screen: Screen) -> Lamp | None:
        phases = [phase for phase in self._phases if phase.low.size]
        for turns, least in ((_SURE_TURNS, _SURE_CELLS), (_TURNS, 1)):
            latest = _latest(phases, turns)
            lamp = self._lamp(latest, screen, least) if latest else None
            if lamp is not None:
                return lamp
        return None

    def _beside(self, screen: Screen) -> NDArray[np.bool_]:
        """The cells beside the image, none that touches it."""
        inside = np.zeros([n // self._factor for n in self._shape], np.uint8)
        cv2.fillConvexPoly(inside, np.round(screen.outline / self._factor - 0.5).astype(np.int32), (1,))
        return ~np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)), np.bool_)

    def _lamp(self, phases: list[_Phase], screen: Screen, least: int) -> Lamp | None:
        (off_low, off_high), (on_low, on_high) = (_range(phases, on) for on in (False, True))
        spread = np.maximum(off_high - off_low, on_high - on_low)
        gap = (on_low + on_high - off_low - off_high) / 2
        size = np.abs(gap)
        clear = np.flatnonzero((size >= _GAP) & (spread * _TIGHT < size) & self._beside(screen))
        if len(clear) < least:
            return None
        best = clear[np.argsort(-size.flat[clear])[:_READ]]
        rows, columns = self._places(best, gap.shape[1])
        return Lamp(self._shape, rows, columns, (off_low + off_high).flat[best] / 2, gap.flat[best])

    def _places(self, cells: NDArray[np.intp], columns: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of all pixels of some cells, (cells, pixels of a cell)."""
        down, across = (n.ravel() for n in np.indices((self._factor, self._factor)))
        corner = np.array(np.divmod(cells, columns)) * self._factor
        return corner[0][:, None] + down, corner[1][:, None] + across


def _latest(phases: list[_Phase], turns: int) -> list[_Phase]:
    """The latest phases, back to where the beam had turned on or off so many times; none where it had not."""
    turned = [int(a.on is not b.on) for a, b in pairwise(phases)]
    back = list(accumulate(reversed(turned)))
    return phases[-2 - back.index(turns) :] if turns in back else []


def _range(phases: list[_Phase], on: bool) -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Lowest and highest level of each cell while the beam was on, or off."""
    low = np.min([phase.low for phase in phases if phase.on is on], axis=0)
    high = np.max([phase.high for phase in phases if phase.on is on], axis=0)
    return low.astype(np.int16), high.astype(np.int16)
