"""A drawn spine with a known target: bodies with rims, discs, pedicles and arches, soft tissue."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Image, Point, View

SIZE = 420


@dataclass(frozen=True, slots=True)
class Phantom:
    """The picture with its truth; ``mm`` per frame pixel."""

    image: Image
    tap: Point
    border: NDArray[np.float64]
    mm: float


def draw(
    view: View,
    seed: int = 0,
    mm: float = 0.3,
    crushed: float = 1.0,
    noise: float = 0.03,
    scale: float = 1.0,
    origin: Point = (0.0, 0.0),
) -> Phantom:
    """Front to the right in a lateral view, head up; ``crushed`` is front height over the height it had."""
    rng = np.random.default_rng(seed)
    wide, high, disc = (34.0, 26.0, 8.0) if view is View.LATERAL else (44.0, 26.0, 9.0)
    thick = np.zeros((SIZE, SIZE), np.float32)
    middle = np.array([SIZE / 2, SIZE / 2]) + rng.uniform(-12, 12, 2)
    border = np.empty((0, 2))
    for number in (-2, -1, 0, 1, 2):
        shape = _body(view, wide, high, crushed if number == 0 else 1.0)
        place = shape / mm + middle + np.array([rng.uniform(-4, 4), number * (high + disc) / mm])
        border = place if number == 0 else border
        thick += _bone(place, mm)
        thick += _arch(view, place, mm, rng)
    soft = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 12 / mm)
    picture = thick + 0.35 * soft / soft.std() + noise * rng.normal(0, 1, thick.shape)
    picture = cv2.GaussianBlur(picture.astype(np.float32), (0, 0), 0.8)
    tap = place_of(border.mean(axis=0), scale, origin)
    image = Image(0, 0.0, picture, np.ones(picture.shape, np.bool_), scale, origin, 0)
    return Phantom(image, tap, border * scale + np.array(origin), mm / scale)


def place_of(point: NDArray[np.float64], scale: float, origin: Point) -> Point:
    return float(point[0] * scale + origin[0]), float(point[1] * scale + origin[1])


def _body(view: View, wide: float, high: float, front: float) -> NDArray[np.float64]:
    t = np.linspace(-1, 1, 40)
    drop = np.zeros_like(t) if view is View.AP else high * (1 - front) * (1 + t) / 2
    top = np.column_stack([t * wide / 2, -high / 2 + drop + 0.8 * (1 - t**2)])
    bottom = np.column_stack([-t * wide / 2, np.full_like(t, high / 2) - 0.8 * (1 - t**2)])
    waist = 0.05 * wide * (1 - t**2)
    right = np.column_stack([wide / 2 - waist, np.linspace(top[-1, 1], high / 2, 40)])
    left = np.column_stack(
        [-wide / 2 + waist * (0.4 if view is View.LATERAL else 1), np.linspace(high / 2, -high / 2, 40)]
    )
    return np.concatenate([top, right, bottom, left])


def _bone(place: NDArray[np.float64], mm: float) -> NDArray[np.float32]:
    filled = np.zeros((SIZE, SIZE), np.float32)
    cv2.fillPoly(filled, [np.round(place * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
    inner = cv2.erode(filled, np.ones((3, 3)), iterations=max(1, round(0.9 / mm)))
    return np.asarray(0.25 * filled + 0.35 * (filled - inner), np.float32)


def _arch(view: View, place: NDArray[np.float64], mm: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Pedicles: rings on both sides of an AP view; a bar, facets and a process behind the body in a lateral one."""
    arch = np.zeros((SIZE, SIZE), np.float32)
    left, top = place.min(axis=0)
    right = place[:, 0].max()
    if view is View.AP:
        spots = [
            (left + 7 / mm, top + 9 / mm, 4, 6),
            (right - 7 / mm, top + 9 / mm, 4, 6),
            ((left + right) / 2, top + 18 / mm, 2, 8),
        ]
    else:
        spots = [
            (left - x / mm, top + y / mm, a, b)
            for x, y, a, b in ((4, 7, 6, 4), (12, 4, 4, 8), (14, 19, 4, 7), (24, 16, 9, 4))
        ]
    for x, y, a, b in spots:
        centre = (round(x + rng.uniform(-2, 2)), round(y + rng.uniform(-2, 2)))
        cv2.ellipse(arch, centre, (round(a / mm), round(b / mm)), 0, 0, 360, 0.12, -1, cv2.LINE_AA)
        cv2.ellipse(arch, centre, (round(a / mm), round(b / mm)), 0, 0, 360, 0.35, max(1, round(0.8 / mm)), cv2.LINE_AA)
    return arch
