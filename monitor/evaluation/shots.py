"""Shots counted, their ends timed, and the view of every live frame."""

from collections.abc import Iterator

from monitor.domain import View
from monitor.evaluation.results import FoundShot, Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import TrueShot, Truth, parse_view


def score_shots(truth: Truth, results: Results) -> Iterator[Sample]:
    """Count, and for every true shot how far off its start and its end were told.

    A shot that nothing overlaps, or whose partner belongs better to another, has errors as long as itself.
    """
    found, true = results.shots, truth.shots
    yield Sample("shots_exact", float(len(found) == len(true)), None, f"{len(found)} shots found, {len(true)} true")
    for shot in true:
        partner = _partner(shot, found, true)
        length = max(shot.end_s - shot.start_s, 0.0)
        note = f"shot {shot.shot}" + ("" if partner else " missed")
        start = _off(partner.start_s, shot.dark_before_s, shot.start_s) if partner else length
        end = min(_off(partner.end_s, shot.end_s, shot.dark_after_s), 1e3) if partner else length
        yield Sample("shot_start_s", start, shot.first_frame, note)
        yield Sample("shot_end_s", end, shot.first_frame, note)


def score_views(truth: Truth, results: Results) -> Iterator[Sample]:
    """Whether every live frame of an AP or lateral view was seen to be live, and its view right."""
    for line in truth.live:
        if line.view is View.UNKNOWN:
            continue
        observation = results.by_frame.get(line.frame)
        said = "not seen as live" if observation is None else parse_view(observation["view"]).value
        yield Sample("live_seen", float(observation is not None), line.frame)
        yield Sample("view_right", float(said == line.view.value), line.frame, f"{said}, truly {line.view.value}")


def _partner(shot: TrueShot, found: tuple[FoundShot, ...], true: tuple[TrueShot, ...]) -> FoundShot | None:
    best = max(found, key=lambda f: _overlap(f, shot), default=None)
    if best is None or _overlap(best, shot) < 0:
        return None
    return best if max(true, key=lambda t: _overlap(best, t)) is shot else None


def _overlap(found: FoundShot, shot: TrueShot) -> float:
    """Seconds in common; negative: seconds apart."""
    return min(found.end_s, shot.dark_after_s) - max(found.start_s, shot.dark_before_s)


def _off(t: float, earliest: float, latest: float) -> float:
    """Distance of a time from the interval within which the truth lies, to the millisecond: files round to 0.1 ms."""
    return round(max(earliest - t, t - latest, 0.0), 3)
