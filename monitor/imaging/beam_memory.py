"""Remembers the noise of every pulse, so that an image shown again isn't taken for a new exposure.

A replayed run, a recalled image or a held one that compression draws afresh repeats the noise of an exposure; a new
exposure of the same anatomy doesn't. Anatomy is alike in all pulses of a run, so what counts is how much closer an
image is to one remembered pulse than to that pulse's companions, those nearest to it in the patient's motion. An
interlaced frame can be half of one pulse and half of another.
"""

from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.beam_texture import Texture

_SIDE = 32
_NEAR = 3
"""Pulses closer than this in number may share noise through the machine's recursive filter."""
_COMPANIONS = 24
_NEW, _KNOWN = 0.16, 0.4
"""Noise in common with a remembered pulse, as a part of all noise: up to this in a new exposure, from this in a repeat.
In between lie half repeats, of interlaced capture or behind strong compression."""
_NEW_ALONE, _KNOWN_ALONE = 0.76, 0.85
"""Likeness to a remembered pulse too short of companions to tell noise from anatomy."""
_COMPANIONS_NEEDED = 2
_CLOSE = 0.9
Print = NDArray[np.float32]


class Recall(Enum):
    """Whether an image repeats a remembered pulse."""

    NEW = "new"
    UNSURE = "unsure"
    KNOWN = "known"


class Memory:
    """Fingerprints of the latest pulses."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._prints = np.zeros((0, _SIDE * _SIDE), np.int8)
        self._shots = np.zeros(0, np.int32)
        self._pulses = np.zeros(0, np.int32)
        self._count = 0

    def add(self, texture: Texture, shot: int, pulse: int) -> None:
        """Remember an image of a pulse of a shot."""
        if self._count == len(self._prints) < self._capacity:
            grown = min(self._capacity, max(64, 2 * len(self._prints)))
            self._prints = np.resize(self._prints, (grown, _SIDE * _SIDE))
            self._shots = np.resize(self._shots, grown)
            self._pulses = np.resize(self._pulses, grown)
        slot = self._count % self._capacity
        self._prints[slot] = np.round(_fingerprint(texture) * 40).clip(-127, 127)
        self._shots[slot], self._pulses[slot] = shot, pulse
        self._count += 1

    def recall(self, texture: Texture) -> Recall:
        """Whether the image repeats the noise of a remembered pulse."""
        filled = min(self._count, self._capacity)
        if filled == 0:
            return Recall.NEW
        prints = self._prints[:filled].astype(np.float32)
        prints /= np.linalg.norm(prints, axis=1, keepdims=True) + 1e-3
        print_ = _fingerprint(texture)
        return self._judge(prints @ (print_ / (np.linalg.norm(print_) + 1e-3)))

    def _judge(self, alike: NDArray[np.float32]) -> Recall:
        best = int(alike.argmax())
        around = np.arange(max(0, best - _COMPANIONS), min(len(alike), best + _COMPANIONS + 1))
        around = around[self._shots[around] == self._shots[best]]
        pulses, images = np.abs(self._pulses[around] - self._pulses[best]), np.abs(around - best)
        far = around[(pulses >= _NEAR) | (images > 2 * _NEAR)]
        if len(far) < _COMPANIONS_NEEDED:
            far = around[(pulses > 0) | (images > _NEAR)]
        if len(far) < _COMPANIONS_NEEDED:
            return _verdict(float(alike[best]), _NEW_ALONE, _KNOWN_ALONE)
        anatomy = float(np.quantile(alike[far], _CLOSE))
        return _verdict((float(alike[best]) - anatomy) / max(1 - anatomy, 1e-3), _NEW, _KNOWN)


def _verdict(shared: float, new: float, known: float) -> Recall:
    if shared < new:
        return Recall.NEW
    return Recall.KNOWN if shared > known else Recall.UNSURE


def _fingerprint(texture: Texture) -> Print:
    """The fine structure at 32 x 32 places, each relative to the local contrast."""
    local = np.sqrt(cv2.blur(texture.band * texture.band, (15, 15)) + 0.05)
    rows, columns = (np.round(np.linspace(0, n - 1, _SIDE + 2)[1:-1]).astype(int) for n in texture.band.shape)
    at = np.ix_(rows, columns)
    print_: Print = (texture.band[at] / local[at]).ravel()
    return print_
