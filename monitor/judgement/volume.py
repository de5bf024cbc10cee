"""Volume of the bolus without notes, in ml.

A projected area ``A`` fixes the size: bodies of one shape have volume ``k * A**1.5``. The attenuation that the cement
adds, summed over it (``signal``), is proportional to volume within one view, with a gain that depends on the machine,
the exposure and the cement: it follows growth that hides behind the silhouette. The gain is learnt from the case as
the ratio of sums of both (so that late, large boluses weigh most); one view's estimate is the geometric mean of both.

Both views together tell the shape: ``A_ap * A_lateral / height`` is the volume of a body with elliptical slices. Its
geometric mean with the single views' estimate errs least.

The constants are medians over boluses grown in simulated vertebrae (60 cases of 2 to 8 ml, compact, one-sided and
honeycomb, at six volumes each, true areas). The median error there is 17 % from one view and 7 % from both; a tenth of
the cases (honeycomb, much bone left between) is overestimated by two thirds or more. Errors of the areas come on top.
"""

from dataclasses import dataclass
from math import sqrt

import numpy as np

from monitor.domain import Observation, View, polygon_area
from monitor.judgement.axes import axes_of

SHAPE = 0.55
"""Dimensionless; a sphere has 4 / (3 sqrt(pi)) = 0.75, an ellipsoid 1.5 times longer than wide 0.61 from the side."""
BOTH_VIEWS = 1.09
"""Dimensionless: the estimate from both views over that from one, for a body with (A_ap A_lateral)^(1/4) = height."""
_MM3_PER_ML = 1000.0
_SPECK = 0.1  # pieces below this part of the largest don't set the height


@dataclass(slots=True)
class _Seen:
    """One view: its newest area and height, and the sums that learn the signal's gain."""

    area_mm2: float = 0.0
    height_mm: float = 0.0
    shape_ml: float = 0.0
    signal_mm2: float = 0.0


class Volumes:
    """Estimates the bolus' volume from judged observations."""

    def __init__(self) -> None:
        self._seen = {View.AP: _Seen(), View.LATERAL: _Seen()}

    def observe(self, observation: Observation) -> float:
        """Estimate from this view alone, ml."""
        seen = self._seen[observation.view]
        seen.area_mm2 = observation.cement_mm2
        seen.height_mm = _height_mm(observation)
        shape_ml = SHAPE * seen.area_mm2 * sqrt(seen.area_mm2) / _MM3_PER_ML
        if shape_ml == 0 or observation.signal_mm2 <= 0:
            return shape_ml
        seen.shape_ml += shape_ml
        seen.signal_mm2 += observation.signal_mm2
        return sqrt(shape_ml * observation.signal_mm2 * seen.shape_ml / seen.signal_mm2)

    @property
    def correction(self) -> float:
        """Factor for the single views' estimates from the shape that both views tell; 1 until both show cement."""
        ap, lateral = self._seen[View.AP], self._seen[View.LATERAL]
        height_mm = (ap.height_mm + lateral.height_mm) / 2
        if min(ap.area_mm2, lateral.area_mm2, ap.height_mm, lateral.height_mm) <= 0:
            return 1.0
        return BOTH_VIEWS * sqrt((ap.area_mm2 * lateral.area_mm2) ** 0.25 / height_mm)


def _height_mm(observation: Observation) -> float:
    """Extent of the bolus from head to foot; 0 where the outline doesn't tell the way."""
    if observation.outline is None or not observation.cement:
        return 0.0
    areas = [polygon_area(piece) for piece in observation.cement]
    axes = axes_of(observation.outline)
    along = [
        axes.apply(p)[:, 1] for p, area in zip(observation.cement, areas, strict=True) if area >= _SPECK * max(areas)
    ]
    return float(np.ptp(np.concatenate(along))) * observation.spacing_mm
