"""The target as one pose of the C-arm sees it: outline, what lies beyond it, and in which zone."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import approximate_polygon, find_contours

from monitor.domain import View, Zone
from monitor.simulation.projection import FloatImage, Grid, Pose, project
from monitor.simulation.spine import Spine
from monitor.simulation.vertebra import Vertebra
from monitor.simulation.volume import Volume

OUTLINE_MM = 2.5
"""Body along the ray from which it belongs to the silhouette."""
CORE = 0.5
"""Part of the body's thickness from which it belongs to the core."""
BEYOND_MM = 0.7
"""Distance from the silhouette from which cement is outside."""

ZONES = tuple(Zone)
PlanePolygon = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Silhouette:
    """Geometry on the target plane, mm from the middle of the field.

    Attributes
    ----------
    outline, core
        Polygons of the silhouette and of its core.
    centre, head
        The body's middle, and a point 20 mm towards the head.
    corners
        Of the body's box: by name, as the domain names an outline's corners.
    beyond
        bool (pixels, pixels): farther than ``BEYOND_MM`` from the silhouette.
    zone
        int8 (pixels, pixels), index into ``ZONES``: what cement there would be called.
    """

    outline: PlanePolygon
    core: PlanePolygon
    centre: NDArray[np.float64]
    head: NDArray[np.float64]
    corners: dict[str, NDArray[np.float64]]
    beyond: NDArray[np.bool_]
    zone: NDArray[np.int8]


def silhouette(spine: Spine, pose: Pose, grid: Grid, left_of_image: int) -> Silhouette:
    """See the target from a pose; ``left_of_image`` is the side of the patient (+1 left) on the image's left in AP."""
    path = project(spine.body, pose, grid)
    outline = outline_of(path, OUTLINE_MM, grid)
    core = outline_of(path, CORE * float(np.percentile(path[path > OUTLINE_MM], 90)), grid)
    free = cv2.distanceTransform((path < OUTLINE_MM).astype(np.uint8), cv2.DIST_L2, 5)
    centre, head = pose.points([[0, 0, 0], [0, 0, 20]])
    zone = _zones(spine.target, pose, grid, left_of_image)
    return Silhouette(
        outline, core, centre, head, _corners(spine.target, pose, left_of_image), free * grid.step_mm > BEYOND_MM, zone
    )


def body_outline(body: Volume, pose: Pose, grid: Grid) -> PlanePolygon:
    """Outline of any vertebra's body on the target plane, mm; empty where it isn't in the field."""
    return outline_of(project(body, pose, grid, 2), OUTLINE_MM, grid)


def outline_of(path: FloatImage, level: float, grid: Grid) -> PlanePolygon:
    """The largest contour of an image at a level, on the target plane, mm; (0, 2) where there is none."""
    found = polygons_of(path, level, grid)
    return max(found, key=_area, default=np.zeros((0, 2)))


def polygons_of(image: FloatImage, level: float, grid: Grid) -> list[PlanePolygon]:
    """All outer contours of an image at a level, on the target plane, mm, to a third of a pixel."""
    rows, columns = np.flatnonzero((image >= level).any(1)), np.flatnonzero((image >= level).any(0))
    if not len(rows):
        return []
    top, left = rows[0], columns[0]
    part = np.pad(image[top : rows[-1] + 1, left : columns[-1] + 1], 1)
    rings = [approximate_polygon(ring, 0.3) for ring in find_contours(part, level, positive_orientation="high")]
    half = (grid.pixels - 1) / 2
    plane = [(r[:-1, ::-1] + (left - 1, top - 1) - half) * grid.step_mm for r in rings if len(r) > 3 and _signed(r) < 0]
    return [p for p in plane if _area(p) > 0.2]


def _signed(ring: PlanePolygon) -> float:
    """Signed area of a (row, column) ring: negative for the outer contours of bright regions."""
    y, x = ring[:, 0], ring[:, 1]
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _area(ring: PlanePolygon) -> float:
    return abs(_signed(ring)) if len(ring) > 2 else 0.0


def _corners(target: Vertebra, pose: Pose, left_of_image: int) -> dict[str, NDArray[np.float64]]:
    s = target.shape
    high, low = s.posterior_height / 2, -s.posterior_height / 2
    front = high - (s.posterior_height - s.anterior_height)
    if pose.view is View.LATERAL:
        own: dict[str, tuple[float, float, float]] = {
            "superior_anterior": (0, s.depth / 2, front),
            "superior_posterior": (0, -s.depth / 2, high),
            "inferior_posterior": (0, -s.depth / 2, low),
            "inferior_anterior": (0, s.depth / 2, low),
        }
    else:
        side, middle = left_of_image * s.width / 2, (high + front) / 2
        own = {
            "superior_left": (side, 0, middle),
            "superior_right": (-side, 0, middle),
            "inferior_right": (-side, 0, low),
            "inferior_left": (side, 0, low),
        }
    return dict(zip(own, pose.points(target.place(list(own.values()))), strict=True))


def _zones(target: Vertebra, pose: Pose, grid: Grid, left_of_image: int) -> NDArray[np.int8]:
    """Name every pixel by the wall it lies behind; walls before and behind (or beside) win over the endplates."""
    across, up = _own_axes(target, pose, grid)
    s = target.shape
    half = (s.depth if pose.view is View.LATERAL else s.width) / 2
    lost = s.posterior_height - s.anterior_height
    slope = lost * (across + half) / s.depth if pose.view is View.LATERAL else lost / 2
    over, under = up - (s.posterior_height / 2 - slope), -s.posterior_height / 2 - up
    least, most = -half - across, across - half
    if pose.view is View.LATERAL:
        low, high = Zone.POSTERIOR, Zone.ANTERIOR
    else:
        low, high = (Zone.RIGHT, Zone.LEFT) if left_of_image > 0 else (Zone.LEFT, Zone.RIGHT)
    scores = np.stack([least + 50 * (least > 0.5), most + 50 * (most > 0.5), over, under])
    names = np.array([ZONES.index(z) for z in (low, high, Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR)], np.int8)
    zone: NDArray[np.int8] = names[scores.argmax(0)]
    if pose.view is View.LATERAL:
        below = (up < s.pedicle_z - s.pedicle_height / 2) & (under < 0)
        zone[(zone == ZONES.index(Zone.POSTERIOR)) & below] = ZONES.index(Zone.FORAMEN)
    return zone


def _own_axes(target: Vertebra, pose: Pose, grid: Grid) -> tuple[FloatImage, FloatImage]:
    """Coordinates of every pixel in the target's own axes, mm: to the front (or its left), and to the head."""
    side = (0, 1, 0) if pose.view is View.LATERAL else (1, 0, 0)
    origin, along, head = pose.points(target.place([(0, 0, 0), side, (0, 0, 1)]))
    back = np.linalg.inv(np.column_stack([along - origin, head - origin]))
    line = (np.arange(grid.pixels) - (grid.pixels - 1) / 2) * grid.step_mm
    u, v = np.meshgrid(line - origin[0], line - origin[1])
    return (back[0, 0] * u + back[0, 1] * v).astype(np.float32), (back[1, 0] * u + back[1, 1] * v).astype(np.float32)
