"""Leaks: onset, growth and end of each piece of cement outside the body."""

import numpy as np

from monitor.config import LeakSettings, SpreadSettings
from monitor.domain import Extravasate, Leak, Observation, ShotEnded, View, Zone
from monitor.domain.geometry import inside
from monitor.judgement.footprint import Footprint, footprint
from monitor.judgement.spread import DISCS, Spread
from monitor.judgement.track import Track, is_plain

_Pieces = list[tuple[Extravasate, Footprint]]


class Leaks:
    """Folds judged observations, one per distinct pulse, into leak events.

    Pieces are matched by place on the target within one view and zone; the same cement in the other view is another
    leak, since its zones are others.
    """

    def __init__(self, leaks: LeakSettings, spread: SpreadSettings) -> None:
        self._settings = leaks
        self._spread = spread
        self._tracks: list[Track] = []
        self._leaks = 0
        self._shot = 0
        self._pulses = 0
        self._newest_s = 0.0
        self._lost_in = 0

    def observe(self, observation: Observation) -> tuple[Leak, ...]:
        """Take a judged observation of a known view."""
        t_s = self._newest_s = observation.t_s
        self._pulses = self._pulses + 1 if observation.shot == self._shot else 1
        self._shot = observation.shot
        found, covered = self._assign(observation)
        for track in self._in_view(observation):
            if track in found:
                track.see(found[track], t_s, self._least_reach_mm(track.zone, observation))
            elif track not in covered:
                track.miss(t_s)
        events = [event for track in self._in_view(observation) for event in self._judge(track, observation)]
        self._tracks = [track for track in self._tracks if _is_kept(track, t_s)]
        return tuple(events)

    def lost(self, shot: int) -> None:
        """The body was lost in a shot: where a pulse of it showed something may have been mistaken too."""
        self._lost_in = shot

    def shot_ended(self, event: ShotEnded) -> tuple[Leak, ...]:
        """Report what a short shot ended with: pieces seen often enough, or large ones; there may be no second look."""
        if event.shot != self._shot or self._pulses > self._settings.settling_pulses:
            return ()
        lost = event.shot == self._lost_in
        large = float("inf") if lost else self._settings.single_pulse_factor * self._settings.onset_mm2
        shown = [track for track in self._tracks if track.leak is None and track.seen_s == self._newest_s]
        believed = [track for track in shown if track.is_certain or track.area_mm2 >= large]
        return tuple(self._onset(track, event.t_s, event.frame) for track in believed)

    def outline_changed(self) -> None:
        """A person has changed what counts as outside: known leaks may turn out to be none."""
        for track in self._tracks:
            track.may_vanish = True

    def _in_view(self, observation: Observation) -> list[Track]:
        """The tracks of the observation's view, leaks before what may become one, old before new."""
        mine = [track for track in self._tracks if track.view is observation.view]
        return sorted(mine, key=lambda track: track.leak is None)

    def _assign(self, observation: Observation) -> tuple[dict[Track, _Pieces], set[Track]]:
        """Give each piece to a track; also tell which tracks a piece of another track lies over."""
        found: dict[Track, _Pieces] = {}
        covered: set[Track] = set()
        out = _is_drawn_out(observation)
        pieces = self._pieces(observation)
        for piece, place in pieces:
            touched = [track for track in self._in_view(observation) if track.touches(place)]
            mine = (track for track in touched if track.zone is piece.zone or track.explains(piece, place, pieces, out))
            owner = next(mine, None) or self._start(piece, place, observation)
            if owner is not None:
                found.setdefault(owner, []).append((piece, place))
                covered.update(track for track in touched if _is_covered(track, owner))
        return found, covered

    def _pieces(self, observation: Observation) -> _Pieces:
        """The pieces large enough to tell of a leak, the largest first, each with its place."""
        least = self._settings.hysteresis * self._settings.onset_mm2
        large = sorted((p for p in observation.outside if p.area_mm2 >= least), key=lambda piece: -piece.area_mm2)
        return [(piece, footprint(observation, piece.polygon)) for piece in large]

    def _start(self, piece: Extravasate, place: Footprint, observation: Observation) -> Track | None:
        """Follow a new piece, if it is large enough to become a leak."""
        if not is_plain(piece, self._settings, self._least_reach_mm(piece.zone, observation)):
            return None
        track = Track(observation.view, piece.zone, self._settings, Spread(self._spread), (place,))
        self._tracks.append(track)
        return track

    def _least_reach_mm(self, zone: Zone, observation: Observation) -> float:
        """Reach that tells cement from an endplate tilted against the beam; none where the side view showed it."""
        if observation.view is not View.AP or zone not in DISCS:
            return 0.0
        leaks = (track for track in self._tracks if track.leak is not None and track.view is not View.AP)
        if any(leak.zone is zone for leak in leaks):
            return 0.0
        whole = observation.outline is not None and observation.outline.whole
        return self._settings.ap_whole_reach_mm if whole else self._settings.ap_endplate_reach_mm

    def _judge(self, track: Track, observation: Observation) -> tuple[Leak, ...]:
        t_s, frame = observation.t_s, observation.frame
        if track.leak is None:
            settled = self._pulses > self._settings.settling_pulses
            return (self._onset(track, t_s, frame),) if settled and track.is_certain else ()
        if track.is_gone(t_s):
            return (_event(track, "gone", t_s, frame),)
        if track.seen_s == t_s and (track.has_grown or track.has_turned_venous):
            track.report(track.area_mm2)
            return (_event(track, "growth", t_s, frame),)
        return ()

    def _onset(self, track: Track, t_s: float, frame: int) -> Leak:
        """Report a new leak. What this pulse doesn't show of its place was its own zone flipping: that starts anew."""
        self._tracks = [other for other in self._tracks if not _is_flip(other, track)]
        self._leaks += 1
        track.leak = f"leak-{self._leaks}"
        track.report(track.piece.area_mm2 if track.piece else 0.0)
        return _event(track, "onset", t_s, frame)


def _is_drawn_out(observation: Observation) -> bool:
    """Whether no cannula is in the body any more."""
    if observation.cannula is None or observation.outline is None:
        return observation.cannula is None
    return not inside(np.array([observation.cannula.tip]), observation.outline.polygon)[0]


def _is_covered(track: Track, owner: Track) -> bool:
    """Whether a piece of ``owner`` over ``track`` means that the track is not absent.

    A leak is not gone while any cement lies there. Zones flip at their borders: two candidates share a place until one
    of them is a leak; after that the other zone must show by itself.
    """
    return track is not owner and (track.leak is not None or track.zone is owner.zone or owner.leak is None)


def _is_flip(other: Track, leak: Track) -> bool:
    return other.leak is None and other.seen_s < leak.seen_s and other.overlaps(leak)


def _is_kept(track: Track, t_s: float) -> bool:
    return not track.is_gone(t_s) if track.leak else track.evidence > 0


def _event(track: Track, phase: str, t_s: float, frame: int) -> Leak:
    """Tell of a track; a leak that is gone is told with the size it was last reported with."""
    piece = track.piece
    if piece is None or track.leak is None:
        raise ValueError("expected a leak that has been seen")
    return Leak(
        t_s=t_s,
        frame=frame,
        leak=track.leak,
        phase=phase,
        view=track.view,
        zone=track.zone,
        venous=track.venous,
        area_mm2=track.reported_mm2,
        reach_mm=piece.reach_mm,
        at=piece.at,
    )
