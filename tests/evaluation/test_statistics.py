"""Estimates against known values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.evaluation.statistics import mean, quantile, share, wilson


@pytest.mark.parametrize(
    ("hits", "n", "low", "high"),
    [(2, 28, 0.0198, 0.2265), (60, 60, 0.9398, 1.0), (0, 10, 0.0, 0.2775), (50, 100, 0.4038, 0.5962)],
)
def test_wilson(hits: int, n: int, low: float, high: float) -> None:
    assert list(wilson(hits, n)) == pytest.approx([low, high], abs=2e-4)


def test_bootstrap_of_a_median_matches_the_order_statistics() -> None:
    # For 100 independent samples the binomial interval of the median runs from the 40th to the 61st.
    samples = [[float(value)] for value in range(1, 101)]
    estimate = quantile(samples, 0.5)
    assert estimate.value == 50
    assert estimate.low == pytest.approx(40, abs=2)
    assert estimate.high == pytest.approx(61, abs=2)
    assert estimate == quantile(samples, 0.5)


def test_bootstrap_of_a_mean_matches_its_standard_error() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(3, 1, 400)
    estimate = mean([[float(value)] for value in values])
    half = 1.96 * values.std() / 20
    assert estimate.low == pytest.approx(values.mean() - half, abs=0.02)
    assert estimate.high == pytest.approx(values.mean() + half, abs=0.02)


def test_samples_of_one_case_are_not_taken_for_independent() -> None:
    together = mean([[0.0] * 100, [1.0] * 100] * 3)
    assert together.low is not None
    assert together.low < 0.2


def test_one_case_gives_no_interval() -> None:
    assert quantile([[1.0, 2.0, 3.0]], 1.0) == quantile([[3.0, 1.0, 2.0]], 1.0)
    assert mean([[1.0, 2.0]]).low is None
    assert share([[1.0, 0.0]]).n == 2


@given(st.lists(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5), min_size=2, max_size=6), st.floats(0.01, 1))
def test_quantile_is_the_inverse_distribution(cases: list[list[float]], q: float) -> None:
    estimate = quantile(cases, q)
    flat = [value for case in cases for value in case]
    assert estimate.value == np.quantile(flat, q, method="inverted_cdf")
    assert estimate.low is not None
    assert estimate.high is not None
    assert min(flat) <= estimate.low <= estimate.high <= max(flat)
