"""Frames that show two pulses at once: interlaced capture puts one in the even lines, the other in the odd ones."""

import numpy as np

from monitor.domain import Image

STRIDE = 12
"""Every twelfth column tells."""
COMBED = 1.25
"""Difference between neighbouring lines over that between lines two apart. Noise gives 1, any real picture less."""


def is_torn(image: Image) -> bool:
    """Whether the image's lines alternate between two pulses that differ."""
    if image.scale > 1:
        return False
    picture = np.ascontiguousarray(image.attenuation[:, ::STRIDE])
    inside = image.usable[2:-2, ::STRIDE]
    twice = 2 * picture[2:-2]
    next_lines = np.abs(twice - picture[1:-3] - picture[3:-1]) * inside
    same_field = np.abs(twice - picture[:-4] - picture[4:]) * inside
    return float(next_lines.sum()) > COMBED * float(same_field.sum())
