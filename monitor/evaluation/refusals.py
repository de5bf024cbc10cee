"""How often the monitor said that it can't judge, and whether it was right to.

It was right to where, by the truth, one of these held: the target has no outline on that pulse (out of the field, or
the team went on to another level); metal covers more than ``HIDDEN_SHARE`` of the silhouette; the magnification
differs from the view's first usable frame; or the motion it gave all the same was wrong by more than ``LOST_MM``.
Pulses up to the one on which the target was first pointed at in their view don't count: nothing could be judged yet.
"""

from collections.abc import Iterable, Iterator

from monitor.domain import Case, Polygon, View
from monitor.evaluation.regions import Grid
from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame

LOST_MM = 0.8
HIDDEN_SHARE = 0.25
MAGNIFIED = 0.03
"""Relative change of the spacing."""


def score_refusals(truth: Truth, results: Results, case: Case, tracking: Iterable[Sample]) -> Iterator[Sample]:
    """Whether every pulse that could have been judged was refused, and every refusal right."""
    lost = {s.frame for s in tracking if s.measure == "tracking_refused_mm" and s.value > LOST_MM}
    metal = {line.shot: line.ignore for line in truth.live if line.annotated}
    for view in (View.AP, View.LATERAL):
        spacing = next((line.spacing_mm for line in truth.pulses_of(view) if line.spacing_mm), None)
        for line in truth.pulses_of(view):
            observation = results.by_frame.get(line.frame)
            if observation is None or not _told(line, case):
                continue
            refused = results.refused(observation)
            yield Sample("refused", float(refused), line.frame)
            if refused:
                right = line.frame in lost or _hopeless(line, metal.get(line.shot, ()), spacing)
                yield Sample("refusal_right", float(right), line.frame, f"{view.value}, shot {line.shot}")


def _told(line: TruthFrame, case: Case) -> bool:
    target = case.targets.get(line.view)
    return target is None or line.frame > target.frame


def _hopeless(line: TruthFrame, metal: tuple[Polygon, ...], first_spacing_mm: float | None) -> bool:
    if line.outline is None:
        return True
    if first_spacing_mm and line.spacing_mm and abs(line.spacing_mm / first_spacing_mm - 1) > MAGNIFIED:
        return True
    grid = Grid.around([line.outline, *metal], line.spacing_mm)
    body = grid.mask([line.outline])
    return bool((body & grid.mask(metal)).sum() > HIDDEN_SHARE * body.sum())
