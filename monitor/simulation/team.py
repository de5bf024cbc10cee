"""What the team does, second by second: looks, cannula, injection, C-arm, and everything that moves meanwhile."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import Delivered, View
from monitor.simulation.difficulty import Difficulty
from monitor.simulation.instruments import Rod
from monitor.simulation.machine import Machine
from monitor.simulation.movement import Movement, draw_movement
from monitor.simulation.projection import Pose
from monitor.simulation.spine import Spine
from monitor.simulation.treatment import Treatment, cannula_at, hub

MIN_GAP_S = 0.9


@dataclass(frozen=True, slots=True)
class Look:
    """Why the beam goes on, and for how long; ``ml`` is injected meanwhile.

    ``cannula`` is its depth (1 in place, 0 on the bone, None not there); ``wire`` a K-wire instead.
    """

    view: View
    beam_s: float
    ml: float = 0.0
    cannula: float | None = None
    wire: bool = False


@dataclass(frozen=True, slots=True)
class Shot:
    """A look with its time and place: ``pulses`` from ``start_s`` on.

    ``crossing`` is what crosses the field: ``none``, ``clamp`` or ``fingers``; ``exposure_error`` the factor by which
    the first pulse is off.
    """

    number: int
    look: Look
    start_s: float
    end_s: float
    pulses: int
    pose: Pose
    field_mm: float
    exposure_error: float
    crossing: str


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """Cement given by the syringe over time: knots of a line that never falls."""

    t_s: NDArray[np.float64]
    ml: NDArray[np.float64]

    def given(self, t_s: float) -> float:
        """Millilitres given by a time."""
        return float(np.interp(t_s, self.t_s, self.ml))

    def reached(self, ml: float) -> float:
        """The time at which so much was given."""
        return float(np.interp(ml, self.ml, self.t_s))


@dataclass(frozen=True, slots=True)
class Session:
    """A whole recording's script; ``replay`` is when the last run is shown again (from, until), or None."""

    shots: tuple[Shot, ...]
    flow: Flow
    increments: tuple[Delivered, ...]
    movement: Movement
    duration_s: float
    replay: tuple[float, float] | None


def draw_session(
    rng: Generator,
    difficulty: Difficulty,
    machine: Machine,
    total_ml: float,
    seconds: float,
    after: Session | None = None,
) -> Session:
    """Draw a script of about ``seconds``, beginning where the one before ends."""
    looks = _looks(rng, difficulty, total_ml, seconds)
    shots = _timed(rng, difficulty, machine, looks, seconds)
    if after is not None:
        shots = tuple(_later(shot, after) for shot in shots)
    duration = shots[-1].end_s + rng.uniform(0.8, 1.6)
    flow, increments = _flow(rng, shots)
    return Session(
        shots, flow, increments, draw_movement(rng, difficulty, duration), duration, _replay(rng, difficulty, shots)
    )


def _looks(rng: Generator, difficulty: Difficulty, total_ml: float, seconds: float) -> list[Look]:
    """Positioning, cannula, injection with checks from the front, and a last look from both sides."""
    scale = min(1.0, seconds / 60)
    views = [View.LATERAL, View.AP] if rng.random() < 0.5 else [View.AP, View.LATERAL]
    looks = [Look(views[n % 2], _glance(rng, difficulty)) for n in range(2 + int(rng.integers(0, 2) * scale))]
    if rng.random() < difficulty.wire_odds:
        looks += [Look(View.LATERAL, _glance(rng, difficulty), cannula=0.7, wire=True)]
    steps = 1 + round(scale * rng.integers(1, 4))
    for n in range(steps):
        looks.append(Look(views[n % 2], _glance(rng, difficulty), cannula=(n + 0.6) / (steps + 0.2)))
    looks += _injection(rng, difficulty, total_ml, max(2, round(scale * total_ml / rng.uniform(0.4, 1.2))))
    left = 1.0 if rng.random() < 0.7 else 0.5
    return [
        *looks,
        Look(View.AP, _glance(rng, difficulty), cannula=left),
        Look(View.LATERAL, _glance(rng, difficulty), cannula=left),
    ]


def _injection(rng: Generator, difficulty: Difficulty, total_ml: float, count: int) -> list[Look]:
    looks: list[Look] = []
    parts = rng.uniform(0.7, 1.3, min(count, 9))
    every = int(rng.integers(2, 4))
    for n, ml in enumerate(parts / parts.sum() * total_ml):
        view = View.AP if rng.random() < 0.15 else View.LATERAL
        looks.append(Look(view, rng.uniform(0.9, 2.4), float(ml), 1.0))
        if n % every == every - 1:
            looks.append(Look(View.AP if view is View.LATERAL else View.LATERAL, _glance(rng, difficulty), cannula=1.0))
        if rng.random() < difficulty.idle_odds:
            looks.append(Look(View.LATERAL, _glance(rng, difficulty), cannula=1.0))
    return looks


def _glance(rng: Generator, difficulty: Difficulty) -> float:
    """Length of a look without injection, seconds."""
    return float(rng.uniform(0.08, 0.28) if rng.random() < difficulty.short_odds else rng.uniform(0.4, 0.95))


def _timed(
    rng: Generator, difficulty: Difficulty, machine: Machine, looks: list[Look], seconds: float
) -> tuple[Shot, ...]:
    beam = sum(look.beam_s for look in looks)
    gap = max(MIN_GAP_S + 0.3, (seconds - beam) / (len(looks) + 1))
    poses = _poses(rng, difficulty, machine, looks)
    fields = _fields(rng, difficulty, machine, len(looks))
    now, shots = float(rng.uniform(0.6, 1.4)), []
    for number, (look, pose, field) in enumerate(zip(looks, poses, fields, strict=True), 1):
        pulses = max(1, round(look.beam_s * machine.pulses_per_s))
        end = now + pulses / machine.pulses_per_s
        crossing = str(rng.choice(("clamp", "fingers"))) if rng.random() < difficulty.crossing_odds else "none"
        error = float(np.exp(rng.normal(0, 0.3)))
        shots.append(Shot(number, look, now, end, pulses, pose, field, error, crossing if look.cannula else "none"))
        now = end + max(MIN_GAP_S, gap * rng.uniform(0.55, 1.45))
    return tuple(shots)


def _later(shot: Shot, after: Session) -> Shot:
    start, number = after.duration_s, len(after.shots)
    return replace(shot, number=shot.number + number, start_s=shot.start_s + start, end_s=shot.end_s + start)


def _poses(rng: Generator, difficulty: Difficulty, machine: Machine, looks: list[Look]) -> list[Pose]:
    """Where the C-arm stands at each look: about the same place whenever it comes back to a view, never quite."""
    tilt = float(rng.normal(0, difficulty.display_deg))
    base = {view: draw_pose(rng, difficulty, machine, view, tilt) for view in (View.AP, View.LATERAL)}
    poses: list[Pose] = []
    for n, look in enumerate(looks):
        stays = n > 0 and looks[n - 1].view is look.view
        poses.append(poses[-1] if stays else _returned(rng, difficulty, base[look.view]))
    return poses


def draw_pose(rng: Generator, difficulty: Difficulty, machine: Machine, view: View, tilt_deg: float) -> Pose:
    """A place of the C-arm for a view, the target near the middle and tilted on the display by ``tilt_deg``."""
    spread = machine.field_mm * 0.05
    return Pose(
        view,
        machine.sod_mm,
        oblique_deg=float(rng.normal(0, difficulty.oblique_deg)),
        tilt_deg=float(rng.normal(0, difficulty.oblique_deg)),
        roll_deg=float(np.clip(tilt_deg + rng.normal(0, 1), -20, 20)),
        shift_mm=(float(rng.normal(0, spread)), float(rng.normal(0, spread))),
    )


def _returned(rng: Generator, difficulty: Difficulty, base: Pose) -> Pose:
    u, v = base.shift_mm
    return replace(
        base,
        oblique_deg=base.oblique_deg + float(rng.normal(0, 0.6 * difficulty.oblique_deg)),
        tilt_deg=base.tilt_deg + float(rng.normal(0, 0.6 * difficulty.oblique_deg)),
        roll_deg=base.roll_deg + float(rng.normal(0, difficulty.arm_deg)),
        shift_mm=(u + float(rng.normal(0, difficulty.arm_mm)), v + float(rng.normal(0, difficulty.arm_mm))),
    )


def _fields(rng: Generator, difficulty: Difficulty, machine: Machine, count: int) -> list[float]:
    """Field size at each look; sometimes the team zooms in for good."""
    fields = [machine.field_mm] * count
    if rng.random() < difficulty.zoom_odds and machine.field_mm > 120:
        first = int(rng.integers(2, max(3, count - 3)))
        fields[first:] = [machine.field_mm * 0.74] * (count - first)
    return fields


def _flow(rng: Generator, shots: tuple[Shot, ...]) -> tuple[Flow, tuple[Delivered, ...]]:
    """Cement flows while the beam is on, starting a little after it and oozing on for a moment after the push."""
    t, ml, noted = [0.0], [0.0], []
    for shot in shots:
        if not shot.look.ml:
            continue
        length = shot.end_s - shot.start_s
        start, stop = shot.start_s + 0.15 * length, shot.start_s + rng.uniform(0.75, 0.95) * length
        given = ml[-1]
        t += [start, stop, stop + 1.2]
        ml += [given, given + 0.94 * shot.look.ml, given + shot.look.ml]
        noted.append(Delivered(round(stop + 0.3, 2), round(shot.look.ml, 1)))
    return Flow(np.array(t), np.array(ml)), tuple(noted)


def _replay(rng: Generator, difficulty: Difficulty, shots: tuple[Shot, ...]) -> tuple[float, float] | None:
    """An old run played again in the longest pause of the second half."""
    later = [n for n in range(len(shots) // 2, len(shots) - 1) if shots[n].pulses > 3]
    if rng.random() >= difficulty.replay_odds or not later:
        return None
    n = max(later, key=lambda k: shots[k + 1].start_s - shots[k].end_s)
    start, room = shots[n].end_s + 0.45, shots[n + 1].start_s - shots[n].end_s - 0.9
    return (start, start + room) if room > 0.6 else None


def rods_in(look: Look, treatment: Treatment, spine: Spine) -> tuple[Rod, ...]:
    """Cannulas (or the K-wire before them) as far as they are in."""
    if look.cannula is None:
        return ()
    placed = [cannula_at(c, look.cannula, spine) for c in treatment.cannulas]
    if look.wire:
        return (Rod(placed[0].start_mm, placed[0].end_mm, 0.6),)
    # The stylet fills the bore until cement is injected.
    tubes = [Rod(c.start_mm, c.end_mm, c.radius_mm, c.bore_mm if look.cannula == 1 else 0.0) for c in placed]
    return (*tubes, *(hub(c) for c in placed))
