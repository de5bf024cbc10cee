"""Cement spreading from the cannula's tip: every voxel knows after how many millilitres it fills.

The front runs where the resistance is least (shortest paths through a field of random resistance), so a state of the
injection is a threshold on one array.
"""

from dataclasses import dataclass, replace
from math import exp

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from monitor.simulation.volume import FloatVolume, Vector, Volume

BODY = "body"
FRONT_ML = 0.03
"""Volume over which a voxel goes from empty to full, so that a slow front moves smoothly."""


@dataclass(frozen=True, slots=True, eq=False)
class Deposit:
    """One compartment's cement.

    Attributes
    ----------
    kind
        ``body`` or the compartment a leak runs into (``canal``, ``foramen``, ``disc_superior``, ``disc_inferior``,
        ``anterior``, ``lateral_left``, ``lateral_right``, ``needle_track``).
    venous
        Whether it runs along a vein.
    arrival_ml
        Volume of this deposit at which each voxel fills; infinite where it never does.
    fill
        Part of a voxel that cement takes when full.
    opens_ml, share, capacity_ml
        A leak takes ``share`` of the flow once ``opens_ml`` in all were given, until it holds ``capacity_ml``.
    washout_s
        Time constant with which blood carries it away after it stopped; None if it stays.
    """

    kind: str
    venous: bool
    arrival_ml: Volume
    fill: FloatVolume
    opens_ml: float = 0.0
    share: float = 1.0
    capacity_ml: float = np.inf
    washout_s: float | None = None

    def held_ml(self, given_ml: float) -> float:
        """What a leak has taken of the volume given so far."""
        return min(max(0.0, (given_ml - self.opens_ml) * self.share), self.capacity_ml)

    def remains(self, since_s: float) -> float:
        """Part of it still there, that long after it stopped growing."""
        return 1.0 if self.washout_s is None else 0.06 + 0.94 * exp(-max(since_s - 1.0, 0.0) / self.washout_s)

    def density(self, ml: float, remains: float = 1.0) -> Volume:
        """Part of each voxel filled with cement (0 to 1) when the deposit holds ``ml``."""
        soft = np.float32(min(FRONT_ML, 0.2 * self.capacity_ml))
        full = np.clip((np.float32(ml) - self.arrival_ml.values) / soft, 0, 1) * self.fill
        return replace(self.arrival_ml, values=(full * np.float32(remains)).astype(np.float32))


def grow(
    domain: Volume, resistance: FloatVolume, tips_mm: NDArray[np.float64], fill: FloatVolume, limit_ml: float
) -> FloatVolume:
    """Volume at which each voxel of ``domain`` (positive inside) fills from the tips, ml; infinite beyond ``limit_ml``.

    With two tips, half of ``limit_ml`` comes from the first before the second gives the rest.
    """
    ml = domain.step_mm**3 / 1000
    arrival = np.full(domain.values.shape, np.inf, np.float32)
    cost = np.where(domain.values > 0, resistance, -1).astype(np.float64)
    given = 0.0
    for number, tip in enumerate(tips_mm, 1):
        reached = _costs(domain, cost, tip)
        reached[np.isfinite(arrival)] = np.inf
        order = np.argsort(reached, axis=None, kind="stable")
        order = order[: int(np.isfinite(reached).sum())]
        volume = given + np.cumsum(fill.reshape(-1)[order]) * ml
        until = limit_ml * number / len(tips_mm)
        order = order[volume <= until]
        arrival.reshape(-1)[order] = volume[: len(order)]
        given = until
    return arrival


def _costs(domain: Volume, cost: NDArray[np.float64], tip_mm: Vector) -> NDArray[np.float64]:
    start = nearest_inside(domain, tip_mm)
    found: NDArray[np.float64] = MCP_Geometric(cost).find_costs([start])[0]
    return found


def nearest_inside(domain: Volume, point_mm: Vector) -> tuple[int, int, int]:
    """Index of the domain's voxel nearest to a point."""
    inside = np.argwhere(domain.values > 0)
    away = ((inside * domain.step_mm + domain.origin_mm - point_mm) ** 2).sum(1)
    x, y, z = inside[int(away.argmin())]
    return int(x), int(y), int(z)


@dataclass(frozen=True, slots=True)
class Texture:
    """How cement takes its way: spread of log resistance, size of its patches, how full the pores get.

    ``lump`` is even and full, ``honeycomb`` ragged with bone left between; ``sided`` multiplies the resistance
    beyond the midline, so that the far half stays empty.
    """

    roughness: float
    patch_mm: float
    fill: float
    sided: float


TEXTURES = {
    "lump": Texture(0.35, 5.0, 0.95, 1.0),
    "one_sided": Texture(0.45, 4.0, 0.92, 6.0),
    "honeycomb": Texture(1.1, 2.2, 0.72, 1.0),
}


def resistance_field(rng: Generator, domain: Volume, texture: Texture, side: float) -> FloatVolume:
    """Random resistance to flow; ``side`` (-1, 0, 1) is the half of the body where the tip lies."""
    field = np.exp(texture.roughness * smooth_noise(rng, domain, texture.patch_mm))
    x = domain.axes()[0]
    if side:
        field = field * np.where(x * side < -2, texture.sided, 1.0)
    out: FloatVolume = field.astype(np.float32)
    return out


def fill_field(rng: Generator, domain: Volume, texture: Texture) -> FloatVolume:
    """How much of each voxel cement takes, 0.2 to 1."""
    out: FloatVolume = np.clip(texture.fill + 0.25 * (1 - texture.fill) * 4 * smooth_noise(rng, domain, 1.5), 0.2, 1)
    return out.astype(np.float32)


def smooth_noise(rng: Generator, domain: Volume, patch_mm: float) -> FloatVolume:
    """Normal noise (mean 0, deviation 1) with patches of a size, on a domain's voxels."""
    shape = domain.values.shape
    coarse = [max(4, int(n * domain.step_mm / patch_mm) + 2) for n in shape]
    noise = rng.standard_normal(coarse).astype(np.float32)
    for axis, n in enumerate(shape):
        noise = _stretched(noise, axis, n)
    out: FloatVolume = (noise - noise.mean()) / max(float(noise.std()), 1e-6)
    return out


def _stretched(values: FloatVolume, axis: int, count: int) -> FloatVolume:
    """Interpolate along one axis to ``count`` samples."""
    at = np.linspace(0, values.shape[axis] - 1.001, count)
    low = at.astype(int)
    shape = [1, 1, 1]
    shape[axis] = count
    t = (at - low).astype(np.float32).reshape(shape)
    t = t * t * (3 - 2 * t)
    out: FloatVolume = np.take(values, low, axis) * (1 - t) + np.take(values, low + 1, axis) * t
    return out
