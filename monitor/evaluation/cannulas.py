"""The cannula's tip against the metal that truth draws: truth names no tip.

On annotated frames, ``ignore`` holds all metal that hides cement. The metal along the cannula found (within
``BESIDE_MM`` of its axis) ends somewhere near the tip: the farthest such point in the direction from tail to tip is the
true end. A cannula found where there is no metal counts with its tip's distance from the nearest metal.
"""

from collections.abc import Iterator

import numpy as np

from monitor.domain import Polygon
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth

BESIDE_MM = 2.5
"""Half the width of a trocar's sleeve, and the doubt about the axis."""
NEAR_MM = 15.0
"""Metal that ends farther from the tip than this is another piece in line with it."""


def score_cannulas(truth: Truth, results: Results) -> Iterator[Sample]:
    """Distance (mm) between the cannula's tip found and the true one, on annotated frames that show metal."""
    for line in truth.live:
        observation = results.by_frame.get(line.frame)
        cannula = None if observation is None else observation.get("cannula")
        if cannula is None or not line.ignore or not line.spacing_mm:
            continue
        tip, tail = (np.array(cannula[end], float) for end in ("tip", "tail"))
        error_px = min(_error(tip, tail, metal, line.spacing_mm) for metal in line.ignore)
        yield Sample("tip_mm", error_px * line.spacing_mm, line.frame, line.view.value)


def _error(tip: np.ndarray, tail: np.ndarray, metal: Polygon, spacing_mm: float) -> float:
    """Distance in pixels from the tip to where this piece of metal ends, as seen from the tail."""
    along = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-9)
    away = metal - tip
    forward, beside = away @ along, np.abs(away @ np.array([-along[1], along[0]]))
    own = (beside * spacing_mm <= BESIDE_MM) & (np.abs(forward) * spacing_mm <= NEAR_MM)
    return float(abs(forward[own].max())) if own.any() else float(np.hypot(*away.T).min())
