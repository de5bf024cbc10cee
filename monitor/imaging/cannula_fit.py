"""Where exactly the cannula lies: axis, calibre and both ends, to a fraction of a pixel."""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Point
from monitor.imaging.arrays import Array, Mask, median, positive

GAP_MM = 7.0
PALEST, FAINTEST = 0.12, 0.05
"""Contrast along the band, of its median and in -ln units, below which it has ended."""
SHORTEST_MM, REACH_MM, WIDENED_MM = 3.0, 20.0, 3.0
WIDEST_MM = 5.0
"""An 8 gauge cannula (4.2 mm) with blur; wider than that, cement beside it is being measured."""
THINNEST_PX = 1.0
"""A band thinner than that is noise, and too thin for a profile across it."""
MARGIN_PX, END_PX = 6.0, 2.0
LEAST_COLUMNS = 8
SHOWN_MM = 5.0
"""Over less than this anything is straight."""


@dataclass(frozen=True, slots=True)
class Band:
    """A cannula on an image grid: ``tip``, ``tail`` and ``width_px`` in its pixels, ``contrast`` in -ln units."""

    tip: Point
    tail: Point
    width_px: float
    contrast: float

    def angle_deg(self) -> float:
        """Direction of the axis, 0 to 180, from x towards y."""
        return float(np.degrees(np.arctan2(self.tip[1] - self.tail[1], self.tip[0] - self.tail[0])) % 180)

    def turned_deg(self, other: "Band") -> float:
        """Angle between the two axes, 0 to 90."""
        return abs((self.angle_deg() - other.angle_deg() + 90) % 180 - 90)

    def length(self) -> float:
        """From tip to tail, pixels."""
        return float(np.hypot(self.tip[0] - self.tail[0], self.tip[1] - self.tail[1]))

    def shifted(self, dx: float, dy: float) -> "Band":
        """The same band on a grid whose origin lies (-dx, -dy) away."""
        tip, tail = (self.tip[0] + dx, self.tip[1] + dy), (self.tail[0] + dx, self.tail[1] + dy)
        return Band(tip, tail, self.width_px, self.contrast)

    def mask(self, shape: tuple[int, int], margin_px: float, beyond_tip_px: float = 0.0) -> Mask:
        """Pixels of the band, widened by ``margin_px`` on each side."""
        canvas = np.zeros(shape, np.uint8)
        tip, tail = np.array(self.tip), np.array(self.tail)
        axis = (tip - tail) / max(float(np.hypot(*(tip - tail))), 1e-6)
        normal = np.array([-axis[1], axis[0]]) * (self.width_px / 2 + margin_px)
        end = tip + axis * beyond_tip_px
        corners = np.array([end + normal, end - normal, tail - normal, tail + normal])
        cv2.fillConvexPoly(canvas, np.round(corners * 16).astype(np.int32), 1, cv2.LINE_8, 4)
        return canvas.view(bool)


def sharpen(signal: Array, usable: Mask, spacing_mm: float, band: Band, rounds: int = 2) -> Band:
    """Fit axis, calibre and ends at full resolution, from profiles across the band every half pixel along it."""
    for _ in range(rounds):
        if band.length() < SHORTEST_MM / spacing_mm:
            break
        strip, axis, normal = _strip(signal, band, spacing_mm)
        offsets, widths = _across(strip)
        good = np.isfinite(offsets)
        if good.sum() < LEAST_COLUMNS:
            return band
        along = np.arange(strip.shape[1], dtype=float)[good]
        slope, shift = _robust_line(along, offsets[good])
        start = np.array(band.tail) - axis * MARGIN_PX + normal * shift
        turned = axis + normal * slope
        length = band.length() + MARGIN_PX
        width = min(median(widths[good]), WIDEST_MM / spacing_mm)
        tail, tip = start + turned * MARGIN_PX, start + turned * length
        band = Band((tip[0], tip[1]), (tail[0], tail[1]), width, band.contrast)
    return _ended(signal, usable, band, spacing_mm)


def wander(signal: Array, spacing_mm: float, band: Band, hidden: Mask) -> float:
    """How far the middle of the band strays from a straight line where nothing hides it, root mean square, pixels.

    Infinite where too little of it shows.
    """
    strip, _, _ = _strip(signal, band, spacing_mm)
    covered, _, _ = _strip(hidden.view(np.uint8), band, spacing_mm, cv2.BORDER_CONSTANT)
    offsets, _ = _across(strip)
    columns = np.arange(len(offsets), dtype=float)
    near_end = np.minimum(columns, columns[::-1]) < MARGIN_PX + END_PX
    good = np.isfinite(offsets) & ~near_end & (covered[len(covered) // 2] == 0)
    if good.sum() * spacing_mm < SHOWN_MM:
        return float("inf")
    slope, shift = _robust_line(columns[good], offsets[good])
    return float(np.sqrt(np.square(offsets[good] - slope * columns[good] - shift).mean()))


def _strip(
    signal: Array | NDArray[np.uint8], band: Band, spacing_mm: float, border: int = cv2.BORDER_REPLICATE
) -> tuple[Array, NDArray[np.float64], NDArray[np.float64]]:
    """Resample along the band (columns, 1 px from beyond the tail to beyond the tip) and across it (rows, half px)."""
    tip, tail = np.array(band.tip), np.array(band.tail)
    length = float(np.hypot(*(tip - tail)))
    axis = (tip - tail) / max(length, 1e-6)
    normal = np.array([-axis[1], axis[0]])
    half = max(4.0, 4.5 / spacing_mm)
    size = int(np.ceil(length + 2 * MARGIN_PX)), int(4 * half + 0.5) + 1
    where = np.column_stack([axis, normal / 2, tail - MARGIN_PX * axis - half * normal])
    strip = cv2.warpAffine(signal, where, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=border)
    return np.asarray(strip, np.float32), axis, normal


def _across(strip: Array) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Offset of the band's middle (px) and its width at half maximum (px) for each column; nan where unclear."""
    smooth = np.asarray(cv2.blur(strip, (9, 1)), np.float32)
    rows = _from_axis(strip)
    side = max(2, len(strip) // 6)
    near = np.flatnonzero(np.abs(rows) < 0.62 * rows[-1])
    height = positive(smooth[near[0] : near[-1] + 1] - cv2.max(_mean_row(smooth[:side]), _mean_row(smooth[-side:])))
    peak = height.max(0)
    inside = height > 0.5 * peak
    weight = height * inside
    clear = peak > 0.5 * median(peak)
    middle = np.asarray(rows[near] @ weight, np.float64) / np.maximum(weight.sum(0), 1e-9)
    widths = 0.5 * np.asarray(np.count_nonzero(inside, axis=0), np.float64)
    return np.where(clear, middle, np.nan), widths


def _from_axis(strip: Array) -> NDArray[np.float64]:
    """Distance of each row of a strip from its band's axis, px."""
    return np.asarray(np.arange(len(strip)) * 0.5 - (len(strip) - 1) / 4, np.float64)


def _mean_row(rows: Array) -> Array:
    return np.asarray(cv2.reduce(rows, 0, cv2.REDUCE_AVG), np.float32)


def _narrow_until(widths: NDArray[np.float64], width_px: float, first: int, last: int, spacing_mm: float) -> int:
    """Column between ``first`` and ``last`` from which on the band is wide to its end: there cement begins.

    What crosses the band widens it too, but not to the end.
    """
    stretch = max(3, round(WIDENED_MM / spacing_mm))
    wide = widths[first : last + 1] > 1.5 * width_px + 0.5
    backwards = np.cumsum(wide[::-1]) / np.arange(1, len(wide) + 1)
    long_enough = np.flatnonzero(backwards[stretch - 1 :] > 0.85)
    if not len(long_enough):
        return last
    return max(last - (int(long_enough[-1]) + stretch - 1), first + stretch)


def _robust_line(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, float]:
    """Slope and value at x = 0 of the line through most of the points."""
    keep = np.ones(len(x), bool)
    slope = shift = 0.0
    for _ in range(4):
        dx, my = x[keep] - x[keep].mean(), y[keep].mean()
        slope = float(dx @ y[keep]) / max(float(dx @ dx), 1e-9)
        shift = float(my - slope * x[keep].mean())
        miss = np.abs(y - slope * x - shift)
        kept, keep = keep, miss <= max(2.5 * median(miss), 0.5)
        if np.array_equal(kept, keep):
            break
    return slope, shift


def _ended(signal: Array, usable: Mask, band: Band, spacing_mm: float) -> Band:
    """Move both ends to where the band's contrast falls to half, looking well beyond them."""
    reach = REACH_MM / spacing_mm
    tip, tail = np.array(band.tip), np.array(band.tail)
    length = float(np.hypot(*(tip - tail)))
    if length < SHORTEST_MM / spacing_mm or band.width_px < THINNEST_PX:
        return replace(band, contrast=0.0)
    axis = (tip - tail) / max(length, 1e-6)
    longer = Band(tuple(tip + axis * reach), tuple(tail - axis * reach), band.width_px, band.contrast)
    strip, _, _ = _strip(signal, longer, spacing_mm)
    seen, _, _ = _strip(usable.view(np.uint8), longer, spacing_mm, cv2.BORDER_CONSTANT)
    rows = np.abs(_from_axis(strip))
    core, side = rows < 0.35 * band.width_px, (rows > 0.8 * band.width_px) & (rows < 1.5 * band.width_px + 1)
    half = len(rows) // 2
    upper, lower = side & (np.arange(len(rows)) < half), side & (np.arange(len(rows)) > half)
    contrast = _mean_row(strip[core]) - cv2.max(_mean_row(strip[upper]), _mean_row(strip[lower]))
    profile = cv2.blur(np.where(seen[core].min(0) > 0, contrast, 0), (3, 1))[0]
    origin = reach + MARGIN_PX
    shaft = slice(int(origin), min(int(origin + length), len(profile) - 1) + 1)
    body = profile[shaft]
    # The band pales towards burnt-out air and in dense surroundings: any contrast that stands out belongs to it.
    present = profile > max(PALEST * median(body), FAINTEST)
    first, last = strongest_run(np.where(present, profile, 0), shaft, int(GAP_MM / spacing_mm))
    last = _narrow_until(_across(strip)[1] * present, band.width_px, max(first, int(origin)), last, spacing_mm)
    ends = [tail - axis * origin + axis * (n + 0.0) for n in (last, first)]
    return Band(
        (float(ends[0][0]), float(ends[0][1])),
        (float(ends[1][0]), float(ends[1][1])),
        band.width_px,
        median(body),
    )


def strongest_run(profile: NDArray[np.floating], within: slice, gap: int) -> tuple[int, int]:
    """First and last index of the run with the largest sum among those that touch ``within``.

    ``profile`` is 0 where nothing is; a run may have holes of up to ``gap``.
    """
    present = np.flatnonzero(profile > 0)
    if not len(present):
        return within.start, within.start
    runs = np.split(present, np.flatnonzero(np.diff(present) > gap) + 1)
    touching = [r for r in runs if r[-1] >= within.start and r[0] < within.stop] or runs
    best = max(touching, key=lambda r: float(profile[r].sum()))
    return int(best[0]), int(best[-1])
