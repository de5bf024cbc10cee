"""Outlines that the monitor proposed by itself: of the right vertebra, with their corners in the right places.

Truth names no corners. A corner of the outline found is compared with the point of the nearest sensible outline (see
``outlines``) that lies farthest in the direction in which the found corner lies from the found outline's middle: on a
body's rounded corner that is the same point by the same rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon, View, polygon
from monitor.evaluation.outlines import sensible
from monitor.evaluation.results import Json, Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame, polygons

Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Proposed:
    """A proposal on the first pulse on which it was drawn: its border and corners in that frame's pixels."""

    line: TruthFrame
    border: Polygon
    corners: Points


def score_proposals(truth: Truth, results: Results) -> Iterator[Sample]:
    """Views in which an outline was proposed, whether it was of the target, and how far off its corners are.

    Right twice: at the first look, when nothing may tell yet which body is meant, and when the first cement shows, for
    then the cannula is in and the outline is judged by.
    """
    told = [event for event in results.of_type("outline") if event.get("source") == "auto"]
    for view in (View.AP, View.LATERAL):
        if any(line.outline is not None for line in truth.pulses_of(view)):
            seen = any(event["view"] == view.value for event in told)
            yield Sample("outline_found", float(seen), None, f"{view.value}: asked for a tap")
    drawn = [proposed for event in told if (proposed := _drawn(event, truth, results)) is not None]
    wrong = [proposed for proposed in drawn if not _is_target(proposed.line, proposed.border)]
    if drawn:
        worst = wrong[0].line if wrong else drawn[0].line
        yield Sample("first_right", float(not wrong), worst.frame, f"{worst.view.value}: another vertebra")
        yield from _under_cannula(truth, results, {View(event["view"]) for event in told})
    for proposed in drawn:
        if proposed not in wrong:
            yield from _corner_errors(proposed)


def _under_cannula(truth: Truth, results: Results, views: set[View]) -> Iterator[Sample]:
    """Whether the outlines that stand when cement first shows are of the target."""
    cemented = [line for view in views for line in truth.pulses_of(view) if sum((line.true3d or {}).values()) > 0]
    first = [next(line for line in cemented if line.view is view) for view in {line.view for line in cemented}]
    standing = [(line, results.by_frame.get(line.frame)) for line in first]
    drawn = [(line, seen["outline"]) for line, seen in standing if seen is not None and seen["outline"]]
    wrong = [line for line, border in drawn if not _is_target(line, polygon(border))]
    if drawn:
        worst = (wrong or [line for line, _ in drawn])[0]
        yield Sample("vertebra_right", float(not wrong), worst.frame, f"{worst.view.value}: another vertebra")


def _drawn(event: Json, truth: Truth, results: Results) -> _Proposed | None:
    """The proposal where it was first seen beside a true outline."""
    for line in truth.pulses:
        observation = results.by_frame.get(line.frame)
        if line.frame < event["frame"] or line.view.value != event["view"] or line.outline is None:
            continue
        if observation is None or not observation["outline"]:
            continue
        before, now = polygon(event["polygon"]), polygons([observation["outline"]])[0]
        corners = np.array(list((event.get("corners") or {}).values()), float).reshape(-1, 2)
        return _Proposed(line, now, _carried(corners, before, now)) if len(before) == len(now) else None
    return None


def _carried(points: Points, before: Polygon, now: Polygon) -> Points:
    """Points moved as an outline's border moved, vertex by vertex."""
    matrix, *_ = np.linalg.lstsq(np.column_stack([before, np.ones(len(before))]), now, rcond=None)
    return np.asarray(np.column_stack([points, np.ones(len(points))]) @ matrix, np.float64)


def _is_target(line: TruthFrame, border: Polygon) -> bool:
    x, y = (float(v) for v in border.mean(0))
    return line.outline is not None and cv2.pointPolygonTest(line.outline, (x, y), False) >= 0


def _corner_errors(proposed: _Proposed) -> Iterator[Sample]:
    line = proposed.line
    if not line.spacing_mm:
        return
    border = sensible(line, proposed.border)
    for corner in proposed.corners:
        outward = corner - proposed.border.mean(0)
        true = border[np.argmax(border @ outward)]
        yield Sample("corner_mm", float(np.hypot(*(corner - true))) * line.spacing_mm, line.frame, line.view.value)
