"""What organs add that move past the spine: with each breath the diaphragm's edge, where lung meets liver, crosses it.

It leaves a band as dense as cement and as wide as the edge has moved. Unlike cement it has come from beside it: the
reference, moved as a whole, has the same band::

      reference    pulse        added
      lung         lung
                   ------       ######   a band
      ------       liver
      liver        liver
"""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components

GRID_MM, SMOOTH_MM = 1.5, 1.5
"""An edge of soft tissue is wide: it shows on this grid, bone's detail doesn't."""
FARTHEST_MM = 16.5
"""Most that a quiet breath moves the diaphragm (Boussuges et al., Chest 135, 2009, p. 391: 16 to 18 mm)."""
FAR_COSTS = 0.5
"""Along itself an edge fits nearly as well wherever it is: at the farthest a fit must be better by this part."""
CHANGED, LEAST_MM2 = 0.05, 120.0
"""Change, -ln units, and its extent outside the body from which it may be an organ's."""
UNLIKE = 0.35
"""Part of a change that is left of it where moving the reference explains it."""


def moved_organs(current: Array, expected: Array, free: Mask, spacing_mm: float) -> Array:
    """Change that organs on the move have made, -ln units, float32 (h, w); 0 where they have made none.

    Parameters
    ----------
    current, expected
        float32 (h, w): a pulse, and the reference in its grey scale.
    free
        bool (h, w): usable pixels outside the body.
    spacing_mm
        Millimetres per pixel.
    """
    now, then, told = (_coarse(picture, spacing_mm) for picture in (current, expected, free.astype(np.float32)))
    change = now - then
    for part in _parts((np.abs(change) > CHANGED) & (told > 0.9)):
        made = _moved(then, _shift(now, then, part)) - then
        if np.abs(change - made)[part].sum() <= UNLIKE * np.abs(change)[part].sum():
            shared = np.where(change * made > 0, np.sign(made) * np.minimum(np.abs(change), np.abs(made)), 0)
            back = cv2.resize(shared.astype(np.float32), current.shape[::-1], interpolation=cv2.INTER_LINEAR)
            return np.asarray(back, np.float32)
    return np.zeros_like(current)


def _coarse(picture: Array, spacing_mm: float) -> Array:
    part = spacing_mm / GRID_MM
    small = cv2.resize(picture, None, fx=part, fy=part, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), SMOOTH_MM / GRID_MM), np.float32)


def _parts(changed: Mask) -> list[Mask]:
    """What hangs together and is large enough, the largest first."""
    count, labels = components(changed)
    area = np.bincount(labels.ravel(), minlength=count)[1:] * GRID_MM**2
    large = [n for n in np.argsort(-area) if area[n] >= LEAST_MM2]
    return [np.asarray(labels == n + 1, bool) for n in large]


def _shift(now: Array, then: Array, part: Mask) -> tuple[float, float]:
    """How far, (x, y) pixels, the reference must move to look like the pulse in a part."""
    reach = round(FARTHEST_MM / GRID_MM)
    padded = cv2.copyMakeBorder(then, *(reach,) * 4, cv2.BORDER_REPLICATE)
    cost = cv2.matchTemplate(padded, now, cv2.TM_SQDIFF, mask=part.astype(np.float32))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / reach
    cost = cost + FAR_COSTS * cost[reach, reach] * np.hypot(x, y)
    at_y, at_x = (int(n) for n in np.unravel_index(int(cost.argmin()), cost.shape))
    return reach - at_x - _vertex(cost[at_y], at_x), reach - at_y - _vertex(cost[:, at_x], at_y)


def _vertex(cost: Array, at: int) -> float:
    """How far from its least value a parabola through it and its two neighbours is lowest; -0.5 to 0.5."""
    if not 0 < at < len(cost) - 1:
        return 0.0
    before, least, after = (float(v) for v in cost[at - 1 : at + 2])
    bend = before - 2 * least + after
    return 0.5 * (before - after) / bend if bend > 0 else 0.0


def _moved(picture: Array, by: tuple[float, float]) -> Array:
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    moved = cv2.warpAffine(picture, matrix, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)
