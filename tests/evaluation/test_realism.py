"""The comparison of simulated with real stills: figures that mean what they say, and real ones within reach."""

from dataclasses import astuple
from pathlib import Path

import numpy as np
import pytest

from monitor.evaluation.realism import comparison, grey_statistics, real_stills, simulated_stills

REAL = Path(__file__).parents[3] / "shared" / "data" / "oec-9900-hip"
ALL = np.ones((300, 300), bool)


def test_white_noise_lies_in_the_finest_band() -> None:
    image = np.random.default_rng(1).normal(120, 6, ALL.shape).astype(np.uint8)
    found = grey_statistics(image, ALL)
    assert found.noise_1 == pytest.approx(0.05, rel=0.25)
    assert found.noise_1 > 2 * found.noise_2 > 3 * found.noise_4


def test_metal_contrast_is_a_log_ratio() -> None:
    image = np.full(ALL.shape, 200, np.uint8)
    image[100:200, 140:160] = 100
    assert grey_statistics(image, ALL).metal == pytest.approx(np.log(2), abs=0.01)


@pytest.mark.skipif(not REAL.exists(), reason=f"no real stills at {REAL.parent.name}/{REAL.name}")
def test_real_stills_lie_within_the_range_of_simulated_ones() -> None:
    real, simulated = list(real_stills(REAL)), list(simulated_stills(range(0, 48, 6)))
    low, high = np.percentile([astuple(s) for s in simulated], (0, 100), axis=0)
    middle = np.median([astuple(s) for s in real], axis=0)
    # The finest noise is compression's to lose; it may be up to twice as strong in uncompressed, sharpened stills.
    assert ((middle > low * 0.8) & (middle < high * np.array([2, *[1.2] * 8]))).all()
    assert comparison(real, simulated).count("\n") == 10
