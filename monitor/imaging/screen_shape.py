r"""The shape a field must have: its hull, with bites that only darkness took out of the rim given back.

A shutter cuts the field along a straight edge, bright up to the edge along its whole length. Where the hull runs along
a chord with nothing bright beside it, the image was merely dark there (lead, metal, a direct beam shown black), and
the field goes on to the circle or rectangle that the rest of the rim lies on::

         ____                            ____
       /      \                        /      \
      |        |==== shutter: cut     |        )  dark patch: circle kept
       \ ____ /                        \ ____ /
"""

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Point, Polygon, polygon

LIT = 0.25
"""Part of the field's usual contrast to the background above which a pixel isn't behind a shutter."""
_STEP = 0.2
"""Least contrast of a shutter's edge; where the image fades out it is no shutter."""
_SHARE = 0.55
"""Part of a side's length that must be lit inside and unlit outside for a shutter's edge."""
_CHORD = 0.22
"""Least length of a straight side, as a part of the field's size."""
_PIXELS, _CRISP = 2.0, 0.4
_REACH = 7.0
_PENUMBRA = 0.012
_STRAIGHT = 0.6
"""Pixels searched to either side of a shutter's edge, its width, and how far it strays from a line."""
_RECTANGULAR = 0.97
_ON_CIRCLE = 0.5
"""Part of the circle's circumference that the hull must follow."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """A field's outline and what is sure of it: it is a whole circle or rectangle, or it ends at shutters' edges."""

    outline: Polygon
    regular: bool
    shutters: tuple[tuple[Point, Point], ...] = ()


def complete(hull: Polygon, lit_hull: Polygon, contrast: NDArray[np.float32]) -> Shape:
    """Cut the shutters away and give back what darkness took from the field's rim.

    Parameters
    ----------
    hull
        Convex hull of all that isn't background, pixels of ``contrast``.
    lit_hull
        Convex hull of what is bright enough not to be scatter behind a shutter.
    contrast
        float32 (h, w), difference from the background; 1 is the field's usual difference.
    """
    circle = _circle(hull)
    shape = hull if circle is None else polygon(circle.clip(0, np.array(contrast.shape[::-1]) - 1))
    regular = circle is not None or cv2.contourArea(hull) > _RECTANGULAR * np.prod(np.ptp(hull, axis=0))
    centre = lit_hull.mean(0)
    shutters = []
    for a, b in _sides(lit_hull):
        if _is_edge(a, b, centre, contrast):
            shutters.append((_point(a), _point(b)))
            inward = _inward(a, b, centre)
            outermost = a + min(0.0, float(((lit_hull - a) @ inward).min())) * inward
            shape = _clip(shape, outermost, inward)
    return Shape(shape, bool(regular), tuple(shutters))


def sharpness(hull: Polygon, contrast: NDArray[np.float32]) -> float:
    """Part of the hull's length along which the image ends from one pixel to the next."""
    rim = _resample(hull)
    outward = rim - rim.mean(0)
    outward *= _PIXELS / np.linalg.norm(outward, axis=1, keepdims=True)
    step = _sample(contrast, rim - outward) - _sample(contrast, rim + outward)
    return float((step > _CRISP).mean())


def _point(at: NDArray[np.float64]) -> Point:
    return float(at[0]), float(at[1])


def _circle(hull: Polygon) -> Polygon | None:
    """The circle through most of the hull, or None where it follows none."""
    rim = _resample(hull)
    chosen = np.ones(len(rim), bool)
    for _ in range(6):
        x, y = rim[chosen, 0], rim[chosen, 1]
        (a, b, c), *_ = np.linalg.lstsq(np.column_stack([x, y, np.ones_like(x)]), x**2 + y**2, rcond=None)
        radius = float(np.sqrt(max(c + a * a / 4 + b * b / 4, 1.0)))
        error = np.hypot(rim[:, 0] - a / 2, rim[:, 1] - b / 2) - radius
        chosen = error > np.quantile(error, 0.5) - 0.01 * radius
    near = np.abs(error) < 0.012 * radius + 0.7
    if error.max() > 0.03 * radius + 1 or near.sum() < _ON_CIRCLE * 2 * np.pi * radius:
        return None
    turn = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    return polygon(np.column_stack([a / 2 + radius * np.cos(turn), b / 2 + radius * np.sin(turn)]))


def _resample(hull: Polygon) -> NDArray[np.float64]:
    """Points one pixel apart along the closed hull."""
    closed = np.vstack([hull, hull[:1]]).astype(np.float64)
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(0, length[-1], 1.0)
    return np.column_stack([np.interp(at, length, closed[:, 0]), np.interp(at, length, closed[:, 1])])


def _sides(hull: Polygon) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The hull's long straight sides."""
    size = float(np.ptp(hull, axis=0).max())
    corners = cv2.approxPolyDP(hull, 0.008 * size, True).reshape(-1, 2).astype(np.float64)
    closed = np.vstack([corners, corners[:1]])
    return [(a, b) for a, b in pairwise(closed) if np.hypot(*(b - a)) > _CHORD * size]


def _is_edge(
    a: NDArray[np.float64], b: NDArray[np.float64], centre: NDArray[np.float32], contrast: NDArray[np.float32]
) -> bool:
    """Whether the image steps from lit to unlit along the whole line from a to b, and the steps lie on a line."""
    at = np.linspace(0.05, 0.95, 40)
    depth = np.arange(-_REACH, _REACH + 0.1, 0.5)
    points = (a + at[:, None] * (b - a))[:, None] + depth[:, None] * _inward(a, b, centre)
    profiles = _sample(contrast, points.reshape(-1, 2)).reshape(len(at), len(depth))
    width = round(_PENUMBRA * max(contrast.shape) / 0.5)
    steps = profiles[:, width:] - profiles[:, :-width]
    place = steps.argmax(1)
    found = (steps.max(1) > _STEP) & (profiles[:, 0] < LIT) & (profiles[:, -1] > LIT)
    if found.mean() < _SHARE:
        return False
    line = np.polyfit(at[found], place[found], 1)
    return float(np.median(np.abs(place[found] - np.polyval(line, at[found])))) * 0.5 < _STRAIGHT


def _sample(contrast: NDArray[np.float32], points: NDArray[np.float64]) -> NDArray[np.float32]:
    height, width = contrast.shape
    x, y = np.round(points).astype(int).T
    return np.asarray(contrast[y.clip(0, height - 1), x.clip(0, width - 1)], np.float32)


def _inward(a: NDArray[np.float64], b: NDArray[np.float64], centre: NDArray[np.float32]) -> NDArray[np.float64]:
    x, y = (b - a) / np.hypot(*(b - a))
    normal = np.array([-y, x])
    return normal * np.sign(normal @ (centre - a))


def _clip(shape: Polygon, at: NDArray[np.float64], inward: NDArray[np.float64]) -> Polygon:
    """Keep the part of a convex polygon on the inward side of the line through ``at`` (Sutherland and Hodgman)."""
    depth = (shape - at) @ inward
    kept: list[NDArray[np.float64]] = []
    for n, (point, here) in enumerate(zip(shape.astype(np.float64), depth, strict=True)):
        before = depth[n - 1]
        if (here >= 0) != (before >= 0):
            kept.append(point + (shape[n - 1] - point) * (here / (here - before)))
        if here >= 0:
            kept.append(point)
    return polygon(kept) if len(kept) > 2 else shape
