"""The table of figures against their bars, as text and as JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.evaluation.bars import Bar
from monitor.evaluation.figures import FIGURES, Figure
from monitor.evaluation.sample import CaseScore
from monitor.evaluation.statistics import Estimate

Bars = Mapping[str, Bar]
Row = tuple[Figure, dict[str, Estimate | None]]


def rows(scores: Sequence[CaseScore]) -> list[Row]:
    """Every figure that any method has samples of, with each method's estimate, methods in order of appearance."""
    methods = list(dict.fromkeys(score.method for score in scores))
    by_method = {method: [score for score in scores if score.method == method] for method in methods}
    table = [(figure, {m: figure.estimate(s) for m, s in by_method.items()}) for figure in FIGURES]
    return [(figure, estimates) for figure, estimates in table if any(estimates.values())]


def as_cells(table: Sequence[Row], bars: Bars) -> list[list[str]]:
    """The table as text: a heading, then for each figure its title, a value a method, the bar and the verdict."""
    methods = list(table[0][1]) if table else []
    heading = ["", *methods, "n", "bar", ""]
    return [heading, *(_cells(figure, estimates, bars.get(figure.key)) for figure, estimates in table)]


def as_text(table: Sequence[Row], bars: Bars) -> str:
    """The table in columns."""
    cells = as_cells(table, bars)
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in cells)
    return "\n".join(line.rstrip() for line in lines)


def as_json(scores: Sequence[CaseScore], table: Sequence[Row], bars: Bars) -> dict[str, Any]:
    """Figures by key and method, and every case's own means and faults."""
    figures = {figure.key: {m: _estimate_json(figure, e, bars) for m, e in row.items() if e} for figure, row in table}
    return {"figures": figures, "cases": [_case_json(score) for score in scores]}


def missed(table: Sequence[Row], bars: Bars, method: str = "monitor") -> list[str]:
    """Titles of the figures of a method that miss their bar."""
    checked = ((figure, row.get(method), bars.get(figure.key)) for figure, row in table)
    return [figure.title for figure, estimate, bar in checked if estimate and bar and not bar.met(estimate)]


def _cells(figure: Figure, estimates: dict[str, Estimate | None], bar: Bar | None) -> list[str]:
    values = [_value(figure, estimate) for estimate in estimates.values()]
    own = next(iter(estimates.values()))
    limit = (
        "" if bar is None else f"{'≥' if bar.at_least else '≤'} {_number(figure, bar.limit)} {_unit(figure)}".rstrip()
    )
    verdict = "" if bar is None or own is None else ("pass" if bar.met(own) else "FAIL")
    return [figure.title, *values, str(own.n) if own else "", limit, verdict]


def _value(figure: Figure, estimate: Estimate | None) -> str:
    if estimate is None:
        return "-"
    text = f"{_number(figure, estimate.value)} {_unit(figure)}".rstrip()
    if estimate.low is None or estimate.high is None:
        return text
    return f"{text} [{_number(figure, estimate.low)}, {_number(figure, estimate.high)}]"


def _unit(figure: Figure) -> str:
    return "%" if figure.unit == "share" else figure.unit


def _number(figure: Figure, value: float) -> str:
    return f"{100 * value:.1f}" if figure.unit == "share" else f"{value:.3g}"


def _estimate_json(figure: Figure, estimate: Estimate, bars: Bars) -> dict[str, Any]:
    bar = bars.get(figure.key)
    limit = {} if bar is None else {"bar": bar.limit, "met": bar.met(estimate)}
    values = {"value": estimate.value, "low": estimate.low, "high": estimate.high, "n": estimate.n}
    return {"title": figure.title, "unit": figure.unit, **values, **limit}


def _case_json(score: CaseScore) -> dict[str, Any]:
    means = {measure: float(values.mean()) for measure, values in score.values.items()}
    faults = [
        {"measure": s.measure, "value": s.value, "frame": s.frame, "note": s.note}
        for worst in score.worst.values()
        for s in worst
        if s.note
    ]
    return {"recording": str(score.recording), "method": score.method, "means": means, "faults": faults}
