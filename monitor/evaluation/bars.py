"""What the figures must reach, by kind of recording."""

from dataclasses import dataclass

from monitor.domain import Zone
from monitor.evaluation.leaks import STOP_ZONES
from monitor.evaluation.statistics import Estimate


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit on a figure: ``at_least`` it, or at most."""

    limit: float
    at_least: bool

    def met(self, estimate: Estimate) -> bool:
        """Whether the estimate itself, not its interval, is on the right side."""
        return estimate.value >= self.limit if self.at_least else estimate.value <= self.limit


def _at_least(limit: float) -> Bar:
    return Bar(limit, True)


def _at_most(limit: float) -> Bar:
    return Bar(limit, False)


BARS: dict[str, dict[str, Bar]] = {
    "typical": {
        "shots_exact": _at_least(1.0),
        "shot_start": _at_most(0.25),
        "shot_end": _at_most(0.25),
        "view_right": _at_least(0.995),
        "outline_dice": _at_least(0.95),
        "border_lateral": _at_most(0.8),
        "border_ap": _at_most(1.0),
        "tracking_median": _at_most(0.3),
        "tracking_p95": _at_most(0.8),
        "cement_dice": _at_least(0.93),
        **{f"recall_5_{zone.value}": _at_least(0.98 if zone in STOP_ZONES else 0.95) for zone in Zone},
        "recall_5_posterior or foramen": _at_least(0.98),
        "recall_5_every other zone": _at_least(0.95),
        "recall_2_posterior": _at_least(0.90),
        "delay_median": _at_most(2),
        "delay_p95": _at_most(5),
        "false_onsets": _at_most(0.10),
        "false_high": _at_most(0.03),
        "zone_right": _at_least(0.95),
        "venous_right": _at_least(0.90),
        "volume_estimated": _at_most(10),
    },
    "learned": {
        "view_right": _at_least(0.995),
        "vertebra_right": _at_least(0.98),
        "lateral_dice": _at_least(0.95),
        "border_lateral": _at_most(0.8),
        "fractured_dice": _at_least(0.93),
        "ap_dice": _at_least(0.93),
        "border_ap": _at_most(1.0),
        "corners": _at_most(1.2),
        "cannula_tip": _at_most(0.6),
        "recall_5_posterior or foramen": _at_least(0.96),
        "recall_5_every other zone": _at_least(0.93),
        "recall_2_posterior": _at_least(0.88),
        "false_onsets": _at_most(0.12),
        "false_high": _at_most(0.05),
    },
    "hard": {
        "recall_5_posterior": _at_least(0.93),
        "false_high": _at_most(0.1),
        "refusals_right": _at_least(0.9),
    },
    "foreign": {
        "shots_exact": _at_least(1.0),
        "recall_5_posterior or foramen": _at_least(1.0),
        "recall_5_every other zone": _at_least(1.0),
        "false_high": _at_most(0.0),
        "outline_dice": _at_least(0.90),
        "cement_dice": _at_least(0.88),
    },
}
"""The bars by kind of recording and figure; an estimate that isn't there neither meets nor misses its bar."""
