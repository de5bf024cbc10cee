"""Times repaired: they start at zero, always grow, and keep what was right."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.sources.timestamps import Timestamps

CASES = {
    "right": ([5.0, 5.1, 5.3], [0, 0.1, 0.3]),
    "missing": ([0.0, None, 0.3], [0, 0.1, 0.3]),
    "all missing": ([None, None, None], [0, 0.1, 0.2]),
    "one stray zero": ([2.0, 2.1, 0.0, 2.3, 2.4], [0, 0.1, 0.2, 0.3, 0.4]),
    "repeated": ([0.0, 0.1, 0.1, 0.3], [0, 0.1, 0.2, 0.3]),
    "clock set back": ([60.0, 60.1, 0.0, 0.5, 0.7], [0, 0.1, 0.2, 0.7, 0.9]),
    "set back twice": ([60.0, 0.0, 0.1, 0.0, 0.1], [0, 0.1, 0.2, 0.3, 0.4]),
}


@pytest.mark.parametrize(("raw", "expected"), CASES.values(), ids=CASES.keys())
def test_named_cases(raw: list[float | None], expected: list[float]) -> None:
    timestamps = Timestamps(interval_s=0.1)
    assert [timestamps.repaired(stamp) for stamp in raw] == pytest.approx(expected)


@given(st.lists(st.none() | st.floats(-1e4, 1e4), min_size=1, max_size=30))
def test_times_always_grow(raw: list[float | None]) -> None:
    timestamps = Timestamps(interval_s=0.04)
    times = [timestamps.repaired(stamp) for stamp in raw]
    assert times[0] == 0
    assert all(later > earlier for earlier, later in itertools.pairwise(times))


@given(st.lists(st.floats(0.001, 10), min_size=1, max_size=30), st.floats(0, 1e4))
def test_growing_stamps_are_kept(steps: list[float], start: float) -> None:
    timestamps, raw = Timestamps(interval_s=0.04), start
    assert timestamps.repaired(raw) == 0
    for step in steps:
        raw += step
        assert timestamps.repaired(raw) == pytest.approx(raw - start)
