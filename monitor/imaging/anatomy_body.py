"""What the second network's maps say of the body in the middle of its window, in the window's cells."""

from dataclasses import dataclass
from math import cos, exp, sin

import numpy as np
from numpy.typing import NDArray
from skimage.measure import find_contours

from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_input import Affine, Array
from monitor.imaging.anatomy_peaks import chance, gravity, peaks, share

Points = NDArray[np.float64]

LEAST_POINTS = 12
LEAST_TIP = 0.4
CLIPPED = 4.0
"""Log-odds beyond which a cell says no more about where the border runs between it and the next."""


@dataclass(frozen=True, slots=True, eq=False)
class Traced:
    """One body: border (n, 2), corners (4, 2), pedicles (2, 2), tips (n, 2), and how sure the border is, 0 to 1."""

    border: Points
    corners: Points
    pedicles: Points
    tips: Points
    sure: float


def window_around(centre: Points, side: float, up: Points, mirrored: bool, size: int) -> Affine:
    """A square window, ``up`` upwards: takes its pixels to the picture's.

    ``mirrored`` exchanges left and right. The same for training and use.
    """
    turn = float(np.arctan2(up[0], -up[1]))
    c, s = cos(turn), sin(turn)
    matrix = np.array([[c, -s], [s, c]]) @ np.diag([-1.0 if mirrored else 1.0, 1.0]) * (side / size)
    half = (size - 1) / 2
    return np.column_stack([matrix, np.asarray(centre, np.float64) - matrix @ np.array([half, half])])


def traced(found: Array, sure: float) -> Traced | None:
    """Read the maps (BODY_MAPS, n, n); None where they show no body in the middle."""
    border = _border(found[maps.INSIDE])
    if border is None:
        return None
    everywhere = np.ones(found.shape[1:], bool)
    corners, pedicles = (
        np.stack([_likeliest(share(plane, everywhere)) for plane in found[planes]])
        for planes in (maps.CORNERS, maps.PEDICLES)
    )
    tips = [place for _, place in peaks(chance(found[maps.BODY_TIP]), everywhere, LEAST_TIP)]
    return Traced(border, corners, pedicles, np.array(tips).reshape(-1, 2), 1 / (1 + exp(-min(max(sure, -30.0), 30.0))))


def _likeliest(weights: Array) -> Points:
    row, column = divmod(int(weights.argmax()), weights.shape[1])
    return gravity(weights, row, column)


def _border(inside: Array) -> Points | None:
    """The contour around the middle."""
    rings = find_contours(np.pad(np.clip(inside, -CLIPPED, CLIPPED), 1, constant_values=-CLIPPED), 0.0)
    longest = max(rings, key=len, default=None)
    if longest is None or len(longest) < LEAST_POINTS:
        return None
    ring = longest[:-1, ::-1] - 1
    middle = (len(inside) - 1) / 2
    (left, top), (right, bottom) = ring.min(0), ring.max(0)
    return ring if left < middle < right and top < middle < bottom else None
