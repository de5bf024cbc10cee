"""Remembers the noise of every pulse, so that an image shown again isn't taken for a new exposure.

A replayed run, a recalled image or a held one that compression draws afresh repeats the noise of an exposure; a new
exposure of the same anatomy doesn't. Anatomy is alike in all pulses of a run, so what counts is how much closer an
image is to one remembered pulse than to that pulse's companions, those nearest to it in the patient's motion. An
interlaced frame can be half of one pulse and half of another. What goes on where a replayed run was a moment ago is the
next of its pulses, even where compression left little of its noise.
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
_NEW_HELD, _KNOWN_HELD = 0.08, 0.3
"""The same for what is most like the held image: a key frame of the codec brings out noise of it not shown before."""
_UNLIKE, _KNOWN_UNLIKE = 0.5, 0.6
"""Likeness to the held image as a whole below which an image repeats it only from so much noise in common: with few
companions, as after a short shot, anatomy passes for noise (0.3 to 0.5 was seen)."""
_OTHER = 0.2
"""Likeness to the held image as a whole below which an image is no new drawing of it: those had 0.25 and more, while
six in ten of 489 new exposures had less."""
_NEW_ALONE, _KNOWN_ALONE = 0.76, 0.85
"""Likeness to a remembered pulse too short of companions to tell noise from anatomy."""
_COMPANIONS_NEEDED = 2
_LIKELY = 0.3
"""Noise in common from which it may be a replay: if the next image goes on from there, it is."""
_ON, _GOES_ON, _SOON_S = 6, 0.1, 0.75
"""A replay goes on by so many images at most, with at least this noise in common, within this time."""
_CERTAIN = 3
"""Images gone on after which the order alone tells, as long as compression draws little anew."""
_CANDIDATES = 32
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
        self._prints = np.zeros((0, _SIDE * _SIDE), np.float32)
        self._signs = np.zeros((0, _SIDE * _SIDE // 8), np.uint8)
        self._shots = np.zeros(0, np.int32)
        self._pulses = np.zeros(0, np.int32)
        self._count = 0
        self._replayed, self._replayed_s, self._gone_on = -1, -np.inf, 0

    def add(self, texture: Texture, shot: int, pulse: int) -> None:
        """Remember an image of a pulse of a shot."""
        if self._count == len(self._prints) < self._capacity:
            grown = min(self._capacity, max(64, 2 * len(self._prints)))
            self._prints = np.resize(self._prints, (grown, _SIDE * _SIDE))
            self._signs = np.resize(self._signs, (grown, _SIDE * _SIDE // 8))
            self._shots = np.resize(self._shots, grown)
            self._pulses = np.resize(self._pulses, grown)
        slot = self._count % self._capacity
        self._prints[slot] = _fingerprint(texture)
        self._signs[slot] = _signs(self._prints[slot])
        self._shots[slot], self._pulses[slot] = shot, pulse
        self._count += 1

    @property
    def count(self) -> int:
        """Images ever remembered."""
        return self._count

    def holds(self, texture: Texture, before: int, pulse: int) -> bool:
        """Whether an image is one of the first ``before`` that were remembered, not of the shot's ``pulse`` or later.

        The latest pulse shares noise with new ones through the machine's recursive filter. Without companions that tell
        noise from anatomy it can't be known.
        """
        print_ = _fingerprint(texture)
        best = self._most_alike(print_)
        number = self._count - 1 - (self._newest - best) % self._capacity
        latest = self._shots[best] == self._shots[self._newest] and self._pulses[best] >= pulse
        shared, _, known = self._shared(print_, best)
        return number < before and not latest and known < _KNOWN_ALONE and shared > _KNOWN_UNLIKE

    def recall(self, texture: Texture, t_s: float, redrawn: bool, likeness: float) -> Recall:
        """Whether the image shown at a time repeats the noise of a remembered pulse.

        Parameters
        ----------
        redrawn
            Most of the image is other than on the frame before.
        likeness
            To the held image as a whole.
        """
        if self._count == 0:
            return Recall.NEW
        print_ = _fingerprint(texture)
        best = self._most_alike(print_)
        shared, new, known = self._shared(print_, best)
        if likeness < _UNLIKE and self._is_held(best):
            known = max(known, _KNOWN_UNLIKE)
        if likeness < _OTHER and redrawn:
            new = max(new, _NEW)
        goes_on = self._goes_on(best, t_s, redrawn)
        if goes_on:
            known = self._known_next(best, redrawn)
        if shared > min(known, _LIKELY):
            self._gone_on = self._gone_on + best - self._replayed if goes_on else 0
            self._replayed, self._replayed_s = best, t_s
        elif self._gone_on == 0:
            self._replayed_s = -np.inf  # It hasn't got on: it was none.
        if shared > known:
            return Recall.KNOWN
        if self._is_replaying(t_s):
            new = 0.0 if self._is_held(best) else _NEW_HELD
        return Recall.NEW if shared < new else Recall.UNSURE

    def _is_replaying(self, t_s: float) -> bool:
        """Whether a run was shown again until a moment ago: half of its beginning, or of the held image, may follow."""
        return t_s - self._replayed_s < _SOON_S and self._gone_on >= _CERTAIN

    def _goes_on(self, best: int, t_s: float, redrawn: bool) -> bool:
        """Whether a replay of a moment ago comes to this image; the newest are held, unless a replay came to them.

        A replay that is no more than likely has to get on; a new exposure stays where the patient's motion is alike.
        """
        runs = t_s - self._replayed_s < _SOON_S and (self._gone_on >= _CERTAIN or not self._is_held(self._replayed))
        first = self._replayed + (1 if self._gone_on == 0 else -1)
        return runs and first <= best <= self._replayed + _ON

    def _known_next(self, best: int, redrawn: bool) -> float:
        """Noise in common from which an image is the next of a replay; any where the order alone tells."""
        if self._gone_on >= _CERTAIN and not redrawn and not self._is_held(best):
            return -1.0
        return _GOES_ON if self._gone_on or redrawn else _LIKELY

    def _is_held(self, place: int) -> bool:
        """Whether a remembered image is of the newest pulses: the one held, or next to it."""
        newest = self._newest
        return bool(self._shots[newest] == self._shots[place] and self._pulses[newest] - self._pulses[place] < _NEAR)

    def _most_alike(self, print_: Print) -> int:
        """The remembered image most like this one, looked for among those whose signs agree best."""
        filled = min(self._count, self._capacity)
        signs, count = _signs(print_)[None], min(_CANDIDATES, filled)
        _, likely = cv2.batchDistance(signs, self._signs[:filled], cv2.CV_32S, normType=cv2.NORM_HAMMING, K=count)
        places = np.asarray(likely)[0]
        return int(places[(self._prints[places] @ print_).argmax()])

    @property
    def _newest(self) -> int:
        return (self._count - 1) % self._capacity

    def _shared(self, print_: Print, best: int) -> tuple[float, float, float]:
        """Noise in common with the best match; up to what it is a new exposure's; from what it is a repeat's."""
        filled, alike = min(self._count, self._capacity), float(self._prints[best] @ print_)
        around = np.arange(max(0, best - _COMPANIONS), min(filled, best + _COMPANIONS + 1))
        around = around[self._shots[around] == self._shots[best]]
        pulses, images = np.abs(self._pulses[around] - self._pulses[best]), np.abs(around - best)
        far = around[(pulses >= _NEAR) | (images > 2 * _NEAR)]
        if len(far) < _COMPANIONS_NEEDED:
            far = around[(pulses > 0) | (images > _NEAR)]
        if len(far) < _COMPANIONS_NEEDED:
            return alike, _NEW_ALONE, _KNOWN_ALONE
        anatomy = float(np.quantile(self._prints[far] @ print_, _CLOSE))
        new = _NEW_HELD if best == self._newest else _NEW
        known = _KNOWN_HELD if self._is_held(best) else _KNOWN
        return (alike - anatomy) / max(1 - anatomy, 1e-3), new, known


def _fingerprint(texture: Texture) -> Print:
    """The fine structure at 32 x 32 places, each relative to the local contrast; of length 1."""
    local = np.sqrt(cv2.blur(texture.band * texture.band, (15, 15)) + 0.05)
    rows, columns = (np.round(np.linspace(0, n - 1, _SIDE + 2)[1:-1]).astype(int) for n in texture.band.shape)
    at = np.ix_(rows, columns)
    print_: Print = (texture.band[at] / local[at]).ravel()
    return print_ / (np.linalg.norm(print_) + np.float32(1e-3))


def _signs(print_: Print) -> NDArray[np.uint8]:
    return np.packbits(print_ > 0)
