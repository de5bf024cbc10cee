import numpy as np
import pytest

from monitor.config import CementSettings, RegistrationSettings
from monitor.domain import Outline, View, polygon
from monitor.imaging.registration import Fit
from monitor.imaging.subject import Subject
from monitor.imaging.surroundings import Surroundings
from tests.imaging.phantom import CENTRE, CORNERS, SIZE, SPACING_MM, Scenery, body_outline, image, moved, noisy

SCENE = Scenery(2).attenuation()


def subject() -> Subject:
    """A view whose outline is known."""
    view = Subject(View.LATERAL, image(noisy(SCENE, 0, 0.01)), RegistrationSettings(), CementSettings())
    view.place(Outline(body_outline(), CORNERS, "tap", 1.0), Surroundings(), SPACING_MM)
    return view


@pytest.mark.parametrize(
    ("scale", "dx", "dy"), [(1.36, 0.0, 0.0), (1.36, 12.0, -9.0), (0.75, -8.0, 5.0), (1.0, 6.0, 2.0)]
)
def test_the_target_is_found_when_the_field_size_changes_within_the_same_frame(
    scale: float, dx: float, dy: float
) -> None:
    view = subject()
    pulse = view.suited(image(noisy(moved(SCENE, dx, dy, 1.0, scale), 5)))
    fit = view.locate_zoomed(pulse)
    motion = view.carried(pulse, fit).motion
    at = motion.apply(polygon([CENTRE]))[0] - CENTRE
    assert np.hypot(at[0] - dx, at[1] - dy) < 0.6
    assert motion.degrees == pytest.approx(1.0, abs=0.3)
    assert motion.scale == pytest.approx(scale, abs=0.015)
    assert fit.quality > 0.5


@pytest.mark.parametrize("seed", range(3))
def test_at_no_magnification_does_another_patient_fit(seed: int) -> None:
    elsewhere = np.asarray(0.8 + 0.02 * np.random.default_rng(seed).normal(0, 1, (SIZE, SIZE)), np.float32)
    view = subject()
    assert view.locate_zoomed(view.suited(image(elsewhere))).quality < RegistrationSettings().least_quality


@pytest.mark.parametrize(("scale", "believed"), [(0.7, False), (0.95, True), (1.0, True), (1.4, True)])
def test_a_middling_fit_is_not_believed_where_the_patch_is_small(scale: float, believed: bool) -> None:
    view = subject()
    pulse = view.suited(image(SCENE))
    assert view.believes(pulse, Fit(np.eye(2, 3) * scale, 0.45)) == believed
    assert view.believes(pulse, Fit(np.eye(2, 3) * scale, 0.55))


def test_a_field_size_that_is_known_finds_what_is_too_noisy_to_be_found_at_any() -> None:
    view = subject()
    dim = view.suited(image(noisy(moved(SCENE, 4.0, -3.0, 1.0, 0.75), 5, 0.05)))
    fit = view.locate_zoomed(dim, 0.75)
    assert view.carried(dim, fit).motion.scale == pytest.approx(0.75, abs=0.02)
    assert view.field_of(dim, fit) == pytest.approx(0.75, abs=0.02)
