"""Stage 2: whether the beam is on, which shot and pulse a frame shows, and when shots begin and end."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from monitor.config import BeamSettings
from monitor.domain import Beam, Frame
from monitor.imaging.beam_lamp_watch import LATE_S, LampWatch
from monitor.imaging.beam_levels import Levels
from monitor.imaging.beam_look import Look, Moment
from monitor.imaging.beam_lull import Lull
from monitor.imaging.beam_memory import Memory, Recall
from monitor.imaging.beam_redraw import Redraws
from monitor.imaging.beam_rhythm import Rhythm
from monitor.imaging.beam_shot import Shot
from monitor.imaging.beam_stir import Stirring
from monitor.imaging.beam_texture import Difference, Grid, compare
from monitor.imaging.beam_turn import shown_otherwise
from monitor.imaging.beam_window import Window
from monitor.imaging.screen_layout import Blank, Screen

__all__ = ["BeamDetector", "BeamReading", "Moment"]

_OTHER_VIEW = 0.55
"""Likeness to the held image below which it may be the held one turned or magnified by the display."""
_STILL_HELD = 0.9
_OTHER_PULSE = 0.9
"""Likeness to the frame before below which it isn't the same image in a finer drawing."""
_HALF = 0.5
"""Likeness to the frame before above which half of it may still be shown: interlaced capture is whole a frame later."""
_STEADY = 4
"""Images in a row of which none repeats a remembered one, even if each might do so in part."""
_PERIODS_APART = 2.2
"""Pulse periods between two images of one shot at most: compression can swallow the pulse between them."""
_REFERENCE_AGE_S = 0.4
_RISE_S = 0.1
"""A shot's first images may be half of the one before, or rise to their brightness."""
_LEARN_HELD_S = 1.0
"""Time after a shot in which the held image settles."""


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


@dataclass(frozen=True, slots=True)
class _Pause:
    """Without pulses in a shot: until when, when the last pulse was over, its number, images remembered until then."""

    until_s: float
    over_s: float
    remembered: int
    pulse: int


class BeamDetector:
    """Follows the beam from frame to frame."""

    def __init__(self, settings: BeamSettings) -> None:
        self._settings = settings
        self._grid: Grid | None = None
        self._levels = Levels()
        self._memory = Memory(settings.memory_pulses)
        self._moments: deque[Moment] = deque(maxlen=120)
        self._shot: Shot | None = None
        self._pause: _Pause | None = None
        self._shots = 0
        self._previous: Look | None = None
        self._reference: Look | None = None
        self._streak: list[Look] = []
        self._half = False
        self._window, self._stirring = Window(settings.min_gap_s), Stirring(settings.min_gap_s)
        self._lull = Lull(settings.max_gap_s, settings.min_gap_s)
        self._redraws = Redraws()
        self._lamp = LampWatch()
        self._rhythm, self._every_frame = Rhythm(), False
        self._off_s = -np.inf
        self._changing = self._changed = Moment(-np.inf, -1)
        self._first_frame: int | None = None

    def update(self, frame: Frame, screen: Screen | Blank) -> BeamReading:
        """Take the next frame."""
        at = Moment(frame.t_s, frame.index)
        self._moments.append(at)
        if self._first_frame is None:
            self._first_frame = frame.index
        if not frame.still:
            self._lamp.update(frame, None if isinstance(screen, Blank) else screen)
        if isinstance(screen, Blank):
            return self._nothing_shown(at)
        if self._grid is None or self._grid.screen is not screen:
            self._grid = Grid(screen)
        look = Look(at, frame, self._grid, self._grid.measure(frame))
        if frame.still:
            return self._still(look)
        difference = self._difference(look, self._previous)
        if difference and self._redraws.explain(look, difference, self._shot is None):
            return self._redrawn(look)
        self._window.add(look)
        self._stirring.add(at.t_s, difference.stir if difference else 0.0)
        if self._shot is None and 0 <= at.t_s - self._off_s - self._settings.min_gap_s < _LEARN_HELD_S:
            self._window.held()
            self._stirring.held()
        replayed = self._end_if_replayed(look)
        fresh = self._follow(look, difference) if self._shot else False
        ended = replayed or self._ended(look.at)
        started = None if self._shot or ended else self._started(look, difference)
        self._previous = look
        return self._reading(ended, fresh or started is not None, started)

    def finish(self) -> Moment | None:
        """The end of the shot that was running when the frames ran out, if one was."""
        return self._end(self._shot, self._shot.over_s) if self._shot else None

    def _nothing_shown(self, at: Moment) -> BeamReading:
        ended = self._end_if_over(at)
        if self._shot:
            return BeamReading(Beam.ON, self._shot.number, self._shot.pulse)
        return BeamReading(Beam.NO_SIGNAL, ended=ended)

    def _still(self, look: Look) -> BeamReading:
        """A still is a shot of one pulse."""
        self._shots += 1
        self._memory.add(look.texture, self._shots, 0)
        return BeamReading(Beam.ON, self._shots, 0, fresh=True, started=look.at, ended=look.at)

    def _redrawn(self, look: Look) -> BeamReading:
        """Go on with an image that compression has drawn anew: whatever changes, changes against this drawing."""
        self._window.redrawn(look)
        if self._reference is not None:
            self._reference = look
        self._previous = look
        return self._reading(self._ended(look.at))

    def _reading(self, ended: Moment | None, fresh: bool = False, started: Moment | None = None) -> BeamReading:
        """What a frame that shows an image says, as the shot now stands."""
        if self._shot is None:
            return BeamReading(Beam.HOLD, ended=ended)
        return BeamReading(Beam.ON, self._shot.number, self._shot.pulse, fresh, started, ended)

    def _ended(self, at: Moment) -> Moment | None:
        """The last live frame, once the shot has ended: as the lamp says, else as the images do."""
        shot = self._shot
        if shot is None or self._lamp.outshines(at.t_s - shot.last.t_s):
            return None
        if self._lamp.out:
            return self._end(shot, self._lamp.out.t_s)
        return self._end_if_over(at) or self._end_if_at_rest(at)

    def _started(self, look: Look, difference: Difference | None) -> Moment | None:
        """The first live frame, once a shot has begun: as the lamp says, else as the images do."""
        shows, lit = self._watch(look, difference), self._lamp.lit
        if lit is not None:
            return self._start([look], lit) if self._changed.t_s > lit.t_s - LATE_S else None
        if not shows:
            return None
        if self._lamp.out and not self._lamp.is_disproved(look.at.t_s):
            self._hold(look)
            return None
        looks = self._pulses_until(look)
        return self._start(looks, looks[0].at)

    def _hold(self, look: Look) -> None:
        """Take a changed image for one that is held, or shown again."""
        self._reference, self._changing = look, look.at
        self._streak.clear()

    def _end_if_over(self, at: Moment) -> Moment | None:
        """The last live frame, once no pulse has come for too long: what has changed since then is the path's noise."""
        shot = self._shot
        if shot is None or not shot.is_over(at, self._window.is_changing):
            return None
        if at.t_s - shot.shown.t_s > self._settings.min_gap_s:
            self._window.has_held()
        return self._end(shot, shot.over_s)

    def _end_if_at_rest(self, at: Moment) -> Moment | None:
        """The last live frame, once the images have long changed by less than they did."""
        shot = self._shot
        if shot is None:
            return None
        window = self._window
        risen = at.t_s - shot.first.t_s >= self._settings.min_gap_s + _RISE_S and window.is_full
        changed_s = self._lull.came_to_rest(at, window.jump(), window.change() if risen else None)
        if changed_s is None:
            return None
        window.rests(self._lull.change)
        self._rhythm = Rhythm()  # It has been learning from the path's noise.
        return self._end(shot, min(shot.over_s, max(changed_s, self._told_anew(shot).over_s)))

    def _end_if_replayed(self, look: Look) -> Moment | None:
        """The last live frame before a pause, where what comes after it shows earlier images again."""
        shot, gap_s = self._shot, self._settings.min_gap_s
        if shot is None or self._lamp.lit:
            return None
        if look.at.t_s - shot.last.t_s > gap_s:
            self._pause = _Pause(look.at.t_s, shot.over_s, self._memory.count, shot.pulse)
        pause = self._pause
        if pause is None or look.at.t_s - pause.until_s > gap_s or self._window.jump() <= self._window.limit:
            return None
        replayed = self._memory.holds(look.texture, pause.remembered, pause.pulse)
        return self._end(shot, pause.over_s) if replayed else None

    def _told_anew(self, shot: Shot) -> Shot:
        """The shot with those pulses only that the path's noise, now known, can't have feigned."""
        told, least = Shot(shot.number, shot.first, self._settings, self._rhythm), self._lull.least_jump
        for at, jump in self._lull.frames:
            told.follow(at, jump > least, jump > least)
        return told

    def _end(self, shot: Shot, over_s: float) -> Moment:
        """Close the shot, over by a time, and give the last frame before that."""
        self._shot = None
        self._reference = self._previous
        self._every_frame, self._off_s = shot.every_frame, over_s
        self._lamp.turn(False, self._off_s)
        if self._previous:
            self._memory.add(self._previous.texture, shot.number, shot.pulse)
        live = [m for m in self._moments if m.t_s < self._off_s - 1e-3]
        return live[-1] if live else shot.last

    def _difference(self, look: Look, other: Look | None) -> Difference | None:
        """Compare with an earlier look, measured again where the layout has changed since."""
        if other is None:
            return None
        earlier = other.texture
        same_size = other.frame.pixels.shape == look.frame.pixels.shape
        if other.grid.screen.layout != look.grid.screen.layout and same_size:
            earlier = look.grid.measure(other.frame)
        return compare(look.texture, earlier)

    def _follow(self, look: Look, difference: Difference | None) -> bool:
        """While a shot runs: whether this frame shows a new pulse."""
        shot, window = self._shot, self._window
        if shot is None or difference is None:
            return False
        if look.at.t_s - shot.last.t_s < self._settings.min_gap_s < look.at.t_s - shot.first.t_s:
            window.live()
            self._stirring.live()
        changed = self._is_changed(look, difference)
        since, jump = self._renewed(difference, shot.shown.t_s) if changed else (0.0, 0.0)
        fresh = shot.follow(look.at, since > window.limit, jump > window.limit)
        if fresh:
            self._levels.pulse(difference.change)
            window.pulse(since)
        elif self._lamp.lit:
            fresh = shot.stand_in(look.at)
        elif self._stirring.goes_on:
            fresh = shot.keep(look.at)
        elif not changed:
            window.repeats()
        if fresh or difference.likeness < _STILL_HELD:
            self._memory.add(look.texture, shot.number, shot.pulse)
        return fresh

    def _renewed(self, difference: Difference, since_s: float) -> tuple[float, float]:
        """Share of the noise that has come since a time, and with the latest frame."""
        window = self._window
        if window.is_new:
            return difference.renewed, difference.renewed
        return window.change_since(since_s), window.jump()

    def _watch(self, look: Look, difference: Difference | None) -> bool:
        """While the beam is off: whether the images show that it is on again."""
        if self._reference is None and look.at.frame == self._first_frame:
            self._reference = look
            return False
        awaited, self._half = self._half, False
        changed = self._is_changed(look, difference)
        if changed:
            self._changing = look.at if self._is_apart(look.at, self._changed) else self._changing
            self._changed = look.at
        if difference is not None and not changed and not awaited:
            self._rest(look, difference)
            return False
        if self._window.is_at_rest:
            return False
        against = self._difference(look, self._reference) or Difference(np.inf, 0.0, np.inf)
        if against.likeness > _STILL_HELD:
            return False
        since = self._difference(look, self._streak[-1]) if self._streak else difference
        if changed and (since is None or since.likeness < _OTHER_PULSE):
            self._streak.append(look)
        redrawn = difference is None or difference.likeness < _HALF
        self._half = changed and not awaited and not redrawn
        return self._is_exposure(look, against, redrawn)

    def _is_changed(self, look: Look, difference: Difference | None) -> bool:
        return difference is None or difference.change > self._levels.limit(look.texture.noise)

    def _rest(self, look: Look, difference: Difference) -> None:
        """Nothing new: learn the held image's own changes and let the reference age."""
        if self._streak and look.at.t_s - self._streak[-1].at.t_s <= self._settings.max_gap_s:
            return
        self._streak.clear()
        if self._shots == 0 or look.at.t_s - self._off_s < _LEARN_HELD_S:
            self._levels.held(difference.change)
        if self._reference is None or look.at.t_s - self._reference.at.t_s > _REFERENCE_AGE_S:
            self._reference = look

    def _is_exposure(self, look: Look, against: Difference, redrawn: bool) -> bool:
        """Whether a changed image is another exposure, not the held one altered nor an earlier one shown again."""
        recall = self._memory.recall(look.texture, look.at.t_s, redrawn, against.likeness)
        moved = against.likeness < _OTHER_VIEW and recall is not Recall.KNOWN and self._is_held_image_moved(look)
        if self._half and recall is not Recall.UNSURE:
            return False
        if recall is Recall.KNOWN or moved:
            self._hold(look)
            return False
        return recall is Recall.NEW or self._is_steady() or self._goes_on(look.at)

    def _is_steady(self) -> bool:
        """Whether too many images in a row, or for too long, repeat no remembered one for sure."""
        streak = self._streak
        long = len(streak) > 1 and streak[-1].at.t_s - streak[0].at.t_s >= self._settings.min_gap_s
        return long or len(streak) >= _STEADY

    def _goes_on(self, at: Moment) -> bool:
        """Whether images that have changed without a pause are other than a moment ago as pulses are."""
        return at.t_s - self._changing.t_s > self._settings.min_gap_s and self._window.is_changing

    def _is_held_image_moved(self, look: Look) -> bool:
        held = self._reference
        return held is not None and shown_otherwise(look.texture, held.texture)

    def _start(self, looks: list[Look], began: Moment) -> Moment:
        """Open a shot with its pulses so far."""
        self._shots += 1
        self._shot = Shot(self._shots, looks[0].at, self._settings, self._rhythm, self._every_frame)
        self._pause = None
        self._window.begin_shot()
        self._lull = Lull(self._settings.max_gap_s, self._settings.min_gap_s)
        self._stirring.begin_shot()
        self._lamp.turn(True, began.t_s)
        for pulse in looks:
            if pulse.at.frame > self._shot.last.frame + 1:
                self._shot.add(pulse.at)
            self._memory.add(pulse.texture, self._shots, self._shot.pulse)
        self._streak.clear()
        return began

    def _pulses_until(self, look: Look) -> list[Look]:
        """The end of the streak, without a pause in the changes: its images may have been half held ones."""
        looks = [look]
        for earlier in reversed(self._streak):
            if self._is_apart(looks[-1].at, earlier.at) and earlier.at.t_s < self._changing.t_s:
                break
            looks.append(earlier)
        return looks[::-1]

    def _is_apart(self, at: Moment, before: Moment) -> bool:
        """Whether two images are too far apart for pulses of one shot that follow each other."""
        apart_s = _PERIODS_APART * (self._rhythm.period_s or self._settings.last_pulse_s)
        return at.frame - before.frame > 1 and at.t_s - before.t_s > apart_s
