"""Bone that has moved loses at one place what it gains at another, in the same shape; cement only gains.

A spinous process or a rib that the C-arm sees from elsewhere leaves an edge that is new beside one that is gone.
Pixel by pixel (:mod:`monitor.imaging.cement`) noise and the display hide how much was lost; over the whole edge it
shows. Seen from the front spinous processes lie over the discs; from the side cement in the canal lies among joints,
and what these lose beside it says nothing of it::

      gained |       | lost
             |       |            what is found of the edge may be only its end, where the loss is hidden:
             |                    all that hangs together with it is compared
"""

import cv2
import numpy as np

from monitor.imaging.arrays import Array, Mask, components, grown, median, window

MATCHED = 0.33
"""Part of what a piece gained that only moved bone lost beside it, in its shape: on 12 recordings spinous processes
lost 0.34 to 0.79 of it, and beside leaks up to 0.31 was lost."""
NEAREST_MM, FARTHEST_MM = 0.8, 8.0
"""How far from it: from one side of an edge to the whole width of a spinous process."""
SMOOTH_MM, SHINE_MM = 0.7, 0.8
TOGETHER, TOGETHER_MM = 0.5, 10.0
"""What hangs together with a piece has this part of its level, and lies within this distance."""
NARROW_MM = 5.0
"""An edge of bone is narrower."""
LEAST_MM2, LEAST_SEEN = 1.0, 0.75
"""Least piece looked at; least part of its shape that must lie on clear ground."""


def without_moved_bone(cement: Mask, signal: Array, body: Mask, free: Mask, spacing_mm: float) -> Mask:
    """Drop parts outside the body beside which as much was lost; arguments as for ``haze.without_haze``."""
    outside = cement & ~grown(body, 1)
    if not outside.any():
        return cement
    every, px_mm = (slice(None, None, 2),) * 2, 2 * spacing_mm
    small = cv2.resize(signal, body[every].shape[::-1], interpolation=cv2.INTER_AREA)
    smooth = np.asarray(cv2.GaussianBlur(small, (0, 0), SMOOTH_MM / px_mm), np.float32)
    ground = (free & ~body)[every]
    clear = ground & ~grown(np.ascontiguousarray(cement[every]), SHINE_MM / px_mm)
    count, labels = components(outside)
    parts = [labels[every] == label for label in range(1, count)]
    moved = [False, *(_is_moved(part, smooth, ground, clear, px_mm) for part in parts)]
    return np.asarray(cement & ~np.array(moved)[labels], bool)


def _is_moved(part: Mask, smooth: Array, ground: Mask, clear: Mask, px_mm: float) -> bool:
    """Whether what hangs together with a part was lost beside it."""
    if np.count_nonzero(part) * px_mm**2 < LEAST_MM2:
        return False
    near = window(part, TOGETHER_MM / px_mm)
    part, smooth, ground, clear = part[near], smooth[near], ground[near], clear[near]
    _, labels = components(part | (ground & (smooth > TOGETHER * smooth[part].mean())))
    whole = np.isin(labels, labels[part])
    level, clear = float(smooth[whole].mean()), clear & ~whole
    if -float(smooth[clear].min(initial=0.0)) <= MATCHED * level:
        return False
    return _matched(whole, _lost(smooth, clear, level, px_mm), clear, px_mm) > MATCHED * level


def _lost(smooth: Array, clear: Mask, level: float, px_mm: float) -> Array:
    """What was lost in narrow places, at most ``level``; the edge of a lung, or of what is burnt out, loses more."""
    k = 2 * round(NARROW_MM / px_mm / 2) + 1
    dark = np.where(clear, np.clip(smooth, -level, 0), np.float32(-level))
    hat = np.asarray(cv2.morphologyEx(dark, cv2.MORPH_BLACKHAT, np.ones((k, k), np.uint8)), np.float32)
    return np.where(clear, hat - np.float32(median(hat[clear])), np.float32(0))


def _matched(shape: Mask, lost: Array, clear: Mask, px_mm: float) -> float:
    """Most that was lost on average in a shape moved over clear ground, -ln units."""
    reach = round(FARTHEST_MM / px_mm)
    rows, columns = window(shape, 0)
    moved = slice(rows.start, rows.stop + 2 * reach), slice(columns.start, columns.stop + 2 * reach)
    template = shape[rows, columns].astype(np.float32)
    total, seen = (
        cv2.matchTemplate(np.pad(picture, reach)[moved], template, cv2.TM_CCORR)
        for picture in (lost, clear.astype(np.float32))
    )
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] * px_mm
    away = np.hypot(x, y)
    counts = (seen >= LEAST_SEEN * template.sum()) & (away >= NEAREST_MM) & (away <= FARTHEST_MM)
    return float((total[counts] / seen[counts]).max(initial=0.0))
