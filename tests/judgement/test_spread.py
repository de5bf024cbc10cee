"""Runs along veins against slow breaches."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from monitor.domain import Extravasate, View, Zone
from tests.judgement.build import Bedside, piece, vein

AP, LAT = View.AP, View.LATERAL


def _jet(zone: Zone, mm_s: float, seconds: float = 2.0, width_mm: float = 2.0) -> list[Sequence[Extravasate]]:
    """A streak that lengthens at this pace, at 8 pulses/s, from 2 mm."""
    lengths = [2 + mm_s * n / 8 for n in range(round(seconds * 8))]
    return [[piece(zone, ell * width_mm, length_mm=ell, width_mm=width_mm, reach_mm=ell)] for ell in lengths]


def behind(wall_share: float, zone: Zone = Zone.POSTERIOR, long_mm: float | None = None) -> Extravasate:
    """A blob behind the posterior wall, or a long thin piece."""
    return replace(piece(zone) if long_mm is None else vein(zone, long_mm), wall_share=wall_share)


CASES: dict[str, tuple[list[Sequence[Extravasate]], bool]] = {
    "long thin streak, found complete": ([[vein(Zone.LEFT, 10)]] * 4, True),
    "short streak": ([[vein(Zone.LEFT, 5)]] * 4, False),
    "fast jet": (_jet(Zone.ANTERIOR, 4), True),
    "slow streak stays a breach while it is short": (_jet(Zone.ANTERIOR, 0.5, 6), False),
    "slow blob": ([[piece(Zone.ANTERIOR, 2 + n / 4)] for n in range(60)], False),
    "fast but as wide as long": (
        [[piece(Zone.LEFT, 4 + n, length_mm=(4 + n) ** 0.5, reach_mm=2 + n / 4)] for n in range(20)],
        False,
    ),
    "fast, but along the endplate more than away from it": (
        [[piece(Zone.ANTERIOR, 12 + n, length_mm=9, width_mm=2.5, reach_mm=1 + n / 3)] for n in range(10)],
        False,
    ),
    "cement spread flat in the disc": (
        [[piece(Zone.DISC_SUPERIOR, 24, length_mm=14, width_mm=1.8, reach_mm=5.5)]] * 8,
        False,
    ),
    "cement that spreads fast in the disc": (_jet(Zone.DISC_SUPERIOR, 4, 1.75, width_mm=3.5), False),
    "a thin streak straight across the disc": ([[vein(Zone.DISC_INFERIOR, 7)]] * 4, True),
    "as thin, but along the endplate more than away from it": (
        [[piece(Zone.DISC_INFERIOR, 20, length_mm=10, width_mm=2, reach_mm=6.5)]] * 8,
        False,
    ),
    "a vein that crosses the disc": (_jet(Zone.DISC_SUPERIOR, 4, 3), True),
    "thin run up along the side of the body": (
        [[piece(Zone.LEFT, 40, length_mm=20, width_mm=2, reach_mm=6.5)]] * 4,
        True,
    ),
    "sheet under the ligament, up beyond the endplate": (
        [[piece(Zone.ANTERIOR, 60, length_mm=22, width_mm=2.7, reach_mm=13.6, off_wall_mm=3.5)]] * 8,
        False,
    ),
    "behind the middle of the posterior wall": ([[behind(0.5)]] * 4, True),
    "behind the posterior wall near its upper corner": ([[behind(0.15)]] * 4, False),
    "behind the middle of the wall, low enough to be called foramen": ([[behind(0.61, Zone.FORAMEN)]] * 4, True),
    "long and thin in the foramen": ([[behind(0.75, Zone.FORAMEN, 12)]] * 4, False),
    "long and thin behind the wall near its upper corner": ([[behind(0.15, long_mm=12)]] * 4, False),
    "cement along the cannula is long and thin by its place": ([[vein(Zone.NEEDLE_TRACK, 20)]] * 8, False),
}


@pytest.mark.parametrize("pulses, venous", CASES.values(), ids=CASES)
def test_venous(pulses: list[Sequence[Extravasate]], venous: bool) -> None:
    bedside = Bedside()
    bedside.shots(AP, *pulses)
    assert bedside.leaks
    assert any(leak.venous for leak in bedside.leaks) is venous


def test_one_pulse_that_looks_venous_is_not_believed() -> None:
    bedside = Bedside()
    bedside.shots(AP, [piece(Zone.LEFT)], [piece(Zone.LEFT)], [vein(Zone.LEFT, 10)], [piece(Zone.LEFT)])
    assert not any(leak.venous for leak in bedside.leaks)


def test_breach_that_turns_venous_escalates_its_alert_to_stop() -> None:
    bedside = Bedside()
    bedside.shots(AP, *[[piece(Zone.LEFT, 4)]] * 4, *[[vein(Zone.LEFT, 9, at=(696, 400))]] * 4)
    onset, growth = bedside.leaks[:2]
    assert (onset.venous, growth.phase, growth.venous) == (False, "growth", True)
    assert bedside.said() == [("raised", "medium", "leak_left"), ("escalated", "high", "venous_spread")]
    assert len({alert.alert for alert in bedside.alerts}) == 1


def test_venous_run_in_the_canal_keeps_the_stricter_words() -> None:
    bedside = Bedside()
    bedside.shots(LAT, *[[behind(0.5)]] * 6)
    assert bedside.leaks[0].venous
    assert bedside.said() == [("raised", "high", "leak_canal")]
