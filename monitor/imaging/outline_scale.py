"""Millimetres per pixel guessed from how big the target looks, for thresholds while nobody has calibrated."""

from math import exp, log

import numpy as np

from monitor.domain import LEVELS, Outline, View
from monitor.imaging.outline_shape import Array

_DEPTH_MM = (24, 25, 26.5, 28, 28.7, 30.2, 31, 31.9, 33.1, 34.7, 34.8, 35, 34.7, 34)
_WIDTH_MM = (25.3, 26, 27.2, 28.5, 30, 31.8, 33.7, 37, 40.6, 42.3, 44, 46, 48, 48.4)
"""Mean of superior and inferior endplate, T4 to L5: Panjabi 1991 (Spine 16:888) and 1992 (Spine 17:299), rounded."""

RIM = 1.03
"""A silhouette is wider than an endplate: rims, and a few degrees of turn."""

RELATIVE_ERROR = 0.10
"""Standard deviation of the guess with the level known (people's sizes 8 %, rims and turn 5 %); 0.17 without it."""


def body_scale(outline: Outline, view: View, level: str | None) -> float:
    """Millimetres per frame pixel, as if the outlined body were of average size for its level.

    Only the depth (lateral) or width (AP) is used, which fractures leave alone. Without a level the body is taken for
    one between T11 and L3, where most fractures are.
    """
    sizes = _DEPTH_MM if view is View.LATERAL else _WIDTH_MM
    usual = LEVELS[7:12] if level is None else (level,)
    expected = exp(float(np.mean([log(sizes[LEVELS.index(name)]) for name in usual]))) * RIM
    return expected / breadth_px(outline)


def breadth_px(outline: Outline) -> float:
    """Extent from front to back (lateral) or from side to side (AP), rim to rim, in frame pixels."""
    ends = ("anterior", "posterior") if "superior_anterior" in outline.corners else ("left", "right")
    one, other = (_middle(outline, end) for end in ends)
    along = (one - other) / max(float(np.hypot(*(one - other))), 1e-9)
    return float(np.ptp(outline.polygon @ along))


def _middle(outline: Outline, end: str) -> Array:
    middle: Array = np.mean([outline.corners[f"{level}_{end}"] for level in ("superior", "inferior")], axis=0)
    return middle
