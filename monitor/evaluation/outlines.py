"""Outline and tracking against truth.

A person who outlines a vertebral body draws somewhere between its silhouette and its thick core: pedicles and rims are
left off or taken in as habit has it. So a border between ``outline_core`` and ``outline`` is no error::

    reference = (found | core) & silhouette

is the outline between the two that differs least from the one found; Dice and border error are against it. Where no
core is given the reference is the silhouette. The plain figures, against the silhouette alone, are reported beside.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from monitor.domain import Polygon, View, polygon
from monitor.evaluation.fractures import is_fractured
from monitor.evaluation.regions import STEP_MM, Grid, Mask, border_distance, dice
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame, polygons


def score_outlines(truth: Truth, results: Results) -> Iterator[Sample]:
    """Dice and mean border error (mm) on every pulse on which an outline was found and one is known."""
    fractured = is_fractured(truth)
    for line in truth.pulses:
        observation = results.by_frame.get(line.frame)
        found = polygons([observation["outline"]]) if observation and observation["outline"] else ()
        if line.outline is not None and found:
            yield from _compare(line, found[0], fractured and line.view is View.LATERAL)


def sensible(line: TruthFrame, found: Polygon) -> Polygon:
    """Border of the sensible outline nearest to the one found, frame pixels; the line must have an outline."""
    grid, _, reference, _ = _masks(line, found)
    borders, _ = cv2.findContours(reference.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cells = max(borders, key=cv2.contourArea).reshape(-1, 2)
    return polygon(np.array(grid.origin) + grid.step_px * cells)


def _masks(line: TruthFrame, found: Polygon) -> tuple[Grid, Mask, Mask, Mask]:
    """A grid with the outline found, the sensible outline nearest to it, and the silhouette."""
    outline, core = (() if drawn is None else (drawn,) for drawn in (line.outline, line.core))
    grid = Grid.around([*outline, *core, found], line.spacing_mm)
    silhouette, mask = grid.mask(outline), grid.mask([found])
    reference = (mask | grid.mask(core)) & silhouette if core else silhouette
    return grid, mask, reference, silhouette


def _compare(line: TruthFrame, found: Polygon, fractured: bool) -> Iterator[Sample]:
    _, mask, reference, silhouette = _masks(line, found)
    for suffix, against in (("", reference), ("_silhouette", silhouette)):
        yield from _figures(line, mask, against, suffix)
    kinds = [line.view.value, "fractured"] if fractured else [line.view.value]
    for kind in kinds:
        yield Sample(f"{kind}_dice", dice(mask, reference), line.frame)


def _figures(line: TruthFrame, found: Mask, against: Mask, suffix: str) -> Iterator[Sample]:
    yield Sample(f"outline_dice{suffix}", dice(found, against), line.frame, line.view.value)
    if line.spacing_mm:
        error_mm = border_distance(found, against) * STEP_MM
        yield Sample(f"border_{line.view.value}{suffix}_mm", error_mm, line.frame)


def score_tracking(truth: Truth, results: Results) -> Iterator[Sample]:
    """Error of the target's displacement (mm) on every pulse where it was followed, view by view.

    Truth counts displacement from the first usable frame of the view, the monitor from its own reference: what lies
    between the two is the median difference over the first shot of the view that was followed, and is taken off.
    """
    for view in (View.AP, View.LATERAL):
        pairs = [pair for line in truth.pulses_of(view) if (pair := _difference(line, results)) is not None]
        if not pairs:
            continue
        first = pairs[0][0].shot
        offset = np.median([difference for line, difference in pairs if line.shot == first], axis=0)
        for line, difference in pairs:
            error_px = float(np.hypot(*(difference - offset)))
            refused = results.refused(results.by_frame[line.frame])
            measure = "tracking_refused_mm" if refused else "tracking_mm"
            yield Sample(measure, error_px * (line.spacing_mm or 0.0), line.frame, view.value)


def _difference(line: TruthFrame, results: Results) -> tuple[TruthFrame, np.ndarray] | None:
    observation = results.by_frame.get(line.frame)
    if observation is None or observation["motion"] is None or line.motion is None or not line.spacing_mm:
        return None
    return line, np.array(observation["motion"][:2], float) - np.array(line.motion)
