"""Zones for methods that know nothing of anatomy: the side of the outline on which a piece lies."""

import numpy as np

from monitor.domain import Polygon, View, Zone
from monitor.evaluation.leaks import STOP_ZONES
from monitor.evaluation.truth import Truth


def zone_of(piece: Polygon, outline: Polygon, view: View, anterior_left: bool) -> Zone:
    """Zone of a piece outside, by the side of the outline's box that its centre is farthest beyond.

    The display is taken as upright, the head at the top.
    """
    low, high = outline.min(axis=0), outline.max(axis=0)
    x, y = (piece.mean(axis=0) - (low + high) / 2) / (high - low)
    if abs(y) > abs(x):
        return Zone.DISC_SUPERIOR if y < 0 else Zone.DISC_INFERIOR
    if view is View.AP:
        return Zone.LEFT if x < 0 else Zone.RIGHT
    return Zone.ANTERIOR if (x < 0) == anterior_left else Zone.POSTERIOR


def anterior_is_left(truth: Truth) -> bool:
    """Which side is anterior in the lateral images, by where the truth drew its leaks; left where it drew none."""
    votes = 0.0
    for line in truth.live:
        if line.view is not View.LATERAL or line.outline is None or not line.outside:
            continue
        zones = {zone for zone, area in line.outside_mm2.items() if area > 0}
        side = np.concatenate(line.outside).mean(axis=0)[0] - line.outline.mean(axis=0)[0]
        votes += float(side) * ((zones <= STOP_ZONES) - (zones == {Zone.ANTERIOR}))
    return votes >= 0
