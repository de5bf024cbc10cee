"""The reference of a recording: ``truth.jsonl`` as values."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from monitor.domain import Polygon, RecordingError, View, Zone, polygon


@dataclass(frozen=True, slots=True, eq=False)
class TruthFrame:
    """One line of ``truth.jsonl``; None where nobody knows.

    Attributes
    ----------
    t_s, frame, live, shot, view
        Which frame; ``shot`` is 0 and the rest of the values are None while the beam is off.
    pulse
        Number of the X-ray pulse within the shot.
    motion
        (dx, dy) of the target in pixels of the recorded frame, against the first usable frame of its view.
    spacing_mm
        Millimetres per frame pixel at the target.
    outline, core
        Silhouette of the target body, and its thick part; frame pixels.
    outside_mm2
        Projected cement beyond the silhouette by zone; empty also where nobody knows.
    venous
        Zones whose cement came along a vein.
    true3d
        Millilitres of cement by compartment, seen or not.
    annotated
        Whether ``cement``, ``outside`` and ``ignore`` were drawn on this frame.
    """

    t_s: float
    frame: int
    live: bool
    shot: int
    view: View
    pulse: int | None = None
    motion: tuple[float, float] | None = None
    spacing_mm: float | None = None
    outline: Polygon | None = None
    core: Polygon | None = None
    outside_mm2: Mapping[Zone, float] = field(default_factory=dict)
    venous: frozenset[Zone] | None = None
    true3d: Mapping[str, float] | None = None
    annotated: bool = False
    cement: tuple[Polygon, ...] = ()
    outside: tuple[Polygon, ...] = ()
    ignore: tuple[Polygon, ...] = ()


@dataclass(frozen=True, slots=True)
class TrueShot:
    """One beam-on run: live from ``start_s`` to ``end_s``, dark at ``dark_before_s`` and at ``dark_after_s``."""

    shot: int
    view: View
    first_frame: int
    dark_before_s: float
    start_s: float
    end_s: float
    dark_after_s: float


@dataclass(frozen=True, eq=False)
class Truth:
    """The reference of a whole recording, in order of frame."""

    frames: tuple[TruthFrame, ...]

    @cached_property
    def live(self) -> tuple[TruthFrame, ...]:
        """Frames on which the beam was on."""
        return tuple(line for line in self.frames if line.live)

    @cached_property
    def pulses(self) -> tuple[TruthFrame, ...]:
        """The first frame of every X-ray pulse; every live frame where pulses aren't known."""
        runs = groupby(self.live, key=lambda line: (line.shot, line.frame if line.pulse is None else -1 - line.pulse))
        return tuple(next(run) for _, run in runs)

    def pulses_of(self, view: View) -> tuple[TruthFrame, ...]:
        """The pulses of one view."""
        return tuple(line for line in self.pulses if line.view is view)

    @cached_property
    def shots(self) -> tuple[TrueShot, ...]:
        """The beam-on runs, in order."""
        runs = [list(run) for _, run in groupby(self.frames, key=lambda line: (line.live, line.shot))]
        return tuple(_shot(runs, i) for i, run in enumerate(runs) if run[0].live)


def _shot(runs: list[list[TruthFrame]], i: int) -> TrueShot:
    first, last = runs[i][0], runs[i][-1]
    before = runs[i - 1][-1].t_s if i else first.t_s
    after = runs[i + 1][0].t_s if i + 1 < len(runs) else last.t_s
    return TrueShot(first.shot, first.view, first.frame, before, first.t_s, last.t_s, after)


def read_truth(path: Path) -> Truth:
    """Read ``truth.jsonl``.

    Raises
    ------
    RecordingError
        The file is missing, isn't JSON lines, lacks a needed key, or its frames are out of order.
    """
    try:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        return parse_truth(lines)
    except OSError as error:
        raise RecordingError(f"{path}: expected the truth of a recording; {error}. Only such can be scored.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise RecordingError(f"{path}: expected one JSON object a frame, as docs say; found {error!r}.") from error


def parse_truth(lines: Iterable[Mapping[str, Any]]) -> Truth:
    """Make the values from parsed lines; ValueError where the frames are out of order or a zone is unknown.

    Where the team goes on to a next level, the lines tell of that one: to whoever watches the first, its outline, its
    cement and its leaks are unknown from there on.
    """
    frames = tuple(_frame(line) for line in lines)
    if any(b.frame <= a.frame for a, b in pairwise(frames)):
        raise ValueError("frames out of order")
    moved_on = _next_target(frames)
    return Truth((*frames[:moved_on], *(_without_target(line) for line in frames[moved_on:])))


def _next_target(frames: tuple[TruthFrame, ...]) -> int:
    """Index of the first frame that tells of another vertebra: cement doesn't leave a body, so one without is another.

    The number of frames where there is none.
    """
    filled = False
    for i, line in enumerate(frames):
        if line.true3d is not None:
            empty = not any(line.true3d.values())
            if filled and empty:
                return i
            filled |= not empty
    return len(frames)


def _without_target(line: TruthFrame) -> TruthFrame:
    return TruthFrame(line.t_s, line.frame, line.live, line.shot, line.view, line.pulse, spacing_mm=line.spacing_mm)


def _frame(line: Mapping[str, Any]) -> TruthFrame:
    motion = line.get("motion")
    venous = line.get("venous")
    return TruthFrame(
        t_s=float(line["t"]),
        frame=int(line["frame"]),
        live=bool(line["live"]),
        shot=int(line["shot"]),
        view=parse_view(line["view"]),
        pulse=line.get("pulse"),
        motion=None if motion is None else (float(motion[0]), float(motion[1])),
        spacing_mm=line.get("spacing_mm"),
        outline=_optional(line.get("outline")),
        core=_optional(line.get("outline_core")),
        outside_mm2={Zone(name): float(area) for name, area in (line.get("outside_mm2") or {}).items()},
        venous=None if venous is None else frozenset(map(Zone, venous)),
        true3d=line.get("true3d"),
        annotated=bool(line.get("annotated")),
        cement=polygons(line.get("cement")),
        outside=polygons(line.get("outside")),
        ignore=polygons(line.get("ignore")),
    )


def parse_view(name: object) -> View:
    """A view by name; whatever isn't one of ours is unknown."""
    return View(str(name)) if name in set(View) else View.UNKNOWN


def polygons(drawn: Iterable[object] | None) -> tuple[Polygon, ...]:
    """Polygons from parsed JSON, those with fewer than three points left out."""
    return tuple(p for p in (polygon(points) for points in drawn or ()) if len(p) >= 3)


def _optional(points: object) -> Polygon | None:
    drawn = polygons([points]) if points else ()
    return drawn[0] if drawn else None
