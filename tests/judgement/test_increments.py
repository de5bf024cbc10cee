"""Increments and volume from synthetic growth, with the accuracy they have to reach."""

from dataclasses import dataclass

import numpy as np
import pytest

from monitor.domain import Case, Delivered, Increment, NoteVolume, View, VolumeNoted
from tests.judgement.build import Bedside, area_mm2

AP, LAT = View.AP, View.LATERAL


@dataclass
class Procedure:
    """Injections into a bolus of known volume, looked at with noise and a bias per view."""

    bedside: Bedside
    seed: int
    noise: float = 0.015
    lateral_bias: float = 1.0
    ap_bias: float = 1.0
    ml: float = 0.0

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)

    def pulse(self, view: View) -> None:
        """Show the bolus once, its area with noise."""
        bias = self.lateral_bias if view is LAT else self.ap_bias
        noise = 1 + self.noise * self.random.standard_normal()
        self.bedside.show(view, cement_mm2=area_mm2(self.ml * bias) * noise)

    def shot(self, view: View, seconds: float, give_ml: float = 0.0, over_s: float = 1.5) -> None:
        """A shot; cement goes in at its start while the beam is on."""
        self.bedside.start(view)
        began, before = self.bedside.t_s, self.ml
        while self.bedside.t_s - began < seconds:
            self.ml = before + give_ml * min((self.bedside.t_s - began) / over_s, 1.0)
            self.pulse(view)
        self.bedside.end(view)
        self.bedside.wait(3)

    @property
    def increments(self) -> list[Increment]:
        """All increments told."""
        return [event for event in self.bedside.events if isinstance(event, Increment)]


STEPS_ML = (0.5, 0.8, 0.6, 1.0, 0.7, 0.9, 0.6)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [3.0, 15.0])
def test_every_step_under_the_beam_is_one_increment(seed: int, rate: float) -> None:
    case = Procedure(Bedside(pulses_per_s=rate), seed)
    for ml in STEPS_ML:
        case.shot(LAT, 4.0, ml)
    assert [increment.number for increment in case.increments] == list(range(1, len(STEPS_ML) + 1))
    estimates = np.array([increment.ml for increment in case.increments])
    assert np.abs(estimates / np.cumsum(STEPS_ML) - 1).max() < 0.08


@pytest.mark.parametrize("seed", range(6))
def test_steps_given_while_the_beam_is_off(seed: int) -> None:
    case = Procedure(Bedside(), seed)
    for ml in STEPS_ML:
        case.ml += ml
        case.shot(LAT, 0.8)
    assert len(case.increments) == len(STEPS_ML)


@pytest.mark.parametrize("bias", [0.8, 1.0, 1.25])
@pytest.mark.parametrize("seed", range(4))
def test_looks_in_the_other_view_count_nothing_twice(seed: int, bias: float) -> None:
    case = Procedure(Bedside(), seed, ap_bias=bias)
    case.shot(AP, 0.5)
    for ml in STEPS_ML:
        case.shot(LAT, 4.0, ml)
        case.shot(AP, 0.8)
    assert len(case.increments) == len(STEPS_ML)
    assert all(increment.view is LAT for increment in case.increments)


@pytest.mark.parametrize("bias", [0.85, 1.0, 1.2])
@pytest.mark.parametrize("seed", range(4))
def test_steps_seen_partly_in_each_view(seed: int, bias: float) -> None:
    case = Procedure(Bedside(), seed, ap_bias=bias)
    for view in (AP, LAT):
        case.shot(view, 0.5)
    for n, ml in enumerate(STEPS_ML):
        case.shot((LAT, AP)[n % 2], 4.0, ml)
    assert abs(len(case.increments) - len(STEPS_ML)) <= 1
    assert case.increments[-1].ml == pytest.approx(sum(STEPS_ML), rel=0.25)


def test_noise_on_a_bolus_at_rest_is_no_increment() -> None:
    for seed in range(10):
        case = Procedure(Bedside(), seed, noise=0.018, ml=5.0)
        case.shot(LAT, 3.0)
        told = len(case.increments)
        for view in (LAT, AP, LAT, LAT, AP, LAT):
            case.shot(view, 2.0)
        assert len(case.increments) == told


def test_two_pushes_in_one_shot_are_two_increments_and_a_long_one_is_split() -> None:
    case = Procedure(Bedside(), 1)
    case.bedside.start(LAT)
    for rate_ml_s, seconds in ((0.3, 2.0), (0.0, 2.5), (0.35, 2.0), (0.0, 2.5)):
        until = case.bedside.t_s + seconds
        while case.bedside.t_s < until:
            case.ml += rate_ml_s / case.bedside.pulses_per_s
            case.pulse(LAT)
    assert len(case.increments) == 2
    while case.ml < 5:
        case.ml += 0.3 / case.bedside.pulses_per_s
        case.pulse(LAT)
    assert len(case.increments) in (4, 5)


def test_notes_overrule_the_estimate() -> None:
    case = Procedure(Bedside(Case(increments=(Delivered(0.5, 0.7),))), 1)
    case.shot(LAT, 4.0, 0.9)
    case.bedside.take(case.bedside.judgement.act(NoteVolume(0.6), case.bedside.t_s, 0))
    case.shot(LAT, 4.0, 0.9)
    told = [(increment.ml, increment.ml_source) for increment in case.increments]
    assert told == [(0.7, "noted"), (pytest.approx(1.3), "noted")]


def test_a_note_is_told_at_once_and_once() -> None:
    bedside = Bedside(Case(increments=(Delivered(1.0, 0.7), Delivered(3.0, 0.5))))
    bedside.wait(2.0)
    told = bedside.judgement.act(NoteVolume(0.6), bedside.t_s, bedside.frame)
    assert [event.to_json() for event in told if isinstance(event, VolumeNoted)] == [
        {"t": 2.0, "frame": 60, "type": "noted", "given_ml": 0.6, "ml": 1.3}
    ]
    bedside.take(told)
    bedside.wait(2.0)
    noted = [event for event in bedside.events if isinstance(event, VolumeNoted)]
    assert [event.t_s for event in noted] == pytest.approx([1.0, 2.0, 3.0], abs=0.11)
    assert [event.ml for event in noted] == pytest.approx([0.7, 1.3, 1.8])


@pytest.mark.parametrize("rate", [7.5, 15.0])
@pytest.mark.parametrize("seed", range(4))
def test_a_push_that_ends_with_its_shot_is_told_with_that_shot(seed: int, rate: float) -> None:
    case = Procedure(Bedside(pulses_per_s=rate), seed)
    for number, ml in enumerate(STEPS_ML, 1):
        case.shot(LAT, 1.5, ml, over_s=1.2)
        assert len(case.increments) == number


def test_growth_is_told_in_the_area_of_the_view_that_showed_it() -> None:
    case = Procedure(Bedside(), 1, noise=0.0)
    case.shot(LAT, 4.0, 0.9)
    case.shot(LAT, 4.0, 0.9)
    first, second = case.increments
    assert first.growth_mm2 == pytest.approx(first.area_mm2)
    assert second.growth_mm2 == pytest.approx(second.area_mm2 - first.area_mm2)
