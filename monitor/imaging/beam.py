"""Stage 2: whether the beam is on, which shot and pulse a frame shows, and when shots begin and end."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.config import BeamSettings
from monitor.domain import Beam, Frame
from monitor.imaging.beam_levels import Levels
from monitor.imaging.beam_memory import Memory, Recall
from monitor.imaging.beam_shot import Moment, Shot
from monitor.imaging.beam_texture import Difference, Grid, Texture, compare
from monitor.imaging.beam_turn import shown_otherwise
from monitor.imaging.screen_layout import Blank, Screen

__all__ = ["BeamDetector", "BeamReading", "Moment"]

_OTHER_EXPOSURE = 0.55
"""Likeness to the held image below which an image is another exposure at once."""
_STILL_HELD = 0.8
_STREAK_GAP_S = 0.4
_CLEARLY = 3.0
"""Times the limit by which a steadily changing image must differ from the held one."""
_REFERENCE_AGE_S = 0.4
_STEADY_PULSES = 3
_REPLAY_S = 1.0


@dataclass(frozen=True, slots=True)
class BeamReading:
    """What one frame says of the beam.

    Attributes
    ----------
    state
        ON until it has become clear that the pulses stopped.
    shot, pulse
        Shot from 1 (0 while the beam is off), and pulse within the shot from 0.
    fresh
        This frame is the first to show its pulse.
    started
        Set on the frame on which a new shot became certain: the first frame of it.
    ended
        Set on the frame on which the end of a shot became certain: the last frame that showed a live pulse. When both
        are set, the end is that of the shot before, except on stills, which begin and end on one frame.
    """

    state: Beam
    shot: int = 0
    pulse: int = 0
    fresh: bool = False
    started: Moment | None = None
    ended: Moment | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """One frame with what was measured on it."""

    at: Moment
    frame: Frame
    grid: Grid
    texture: Texture


class BeamDetector:
    """Follows the beam from frame to frame."""

    def __init__(self, settings: BeamSettings) -> None:
        self._settings = settings
        self._grid: Grid | None = None
        self._levels = Levels()
        self._memory = Memory(settings.memory_pulses)
        self._moments: deque[Moment] = deque(maxlen=120)
        self._shot: Shot | None = None
        self._shots = 0
        self._previous: _Look | None = None
        self._reference: _Look | None = None
        self._streak: list[tuple[_Look, Difference]] = []
        self._recalled_s = -1e9
        self._first_frame: int | None = None

    def update(self, frame: Frame, screen: Screen | Blank) -> BeamReading:
        """Take the next frame."""
        at = Moment(frame.t_s, frame.index)
        self._moments.append(at)
        if self._first_frame is None:
            self._first_frame = frame.index
        if isinstance(screen, Blank):
            return self._nothing_shown(at)
        if self._grid is None or self._grid.screen is not screen:
            self._grid = Grid(screen)
        look = _Look(at, frame, self._grid, self._grid.measure(frame))
        if frame.still:
            return self._still(look)
        difference = self._difference(look, self._previous)
        fresh = self._follow(look, difference) if self._shot else False
        ended = self._end_if_over(look.at)
        started = None if self._shot or ended else self._watch(look, difference)
        self._previous = look
        if self._shot is None:
            return BeamReading(Beam.HOLD, ended=ended)
        fresh |= started is not None
        return BeamReading(Beam.ON, self._shot.number, self._shot.pulse, fresh, started, ended)

    def finish(self) -> Moment | None:
        """The end of the shot that was running when the frames ran out, if one was."""
        return self._end(self._shot, self._shot.last_live_s()) if self._shot else None

    def _nothing_shown(self, at: Moment) -> BeamReading:
        ended = self._end_if_over(at)
        if self._shot:
            return BeamReading(Beam.ON, self._shot.number, self._shot.pulse)
        return BeamReading(Beam.NO_SIGNAL, ended=ended)

    def _still(self, look: _Look) -> BeamReading:
        """A still is a shot of one pulse."""
        self._shots += 1
        self._memory.add(look.texture, self._shots)
        return BeamReading(Beam.ON, self._shots, 0, fresh=True, started=look.at, ended=look.at)

    def _end_if_over(self, at: Moment) -> Moment | None:
        if self._shot is None:
            return None
        noise = self._previous.texture.noise if self._previous else 0.0
        since = self._shot.over_since(at.t_s, self._levels.limit(noise))
        return None if since is None else self._end(self._shot, since)

    def _end(self, shot: Shot, since_s: float) -> Moment:
        """Close the shot and give the last frame on which its last pulse was live."""
        self._shot = None
        self._reference = self._previous
        if self._previous:
            self._memory.add(self._previous.texture, shot.number)
        live = [m for m in self._moments if m.t_s < since_s - 1e-3]
        return live[-1] if live else shot.last

    def _difference(self, look: _Look, other: _Look | None) -> Difference | None:
        """Compare with an earlier look, measured again where the layout has changed since."""
        if other is None:
            return None
        earlier = other.texture
        same_size = other.frame.pixels.shape == look.frame.pixels.shape
        if other.grid.screen.layout != look.grid.screen.layout and same_size:
            earlier = look.grid.measure(other.frame)
        return compare(look.texture, earlier)

    def _follow(self, look: _Look, difference: Difference | None) -> bool:
        """While a shot runs: whether this frame shows a new pulse."""
        if self._shot is None or difference is None:
            return False
        noise = look.texture.noise
        limit, surely_new = self._levels.limit(noise), self._levels.surely_new(noise)
        if not self._shot.follow(look.at, difference, limit, surely_new):
            return False
        self._levels.pulse(difference.change)
        self._memory.add(look.texture, self._shot.number)
        return True

    def _watch(self, look: _Look, difference: Difference | None) -> Moment | None:
        """While the beam is off: whether this frame shows that it is on again, and since when."""
        if self._reference is None and look.at.frame == self._first_frame:
            self._reference = look
            return None
        if difference is not None and difference.change <= self._levels.limit(look.texture.noise):
            self._rest(look, difference)
            return None
        against = self._difference(look, self._reference) or Difference(np.inf, 0.0)
        self._streak.append((look, against))
        return self._start() if self._is_exposure(look, against) else None

    def _rest(self, look: _Look, difference: Difference) -> None:
        """Nothing new: learn the held image's own changes and let the reference age."""
        if self._streak and look.at.t_s - self._streak[-1][0].at.t_s <= self._settings.max_gap_s:
            return
        self._streak.clear()
        self._levels.held(difference.change)
        if self._reference is None or look.at.t_s - self._reference.at.t_s > _REFERENCE_AGE_S:
            self._reference = look

    def _is_exposure(self, look: _Look, against: Difference) -> bool:
        """Whether a changed image is another exposure, not the held one altered nor an earlier one shown again."""
        other = against.likeness < _OTHER_EXPOSURE
        steady = len(self._streak) >= _STEADY_PULSES
        if not other and not (steady and against.change > _CLEARLY * self._levels.limit(look.texture.noise)):
            return False
        recall = self._memory.recall(look.texture)
        if recall is Recall.KNOWN or (other and self._is_held_image_moved(look)):
            self._recalled_s, self._reference = look.at.t_s, look
            self._streak.clear()
            return False
        replaying = look.at.t_s - self._recalled_s < _REPLAY_S
        return recall is Recall.NEW and (steady or not replaying)

    def _is_held_image_moved(self, look: _Look) -> bool:
        held = self._reference
        return held is not None and shown_otherwise(look.texture, held.texture)

    def _start(self) -> Moment:
        """Open a shot with the pulses of the streak, from the first that no longer showed the held image."""
        self._shots += 1
        looks = self._exposures()
        first = looks[0]
        self._shot = Shot(self._shots, first.at, self._settings)
        for look in looks:
            self._memory.add(look.texture, self._shots)
            if look.at.frame > self._shot.last.frame + 1:
                self._shot.add(look.at)
        self._streak.clear()
        return first.at

    def _exposures(self) -> list[_Look]:
        """The end of the streak without a gap: what still looks like the held image was the display's doing."""
        (look, _), *earlier = reversed(self._streak)
        looks = [look]
        for look, against in earlier:
            if against.likeness > _STILL_HELD or looks[-1].at.t_s - look.at.t_s > _STREAK_GAP_S:
                break
            looks.append(look)
        return looks[::-1]
