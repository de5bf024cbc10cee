"""The outline of the vertebral body around a tap, from one clean picture taken before cement."""

from math import exp, sqrt
from types import MappingProxyType

import numpy as np

from monitor.domain import Image, Outline, Point, View, polygon
from monitor.imaging.outline_axis import upright_log_odds
from monitor.imaging.outline_evidence import Array, Patch, patch
from monitor.imaging.outline_pose import poses
from monitor.imaging.outline_search import Fit, search
from monitor.imaging.outline_settle import settled
from monitor.imaging.outline_shape import PER_SIDE

FIELD_MM = 135.0
LADDER = (0.65, 0.8, 1.0, 1.25)
LEAST_PIXELS = 64
LEAST_SCORE = -10.0
"""Below it hardly one proposal in ten was right, on stills not used for fitting."""
SURE_PER_SCORE, SURE_OFFSET = 0.074, -0.66
"""Logistic fit, on such stills, of whether Dice with the silhouette was over 0.9."""


def find_outline(
    image: Image, tap: Point, view: View, spacing_mm: float | None = None, anterior: Point | None = None
) -> Outline | None:
    """Propose the outline of the vertebral body that was tapped.

    Parameters
    ----------
    image
        A view's reference: averaged over pulses, before cement; a cannula may cross it.
    tap
        A point inside the body, well within it; frame pixels.
    view
        ``ap`` or ``lateral``.
    spacing_mm
        Millimetres per frame pixel at the target. None: sizes from a tenth to a third of the field are tried.
    anterior
        Direction on the image from the back of the patient to the front (lateral), where known; else it is decided
        from the picture, as is where the head is.

    Returns
    -------
    Outline | None
        About a hundred points on the silhouette's edge; None where the picture shows no body there, or the tap lies
        outside it.
    """
    if view is View.UNKNOWN or not _inside(image, tap):
        return None
    best: tuple[Fit, Patch, float] | None = None
    for spacing in _spacings(image, spacing_mm):
        seen = patch(image, tap, spacing)
        if seen is None:
            continue
        fit = search(seen, view, poses(view, upright_log_odds(seen), anterior))[0]
        if best is None or fit.score > best[0].score:
            best = (fit, seen, spacing)
    if best is None or best[0].score < LEAST_SCORE:
        return None
    fit, seen, spacing = best
    points = settled(seen, view, fit) / spacing + np.array(tap)
    return Outline(polygon(points), _corners(points, view), "tap", _confidence(fit))


def _inside(image: Image, tap: Point) -> bool:
    """Whether the tap lies on the usable part of a picture worth the name."""
    height, width = image.usable.shape
    column, row = ((tap[axis] - image.origin[axis]) / image.scale for axis in (0, 1))
    if min(width, height) < LEAST_PIXELS or not (0 <= column <= width - 1 and 0 <= row <= height - 1):
        return False
    return bool(image.usable[round(row), round(column)])


def _spacings(image: Image, spacing_mm: float | None) -> tuple[float, ...]:
    """Millimetres per frame pixel to try; a C-arm's field shows 90 to 200 mm of the patient."""
    if spacing_mm is not None:
        return (spacing_mm,)
    field = sqrt(float(image.usable.sum())) * image.scale
    return tuple(step * FIELD_MM / field for step in LADDER)


def _confidence(fit: Fit) -> float:
    return 1 / (1 + exp(-SURE_PER_SCORE * max(fit.score, -1000.0) - SURE_OFFSET))


def _corners(points: Array, view: View) -> MappingProxyType[str, Point]:
    """Corners by name; in an AP view the sides are those of the image turned head up."""
    front, back = ("anterior", "posterior") if view is View.LATERAL else ("right", "left")
    names = (f"superior_{front}", f"superior_{back}", f"inferior_{back}", f"inferior_{front}")
    return MappingProxyType({name: _corner(points, side * PER_SIDE) for side, name in enumerate(names)})


def _corner(points: Array, number: int) -> Point:
    """The point farthest out along the diagonal, near where two sides of the fitted body met."""
    near = points[np.arange(number - PER_SIDE // 3, number + PER_SIDE // 3) % len(points)]
    out = points[number] - points.mean(axis=0)
    x, y = near[np.argmax(near @ out)]
    return float(x), float(y)
