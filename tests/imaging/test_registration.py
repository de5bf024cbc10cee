from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.imaging.registration import Patch, decompose
from monitor.imaging.texture import texture
from tests.imaging.phantom import CENTRE, SIZE, Array, Scenery, disc, image, moved, noisy, rod

SHADING_PX = 10.0


def patch_of(picture: Array) -> Patch:
    pulse = image(picture)
    pattern, _ = texture(pulse.attenuation, pulse.usable, SHADING_PX)
    weight = np.zeros((SIZE, SIZE), np.float32)
    weight[80:320, 80:320] = 1
    return Patch(pattern, weight, CENTRE)


def locate(patch: Patch, picture: Array) -> tuple[float, float, float, float, float]:
    """Shift (px), turn (degrees), magnification and quality found by search and refinement."""
    pulse = image(picture)
    current, support = texture(pulse.attenuation, pulse.usable, SHADING_PX)
    fit = patch.refine(current, support, patch.search(current, (-3.0, -1.5, 0.0, 1.5, 3.0)).matrix)
    shift = fit.matrix[:, :2] @ CENTRE + fit.matrix[:, 2] - CENTRE
    return float(shift[0]), float(shift[1]), *decompose(fit.matrix), fit.quality


class Case(NamedTuple):
    name: str
    dx: float = 0.0
    dy: float = 0.0
    degrees: float = 0.0
    gain: float = 1.0
    offset: float = 0.0
    added: Array | None = None


CASES = [
    Case("nothing moves"),
    Case("breathing", 0.4, -3.3),
    Case("jolt of 4 mm", 10.0, 10.3),
    Case("C-arm moved 6 mm and 3 degrees", -15.0, 15.0, 3.0),
    Case("turned the other way", 7.0, -2.0, -2.2),
    Case("exposure changed", 2.0, 3.0, 0.5, 0.8, 0.25),
    Case("cement in the body", 3.0, -4.0, 0.6, added=disc(205, 205, 11)),
    Case("cannula came in", -2.5, 1.5, 0.0, added=rod((210, 200), (20, 130))),
]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_motion_is_found_to_a_tenth_of_a_millimetre(case: Case) -> None:
    scene = Scenery(1).attenuation()
    changed = scene if case.added is None else scene + case.added
    now = noisy(case.gain * moved(changed, case.dx, case.dy, case.degrees) + case.offset, 7)
    dx, dy, degrees, scale, quality = locate(patch_of(noisy(scene, 3, 0.01)), now)
    assert np.hypot(dx - case.dx, dy - case.dy) < 0.35
    assert degrees == pytest.approx(case.degrees, abs=0.15)
    assert scale == pytest.approx(1.0, abs=0.01)
    assert quality > 0.4


@settings(max_examples=12, deadline=None)
@given(dx=st.floats(-12, 12), dy=st.floats(-12, 12), degrees=st.floats(-3, 3), seed=st.integers(0, 5))
def test_any_motion_of_a_theatre_is_found(dx: float, dy: float, degrees: float, seed: int) -> None:
    scene = Scenery(seed).attenuation()
    found = locate(patch_of(scene), noisy(moved(scene, dx, dy, degrees), seed + 100))
    assert np.hypot(found[0] - dx, found[1] - dy) < 0.4


@pytest.mark.parametrize("seed", range(3))
def test_another_patient_doesnt_fit(seed: int) -> None:
    rng = np.random.default_rng(seed)
    elsewhere = np.asarray(0.8 + 0.02 * rng.normal(0, 1, (SIZE, SIZE)), np.float32)
    assert locate(patch_of(Scenery(0).attenuation()), elsewhere)[4] < 0.3


def test_a_constant_image_doesnt_fit() -> None:
    assert locate(patch_of(Scenery(0).attenuation()), np.full((SIZE, SIZE), 0.5, np.float32))[4] < 0.3
