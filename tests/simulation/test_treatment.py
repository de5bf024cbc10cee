"""Cement goes where the anatomy lets it: in the body without a leak, through the opening with one."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

from monitor.domain import Cement, View, Zone
from monitor.simulation.deposited import Deposited, deposited
from monitor.simulation.leaks import LEAKS
from monitor.simulation.projection import Grid, Pose
from monitor.simulation.scenario import SCENARIOS, draw_leaks
from monitor.simulation.shape import Person
from monitor.simulation.silhouette import silhouette
from monitor.simulation.spine import Spine, build_spine
from monitor.simulation.treatment import LeakPlan, Treatment, draw_treatment

GRID = Grid(320, 0.4)
TOTAL_ML = 4.0
SHOWS_IN = {
    "basivertebral": {Zone.POSTERIOR},
    "posterior_breach": {Zone.POSTERIOR},
    "foramen": {Zone.FORAMEN},
    "disc_superior": {Zone.DISC_SUPERIOR},
    "disc_inferior": {Zone.DISC_INFERIOR},
    "anterior": {Zone.ANTERIOR},
    "anterior_vein": {Zone.ANTERIOR},
    "lateral_breach": {Zone.LEFT, Zone.RIGHT},
    "lateral_vein": {Zone.LEFT, Zone.RIGHT},
    "needle_track": {Zone.NEEDLE_TRACK},
}


@pytest.fixture(scope="module")
def spine() -> Spine:
    return build_spine(np.random.default_rng(2), "L1", Person(1.0, 120, 0.0), "wedge", 0.0, 0.8)


@pytest.fixture(scope="module")
def treat(spine: Spine) -> Callable[..., Treatment]:
    def make(*leaks: LeakPlan) -> Treatment:
        return draw_treatment(np.random.default_rng(5), spine, "left", TOTAL_ML, Cement(), leaks)

    return make


def _seen(treatment: Treatment, spine: Spine, view: View, given_ml: float = TOTAL_ML) -> Deposited:
    pose = Pose(view)
    held = treatment.held_ml(given_ml)
    return deposited(treatment, held, tuple(1.0 for _ in held), pose, GRID, silhouette(spine, pose, GRID, -1))


@pytest.mark.parametrize("view", [View.AP, View.LATERAL])
def test_without_a_leak_nothing_is_outside(spine: Spine, treat: Callable[..., Treatment], view: View) -> None:
    found = _seen(treat(), spine, view)
    assert found.cement_mm2 > 100
    assert found.outside_mm2 == {}
    assert found.compartments_ml == pytest.approx({"body": TOTAL_ML})


@pytest.mark.parametrize("name", LEAKS)
def test_each_leak_shows_in_its_zone_once_it_has_opened(
    spine: Spine, treat: Callable[..., Treatment], name: str
) -> None:
    treatment = treat(LeakPlan(name, 0.4))
    leak = treatment.deposits[1]
    view = View.AP if name.startswith("lateral") else View.LATERAL
    before, after = (_seen(treatment, spine, view, ml) for ml in (leak.opens_ml * 0.95, TOTAL_ML))
    assert before.outside_mm2 == {}
    assert sum(after.compartments_ml.values()) == pytest.approx(TOTAL_ML)
    wanted = sum(area for zone, area in after.outside_mm2.items() if zone in SHOWS_IN[name])
    assert wanted > 2
    assert wanted >= 0.5 * sum(after.outside_mm2.values())


def test_cement_never_shrinks_while_it_is_given(spine: Spine, treat: Callable[..., Treatment]) -> None:
    treatment = treat(LeakPlan("posterior_breach", 0.2), LeakPlan("disc_superior", 0.1))
    areas = [_seen(treatment, spine, View.LATERAL, ml).cement_mm2 for ml in np.linspace(0.1, TOTAL_ML, 9)]
    assert all(b >= a for a, b in pairwise(areas))


def test_the_volume_in_the_voxels_is_the_volume_given(spine: Spine, treat: Callable[..., Treatment]) -> None:
    body = treat().deposits[0]
    for ml in (1.0, 3.0):
        held = body.density(ml)
        assert float(held.values.sum()) * held.step_mm**3 / 1000 == pytest.approx(ml, rel=0.05)


def test_two_recordings_in_five_have_no_leak() -> None:
    drawn = [draw_leaks(np.random.default_rng(seed), "typical") for seed in range(400)]
    assert sum(not leaks for leaks in drawn) / len(drawn) >= 0.4
    volumes = [leak.ml for leaks in drawn for leak in leaks]
    assert min(volumes) >= 0.02 and max(volumes) <= 0.8
    assert {leak.name for leaks in drawn for leak in leaks} == set(LEAKS)


@pytest.mark.parametrize("scenario", SCENARIOS[3:])
def test_a_named_scenario_forces_its_leak(scenario: str) -> None:
    counts = {len(draw_leaks(np.random.default_rng(seed), scenario)) for seed in range(5)}
    assert counts == ({0} if scenario == "central-fill" else {1})
