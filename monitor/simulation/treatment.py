"""What is done to the target: cannulas, cement, and where it leaks."""

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import Cement
from monitor.simulation.cement import (
    BODY,
    TEXTURES,
    Deposit,
    Texture,
    fill_field,
    grow,
    nearest_inside,
    resistance_field,
)
from monitor.simulation.instruments import Rod
from monitor.simulation.leaks import Way, deposit, draw_way
from monitor.simulation.spine import Spine
from monitor.simulation.vertebra import body_depth
from monitor.simulation.volume import FloatVolume, Vector, Volume

CANNULA_MM = 130.0


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """One vertebra's cement.

    Attributes
    ----------
    approach
        ``left``, ``right`` or ``bilateral``.
    cannulas
        From the tip to the hub, at full depth.
    deposits
        The body's deposit first, then the leaks'.
    total_ml
        Volume given in the end.
    cement
        What it is made of.
    """

    approach: str
    cannulas: tuple[Rod, ...]
    deposits: tuple[Deposit, ...]
    total_ml: float
    cement: Cement

    def held_ml(self, given_ml: float) -> tuple[float, ...]:
        """What each deposit holds when ``given_ml`` left the syringe."""
        leaked = [d.held_ml(given_ml) for d in self.deposits[1:]]
        return (given_ml - sum(leaked), *leaked)


@dataclass(frozen=True, slots=True)
class LeakPlan:
    """A leak to happen: its name and the volume that runs out."""

    name: str
    ml: float


def draw_treatment(
    rng: Generator, spine: Spine, approach: str, total_ml: float, cement: Cement, plans: tuple[LeakPlan, ...]
) -> Treatment:
    """Place the cannulas and work out where every drop goes."""
    sides = {"left": (1,), "right": (-1,), "bilateral": (1, -1)}[approach]
    cannulas = tuple(_cannula(rng, spine, side) for side in sides)
    laid = [
        (draw_way(rng, plan.name, spine, cannulas[0], sides[0] if "foramen" in plan.name else _any(rng)), plan)
        for plan in plans
    ]
    # Where endplates or osteophytes meet, a way has no room: nothing gets out there.
    laid = [(way, plan) for way, plan in laid if np.isfinite(way.along_mm.values).any()]
    ways = [way for way, _ in laid]
    pattern = str(rng.choice(list(TEXTURES), p=(0.55, 0.2, 0.25)))
    body = _body_deposit(rng, spine, cannulas, TEXTURES[pattern], total_ml, ways)
    leaks = [deposit(rng, way, plan.ml, 0.0) for way, plan in laid]
    opened = _opened(body, ways, leaks, total_ml)
    return Treatment(approach, cannulas, (body, *opened), total_ml, cement)


def _any(rng: Generator) -> int:
    return int(rng.choice((-1, 1)))


def _cannula(rng: Generator, spine: Spine, side: int) -> Rod:
    """Through the middle of the pedicle to the front of the body, 11 to 13 gauge."""
    shape = spine.target.shape
    entry = np.array([side * shape.pedicle_x, -shape.depth / 2 - 4, shape.pedicle_z + rng.uniform(-1.5, 1.5)])
    height = min(shape.anterior_height, shape.posterior_height)
    tip = np.array([side * rng.uniform(-0.02, 0.16) * shape.width, rng.uniform(-0.02, 0.25) * shape.depth, 0.0])
    tip[2] = -shape.posterior_height / 2 + height * rng.uniform(0.4, 0.6)
    back = (entry - tip) / np.linalg.norm(entry - tip)
    outer = rng.uniform(2.4, 3.2)
    return Rod(tip, tip + back * CANNULA_MM, outer / 2, outer / 2 - rng.uniform(0.25, 0.4))


def _domain(spine: Spine) -> Volume:
    """Depth under the body's surface less the cortex, positive where cement may go."""
    depth = body_depth(spine.target.shape, spine.target.local(*spine.body.axes()))
    inside = np.minimum(np.minimum(depth[0], depth[1]), depth[2]) - np.float32(0.9)
    return Volume(inside.astype(np.float32), spine.body.origin_mm, spine.body.step_mm)


def _body_deposit(
    rng: Generator, spine: Spine, cannulas: tuple[Rod, ...], texture: Texture, total_ml: float, ways: list[Way]
) -> Deposit:
    """Grow the bolus; where a way out must be reached and isn't, ease the path there until it is."""
    domain = _domain(spine)
    tips = np.array([c.start_mm for c in cannulas])
    side = float(np.sign(tips[0][0])) if len(tips) == 1 else 0.0
    resistance = resistance_field(rng, domain, texture, side)
    fill = fill_field(rng, domain, texture)
    goals = [w.opening_mm for w in ways] or ([_wall_point(rng, spine)] if rng.random() < 0.6 else [])
    openings = [w.opening_mm for w in ways]
    latest = total_ml * rng.uniform(0.45, 0.8)
    for ease in (1.0, 0.35, 0.12, 0.04, 0.01) if openings else (0.12,):
        eased = resistance * _eased(domain, tips[0], goals, ease)
        arrival = grow(domain, eased, tips, fill, total_ml)
        if all(arrival[nearest_inside(domain, o)] < latest for o in openings):
            break
    return Deposit(BODY, False, Volume(arrival, domain.origin_mm, domain.step_mm), fill)


def _wall_point(rng: Generator, spine: Spine) -> Vector:
    """Somewhere on the wall that the bolus comes close to without breaking through."""
    direction = rng.normal(0, 1, 3)
    shape = spine.target.shape
    size = np.array([shape.width, shape.depth, shape.posterior_height]) / 2
    out: Vector = direction / np.abs(direction / size).max() * 0.95
    return out


def _eased(domain: Volume, tip: Vector, goals: list[Vector], ease: float) -> FloatVolume:
    """Resistance factor: ``ease`` along the straight paths from the tip to the goals, 1 elsewhere."""
    x, y, z = domain.axes()
    factor = np.ones(domain.values.shape, np.float32)
    for goal in goals:
        run = goal - tip
        length2 = float(run @ run)
        t = np.clip(((x - tip[0]) * run[0] + (y - tip[1]) * run[1] + (z - tip[2]) * run[2]) / length2, 0, 1)
        away2 = (x - tip[0] - t * run[0]) ** 2 + (y - tip[1] - t * run[1]) ** 2 + (z - tip[2] - t * run[2]) ** 2
        factor = np.minimum(factor, 1 - (1 - ease) * np.exp(-away2 / 18)).astype(np.float32)
    return factor


def _opened(body: Deposit, ways: list[Way], leaks: list[Deposit], total_ml: float) -> list[Deposit]:
    """Give each leak the volume at which the bolus reaches its opening, the earliest first."""
    reach = [float(body.arrival_ml.values[nearest_inside(_reached(body), way.opening_mm)]) for way in ways]
    opened: list[Deposit] = []
    for n in np.argsort(reach):
        given = min(reach[n], total_ml * 0.9)
        for _ in range(20):
            given = min(reach[n] + sum(d.held_ml(given) for d in opened), total_ml * 0.95)
        leak = leaks[n]
        opened.append(
            Deposit(
                leak.kind, leak.venous, leak.arrival_ml, leak.fill, given, leak.share, leak.capacity_ml, leak.washout_s
            )
        )
    return opened


def _reached(body: Deposit) -> Volume:
    volume = body.arrival_ml
    return Volume(np.isfinite(volume.values).astype(np.float32), volume.origin_mm, volume.step_mm)


def cannula_at(full: Rod, depth: float, spine: Spine) -> Rod:
    """The cannula at part of its way: 1 in place, 0 with its tip on the bone behind the pedicle."""
    direction = full.end_mm - full.start_mm
    direction = direction / np.linalg.norm(direction)
    away = (-spine.target.shape.depth / 2 - 22 - full.start_mm[1]) / direction[1]
    shift = direction * away * (1 - depth)
    return Rod(full.start_mm + shift, full.end_mm + shift, full.radius_mm, full.bore_mm)


def hub(cannula: Rod) -> Rod:
    """The thick handle at the cannula's end."""
    direction: NDArray[np.float64] = (cannula.end_mm - cannula.start_mm) / CANNULA_MM
    return Rod(cannula.end_mm - direction * 4, cannula.end_mm + direction * 16, 5.0, 2.5)
