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

In simulated recordings (111 with 2.2 to 7.3 ml; lumps, one-sided and honeycombs) the volume told at the end is 10 %
off on the median. A lump fills two thirds of the box that both views draw around it, a honeycomb one: lumps come out up
to a quarter too small, honeycombs up to two fifths too large, and neither view tells one from the other.

Little more is in the pictures. Fitted to the other recordings (median error, 101 of them): the sum of both areas to a
power 10.4 %, the products of the widths that both views show, height by height, to a power 9.6 % (with a larger mean
error), the attenuation along those widths 12 to 14 %, texture and raggedness on top 10.0 %; one volume for everybody
19 %. The attenuation that cement adds, summed over its area, is proportional to volume within one view, with an unknown
gain; learnt from the areas and averaged with them, it made the volume worse, and increments were counted worse.
"""

from math import sqrt

BALL = 0.85
"""Mean thickness over the square root of the area; a ball has 4 / (3 sqrt(pi)) = 0.75, small lumps a little more."""
THICKEST_MM = 11.5
"""Mean thickness of a bolus too large for a ball, along the beam."""
_MM3_PER_ML = 1000.0


def volume_ml(area_mm2: float) -> float:
    """What a projected area of cement holds on the average."""
    return area_mm2 * min(BALL * sqrt(area_mm2), THICKEST_MM) / _MM3_PER_ML
