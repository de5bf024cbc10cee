"""How much a place and direction in the picture look like a certain part of a body's border."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Image, Point, View
from monitor.imaging.outline_metal import find_metal
from monitor.imaging.outline_shape import PER_SIDE

Array = NDArray[np.float64]
Picture = NDArray[np.float32]
Mask = NDArray[np.bool_]

PATCH_MM = 0.5
HALF_MM = 56.0
STEP_MM = 0.6
FINE = 6
COARSE_MM = (-13.0, -10.0, -7.0, -4.5, 4.5, 7.0, 10.0, 13.0)
SEGMENTS = 12
FEATURES = 2 * FINE + 1 + len(COARSE_MM)


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Surroundings of the tap on a grid of ``PATCH_MM``, in units of the local contrast; the tap is its centre.

    ``fine`` and ``coarse`` are float32 (n, n), two smoothings with the slow background removed; ``known`` is false
    outside the fluoroscopic field and along the patch's own edge, where what lies beyond is looked up.
    """

    fine: Picture
    coarse: Picture
    known: Mask


def patch(image: Image, tap: Point, spacing_mm: float) -> Patch | None:
    """Cut the surroundings of ``tap`` (frame pixels) out of an image, flattened; None where there's nothing to see.

    ``spacing_mm`` is millimetres per frame pixel.
    """
    size = 2 * round(HALF_MM / PATCH_MM) + 1
    zoom = PATCH_MM / (spacing_mm * image.scale)
    centre = [(tap[0] - image.origin[0]) / image.scale, (tap[1] - image.origin[1]) / image.scale]
    grid = np.array([[zoom, 0, centre[0] - zoom * (size // 2)], [0, zoom, centre[1] - zoom * (size // 2)]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    warped = cv2.warpAffine(image.usable.astype(np.float32), grid, (size, size), flags=flags)
    known = np.asarray(warped > 0.99, np.float32)
    known[[0, -1]] = known[:, [0, -1]] = 0.0
    source = cv2.GaussianBlur(image.attenuation, (0, 0), 0.4 * max(zoom, 1.0))
    warped = cv2.warpAffine(source, grid, (size, size), flags=flags, borderMode=cv2.BORDER_REPLICATE)
    raw = np.asarray(warped, np.float32)
    if known.mean() < 0.3 or not np.isfinite(raw).all():
        return None
    flat = (raw - _smooth(raw, known, 9.0)) * known
    near = _bell(size, 25.0 / PATCH_MM) * known
    contrast = float(np.sqrt((near * flat**2).sum() / max(float(near.sum()), 1e-3)))
    if contrast < 1e-4:
        return None
    flat = np.asarray(flat / contrast, np.float32)
    bone = known * ~find_metal(flat, PATCH_MM)
    flat = np.where(bone > 0, flat, _smooth(flat, bone, 2.0))
    flat = np.asarray(np.tanh(flat / 2.5) * 2.5, np.float32)
    return Patch(_smooth(flat, known, 0.5), _smooth(flat, known, 2.0), known > 0)


def _bell(size: int, sigma: float) -> Picture:
    """Weights of a smoothing, for the middle of a square alone."""
    across = cv2.getGaussianKernel(size, sigma, cv2.CV_32F)
    return np.asarray(across @ across.T, np.float32)


def _smooth(values: Picture, known: Picture, sigma_mm: float) -> Picture:
    sigma = sigma_mm / PATCH_MM
    weight = cv2.GaussianBlur(known, (0, 0), sigma)
    blurred = cv2.GaussianBlur(values * known, (0, 0), sigma)
    return np.asarray(blurred / np.maximum(weight, 1e-3), np.float32)


def profiles(seen: Patch, points: Array, normals: Array, reach: int) -> tuple[Array, Mask]:
    """Sample along the normals: fine from ``-reach`` to ``reach`` steps, coarse at ``COARSE_MM`` around each of them.

    Returns
    -------
    features
        (..., 2 * (reach - FINE) + 1, FEATURES): one row for each shift of the border along its normal.
    known
        (...): whether the whole profile lies within the field.
    """
    steps = np.arange(-reach, reach + 1, dtype=np.float64) * STEP_MM
    near = _places(points, normals, steps, len(seen.known))
    fine, known = seen.fine.ravel().take(near), np.asarray(seen.known.ravel().take(near).all(axis=-1), np.bool_)
    shifts = steps[FINE : len(steps) - FINE]
    wide = (shifts[:, None] + np.array(COARSE_MM)).ravel()
    coarse = seen.coarse.ravel().take(_places(points, normals, wide, len(seen.known)))
    windows = np.lib.stride_tricks.sliding_window_view(fine, 2 * FINE + 1, axis=-1)
    both = np.concatenate([windows, coarse.reshape(*coarse.shape[:-1], len(shifts), len(COARSE_MM))], axis=-1)
    return both - windows.mean(axis=-1, keepdims=True), known


def _places(points: Array, normals: Array, offsets_mm: Array, size: int) -> NDArray[np.int32]:
    """Number of the patch's pixel at each offset along each normal, the nearest where that lies beyond the patch."""
    along = offsets_mm.astype(np.float32) / np.float32(PATCH_MM)
    column, row = (
        np.clip(p[..., None] + along * n[..., None], 0, size - 1).astype(np.int32)
        for p, n in zip(_components(points / PATCH_MM + size // 2 + 0.5), _components(normals), strict=True)
    )
    return np.asarray(row * size + column, np.int32)


def _components(vectors: Array) -> tuple[Picture, Picture]:
    x, y = np.moveaxis(vectors.astype(np.float32), -1, 0)
    return x, y


@dataclass(frozen=True, slots=True, eq=False)
class BorderModel:
    """A small perceptron for each of ``SEGMENTS`` parts of the contour: its output is the log-odds of a border.

    ``inner`` (SEGMENTS, FEATURES + 1, hidden) and ``outer`` (SEGMENTS, hidden + 1); the last of each is the offset.
    """

    inner: NDArray[np.float32]
    outer: NDArray[np.float32]

    def log_odds(self, features: Array, chosen: NDArray[np.intp]) -> Array:
        """Log-odds (m, n, shifts) for features (m, n, shifts, FEATURES) at points number ``chosen`` (n,)."""
        segment = chosen * SEGMENTS // (4 * PER_SIDE)
        m, n, shifts, _ = features.shape
        rows = np.asarray(features, np.float32).transpose(1, 0, 2, 3).reshape(n, m * shifts, -1)
        hidden = np.tanh(rows @ self.inner[segment, :-1] + self.inner[segment, -1:])
        odds = hidden @ self.outer[segment, :-1, None] + self.outer[segment, -1, None, None]
        return np.asarray(odds, np.float64).reshape(n, m, shifts).transpose(1, 0, 2)


@cache
def border_model(view: View) -> BorderModel:
    """The model fitted for a view; ``models/outline`` says how."""
    text = resources.files(__package__).joinpath("outline_borders.json").read_text(encoding="utf-8")
    fitted = json.loads(text)[view.value]
    return BorderModel(np.array(fitted["inner"], np.float32), np.array(fitted["outer"], np.float32))
