"""Cement drawn against cement annotated, and the volume told against the volume given."""

from collections.abc import Iterator

from monitor.domain import Case, Polygon
from monitor.evaluation.regions import Grid, dice
from monitor.evaluation.results import Json, Results
from monitor.evaluation.sample import Sample
from monitor.evaluation.truth import Truth, TruthFrame, polygons

LEAST_ML = 0.3
"""Below this no volume error is formed: a share of nothing says nothing."""


def score_cement(truth: Truth, results: Results) -> Iterator[Sample]:
    """Dice of all cement on annotated frames, what hides it left out of both; refused frames only count as refused."""
    for line in truth.live:
        if not line.annotated:
            continue
        observation = results.by_frame.get(line.frame)
        refused = observation is not None and results.refused(observation)
        yield Sample("cement_judged", float(not refused), line.frame)
        if not refused:
            found = polygons(observation["cement"]) if observation else ()
            yield from _dice(line, found)


def _dice(line: TruthFrame, found: tuple[Polygon, ...]) -> Iterator[Sample]:
    if not line.cement and not found:
        return
    grid = Grid.around([*line.cement, *found], line.spacing_mm)
    seen = ~grid.mask(line.ignore)
    value = dice(grid.mask(found) & seen, grid.mask(line.cement) & seen)
    yield Sample("cement_dice", value, line.frame, line.view.value)


def score_volume(truth: Truth, results: Results, case: Case) -> Iterator[Sample]:
    """Error of the volume told last, in percent of what was given by the end; and increments counted against notes."""
    told = results.of_type("increment")
    given_ml = max((sum(line.true3d.values()) for line in truth.live if line.true3d), default=0.0)
    if given_ml >= LEAST_ML:
        volumes = sorted([*told, *results.of_type("noted")], key=lambda event: float(event["t"]))
        last: Json = volumes[-1] if volumes else {"ml_source": "estimated"}
        ml, frame, source = float(last.get("ml", 0.0)), last.get("frame"), last.get("ml_source", "noted")
        note = f"{ml:.2f} ml told, {given_ml:.2f} ml given"
        yield Sample(f"volume_{source}_pct", 100 * abs(ml - given_ml) / given_ml, frame, note)
    if case.increments:
        error = abs(len(told) - len(case.increments))
        yield Sample("increments_off", float(error), None, f"{len(told)} told, {len(case.increments)} noted")
