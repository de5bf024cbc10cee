"""Where the cannula ends once cement hides its tip.

A band of metal that runs on into cement looks longer than it is: the two differ little in attenuation. The model, which
saw the picture at the start of the shot, tells the shape of a tip from that of a lump. Once the cannula is drawn out,
its tip lies bare, and the model may take what it leaves behind for more of it.
"""

from dataclasses import replace

import numpy as np

from monitor.domain import Cannula, Polygon
from monitor.domain.geometry import inside

BESIDE_MM = 3.0
"""Farther from the band's axis, the tip is that of another cannula."""
LEAST_COSINE = 0.985
"""Of the angle between the two: 10 degrees."""


def with_tip(band: Cannula, seen: Cannula | None, body: Polygon, spacing_mm: float) -> Cannula:
    """The band with the tip that the model saw, where both are one cannula that ends in the body; frame pixels."""
    if seen is None or not inside(np.array([band.tip]), body)[0]:
        return band
    one, other = _along(band), _along(seen)
    away = np.subtract(seen.tip, band.tail)
    beside = abs(float(away[0] * one[1] - away[1] * one[0])) * spacing_mm
    return replace(band, tip=seen.tip) if beside <= BESIDE_MM and float(one @ other) >= LEAST_COSINE else band


def _along(cannula: Cannula) -> np.ndarray:
    """Unit vector from tail to tip."""
    way = np.subtract(cannula.tip, cannula.tail)
    return np.asarray(way / max(float(np.hypot(*way)), 1e-9))
