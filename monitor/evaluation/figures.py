"""The rows of the table: which samples, which statistic."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import numpy as np

from monitor.domain import Zone
from monitor.evaluation.leaks import STOP_ZONES, THRESHOLDS_MM2
from monitor.evaluation.sample import CaseScore
from monitor.evaluation.statistics import Cases, Estimate, mean, quantile, share

Statistic = Callable[[Cases], Estimate]
median: Statistic = partial(quantile, q=0.5)
p95: Statistic = partial(quantile, q=0.95)
p99: Statistic = partial(quantile, q=0.99)
worst: Statistic = partial(quantile, q=1.0)


@dataclass(frozen=True, slots=True)
class Figure:
    """One row: a statistic of the samples of some measures.

    Attributes
    ----------
    key
        Its name in ``--json`` and in ``bars``.
    title, unit
        For the table; the unit ``share`` is kept as 0 to 1 and printed in percent.
    measures
        Keys of the samples that go in.
    statistic
        From samples by case to an estimate.
    """

    key: str
    title: str
    unit: str
    measures: tuple[str, ...]
    statistic: Statistic

    def estimate(self, scores: Iterable[CaseScore]) -> Estimate | None:
        """The figure over cases; None where no case has a sample of it."""
        found = ([s.values[m] for m in self.measures if m in s.values] for s in scores)
        cases = [np.concatenate(values) for values in found if values]
        return self.statistic(cases) if cases else None


def _recall(mm2: float, name: str, zones: Iterable[Zone]) -> Figure:
    keys = tuple(f"leak_found_{mm2:g}.{zone.value}" for zone in zones)
    return Figure(f"recall_{mm2:g}_{name}", f"leaks found at {mm2:g} mm², {name}", "share", keys, share)


def _beside_metal(name: str, zones: Iterable[Zone]) -> Figure:
    keys = tuple(f"leak_found_beside_metal.{zone.value}" for zone in zones)
    return Figure(f"beside_metal_{name}", f"5 mm² beside metal found, {name}", "share", keys, share)


def _recalls(mm2: float) -> list[Figure]:
    stop = _recall(mm2, "posterior or foramen", STOP_ZONES)
    other = _recall(mm2, "every other zone", set(Zone) - STOP_ZONES)
    return [stop, other, *(_recall(mm2, zone.value, [zone]) for zone in Zone)]


FIGURES: tuple[Figure, ...] = (
    Figure("shots_exact", "shot count exact", "share", ("shots_exact",), share),
    Figure("shot_start", "shot start off, worst", "s", ("shot_start_s",), worst),
    Figure("shot_end", "shot end off, worst", "s", ("shot_end_s",), worst),
    Figure("live_seen", "live frames seen as live", "share", ("live_seen",), mean),
    Figure("view_right", "view right, of live frames", "share", ("view_right",), mean),
    Figure("outline_dice", "outline Dice, median", "", ("outline_dice",), median),
    Figure("border_lateral", "border error lateral, mean", "mm", ("border_lateral_mm",), mean),
    Figure("border_ap", "border error AP, mean", "mm", ("border_ap_mm",), mean),
    Figure("lateral_dice", "outline Dice lateral, median", "", ("lateral_dice",), median),
    Figure("fractured_dice", "outline Dice fractured, median", "", ("fractured_dice",), median),
    Figure("ap_dice", "outline Dice AP, median", "", ("ap_dice",), median),
    Figure("vertebra_right", "right vertebra under the cannula", "share", ("vertebra_right",), share),
    Figure("first_right", "right vertebra at first sight", "share", ("first_right",), share),
    Figure("outline_found", "views proposed, not asked for", "share", ("outline_found",), share),
    Figure("corners", "corners of proposals, median", "mm", ("corner_mm",), median),
    Figure("cannula_tip", "cannula tip, median", "mm", ("tip_mm",), median),
    Figure("silhouette_dice", "outline Dice, silhouette only", "", ("outline_dice_silhouette",), median),
    Figure("silhouette_lateral", "border lateral, silhouette only", "mm", ("border_lateral_silhouette_mm",), mean),
    Figure("silhouette_ap", "border AP, silhouette only", "mm", ("border_ap_silhouette_mm",), mean),
    Figure("tracking_median", "tracking error, median", "mm", ("tracking_mm",), median),
    Figure("tracking_p95", "tracking error, 95 % within", "mm", ("tracking_mm",), p95),
    Figure("refused", "pulses refused", "share", ("refused",), mean),
    Figure("refusals_right", "refusals right", "share", ("refusal_right",), mean),
    Figure("cement_dice", "cement Dice, median", "", ("cement_dice",), median),
    Figure("cement_judged", "annotated frames judged", "share", ("cement_judged",), mean),
    *(figure for mm2 in THRESHOLDS_MM2 for figure in _recalls(mm2)),
    _beside_metal("posterior or foramen", STOP_ZONES),
    _beside_metal("every other zone", set(Zone) - STOP_ZONES),
    Figure("compartments", "compartments found, hidden too", "share", ("compartment_found",), share),
    Figure("compartments_shown", "compartments found, of those shown", "share", ("compartment_shown_found",), share),
    Figure("delay_median", "onset delay from 2 mm², median", "pulses", ("onset_delay_2_pulses",), median),
    Figure("delay_p95", "onset delay from 2 mm², 95 % within", "pulses", ("onset_delay_2_pulses",), p95),
    Figure("delay_s_median", "onset delay from 2 mm², median", "s", ("onset_delay_2_s",), median),
    Figure("delay_5_median", "onset delay from 5 mm², median", "pulses", ("onset_delay_5_pulses",), median),
    Figure("delay_5_p95", "onset delay from 5 mm², 95 % within", "pulses", ("onset_delay_5_pulses",), p95),
    Figure("false_onsets", "false onsets per case", "", ("false_onsets",), mean),
    Figure("false_high", "false high alerts per case", "", ("false_high",), mean),
    Figure("zone_right", "zone right, of true onsets", "share", ("zone_right",), share),
    Figure("venous_right", "venous right, of true onsets", "share", ("venous_right",), share),
    Figure("volume_estimated", "volume error estimated, median", "%", ("volume_estimated_pct",), median),
    Figure("volume_noted", "volume error noted, median", "%", ("volume_noted_pct",), median),
    Figure("increments_off", "increments off per case", "", ("increments_off",), mean),
    Figure("live_ms_median", "live frame, median", "ms", ("live_ms",), median),
    Figure("live_ms_p95", "live frame, 95 % within", "ms", ("live_ms",), p95),
    Figure("live_ms_p99", "live frame, 99 % within", "ms", ("live_ms",), p99),
    Figure("replay_fps", "replay, median", "frames/s", ("replay_fps",), median),
)
