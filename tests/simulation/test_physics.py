"""The image obeys physics: attenuation of the materials, magnification, and noise that follows the dose."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain import View
from monitor.simulation.camera import Camera, CameraSettings
from monitor.simulation.instruments import Rod, rod_path
from monitor.simulation.physics import CORTICAL_MG, MARROW_MG, POWDER_TO_CEMENT, hardened, spectrum
from monitor.simulation.projection import Grid, Pose, project
from monitor.simulation.volume import Volume

GRID = Grid(200, 0.5)
PLAIN = CameraSettings(
    dose_ngy=25,
    magnification=1.4,
    scatter=0.3,
    blur_mm=0.01,
    veil=0,
    read_noise=0,
    lag=1,
    exposure_rate=0.5,
    vignetting=0,
    gamma=1,
    grey=100,
    toe=0,
    equalise=0,
    sharpen=0,
    sharpen_mm=1,
)


@pytest.mark.parametrize(
    ("material", "kvp", "per_cm"),
    [
        ("soft", 70, 0.240),
        ("soft", 80, 0.230),
        ("trabecular 80", 70, 0.255),
        ("trabecular 80", 80, 0.241),
        ("trabecular 180", 70, 0.307),
        ("trabecular 180", 80, 0.286),
        ("cortical", 70, 0.80),
        ("cortical", 80, 0.71),
        ("BaSO4 0.10", 70, 1.15),
        ("BaSO4 0.20", 70, 2.08),
        ("BaSO4 0.20", 80, 1.77),
        ("BaSO4 0.30", 80, 2.57),
        ("ZrO2 0.20", 70, 1.39),
        ("ZrO2 0.30", 80, 1.69),
        ("steel", 70, 9.5),
        ("steel", 80, 7.6),
    ],
)
def test_one_centimetre_attenuates_as_published(material: str, kvp: float, per_cm: float) -> None:
    name, _, number = material.partition(" ")
    agent = name if name in ("BaSO4", "ZrO2") else "BaSO4"
    fraction = float(number) / POWDER_TO_CEMENT if name == agent and number else 0.3
    beam = spectrum(kvp, agent, fraction)
    one = np.full((1, 1), 10, np.float32)
    found = 10 * beam.soft_per_mm
    if name == "trabecular":
        found += 10 * beam.bone_per_mm_mg * (float(number) + MARROW_MG)
    elif name == "cortical":
        found += 10 * beam.bone_per_mm_mg * CORTICAL_MG
    elif name == "steel":
        found += float(beam.steel(one)[0, 0])
    elif name == agent:
        found += float(beam.cement(one)[0, 0])
    assert found == pytest.approx(per_cm, rel=0.02)


def test_cement_hardens_the_beam_by_a_fifth() -> None:
    thin, thick = (float(hardened(np.full((1, 1), mm, np.float32), 0.2)[0, 0]) / mm for mm in (1.0, 20.0))
    assert 0.76 < thick / thin < 0.82


@pytest.mark.parametrize("kvp", [70, 80, 90])
def test_thin_osteoporotic_bone_has_little_contrast(kvp: float) -> None:
    beam = spectrum(kvp, "BaSO4", 0.3)
    contrast = 1 - np.exp(-40 * beam.bone_per_mm_mg * (80 + MARROW_MG))
    assert 0.03 < contrast < 0.07


def _block(at_mm: tuple[float, float, float]) -> Volume:
    return Volume(np.ones((8, 8, 8), np.float32), np.array(at_mm) - 1.75, 0.5)


@pytest.mark.parametrize("view", [View.AP, View.LATERAL])
def test_projection_keeps_mass_and_magnifies_with_depth(view: View) -> None:
    pose = Pose(view, sod_mm=600)
    axis = 1 if view is View.AP else 0
    for depth in (-60.0, 0.0, 60.0):
        at = np.zeros(3)
        at[axis] = depth
        image = project(_block((at[0], at[1], at[2])), pose, GRID)
        mass = float(image.sum()) * GRID.step_mm**2
        assert mass == pytest.approx(64 * (600 / (600 + depth)) ** 2, rel=0.02)


def test_points_and_voxels_are_projected_to_the_same_place() -> None:
    at = (20.0, -15.0, 12.0)
    for view in (View.AP, View.LATERAL):
        pose = Pose(view, 600, oblique_deg=4, tilt_deg=-3, roll_deg=10, shift_mm=(5, -4))
        image = project(_block(at), pose, GRID)
        v, u = np.indices(image.shape)
        centre = np.array([(image * u).sum(), (image * v).sum()]) / image.sum()
        plane = (centre - (GRID.pixels - 1) / 2) * GRID.step_mm
        assert np.allclose(plane, pose.points([at])[0], atol=0.1)


def test_a_rod_across_the_beam_is_as_thick_as_its_chord() -> None:
    rod = Rod(np.array([0.0, -30, 0]), np.array([0.0, 30, 0]), 1.5, 1.0)
    path = rod_path(rod, Pose(View.LATERAL), Grid(400, 0.1))
    middle = path[:, 200]
    assert float(middle.max()) == pytest.approx(2 * np.sqrt(1.5**2 - 1.0**2), rel=0.05)
    assert float(middle.sum()) * 0.1 == pytest.approx(np.pi * (1.5**2 - 1.0**2), rel=0.05)


def _noise(dose_ngy: float, exponent: NDArray[np.float32], lag: float = 1.0) -> float:
    camera = Camera(replace(PLAIN, dose_ngy=dose_ngy, lag=lag), GRID, np.random.default_rng(3))
    camera.start(1.0)
    shots = [camera.expose(exponent) for _ in range(12)]
    late = np.stack(shots[8:]).astype(float)
    return float(np.mean(late[:, 60:140, 60:140].var((1, 2))))


def test_noise_variance_falls_with_dose() -> None:
    flat = np.full((GRID.pixels, GRID.pixels), 5, np.float32)
    low, high = _noise(10, flat), _noise(40, flat)
    assert low / high == pytest.approx(4, rel=0.1)


def test_the_recursive_filter_quietens() -> None:
    flat = np.full((GRID.pixels, GRID.pixels), 5, np.float32)
    # A recursive filter of weight a leaves a / (2 - a) of the variance.
    assert _noise(25, flat, 0.5) / _noise(25, flat) == pytest.approx(1 / 3, rel=0.15)


def test_exposure_control_brings_the_middle_back() -> None:
    camera = Camera(PLAIN, GRID, np.random.default_rng(1))
    thin, thick = (np.full((GRID.pixels, GRID.pixels), e, np.float32) for e in (4.0, 5.5))
    for _ in range(8):
        before = camera.expose(thin)
    camera.start(1.0)
    first = camera.expose(thick)
    for _ in range(10):
        last = camera.expose(thick)
    assert float(first.mean()) < 0.4 * float(before.mean())
    assert float(last.mean()) == pytest.approx(float(before.mean()), rel=0.05)
