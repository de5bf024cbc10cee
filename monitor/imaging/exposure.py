"""Bring the grey scale of a pulse to the reference's: exposure control, display curve and shading change between shots."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
STRIDE = 3
TERMS = 6


@dataclass(frozen=True, slots=True, eq=False)
class GreyMap:
    """Predicts a pulse's attenuation from the reference's: ``b0 + b1 r + b2 r^2 + b3 x + b4 y + b5 x y`` (x, y in -1..1).

    ``noise`` holds the residual's standard deviation at ``levels`` of the reference, so that the threshold for
    something new can follow the dose at each pixel.
    """

    coefficients: NDArray[np.float64]
    levels: NDArray[np.float64]
    noise: NDArray[np.float64]

    def predict(self, reference: Array) -> Array:
        """Expected attenuation, float32 (h, w), if nothing had been added."""
        h, w = reference.shape
        y, x = np.linspace(-1, 1, h, dtype=np.float32)[:, None], np.linspace(-1, 1, w, dtype=np.float32)[None, :]
        c = self.coefficients.astype(np.float32)
        shading = c[0] + c[3] * x + (c[4] + c[5] * x) * y
        return np.asarray(reference * (c[1] + c[2] * reference) + shading, np.float32)


def fit_grey_map(current: Array, reference: Array, still: NDArray[np.bool_], start: GreyMap | None = None) -> GreyMap:
    """Fit the grey map robustly on pixels where nothing was added.

    Parameters
    ----------
    current, reference
        float32 (h, w), registered.
    still
        bool (h, w): usable in both, away from known cement and metal.
    start
        The last pulse's map; its residuals tell what is new from the first iteration on.

    Raises
    ------
    ValueError
        Fewer than 200 pixels to fit.
    """
    h, w = reference.shape
    picked = np.zeros_like(still)
    picked[::STRIDE, ::STRIDE] = still[::STRIDE, ::STRIDE]
    ys, xs = np.nonzero(picked)
    if len(ys) < 200:
        raise ValueError("too few usable pixels to compare exposures")
    r, target = reference[ys, xs].astype(np.float64), current[ys, xs].astype(np.float64)
    x, y = 2 * xs / max(w - 1, 1) - 1, 2 * ys / max(h - 1, 1) - 1
    basis = np.stack([np.ones_like(r), r, r * r, x, y, x * y], 1)
    coefficients = _initial(r, target) if start is None else start.coefficients
    for _ in range(6):
        residual = target - basis @ coefficients
        weight = _one_sided(residual - np.median(residual))
        weighted = basis * weight[:, None]
        normal = basis.T @ weighted + 1e-6 * len(r) * np.diag([0, 0, 1e-2, 1, 1, 1])
        coefficients = np.linalg.lstsq(normal, weighted.T @ target, rcond=None)[0]
    residual = target - basis @ coefficients
    levels, noise = _noise(r, residual)
    return GreyMap(coefficients, levels, noise)


def _initial(r: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Match low quantiles, which added cement and metal reach last."""
    a, b = np.quantile(r, [0.1, 0.5])
    c, d = np.quantile(target, [0.1, 0.5])
    slope = float(np.clip((d - c) / (b - a), 0.3, 3.0)) if b - a > 1e-3 else 1.0
    return np.array([c - slope * a, slope, 0, 0, 0, 0])


def _one_sided(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tukey weights with a scale from the negative side: what cement adds is positive."""
    below = residual[residual < 0]
    cut = 4.685 * 1.4826 * float(np.median(-below)) + 1e-6 if len(below) else 1e-6
    return np.square(1 - np.square(np.minimum(np.abs(residual) / cut, 1.0)))


def _noise(r: NDArray[np.float64], residual: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    edges = np.quantile(r, np.linspace(0, 1, 7))
    levels = (edges[1:] + edges[:-1]) / 2
    bins = np.clip(np.searchsorted(edges, r, "right") - 1, 0, 5)
    below = [(-residual[(bins == n) & (residual < 0)]) for n in range(6)]
    spread = [1.4826 * float(np.median(b)) if len(b) > 10 else np.nan for b in below]
    known = np.array(spread)
    known[np.isnan(known)] = float(np.nanmedian(known)) if np.isfinite(known).any() else 0.05
    return levels, known
