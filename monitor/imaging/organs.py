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

from monitor.domain import Point
from monitor.imaging.arrays import Array, Mask, Values, components, median, positive, smoothed_within

GRID_MM, FINE_MM = 1.5, 0.7
"""An edge of soft tissue is wide: it shows on this grid, bone's detail doesn't; and what the change is told on."""
FARTHEST_MM = 16.5
"""A quiet breath moves the diaphragm no farther (16 to 18 mm: Boussuges et al., Chest 135, 2009, p. 391). What fits
best where the search ends is something else, such as a hand."""
FAR_COSTS, ACROSS_COSTS = 0.1, 1.0
"""Along itself an edge fits nearly as well wherever it is: a fit at the farthest must be better by this part, and one
across the spine by that, since organs move along it."""
GAINED, LEAST_MM2 = 0.05, 120.0
"""Gain, -ln units, and its extent outside the body from which it may be an organ's."""
RIB_MM2, RIBS_MM2, SAME_MM = 20.0, 80.0, 1.5
"""Ribs are narrow, but move together: seen from the front, parts this large count, and this large in all, where
movements this much alike explain them."""
MOST_PARTS = 6
"""The largest are looked at."""
UNLIKE = 0.35
"""Part of a gain that is left of it where moving the reference explains it."""
DOUBT, BESIDE_MM = 0.1, 2.0
"""Standard deviation, as a part of what has moved, of what is left there and this far beside it."""
MARGIN = 1.35
"""Outside the body as much as the movement explains to within a pixel of the grid may have been added: what is left
would pass for a leak, or for a shaft."""
RIM_MM, RING_MM, BIN_MM = (-4.0, 1.5), (1.5, 4.5), 0.5
"""Distances beyond the body's border, negative inside: where the body's own density changes, what lies next to it, and
how finely that is told."""


def moved_organs(
    current: Array, expected: Array, usable: Mask, body: Mask, head: Point, front: bool, spacing_mm: float
) -> Array:
    """What organs on the move have added, -ln units, float32 (h, w); 0 where they have added nothing.

    Parameters
    ----------
    current, expected
        float32 (h, w): a pulse, and the reference in its grey scale.
    usable, body
        bool (h, w): the image; the target's silhouette.
    head
        Direction (x, y) along the spine, of length 1.
    front
        Whether it is seen from the front.
    spacing_mm
        Millimetres per pixel.
    """
    free = usable & ~body
    now, then, told = (
        _smooth(picture, GRID_MM / spacing_mm) for picture in (current, expected, free.astype(np.float32))
    )
    gain = now - then
    parts = _parts((gain > GAINED) & (told > 0.9), RIB_MM2 if front else LEAST_MM2)
    moves = _moves(now, then, parts, head)
    for by, area in moves:
        ribs = [other for at, other in moves if float(np.abs(at - by).max()) * GRID_MM <= SAME_MM]
        if area >= LEAST_MM2 or (len(ribs) > 1 and sum(ribs) >= RIBS_MM2):
            organs = expected - _bone(expected, usable, body, spacing_mm)
            return _shared(current - expected, organs, free, by * GRID_MM, spacing_mm)
    return np.zeros_like(current)


def doubt(moved: Array, body: Mask, spacing_mm: float) -> Array:
    """Standard deviation of what moved organs leave behind outside the body, -ln units, float32 (h, w)."""
    if not moved.any():
        return moved
    k = 2 * round(BESIDE_MM / spacing_mm) + 1
    return np.where(body, np.float32(0), np.float32(DOUBT) * cv2.dilate(moved, np.ones((k, k), np.uint8)))


def _smooth(picture: Array, pitch_px: float) -> Array:
    """The picture on a grid that is so many pixels wide, smoothed by as much."""
    small = cv2.resize(picture, None, fx=1 / pitch_px, fy=1 / pitch_px, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.GaussianBlur(small, (0, 0), 1.0), np.float32)


def _bone(expected: Array, usable: Mask, body: Mask, spacing_mm: float) -> Array:
    """What the body adds to what lies around it, float32 (h, w): the same at one distance from its border.

    It stays where it is: moved along with the organs it would explain cement beyond an endplate.
    """
    inside, outside = (
        cv2.distanceTransform(mask.view(np.uint8), cv2.DIST_L2, 5) * spacing_mm for mask in (body, ~body)
    )
    beyond = outside - inside
    ring = usable & (beyond > RING_MM[0]) & (beyond < RING_MM[1])
    rim = usable & (beyond > RIM_MM[0]) & (beyond < RIM_MM[1])
    added = (expected - smoothed_within(expected, ring, RING_MM[1] / spacing_mm, 1e-3))[rim]
    bins = np.arange(*RIM_MM, BIN_MM)
    place = np.digitize(beyond[rim], bins) - 1
    levels = [median(added[place == n]) if (place == n).any() else 0.0 for n in range(len(bins))]
    return np.asarray(np.interp(beyond, bins + BIN_MM / 2, levels, right=0.0), np.float32)


def _shared(gained: Array, organs: Array, free: Mask, by_mm: Values, spacing_mm: float) -> Array:
    """What was gained as the movement of the organs makes it, and no more than that."""
    gain, then, told = (_smooth(a, FINE_MM / spacing_mm) for a in (gained, organs, free.astype(np.float32)))
    made = _made(then, by_mm / FINE_MM)
    most = np.where(told > 0.5, np.float32(MARGIN) * cv2.dilate(made, np.ones((3, 3), np.uint8)), made)
    shared = positive(np.asarray(cv2.min(gain, most), np.float32))
    return np.asarray(cv2.resize(shared, gained.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _parts(gained: Mask, least_mm2: float) -> list[Mask]:
    """What hangs together and is large enough, the largest first."""
    count, labels = components(gained)
    area = np.bincount(labels.ravel(), minlength=count)[1:] * GRID_MM**2
    large = [n for n in np.argsort(-area)[:MOST_PARTS] if area[n] >= least_mm2]
    return [np.asarray(labels == n + 1, bool) for n in large]


def _moves(now: Array, then: Array, parts: list[Mask], head: Point) -> list[tuple[Values, float]]:
    """The shifts, (x, y) pixels, that explain parts of what was gained, with their areas in mm², the largest first."""
    gain, found = now - then, []
    for part in parts:
        by = _shift(now, then, part, head)
        left, far = gain - _made(then, by), float(np.abs(by).max()) * GRID_MM
        if far < FARTHEST_MM and np.abs(left)[part].sum() <= UNLIKE * gain[part].sum():
            found.append((by, float(np.count_nonzero(part)) * GRID_MM**2))
    return found


def _shift(now: Array, then: Array, part: Mask, head: Point) -> Values:
    """How far, (x, y) pixels, the reference must move to look like the pulse in a part."""
    reach = round(FARTHEST_MM / GRID_MM)
    padded = cv2.copyMakeBorder(then, *(reach,) * 4, cv2.BORDER_REPLICATE)
    cost = cv2.matchTemplate(padded, now, cv2.TM_SQDIFF, mask=part.astype(np.float32))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / reach
    across = np.abs(x * head[1] - y * head[0])
    cost = cost + (FAR_COSTS * np.hypot(x, y) + ACROSS_COSTS * across) * cost[reach, reach]
    at_y, at_x = (int(n) for n in np.unravel_index(int(cost.argmin()), cost.shape))
    found = (at_x + _vertex(cost[at_y], at_x), at_y + _vertex(cost[:, at_x], at_y))
    return np.asarray(reach - np.array(found), np.float32)


def _vertex(cost: Array, at: int) -> float:
    """How far from its least value a parabola through it and its two neighbours is lowest; -0.5 to 0.5."""
    if not 0 < at < len(cost) - 1:
        return 0.0
    before, least, after = (float(v) for v in cost[at - 1 : at + 2])
    bend = before - 2 * least + after
    return 0.5 * (before - after) / bend if bend > 0 else 0.0


def _made(picture: Array, by: Values) -> Array:
    """Change that moving the picture makes, (x, y) pixels."""
    matrix = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    moved = cv2.warpAffine(picture, matrix, picture.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved - picture, np.float32)
