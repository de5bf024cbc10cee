"""Volume of the bolus without notes, in ml.

A projected area becomes a volume by the mean thickness behind it. A small bolus is about a ball. A large one is held by
the body, and what spreads it wide also leaves bone in between: its mean thickness stays the same::

    thickness
     11.5 mm |         ____________
             |       /
             |     /     BALL * sqrt(area)
             |   /
             +---------------------- area
                     1.8 cm²

Cement outside the body is as thick as each piece of it is wide, not as the bolus. What else was tried, and how far off
the volume is, stands in ``docs/decisions/volume.md``.
"""

from math import sqrt

from monitor.domain import Observation

BALL = 0.85
"""Mean thickness over the square root of the area; a ball has 4 / (3 sqrt(pi)) = 0.75, small lumps a little more."""
THICKEST_MM = 11.5
"""Mean thickness of a bolus too large for a ball, along the beam."""
_MM3_PER_ML = 1000.0


def cement_ml(observation: Observation) -> float:
    """Volume of all the cement that an observation shows; a coat on the cannula, which hides, is no part of it."""
    outside_mm2 = [piece.area_mm2 for piece in observation.outside]
    inside_mm2 = observation.cement_mm2 - sum(outside_mm2)
    if inside_mm2 <= 0:
        return volume_ml(observation.cement_mm2)
    outside_ml = sum(p.area_mm2 * min(BALL * p.width_mm, THICKEST_MM) / _MM3_PER_ML for p in observation.outside)
    return volume_ml(inside_mm2) + outside_ml


def volume_ml(area_mm2: float) -> float:
    """What a projected area of cement holds on the average."""
    return area_mm2 * min(BALL * sqrt(area_mm2), THICKEST_MM) / _MM3_PER_ML
