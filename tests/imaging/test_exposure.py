from typing import NamedTuple

import numpy as np
import pytest

from monitor.imaging.exposure import fit_grey_map
from tests.imaging.phantom import SIZE, Scenery, disc, noisy


class Case(NamedTuple):
    name: str
    gain: float = 1.0
    offset: float = 0.0
    curve: float = 0.0
    shade: float = 0.0
    cement_mm: float = 0.0


CASES = [
    Case("same exposure"),
    Case("automatic exposure brightens", 0.85, -0.2),
    Case("display curve bends", 1.1, 0.1, 0.12),
    Case("shading across the field", 1.0, 0.0, 0.0, 0.15),
    Case("a third of the region is cement", 0.9, 0.1, 0.05, 0.1, 30.0),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_what_was_not_added_is_predicted(case: Case) -> None:
    reference = Scenery(2).attenuation()
    y, x = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    bare = case.gain * reference + case.offset + case.curve * reference**2 + case.shade * (x - 0.5 * y)
    added = disc(200, 200, case.cement_mm, 1.0) if case.cement_mm else np.zeros_like(reference)
    current = noisy(np.asarray(bare + added, np.float32), 5)
    grey = fit_grey_map(current, reference, np.ones(reference.shape, bool))
    error = (grey.predict(reference) - bare)[added == 0]
    assert float(np.sqrt(np.mean(error**2))) < 0.02


def test_too_little_to_compare_is_said() -> None:
    flat = np.zeros((SIZE, SIZE), np.float32)
    with pytest.raises(ValueError, match="too few usable pixels"):
        fit_grey_map(flat, flat, np.zeros(flat.shape, bool))
