"""Whether the target is fractured, from its true outline: truth doesn't say it in words.

The heights of the lateral outline are compared with each other at three places along its depth, as in Genant's grading
(J Bone Miner Res 1993, 8:1137); which end is posterior doesn't matter. A projected silhouette shows less than the cut
through the middle that a grade is read from, so the limit is half of the fifth at which a grade begins: over 30
simulated cases whole bodies lost at most 0.06, broken ones at least 0.12. A body crushed evenly isn't recognised.
"""

import cv2
import numpy as np

from monitor.domain import Polygon, View
from monitor.evaluation.truth import Truth

LEAST_LOSS = 0.1
PLACES = (0.15, 0.5, 0.85)
"""Along the depth: within the rims, where the endplates are."""
_DEPTH_PX = 200


def is_fractured(truth: Truth) -> bool:
    """Whether the first lateral outline is markedly lower somewhere; False where there is none."""
    drawn = (line.core if line.core is not None else line.outline for line in truth.pulses_of(View.LATERAL))
    first = next((outline for outline in drawn if outline is not None), None)
    return first is not None and _loss(first) >= LEAST_LOSS


def _loss(outline: Polygon) -> float:
    """Part by which the lowest of three heights is lower than the highest."""
    centre, (width, height), angle = cv2.minAreaRect(outline)
    scale = _DEPTH_PX / max(width, height)
    turn = cv2.getRotationMatrix2D(centre, angle if width >= height else angle + 90, scale)
    upright = outline @ turn[:, :2].T + turn[:, 2] + np.array([_DEPTH_PX, _DEPTH_PX]) - centre
    mask = np.zeros((2 * _DEPTH_PX, 2 * _DEPTH_PX), np.uint8)
    cv2.fillPoly(mask, [np.round(upright).astype(np.int32)], 1)
    left = float(upright[:, 0].min())
    heights = [mask[:, round(left + place * _DEPTH_PX)].sum() for place in PLACES]
    return float(1 - min(heights) / max(*heights, 1))
