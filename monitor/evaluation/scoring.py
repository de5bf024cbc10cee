"""One recording's results against its truth: all measures."""

from collections.abc import Iterator

from monitor.domain import Case
from monitor.evaluation.alarms import score_alarms
from monitor.evaluation.cannulas import score_cannulas
from monitor.evaluation.cements import score_cement, score_volume
from monitor.evaluation.hidden import score_beside_metal, score_compartments
from monitor.evaluation.leaks import score_leaks
from monitor.evaluation.outlines import score_outlines, score_tracking
from monitor.evaluation.proposals import score_proposals
from monitor.evaluation.refusals import score_refusals
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.shots import score_shots, score_views
from monitor.evaluation.speed import score_speed
from monitor.evaluation.truth import Truth


def score(truth: Truth, results: Results, case: Case) -> tuple[Sample, ...]:
    """All samples of all measures, in a fixed order.

    Parameters
    ----------
    truth, results
        Of the same recording.
    case
        What was known before: targets (refusals before the first tap don't count) and noted increments.
    """
    return tuple(_samples(truth, results, case))


def _samples(truth: Truth, results: Results, case: Case) -> Iterator[Sample]:
    tracking = list(score_tracking(truth, results))
    yield from score_shots(truth, results)
    yield from score_views(truth, results)
    yield from score_outlines(truth, results)
    yield from score_proposals(truth, results)
    yield from score_cannulas(truth, results)
    yield from tracking
    yield from score_cement(truth, results)
    yield from score_leaks(truth, results)
    yield from score_compartments(truth, results)
    yield from score_beside_metal(truth, results)
    yield from score_alarms(truth, results)
    yield from score_volume(truth, results, case)
    yield from score_refusals(truth, results, case, tracking)
    yield from score_speed(results)
