import numpy as np
import pytest

from monitor.config import CementSettings
from monitor.domain import View, Zone
from monitor.imaging.bolus import Bolus, Findings
from tests.imaging.phantom import CORNERS, SPACING_MM, Array, Scenery, body_outline, disc, image, noisy, rod

STAY = np.eye(2, 3)
SCENE = Scenery(4).attenuation()


def bolus(reference: Array = SCENE) -> Bolus:
    return Bolus(View.LATERAL, image(noisy(reference, 0, 0.01)), body_outline(), CORNERS, SPACING_MM, CementSettings())


def shown(subject: Bolus, added: Array, pulses: int = 4, cemented: bool = True, seed: int = 1) -> Findings:
    """The last of a few pulses of one shot that show ``added``."""
    for n in range(pulses):
        found = subject.update(image(noisy(SCENE + added, seed + n)), STAY, n == 0, cemented)
    return found


NOTHING = np.zeros_like(SCENE)


def test_bare_bone_shows_no_cement() -> None:
    assert shown(bolus(), NOTHING, 6, cemented=False).cement_mm2 == 0


@pytest.mark.parametrize("radius_mm", [3.0, 6.0, 9.0])
def test_area_of_a_round_bolus(radius_mm: float) -> None:
    found = shown(bolus(), disc(205, 200, radius_mm, 1.0))
    assert found.cement_mm2 == pytest.approx(np.pi * radius_mm**2, rel=0.1)
    assert found.outside == ()


@pytest.mark.parametrize("gain", [0.85, 1.15])
def test_automatic_exposure_changes_nothing(gain: float) -> None:
    subject = bolus()
    cement = disc(205, 200, 7, 1.0)
    for n in range(4):
        found = subject.update(image(noisy(gain * (SCENE + cement) + 0.15, n)), STAY, n == 0, True)
    assert found.cement_mm2 == pytest.approx(np.pi * 49, rel=0.12)


def test_the_cannula_is_not_cement_however_it_moves() -> None:
    subject = bolus()
    for n, tip in enumerate([(120, 172), (160, 186), (205, 202), (180, 193), (130, 176)]):
        found = shown(subject, rod(tip, (10, 133)), 3, cemented=False, seed=10 * n)
        assert found.band is not None
        assert found.cement_mm2 == 0


def test_a_cannula_in_the_reference_may_leave() -> None:
    subject = bolus(SCENE + rod((205, 202), (10, 133)))
    found = shown(subject, NOTHING, 5, cemented=False)
    assert found.cement_mm2 == 0


@pytest.mark.parametrize(
    ("x", "y", "zone"), [(128, 195, Zone.POSTERIOR), (200, 146, Zone.DISC_SUPERIOR), (272, 205, Zone.ANTERIOR)]
)
def test_a_leak_of_five_square_millimetres_is_seen(x: float, y: float, zone: Zone) -> None:
    inside = disc((x + 200) / 2, (y + 200) / 2, 8.5, 1.0)
    found = shown(bolus(), np.maximum(inside, disc(x, y, 1.6, 0.3)))
    assert zone in {piece.zone for piece in found.outside}


def test_a_clamp_across_the_field_is_not_cement() -> None:
    clamp = rod((330, 120), (399, 20), 7.0, 1.5)
    found = shown(bolus(), disc(205, 200, 6, 1.0) + clamp)
    assert found.outside == ()


@pytest.mark.parametrize(("clamp", "pieces"), [(NOTHING, 1), (rod((118, 162), (40, 40), 3.0, 0.6), 0)])
def test_what_shows_up_beyond_the_cannula_that_a_clamp_crosses_is_not_cement(clamp: Array, pieces: int) -> None:
    """It may be the clamp's other jaw, of which too little shows to be told for one."""
    shaft, cement, subject = rod((205, 202), (10, 133)), disc(215, 205, 6, 1.0), bolus()
    shown(subject, shaft, cemented=False)
    shown(subject, np.maximum(shaft, cement), seed=10)
    found = shown(subject, np.maximum(shaft, cement) + disc(126, 190, 2.5, 0.4) + clamp, seed=20)
    assert len(found.outside) == pieces


def test_a_finger_over_the_wall_is_not_cement() -> None:
    y, x = np.mgrid[: SCENE.shape[0], : SCENE.shape[1]]
    finger = np.asarray(0.15 * ((x < 140) & (abs(y - 170 + x / 5) < 22)), np.float32)
    found = shown(bolus(), disc(165, 195, 10, 1.0) + finger)
    assert found.cement_mm2 > 100
    assert found.outside == ()


@pytest.mark.parametrize(("from_x", "aside_px"), [(0, -14), (0, 0), (0, 14), (62, 0), (62, 14)])
def test_a_finger_on_the_cannula_is_not_cement_on_either_side_of_it(from_x: int, aside_px: int) -> None:
    """It may pale before the border, where the air is nearly burnt out."""
    y, x = np.mgrid[: SCENE.shape[0], : SCENE.shape[1]]
    finger = np.asarray(0.15 * ((x >= from_x) & (x < 145) & (abs(y - 168 - aside_px) < 26)), np.float32)
    shaft, subject = rod((205, 202), (10, 133)), bolus()
    shown(subject, shaft, cemented=False)
    found = shown(subject, shaft + disc(215, 205, 6, 1.0) + finger, seed=20)
    assert found.cement_mm2 > 80
    assert found.outside == ()


def test_gas_on_the_move_is_not_cement() -> None:
    y, x = np.mgrid[: SCENE.shape[0], : SCENE.shape[1]]
    gas = np.asarray(0.25 * np.exp(-((x - 330) ** 2 + (y - 210) ** 2) / (2 * 35.0**2)), np.float32)
    assert shown(bolus(), disc(205, 200, 6, 1.0) + gas).outside == ()
