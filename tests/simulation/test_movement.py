"""Bones move together; lungs, bowels and ribs move past them with each breath."""

import numpy as np
import pytest

from monitor.simulation.movement import Movement, Organs
from monitor.simulation.physics import spectrum
from monitor.simulation.projection import Grid
from monitor.simulation.scene import Backdrop, patient_exponent

PERIOD_S = 4.0
BREATHES = Movement((0.8, 10.0, PERIOD_S), (0.0, 0.0), (99.0, 0.0, 0.0), (0.0, 0.0), 60.0)
GRID = Grid(64, 0.5)
BEAM = spectrum(70, "BaSO4", 0.2)


def test_a_breath_moves_the_organs_past_the_spine_and_brings_them_back() -> None:
    inspired, expired = BREATHES.organs_at(PERIOD_S / 2), BREATHES.organs_at(PERIOD_S)
    assert BREATHES.at(PERIOD_S / 2)[1] == pytest.approx(0.8)
    assert inspired.lungs_mm == pytest.approx([0, 10]), "the diaphragm goes down"
    assert inspired.gas_mm == pytest.approx([0, 5]), "bowels follow in part"
    assert inspired.ribs_mm == pytest.approx([1, -2]), "ribs swing up and forwards"
    for moved in (expired.lungs_mm, expired.gas_mm, expired.ribs_mm):
        assert moved == pytest.approx([0, 0], abs=1e-9)


@pytest.mark.parametrize("part", ["gas", "lungs", "ribs"])
def test_an_organ_moves_in_the_picture_while_all_else_stays(part: str) -> None:
    none = np.zeros((64, 64), np.float32)
    band = none.copy()
    band[20:24] = 1.0
    behind = Backdrop(**{"exponent": none + 9, "metal": none, "gas": none, "lungs": none, "ribs": none, part: band})
    moved = patient_exponent(behind, BEAM, Organs(**{f"{part}_mm": np.array([0.0, 5.0])}), np.zeros(2), GRID)
    rest = patient_exponent(behind, BEAM, Organs(), np.zeros(2), GRID)
    assert np.flatnonzero(rest[:, 32] != 9).tolist() == [20, 21, 22, 23]
    assert np.flatnonzero(moved[:, 32] != 9).tolist() == [30, 31, 32, 33]
    assert (moved[31, 32] > 9) == (part == "ribs"), "air takes away, bone adds"
