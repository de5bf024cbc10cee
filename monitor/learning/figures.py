"""How good the networks are, on stills of the simulator that they never saw, with intervals."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import hypot, nan

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from monitor.domain import Image, Outline, Polygon, Proposal, View, polygon
from monitor.imaging.anatomy import Anatomist
from monitor.imaging.lying import towards_head
from monitor.learning.picture import DARKEST, Picture

Points = NDArray[np.float64]

FINE = 4
ALONG = 400
"""Points along a border that distances are taken from."""
RESAMPLED = 1000
"""Bootstrap samples for an interval of 95 %."""


@dataclass(frozen=True, slots=True)
class Score:
    """One answer against the truth; lengths in mm, nan where there is nothing to compare."""

    view: View
    view_right: bool
    has_cannula: bool
    pointed: bool
    right: bool
    confidence: float
    dice: float = nan
    border_mm: float = nan
    corners_mm: float = nan
    tip_mm: float = nan
    head_right: float = nan


def score(anatomist: Anatomist, picture: Picture) -> Score:
    """Ask about one picture, without a tap, and compare."""
    answer = anatomist.propose(shown(picture))
    target = answer.target
    right = target is not None and len(picture.bodies) > 0 and _holds(picture.bodies[0], target.polygon.mean(0))
    tips = picture.cannulas if picture.cannulas is not None else np.zeros((0, 2, 2))
    compared = _compared(picture, target) if right and target is not None and answer.view is picture.view else {}
    return Score(
        view=picture.view,
        view_right=answer.view is picture.view,
        has_cannula=len(tips) > 0,
        pointed=answer.pointed,
        right=right,
        confidence=0.0 if target is None else target.confidence,
        tip_mm=_tip(answer, tips) * picture.spacing_mm,
        **compared,
    )


def shown(picture: Picture) -> Image:
    """As the analysis gets it."""
    attenuation = -np.log((picture.grey.astype(np.float32) + DARKEST) / (255 + DARKEST))
    return Image(0, 0.0, np.asarray(attenuation, np.float32), picture.usable, 1.0, (0.0, 0.0), 0)


def table(scores: list[Score], turned: list[Score]) -> Iterator[str]:
    """Lines of a Markdown table: figure, number, value, interval; ``turned``: of the same pictures, upside down."""
    yield "| figure | pictures | value | 95 % interval |"
    yield "| --- | --- | --- | --- |"
    spines = [s for s in scores if s.view is not View.UNKNOWN]
    yield _row("view right", [float(s.view_right) for s in scores], np.mean)
    yield _row("right body, one pointed at", [float(s.right) for s in spines if s.pointed], np.mean)
    yield _row("right body, a cannula in the picture", [float(s.right) for s in spines if s.has_cannula], np.mean)
    yield _row("right body, no cannula", [float(s.right) for s in spines if not s.has_cannula], np.mean)
    for view in (View.LATERAL, View.AP):
        mine = [s for s in spines if s.view is view]
        yield _row(f"{view.value}: Dice, median", [s.dice for s in mine], np.median)
        yield _row(f"{view.value}: Dice, 10th percentile", [s.dice for s in mine], _tenth)
        yield _row(f"{view.value}: border, median mm", [s.border_mm for s in mine], np.median)
        yield _row(f"{view.value}: corners, median mm", [s.corners_mm for s in mine], np.median)
        yield _row(f"{view.value}: head on its side", [s.head_right for s in mine], np.mean)
    yield _row("cannula's tip, median mm", [s.tip_mm for s in spines], np.median)
    yield _row("upside down: head on its side", [s.head_right for s in turned], np.mean)
    yield _row(
        "no spine: nothing proposed", [float(s.confidence == 0) for s in scores if s.view is View.UNKNOWN], np.mean
    )


def _row(name: str, values: list[float], figure: Callable[[Points], np.floating]) -> str:
    known = np.array([v for v in values if not np.isnan(v)])
    if not len(known):
        return f"| {name} | 0 | | |"
    rng = np.random.default_rng(0)
    drawn = [float(figure(rng.choice(known, len(known)))) for _ in range(RESAMPLED)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return f"| {name} | {len(known)} | {float(figure(known)):.3f} | {low:.3f} to {high:.3f} |"


def _tenth(values: Points) -> np.floating:
    return np.float64(np.percentile(values, 10))


def _holds(ring: Polygon, point: Polygon) -> bool:
    return cv2.pointPolygonTest(ring, (float(point[0]), float(point[1])), False) >= 0


def _compared(picture: Picture, target: Outline) -> dict[str, float]:
    truth, found = picture.bodies[0], target.polygon
    off = nan
    if picture.corners is not None:
        front, back = ("anterior", "posterior") if picture.view is View.LATERAL else ("right", "left")
        names = (f"superior_{front}", f"superior_{back}", f"inferior_{back}", f"inferior_{front}")
        off = float(
            np.mean([hypot(*np.subtract(target.corners[n], c)) for n, c in zip(names, picture.corners, strict=True)])
        )
    return {
        "dice": overlap(truth, found),
        "border_mm": distance(truth, found) * picture.spacing_mm,
        "corners_mm": off * picture.spacing_mm,
        "head_right": nan if picture.up is None else float(np.dot(towards_head(target.corners), picture.up) > 0),
    }


def overlap(one: Polygon, two: Polygon) -> float:
    """Dice's coefficient of two polygons."""
    low = np.minimum(one.min(0), two.min(0)) - 1
    size = (FINE * (np.maximum(one.max(0), two.max(0)) - low + 2)).astype(int)
    masks = [np.zeros((size[1], size[0]), np.uint8) for _ in range(2)]
    for mask, ring in zip(masks, (one, two), strict=True):
        cv2.fillPoly(mask, [np.round((ring - low) * FINE * 16).astype(np.int32)], (1,), shift=4)
    both = float((masks[0] & masks[1]).sum())
    return 2 * both / float(masks[0].sum() + masks[1].sum())


def distance(one: Polygon, two: Polygon) -> float:
    """Mean distance between two borders, both directions, pixels."""
    a, b = _dense(one), _dense(two)
    return float(cKDTree(b).query(a)[0].mean() + cKDTree(a).query(b)[0].mean()) / 2


def _dense(ring: Polygon) -> Points:
    closed = np.vstack([ring, ring[:1]]).astype(np.float64)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.linspace(0, along[-1], ALONG, endpoint=False)
    return np.stack([np.interp(at, along, closed[:, axis]) for axis in (0, 1)], axis=1)


def _tip(answer: Proposal, cannulas: NDArray[np.floating]) -> float:
    if answer.cannula is None or not len(cannulas):
        return nan
    return float(np.hypot(*(cannulas[:, 0] - polygon([answer.cannula.tip])).T).min())
