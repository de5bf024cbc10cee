"""The mean of two borders of one body: each errs in its own places, so the mean is off by less than either.

::

    one      other     mean           A point of the mean lies as far outside
    +---+    +----+    +---+          the one as inside the other.
    |   |    |     |   |    |
    +---+    +----+    +---+
"""

from dataclasses import replace

import cv2
import numpy as np
from skimage.measure import find_contours

from monitor.domain import Outline, Polygon, polygon
from monitor.imaging.arrays import Array

SIDE_PX = 400
"""Longer side of the box round both borders on the grid worked on; a body's is some 50 mm."""
MARGIN_PX, STEP_PX = 8, 12
"""Free space round both; every so manieth crossing of the grid's lines makes a point, about a hundred in all."""
SUBPIXEL_BITS = 4


def mean_outline(one: Outline, other: Outline) -> Outline:
    """The outline ``one``, its border and its corners halfway to those of ``other``."""
    drawn = np.array(list(other.corners.values()))
    nearest = {name: drawn[np.hypot(*(drawn - at).T).argmin()] for name, at in one.corners.items()}
    corners = {name: ((x + nearest[name][0]) / 2, (y + nearest[name][1]) / 2) for name, (x, y) in one.corners.items()}
    return replace(one, polygon=_mean_border(one.polygon, other.polygon), corners=corners)


def _mean_border(one: Polygon, other: Polygon) -> Polygon:
    both = np.concatenate([one, other])
    low, extent = both.min(0), np.ptp(both, axis=0)
    fine = SIDE_PX / float(extent.max())
    width, height = (int(side * fine) + 2 * MARGIN_PX for side in extent)
    depth = sum(_depth((border - low) * fine + MARGIN_PX, (height, width)) for border in (one, other))
    border = max(find_contours(depth, 0), key=len)[::STEP_PX, ::-1]
    return polygon((border - MARGIN_PX) / fine + low)


def _depth(border: Polygon, shape: tuple[int, int]) -> Array:
    """Distance inside a border, negative outside it, pixels; float32 of ``shape``."""
    inside = np.zeros(shape, np.uint8)
    cv2.fillPoly(inside, [np.round(border * 2**SUBPIXEL_BITS).astype(np.int32)], 1, cv2.LINE_8, SUBPIXEL_BITS)
    within, beyond = (cv2.distanceTransform(part, cv2.DIST_L2, cv2.DIST_MASK_PRECISE) for part in (inside, 1 - inside))
    return np.asarray(within - beyond, np.float32)
