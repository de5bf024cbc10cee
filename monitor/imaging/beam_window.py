"""How much of an image's noise is other than a moment ago: new pulses, or the same image all along.

From one frame to the next, compression can hide a pulse in blocks that it doesn't draw anew, and can bring in the noise
of a held image bit by bit. Over several frames the two come apart: pulses add up to other noise, a held image stays
itself. How far each goes is learned from the recording, in logarithm; the limit is halfway, and no pulse is much less
than those before it: a held image that the machine sharpens is another picture of the same noise.
"""

from collections import deque
from math import inf, sqrt

from monitor.imaging.beam_levels import LogMean
from monitor.imaging.beam_look import Look
from monitor.imaging.beam_texture import compare

_HELD_PRIOR, _LIVE_PRIOR = 0.4, 1.0
_PRIOR_COUNT, _MEMORY = 20, 400
_MOSTLY, _LEAST_HELD = 0.8, 0.2
"""Part of the window for which a slow pulse must be shown to tell how much a held image changes; the least of that."""
_SHOT_COUNT = 10
_PULSE_MEMORY = 6
_LESSER = 0.3
"""Part of the latest pulses' change that a pulse brings at least. Of 6993 simulated pulses 99 in 100 brought 0.55, a
sharpened image 0.22."""
_REST = 1.14
"""Times the usual change of held images up to which one is held; that of live ones is more by a quarter and over."""


class Window:
    """The latest frames of one layout.

    Parameters
    ----------
    length_s
        How long ago the latest image is compared with at most.
    """

    def __init__(self, length_s: float) -> None:
        self._length_s = length_s
        self._looks: deque[Look] = deque()
        self._whole: float | None = None
        self._latest: float | None = None
        self._held = LogMean(_HELD_PRIOR, _PRIOR_COUNT, _MEMORY)
        self._is_held_known, self._rested, self._repeat = False, inf, 0.0
        self._live = LogMean(_LIVE_PRIOR, _PRIOR_COUNT, _MEMORY)
        self._shot = LogMean(_LIVE_PRIOR, _SHOT_COUNT, _MEMORY)
        self._pulse = LogMean(_HELD_PRIOR, 0, _PULSE_MEMORY)

    def add(self, look: Look) -> None:
        """Take the next frame."""
        self._whole = self._latest = None
        if self._looks and self._looks[-1].layout != look.layout:
            self._looks.clear()
        self._looks.append(look)
        while len(self._looks) > 1 and look.at.t_s - self._looks[1].at.t_s > self._length_s - 1e-3:
            self._looks.popleft()

    def redrawn(self, look: Look) -> None:
        """Take the image that is shown as it is from now on: compression has drawn it anew."""
        self._looks.clear()
        self.add(look)

    @property
    def is_new(self) -> bool:
        """Whether the latest frame is the first of its layout."""
        return len(self._looks) == 1

    @property
    def is_full(self) -> bool:
        """Whether there is an image to compare with from the window's length ago."""
        return self._covers(1.0)

    def _covers(self, share: float) -> bool:
        return bool(self._looks) and self._looks[-1].at.t_s - self._looks[0].at.t_s > share * self._length_s - 1e-3

    def begin_shot(self) -> None:
        """A shot began: its pulses are expected to differ as those of the shots before did."""
        self._shot = LogMean(self._live.mean, _SHOT_COUNT, _MEMORY)
        self._pulse = LogMean(_HELD_PRIOR, 0, _PULSE_MEMORY)

    def change(self) -> float:
        """Share of the noise that came within the window's length.

        0 for the same image, 1.4 for another exposure of which nothing was filtered or compressed away.
        """
        if self._whole is None:
            self._whole = self.change_since(self._looks[0].at.t_s)
        return self._whole

    def change_since(self, t_s: float) -> float:
        """The same since a time, or within the window's length where that is shorter."""
        latest = self._looks[-1]
        old = next((look for look in reversed(self._looks) if look.at.t_s < t_s + 1e-3), self._looks[0])
        difference = compare(latest.texture, old.texture)
        return 0.0 if difference is None else difference.renewed

    def jump(self) -> float:
        """Share of the noise that came with the latest frame."""
        if self._latest is None:
            self._latest = self.change_since(self._looks[-2].at.t_s) if len(self._looks) > 1 else 0.0
        return self._latest

    @property
    def limit(self) -> float:
        """Change below which the image is the same all along."""
        return max(sqrt(self._held.mean * self._shot.mean), _LESSER * self._pulse.mean)

    def pulse(self, change: float) -> None:
        """Learn how much a new pulse of the shot changed since the one before."""
        self._pulse.add(change)

    def held(self) -> None:
        """Learn from the latest frame that an image was held for the window's length."""
        self._is_held_known = True
        self._held.add(self.change())

    def repeats(self) -> None:
        """Learn from a frame that repeats a pulse how little a held image may change, before any was seen.

        Where pulses come too fast to rest, at most as often as much as such a frame brings as there are in the window.
        """
        if self._is_held_known or len(self._looks) < 2:
            return
        self._repeat = max(self._repeat, self.jump())
        if self._covers(_MOSTLY):
            self._rested = min(self._rested, self.change())
        least = max(min(self._rested, len(self._looks) * self._repeat), _LEAST_HELD)
        self._held = LogMean(min(least, _HELD_PRIOR), _PRIOR_COUNT, _MEMORY)

    def has_held(self) -> None:
        """Learn from a shot's end, the first seen, that its last image changes by so much though it is held."""
        if not self._is_held_known and self.change() > self._held.mean:
            self.rests(self.change())

    def rests(self, change: float) -> None:
        """Learn how much a held image changes on this machine, in place of what was expected."""
        self._is_held_known = True
        self._held = LogMean(change, _PRIOR_COUNT, _MEMORY)

    @property
    def is_changing(self) -> bool:
        """Whether the latest image is as other than a moment ago as while the beam is on."""
        return self.is_full and self.change() > self.limit

    @property
    def is_at_rest(self) -> bool:
        """Whether the latest image is no more other than a moment ago than held ones are."""
        return self.is_full and self.change() < _REST * self._held.mean

    def live(self) -> None:
        """Learn from the latest frame that the beam was on for the window's length."""
        change = self.change()
        self._live.add(change)
        self._shot.add(change)
