"""Volume of the bolus as one view shows it, in ml, without notes.

A projected area ``A`` fixes the size: bodies of one shape have volume ``k * A**1.5``. The attenuation that the cement
adds, summed over it (``signal``), is proportional to volume within one view, with a gain that depends on the machine,
the exposure and the cement: it follows growth that hides behind the silhouette. The gain is learnt from the case as
the ratio of sums of both (so that late, large boluses weigh most), and the estimate is their geometric mean.
"""

from dataclasses import dataclass
from math import sqrt

# Dimensionless; a sphere has 4 / (3 sqrt(pi)) = 0.75, an ellipsoid 1.5 times longer than wide 0.61 from the side.
# Cement spreading between trabeculae is rougher.
SHAPE = 0.45
_MM3_PER_ML = 1000.0


@dataclass(slots=True)
class ViewVolume:
    """Estimates for one view of one case."""

    _shape_ml: float = 0.0
    _signal_mm2: float = 0.0

    def ml(self, area_mm2: float, signal_mm2: float) -> float:
        """Estimate from one judged pulse; all pulses before it count for the gain."""
        shape_ml = SHAPE * area_mm2 * sqrt(area_mm2) / _MM3_PER_ML
        if shape_ml == 0 or signal_mm2 <= 0:
            return shape_ml
        self._shape_ml += shape_ml
        self._signal_mm2 += signal_mm2
        return sqrt(shape_ml * signal_mm2 * self._shape_ml / self._signal_mm2)
