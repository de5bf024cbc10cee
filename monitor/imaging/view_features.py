"""What tells an AP from a lateral spine, and a spine from anything else: a handful of numbers from the whole field."""

from dataclasses import dataclass, fields

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Image
from monitor.imaging.outline_axis import autocorrelation

Array = NDArray[np.float64]
Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]

FIELD = 128
"""Side of a square as large as the field, in pixels of the grid worked on: about 1 mm each."""
LAGS = (0.14, 0.42)
"""A vertebra with its disc, as a part of the field."""
AXIS_RAD = np.radians(20)
BINS = 72
SPAN = 1.2
LEAST_BINS = BINS // 4
"""So much of the span, across the spine, must be usable to tell one side from the other."""
LEAST_USABLE = 2500
BODY = 9
"""Bins from the middle of a body to just beyond its wall."""
COLUMN = 20
"""Bins that the spine takes: a third of the field."""


@dataclass(frozen=True, slots=True)
class ViewFeatures:
    """Numbers about a field, all but ``detail`` independent of its contrast.

    Attributes
    ----------
    repeats_shade, repeats_edges
        Correlation of shading and of edges with themselves one vertebra farther along the spine.
    endplates
        ln of the gradient along the spine (end plates) over that across it (walls, pedicles).
    symmetry
        Of the gradient across the spine about its best axis: pedicles and walls are pairs in an AP view.
    symmetry_along
        The same of the gradient along it.
    sides
        ``|ln|`` of the gradients on one side of the bodies over those on the other: facets lie behind only.
    tilt
        Difference of the attenuation between both sides of the field: behind a back there is air.
    column
        Part of all gradients within the spine's width.
    spread
        Standard deviation across the spine of where its walls are, as a part of the field.
    detail
        ln of fine structure against coarse.
    """

    repeats_shade: float
    repeats_edges: float
    endplates: float
    symmetry: float
    symmetry_along: float
    sides: float
    tilt: float
    column: float
    spread: float
    detail: float

    def vector(self) -> Array:
        """The features in the order of their names."""
        return np.array([getattr(self, f.name) for f in fields(self)])


def view_features(image: Image) -> ViewFeatures | None:
    """Measure a field; None where too little of it is usable or nothing is to be seen."""
    seen = _prepared(image)
    if seen is None:
        return None
    attenuation, shade, detail, known = seen
    edges = np.asarray(cv2.GaussianBlur(np.abs(detail), (0, 0), 1.6), np.float32)
    shade_rep, edge_rep, axis = _axis(autocorrelation(shade, known), autocorrelation(edges, known))
    along, across, level = _profiles(attenuation, detail, known, axis)
    if np.count_nonzero(np.isfinite(level)) < LEAST_BINS:
        return None
    total = along + across
    place = np.arange(BINS) * SPAN / BINS
    middle = float((across * place).sum() / across.sum())
    return ViewFeatures(
        repeats_shade=shade_rep,
        repeats_edges=edge_rep,
        endplates=float(np.log(along.sum() / across.sum())),
        symmetry=_symmetry(across),
        symmetry_along=_symmetry(along),
        sides=_sides(along, total),
        tilt=_tilt(level) / float(attenuation[known].std()),
        column=float(np.convolve(total, np.ones(COLUMN), "same").max() / total.sum()),
        spread=float(np.sqrt((across * (place - middle) ** 2).sum() / across.sum())),
        detail=float(np.log(detail[known].std() + 1e-3)),
    )


def _prepared(image: Image) -> tuple[Picture, Picture, Picture, Mask] | None:
    """Attenuation, flattened shading, fine structure and mask on a grid of ``FIELD`` pixels to the field's side."""
    area = int(image.usable.sum())
    if area < LEAST_USABLE or not np.isfinite(image.attenuation[image.usable]).all():
        return None
    zoom, size = FIELD / np.sqrt(area), int(FIELD * 1.3) | 1
    rows, columns = np.nonzero(image.usable)
    grid = np.array([[zoom, 0, size // 2 - zoom * columns.mean()], [0, zoom, size // 2 - zoom * rows.mean()]])
    source = cv2.GaussianBlur(image.attenuation, (0, 0), max(0.4 / zoom, 0.5))
    raw = cv2.warpAffine(source, grid, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = cv2.warpAffine(image.usable.astype(np.float32), grid, (size, size)) > 0.99
    known = np.asarray(cv2.erode(inside.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0, np.bool_)
    weight = known.astype(np.float32)
    attenuation = np.asarray(np.where(known, raw, 0), np.float32)
    flat = (attenuation - _smooth(attenuation, weight, 9.6)) * weight
    contrast = float(np.sqrt((flat[known] ** 2).mean())) if known.any() else 0.0
    if contrast < 1e-4:
        return None
    flat = np.asarray(np.tanh(flat / contrast / 2) * 2, np.float32) * weight
    detail = (_smooth(flat, weight, 0.6) - _smooth(flat, weight, 2.0)) * weight
    return attenuation, _smooth(flat, weight, 1.2) * weight, detail, known


def _smooth(values: Picture, weight: Picture, sigma: float) -> Picture:
    blurred = cv2.GaussianBlur(values * weight, (0, 0), sigma)
    return np.asarray(blurred / np.maximum(cv2.GaussianBlur(weight, (0, 0), sigma), 1e-3), np.float32)


def _axis(shade: Array, edges: Array) -> tuple[float, float, float]:
    """How well both pictures repeat one vertebra farther, and the spine's angle from upright (radians)."""
    middle = shade.shape[0] // 2
    y, x = (np.mgrid[: shade.shape[0], : shade.shape[1]] - middle) / FIELD
    distance, angle = np.hypot(x, y), np.arctan2(np.abs(x), np.abs(y))
    ring = (distance > LAGS[0]) & (distance < LAGS[1]) & (y >= 0)
    near = np.minimum(angle, np.pi / 2 - angle) < AXIS_RAD
    both = np.where(ring & near, 2 * shade + edges + np.where(angle < AXIS_RAD, UPRIGHT, 0.0), -np.inf)
    row, column = np.unravel_index(int(np.argmax(both)), both.shape)
    turn = float(np.arctan2(x[row, column], y[row, column]))
    return float(shade[row, column]), float(edges[row, column]), turn


UPRIGHT = 0.6
"""What a spine that lies on its side must gain in correlation to be believed."""


def _profiles(attenuation: Picture, detail: Picture, known: Mask, axis: float) -> tuple[Array, Array, Array]:
    """Across the spine: mean squared gradient along it, across it, and mean attenuation; noise taken off."""
    inner = cv2.erode(known.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    fine = cv2.GaussianBlur(detail, (0, 0), 0.7)
    gx, gy = cv2.Sobel(fine, cv2.CV_32F, 1, 0), cv2.Sobel(fine, cv2.CV_32F, 0, 1)
    sin, cos = np.sin(axis), np.cos(axis)
    y, x = np.mgrid[: known.shape[0], : known.shape[1]] - known.shape[0] // 2
    place = (x * cos - y * sin) / FIELD / SPAN + 0.5
    bins = np.clip((place * BINS).astype(np.intp), 0, BINS - 1)[inner]
    count = np.bincount(bins, minlength=BINS)
    filled = count > 0.2 * count.max()
    along, across, level = (
        np.where(filled, np.bincount(bins, values[inner], BINS) / np.maximum(count, 1), np.nan)
        for values in ((gx * sin + gy * cos) ** 2, (gx * cos - gy * sin) ** 2, attenuation)
    )
    return _above_noise(along), _above_noise(across), level


def _above_noise(profile: Array) -> Array:
    seen = profile[np.isfinite(profile)]
    floor = np.percentile(seen, 20) if len(seen) else 0.0
    kept = np.nan_to_num(np.clip(profile - floor, 0, None)) + 1e-9
    kernel = np.hanning(9)
    return np.convolve(kept, kernel / kernel.sum(), "same")


def _symmetry(profile: Array) -> float:
    """1 less the relative difference of both halves, about the best axis that has most of the profile around it."""
    best = 0.0
    for axis in range(BINS // 5, BINS - BINS // 5):
        half = min(axis, BINS - 1 - axis, BINS // 3)
        left, right = profile[axis - half : axis][::-1], profile[axis + 1 : axis + 1 + half]
        weight = float((left + right).sum())
        if weight + profile[axis] >= 0.75 * profile.sum():
            best = max(best, 1 - float(np.abs(left - right).sum()) / weight)
    return best


def _sides(along: Array, total: Array) -> float:
    """Bodies lie where the end plates are; compare what is beyond them on either side."""
    share = np.cumsum(along) / along.sum()
    middle = int(np.searchsorted(share, 0.5))
    near, far = middle + np.array([BODY, 3 * BODY]), middle - np.array([BODY, 3 * BODY])
    one, other = total[near[0] : near[1]], total[max(far[1], 0) : max(far[0], 0)]
    if min(len(one), len(other)) < BODY // 2:
        return 0.0
    faint = 0.02 * float(total.max())
    return float(abs(np.log((one.mean() + faint) / (other.mean() + faint))))


def _tilt(level: Array) -> float:
    """Difference of the mean attenuation of the outer quarters."""
    seen = level[np.isfinite(level)]
    quarter = len(seen) // 4
    return float(abs(seen[:quarter].mean() - seen[-quarter:].mean()))
