"""Ways out of the vertebral body: where cement leaves it, and the space it runs into."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from skimage.graph import MCP_Geometric

from monitor.simulation.cement import Deposit, nearest_inside, smooth_noise
from monitor.simulation.instruments import Rod
from monitor.simulation.spine import Spine
from monitor.simulation.vertebra import body_depth
from monitor.simulation.volume import Vector, Volume

STEP_MM = 0.5
REACH_MM = np.array([40.0, 62.0, 60.0])

LEAKS = (
    "basivertebral",
    "posterior_breach",
    "foramen",
    "disc_superior",
    "disc_inferior",
    "anterior",
    "anterior_vein",
    "lateral_breach",
    "lateral_vein",
    "needle_track",
)


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way out: the leak's name and compartment, its opening in the wall, and the space that it can fill.

    ``space`` is a boolean volume; ``along_mm`` says how far each voxel is from the opening, as cement would go.
    """

    name: str
    kind: str
    venous: bool
    opening_mm: Vector
    along_mm: Volume


def draw_way(rng: Generator, name: str, spine: Spine, cannula: Rod, side: int) -> Way:
    """Lay a way out through the anatomy; ``side`` is +1 on the patient's left."""
    makers: dict[str, Callable[[], tuple[str, bool, Vector, list[Vector] | None]]] = {
        "basivertebral": lambda: ("canal", True, _wall(spine, 0.0, rng.uniform(-0.1, 0.15)), None),
        "posterior_breach": lambda: ("canal", False, _wall(spine, rng.uniform(-8, 8), rng.uniform(-0.3, 0.3)), None),
        "foramen": lambda: ("foramen", False, _wall(spine, side * spine.target.shape.pedicle_x, -0.22), None),
        "disc_superior": lambda: ("disc_superior", False, _end(rng, spine, 1), None),
        "disc_inferior": lambda: ("disc_inferior", False, _end(rng, spine, -1), None),
        "anterior": lambda: ("anterior", False, _flank(spine, rng.uniform(60, 120), rng.uniform(-0.3, 0.3)), None),
        "anterior_vein": lambda: _vein(rng, spine, "anterior", rng.uniform(70, 110), side),
        "lateral_breach": lambda: (_side(side), False, _flank(spine, 90 - side * rng.uniform(75, 100), 0.0), None),
        "lateral_vein": lambda: _vein(rng, spine, _side(side), 90 - side * rng.uniform(80, 105), side),
        "needle_track": lambda: _track(rng, spine, cannula),
    }
    kind, venous, opening, path = makers[name]()
    box = _space(opening, path)
    outside = _outside(spine, box)
    if path is not None:
        radius = rng.uniform(0.7, 1.25) if venous else cannula.radius_mm + rng.uniform(0.9, 1.6)
        along = _tube(box, path, radius)
        along[~outside & (kind != "needle_track")] = np.inf
    else:
        along = _spread(rng, box, opening, outside & _bounds(kind, spine, box, side))
    return Way(name, kind, venous, opening, Volume(along.astype(np.float32), box.origin_mm, box.step_mm))


def deposit(rng: Generator, way: Way, capacity_ml: float, opens_ml: float) -> Deposit:
    """Fill a way up to ``capacity_ml``, nearest voxels first."""
    order = np.argsort(way.along_mm.values, axis=None, kind="stable")
    order = order[: int(np.isfinite(way.along_mm.values).sum())]
    order = order[: max(1, int(capacity_ml * 1000 / STEP_MM**3))]
    arrival = np.full(way.along_mm.values.shape, np.inf, np.float32)
    arrival.reshape(-1)[order] = (np.arange(len(order)) + 1) * (STEP_MM**3 / 1000)
    held = len(order) * STEP_MM**3 / 1000
    arrival_ml = _cropped(Volume(arrival, way.along_mm.origin_mm, STEP_MM))
    fill = np.ones(arrival_ml.values.shape, np.float32)
    share = rng.uniform(0.5, 0.9) if way.venous else rng.uniform(0.15, 0.5)
    runs = way.venous and way.kind != "canal"
    washout = rng.uniform(3, 9) if runs and rng.random() < 0.4 else None
    return Deposit(way.kind, way.venous, arrival_ml, fill, opens_ml, share, held, washout)


def _cropped(volume: Volume) -> Volume:
    """The part of an arrival volume that ever fills, with one voxel around."""
    filled = np.argwhere(np.isfinite(volume.values))
    low = np.maximum(filled.min(0) - 1, 0)
    high = filled.max(0) + 2
    x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
    return volume.part((x, y, z))


def _side(side: int) -> str:
    return "lateral_left" if side > 0 else "lateral_right"


def _wall(spine: Spine, x: float, height: float) -> Vector:
    """A point on the posterior wall, ``height`` as a fraction of the body's."""
    shape = spine.target.shape
    return np.array([x, -shape.depth / 2 + 1.0, height * shape.posterior_height])


def _end(rng: Generator, spine: Spine, end: int) -> Vector:
    """A point on an endplate (+1 superior), found by going up or down from the middle of the body."""
    shape = spine.target.shape
    x, y = rng.uniform(-0.25, 0.25) * shape.width, rng.uniform(-0.15, 0.3) * shape.depth
    z = np.arange(0, 20, 0.25, dtype=np.float32) * end
    one = np.ones(1, np.float32)
    depth = body_depth(shape, (x * one[:, None, None], y * one[None, :, None], z[None, None, :]))
    inside = np.minimum(depth[1], depth[2]).reshape(-1) > 0
    return np.array([x, y, float(z[int(np.argmin(inside))]) if not inside.all() else float(z[-1])])


def _flank(spine: Spine, azimuth_deg: float, height: float) -> Vector:
    """A point on the side of the body; 0 degrees is left, 90 in front."""
    shape = spine.target.shape
    angle = np.radians(azimuth_deg)
    narrow = 1 - shape.waist
    z = height * min(shape.posterior_height, shape.anterior_height)
    return np.array([shape.width / 2 * narrow * np.cos(angle), shape.depth / 2 * narrow * np.sin(angle), z])


def _vein(
    rng: Generator, spine: Spine, kind: str, azimuth_deg: float, side: int
) -> tuple[str, bool, Vector, list[Vector] | None]:
    """A segmental vein out of the waist, then up or down along the spine."""
    opening = _flank(spine, azimuth_deg, rng.uniform(-0.15, 0.15))
    out = opening / np.hypot(*opening[:2]) * (1, 1, 0)
    around = np.array([-out[1], out[0], 0.0]) * (-1 if out[0] * side < 0 else 1) * side
    course = rng.choice((-1, 1)) * np.array([0, 0, 1.0])
    path = [opening]
    heading = out * 1.0
    for step in range(int(rng.integers(12, 26))):
        goal = (
            out * max(0.1, 0.9 - 0.25 * step) + around * (0.5 if 2 < step < 8 else 0.1) + course * min(1.0, 0.15 * step)
        )
        heading = 0.6 * heading + 0.4 * goal + rng.normal(0, 0.16, 3)
        path.append(path[-1] + 2.2 * heading / np.linalg.norm(heading))
    return kind, True, opening, path


def _track(rng: Generator, spine: Spine, cannula: Rod) -> tuple[str, bool, Vector, list[Vector] | None]:
    """Back along the cannula from where it enters the body."""
    direction = cannula.end_mm - cannula.start_mm
    direction = direction / np.linalg.norm(direction)
    back = -spine.target.shape.depth / 2 + 0.5
    opening = cannula.start_mm + direction * (back - cannula.start_mm[1]) / direction[1]
    return "needle_track", False, opening, [opening, opening + direction * rng.uniform(14, 32)]


def _space(opening: Vector, path: list[Vector] | None) -> Volume:
    points = np.array([opening]) if path is None else np.array(path)
    margin = 5.0 if path is not None else 17.0
    low, high = points.min(0) - margin, points.max(0) + margin
    shape = tuple(np.ceil((high - low) / STEP_MM).astype(int))
    return Volume(np.zeros(shape, np.float32), low, STEP_MM)


def _outside(spine: Spine, box: Volume) -> NDArray[np.bool_]:
    """Where there is no vertebral body: not the target's, nor (roughly) a neighbour's."""
    free = np.ones(box.values.shape, bool)
    for vertebra in (spine.target, *spine.neighbours):
        if np.abs(vertebra.centre_mm).max() < 60:
            depth = body_depth(vertebra.shape, vertebra.local(*box.axes()))
            free &= ~((depth[0] > 0) & (depth[1] > 0) & (depth[2] > 0))
    return free


def _bounds(kind: str, spine: Spine, box: Volume, side: int) -> NDArray[np.bool_]:
    """The compartment's own limits."""
    shape = spine.target.shape
    x, y, z = box.axes()
    wall, above, below = body_depth(shape, spine.target.local(x, y, z))
    back = -shape.depth / 2
    if kind == "canal":
        limit: NDArray[np.bool_] = (
            (np.abs(x) < shape.canal * 0.8) & (y < back + 3) & (y > back - 4.2) & (np.abs(z) < 24)
        )
    elif kind == "foramen":
        low, floor = shape.pedicle_z - shape.pedicle_height / 2, 0.5 - shape.posterior_height / 2
        limit = (np.abs(x - side * (shape.canal + 4)) < 8) & (y < back + 1) & (y > back - 9) & (z < low) & (z > floor)
    elif kind == "disc_superior":
        limit = (above <= 0) & (wall > 1.5) & (above > -spine_gap(spine, 1))
    elif kind == "disc_inferior":
        limit = (below <= 0) & (wall > 1.5) & (below > -shape.disc)
    else:
        limit = (wall <= 0) & (wall > -3.5) & (above > -6) & (below > -6) & (y > back)
    out: NDArray[np.bool_] = np.broadcast_to(limit, box.values.shape)
    return out


def spine_gap(spine: Spine, direction: int) -> float:
    """Height of the disc above (+1) or below (-1) the target, mm."""
    if direction < 0:
        return spine.target.shape.disc
    above = [v for v in spine.neighbours if v.centre_mm[2] > 0]
    return min(above, key=lambda v: float(v.centre_mm[2])).shape.disc if above else 8.0


def _tube(box: Volume, path: list[Vector], radius_mm: float) -> NDArray[np.float64]:
    """Distance along a path for the voxels within its radius, infinite elsewhere."""
    x, y, z = box.axes()
    along = np.full(box.values.shape, np.inf)
    run = 0.0
    for start, end in pairwise(path):
        length = float(np.linalg.norm(end - start))
        d = (end - start) / length
        t = (x - start[0]) * d[0] + (y - start[1]) * d[1] + (z - start[2]) * d[2]
        s = np.clip(t, 0, length)
        away2 = (x - start[0] - s * d[0]) ** 2 + (y - start[1] - s * d[1]) ** 2 + (z - start[2] - s * d[2]) ** 2
        here = (away2 <= radius_mm**2) & ~np.isfinite(along)
        along[here] = (run + s)[here]
        run += length
    return along


def _spread(rng: Generator, box: Volume, opening: Vector, space: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Length of the easiest way from the opening through a space; infinite where none leads."""
    uneven = np.exp(0.5 * smooth_noise(rng, box, 3.0))
    if not space.any():
        return np.full(box.values.shape, np.inf)
    inside = Volume(space.astype(np.float32), box.origin_mm, box.step_mm)
    cost = np.where(space, uneven, -1).astype(np.float64)
    found: NDArray[np.float64] = MCP_Geometric(cost).find_costs([nearest_inside(inside, opening)])[0]
    return found
