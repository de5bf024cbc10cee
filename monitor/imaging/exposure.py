"""Bring the grey scale of a pulse to the reference's: exposure control, display curve and shading change it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Mask, median, positive

STRIDE = 6
ITERATIONS, WARM_ITERATIONS = 5, 2


@dataclass(frozen=True, slots=True, eq=False)
class GreyMap:
    """Predicts a pulse's attenuation from the reference's.

    ``b0 + b1 r + b2 r^2 + b3 x + b4 y + b5 x y``, with x and y from -1 to 1 across the region: a smooth display curve
    and smooth shading.
    """

    coefficients: NDArray[np.float64]

    def predict(self, reference: Array) -> Array:
        """Expected attenuation, float32 (h, w), if nothing had been added; no display is whiter than white."""
        h, w = reference.shape
        x, y = np.linspace(-1, 1, w, dtype=np.float32), np.linspace(-1, 1, h, dtype=np.float32)[:, None]
        c = self.coefficients.astype(np.float32)
        # In place: the time goes into memory, not into sums.
        expected = c[2] * reference
        expected += c[1]
        expected *= reference
        expected += (c[4] + c[5] * x) * y
        expected += c[0] + c[3] * x
        return positive(np.asarray(expected, np.float32))


def fit_grey_map(current: Array, reference: Array, still: Mask, start: GreyMap | None = None) -> GreyMap:
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
    picked = still[::STRIDE, ::STRIDE]
    ys, xs = np.nonzero(picked)
    if len(ys) < 200:
        raise ValueError("too few usable pixels to compare exposures")
    r, target = (picture[::STRIDE, ::STRIDE][picked].astype(np.float64) for picture in (reference, current))
    x, y = 2 * xs / max(picked.shape[1] - 1, 1) - 1, 2 * ys / max(picked.shape[0] - 1, 1) - 1
    basis = np.stack([np.ones_like(r), r, r * r, x, y, x * y])
    # Curvature and shading are small: a weak prior holds them where the picture says nothing, and what is left to where
    # it begins where even that is flat.
    prior = 1e-6 * len(r) * np.diag([1e-6, 1e-6, 1e-2, 1, 1, 1])
    coefficients = np.asarray(_initial(r, target) if start is None else start.coefficients, np.float64)
    for _ in range(ITERATIONS if start is None else WARM_ITERATIONS):
        residual = target - coefficients @ basis
        weighted = basis * _one_sided(residual - median(residual))
        coefficients = np.linalg.solve(weighted @ basis.T + prior, weighted @ target)
    return GreyMap(coefficients)


def _initial(r: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Match low quantiles, which added cement and metal reach last."""
    a, b = np.quantile(r, [0.1, 0.5])
    c, d = np.quantile(target, [0.1, 0.5])
    slope = float(np.clip((d - c) / (b - a), 0.3, 3.0)) if b - a > 1e-3 else 1.0
    return np.array([c - slope * a, slope, 0, 0, 0, 0])


def _one_sided(residual: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tukey weights with a scale from the negative side: what cement adds is positive."""
    below = residual[residual < 0]
    cut = 4.685 * 1.4826 * median(-below) + 1e-6 if len(below) else 1e-6
    return np.asarray(np.square(1 - np.square(np.minimum(np.abs(residual) / cut, 1.0))), np.float64)
