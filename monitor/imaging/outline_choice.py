"""Two ways to the border of one body: searched for from a point in it, or as the model drew it.

The search fits a body's shape to the edges and is the finer one; the model sees the whole picture and fails more
rarely. So the search's border is taken where it is sure of it, else the model's.
"""

import cv2

from monitor.domain import Image, Outline, Point, Polygon, View
from monitor.imaging.outline import find_outline


def choose_outline(
    image: Image, at: Point, view: View, spacing_mm: float | None, drawn: Outline | None, least_confidence: float
) -> Outline | None:
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
    if drawn is None or drawn.confidence < least_confidence or not holds(drawn.polygon, at):
        return found
    if found is None or found.confidence < least_confidence or not is_same_body(found, drawn):
        return drawn
    return found


def is_same_body(one: Outline, other: Outline) -> bool:
    """Whether the middle of each lies within the other."""
    return holds(one.polygon, middle(other)) and holds(other.polygon, middle(one))


def holds(body: Polygon, point: Point) -> bool:
    """Whether a point lies within a body's border, or on it."""
    return cv2.pointPolygonTest(body, point, False) >= 0


def middle(outline: Outline) -> Point:
    """The mean of the border's points."""
    x, y = outline.polygon.mean(0)
    return float(x), float(y)
