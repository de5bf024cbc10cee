"""Cement as one pose sees it: where it is, how much of it lies outside, and in which zone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Zone
from monitor.simulation.projection import FloatImage, Grid, Pose, project
from monitor.simulation.silhouette import ZONES, Silhouette
from monitor.simulation.treatment import Treatment

VISIBLE_MM = 0.4
"""Cement along the ray from which it counts as seen."""
_TRACK, _POSTERIOR, _FORAMEN = (ZONES.index(z) for z in (Zone.NEEDLE_TRACK, Zone.POSTERIOR, Zone.FORAMEN))


@dataclass(frozen=True, slots=True, eq=False)
class Deposited:
    """Cement on the detector at one moment, where the pose sees it without the patient's movement.

    Attributes
    ----------
    path
        All cement along the rays, mm.
    outside
        bool: seen, and beyond the silhouette.
    cement_mm2, outside_mm2
        Projected areas; the latter by zone.
    venous
        Zones in which more than half of the cement outside came along a vein.
    compartments_ml
        What each compartment holds.
    """

    path: FloatImage
    outside: NDArray[np.bool_]
    cement_mm2: float
    outside_mm2: dict[Zone, float]
    venous: tuple[Zone, ...]
    compartments_ml: dict[str, float]


def deposited(
    treatment: Treatment,
    held_ml: tuple[float, ...],
    remains: tuple[float, ...],
    pose: Pose,
    grid: Grid,
    seen: Silhouette,
) -> Deposited:
    """Project the deposits; ``remains`` is the part of each that blood hasn't washed away."""
    parts = zip(treatment.deposits, held_ml, remains, strict=True)
    paths = {n: project(d.density(ml, left), pose, grid) for n, (d, ml, left) in enumerate(parts) if ml > 0}
    total = np.zeros((grid.pixels, grid.pixels), np.float32)
    for path in paths.values():
        total += path
    visible = total >= VISIBLE_MM
    outside = visible & seen.beyond
    zone = _zones(treatment, paths, outside, seen.zone)
    pixel = grid.step_mm**2
    counts = np.bincount(zone[outside], minlength=len(ZONES))
    areas = {z: float(n * pixel) for z, n in zip(ZONES, counts, strict=True) if n}
    by_vein = [path for n, path in paths.items() if treatment.deposits[n].venous]
    fed = np.bincount(zone[outside & _seen(by_vein, total)], minlength=len(ZONES))
    venous = tuple(z for z, n, all_n in zip(ZONES, fed, counts, strict=True) if 2 * n > all_n)
    held = _compartments(treatment, held_ml, remains)
    return Deposited(total, outside, float(visible.sum() * pixel), areas, venous, held)


def _seen(paths: list[FloatImage], total: FloatImage) -> NDArray[np.bool_]:
    """Where some of the deposits, given by their paths, make up most of the cement along the ray."""
    own = np.zeros_like(total)
    for path in paths:
        own += path
    return 2 * own > total


def _zones(
    treatment: Treatment, paths: dict[int, FloatImage], outside: NDArray[np.bool_], by_place: NDArray[np.int8]
) -> NDArray[np.int8]:
    """Name by place, except what place can't tell: the cannula's track, and canal from foramen behind the wall."""
    zone = by_place
    if not outside.any():
        return zone
    zone = by_place.copy()
    for n, path in paths.items():
        kind = treatment.deposits[n].kind
        here = outside & (path >= VISIBLE_MM)
        if kind == "needle_track":
            zone[here] = _TRACK
        elif kind == "canal":
            zone[here & (zone == _FORAMEN)] = _POSTERIOR
    return zone


def _compartments(treatment: Treatment, held_ml: tuple[float, ...], remains: tuple[float, ...]) -> dict[str, float]:
    total: dict[str, float] = {}
    for leak, ml, left in zip(treatment.deposits, held_ml, remains, strict=True):
        if ml > 0:
            total[leak.kind] = total.get(leak.kind, 0.0) + ml * left
    return total
