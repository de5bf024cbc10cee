"""Estimates with their 95 % intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Cases: TypeAlias = Sequence[Sequence[float] | NDArray[np.float64]]
"""Samples by case; no case is empty."""
Z95 = 1.959964
RESAMPLES = 1000
SEED = 20
"""Of the bootstrap: the same samples give the same interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure from ``n`` samples; ``low`` and ``high`` bound its 95 % interval, None where one can't be formed."""

    value: float
    low: float | None
    high: float | None
    n: int


def wilson(hits: int, n: int) -> tuple[float, float]:
    """95 % interval of a proportion (Wilson 1927, score interval without continuity correction)."""
    p, z2 = hits / n, Z95 * Z95
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return max(centre - half, 0.0), min(centre + half, 1.0)


def share(cases: Cases) -> Estimate:
    """Share of ones among independent yes-or-no samples."""
    n = sum(len(case) for case in cases)
    hits = round(sum(float(sum(case)) for case in cases))
    return Estimate(hits / n, *wilson(hits, n), n)


def mean(cases: Cases) -> Estimate:
    """Mean of all samples; the interval by resampling cases, because samples within a case depend on each other."""
    sums = np.array([sum(case) for case in cases])
    sizes = np.array([len(case) for case in cases])
    weights = _resampled(len(cases))
    return _estimate(sums.sum() / sizes.sum(), (weights @ sums) / np.maximum(weights @ sizes, 1), sizes)


def quantile(cases: Cases, q: float) -> Estimate:
    """Smallest sample that at least a share ``q`` of all samples doesn't exceed; interval by resampling cases."""
    sizes = np.array([len(case) for case in cases])
    values = np.concatenate([np.asarray(case, float) for case in cases])
    owner = np.repeat(np.arange(len(cases)), sizes)
    order = np.argsort(values, kind="stable")
    values, owner = values[order], owner[order]
    drawn = [_weighted(values, weights[owner], q) for weights in _resampled(len(cases))]
    return _estimate(_weighted(values, np.ones(len(values)), q), np.array(drawn), sizes)


def _weighted(ordered: NDArray[np.float64], weights: NDArray[np.float64], q: float) -> float:
    reached = np.cumsum(weights)
    return float(ordered[np.searchsorted(reached, q * reached[-1] - 1e-9)])


def _resampled(n: int) -> NDArray[np.float64]:
    """How often each of ``n`` cases is drawn, for every resample: (RESAMPLES, n)."""
    draws = np.random.default_rng(SEED).integers(0, n, (RESAMPLES, n))
    return np.apply_along_axis(np.bincount, 1, draws, minlength=n).astype(float)


def _estimate(value: float, drawn: NDArray[np.float64], sizes: NDArray[np.int_]) -> Estimate:
    n = int(sizes.sum())
    if len(sizes) < 2:
        return Estimate(float(value), None, None, n)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high), n)
