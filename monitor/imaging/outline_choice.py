"""Two ways to the border of one body: searched for from a point in it, or as the model drew it.

The search fits a body's shape to the edges and is the finer one; the model sees the whole picture and fails more
rarely. So the search's border is taken where it is sure of it and the model sees much the same, else the model's. Seen
from the side, a corner that the search has set on a neighbour's endplate hardly changes what the borders enclose; seen
from the front, it takes the line of a tilted endplate for its rim. A sure model is believed there.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from monitor.domain import Image, Outline, Point, Polygon, View
from monitor.imaging.lying import towards_head
from monitor.imaging.outline import find_outline

MUCH_THE_SAME = 0.85
"""Dice of both borders. Habits of drawing leave 0.86 and more; below, the search had taken a spinous process
or a neighbour's endplate for a side of the body, as sure of it as ever."""

ASTRAY, SURE = 0.08, 0.95
"""Distance between both borders, as a part of the body's size (about 2.5 mm), from which the search has gone astray
somewhere if the model is so sure: of 77 side views it had in 8, by 2 mm and more; one such fault is left. From 0.05 to
0.08, and from 0.9 to 0.97, make little difference. From the front a model so sure is always believed: on 38 recordings
its upper endplate lay 0.1 mm beyond the silhouette's (standard deviation 0.5), the search's 1.2 mm within it (1.2)."""

LEAST_ALONE = 0.5
"""Confidence from which the model's border is taken where the search finds none: likelier right than not."""


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """An outline; whether the search has found that body too, with its head on the same side."""

    outline: Outline
    searched: bool


def choose_outline(
    image: Image, at: Point, view: View, spacing_mm: float | None, drawn: Outline | None, least_confidence: float
) -> Choice | None:
    """The outline of the body at a point.

    Parameters
    ----------
    image, at, view, spacing_mm
        As for ``find_outline``.
    drawn
        What the model drew of the body at the point, in the same frame pixels; None where it drew nothing.
    least_confidence
        From which either is believed when they compete.
    """
    found = find_outline(image, at, view, spacing_mm)
    least = LEAST_ALONE if found is None else least_confidence
    if drawn is None or drawn.confidence < least or not holds(drawn.polygon, at):
        return None if found is None else Choice(found, searched=True)
    drawn = replace(drawn, whole=drawn.confidence >= SURE)
    if found is None or found.confidence < least or _overlap(found.polygon, drawn.polygon) < MUCH_THE_SAME:
        return Choice(drawn, searched=False)
    better = view is View.AP or _is_astray(found.polygon, drawn.polygon)
    return Choice(drawn if better and drawn.whole and _agree(found, drawn) else found, searched=True)


def _agree(one: Outline, other: Outline) -> bool:
    """Whether both have the head on the same side."""
    return float(np.dot(towards_head(one.corners), towards_head(other.corners))) > 0


def is_same_body(one: Outline, other: Outline) -> bool:
    """Whether the middle of each lies within the other."""
    return holds(one.polygon, middle(other)) and holds(other.polygon, middle(one))


def _overlap(one: Polygon, other: Polygon) -> float:
    """Dice of what two borders enclose."""
    corner = np.minimum(one.min(0), other.min(0))
    width, height = (int(side) + 2 for side in np.maximum(one.max(0), other.max(0)) - corner)
    both = np.zeros((2, height, width), np.uint8)
    for mask, border in zip(both, (one, other), strict=True):
        cv2.fillPoly(mask, [np.round(border - corner).astype(np.int32)], 1)
    return float(2 * np.count_nonzero(both.all(0)) / np.count_nonzero(both))


def _is_astray(one: Polygon, other: Polygon) -> bool:
    """Whether either border lies far from the other anywhere."""
    far = ASTRAY * cv2.contourArea(other) ** 0.5
    pairs = ((one, other), (other, one))
    return any(
        abs(cv2.pointPolygonTest(border, point.tolist(), True)) > far for points, border in pairs for point in points
    )


def holds(body: Polygon, point: Point) -> bool:
    """Whether a point lies within a body's border, or on it."""
    return cv2.pointPolygonTest(body, point, False) >= 0


def middle(outline: Outline) -> Point:
    """The mean of the border's points."""
    x, y = outline.polygon.mean(0)
    return float(x), float(y)
