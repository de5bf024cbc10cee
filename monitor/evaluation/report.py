"""From recordings to the table, the JSON and the page: what the command ``evaluate`` does."""

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.config import Settings
from monitor.domain import ConfigError
from monitor.evaluation.bars import BARS
from monitor.evaluation.page import page
from monitor.evaluation.runner import MONITOR, Job, Outcome, evaluate
from monitor.evaluation.segmenters import SEGMENTERS
from monitor.evaluation.suites import Simulated, default_cache, parse_suite
from monitor.evaluation.table import as_cells, as_json, as_text, rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a person asked to have evaluated; see the command's help for each."""

    recordings: Sequence[Path] = ()
    suites: Sequence[str] = ()
    baselines: Sequence[str] = ()
    bars: str = "typical"
    use_taps: bool = True
    use_notes: bool = False
    results: Path | None = None
    cache: Path | None = None
    workers: int | None = None
    json: Path | None = None
    html: Path | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The table as text, and what went wrong with the recordings that couldn't be scored."""

    text: str
    failures: tuple[str, ...]


def make_report(
    request: Request, settings: Settings, progress: Callable[[Iterable[Outcome], int], Iterable[Outcome]]
) -> Report:
    """Evaluate and write what was asked for; ``progress`` wraps the outcomes, of which it is told the number.

    Raises
    ------
    ConfigError
        The request names nothing, or a baseline or a set of bars that isn't there.
    """
    recordings = _recordings(request)
    _check(request, recordings)
    with tempfile.TemporaryDirectory() as out:
        job = _job(request, settings, Path(out))
        outcomes = list(progress(evaluate(recordings, job, request.workers or os.cpu_count() or 1), len(recordings)))
        text = _write(request, sorted(outcomes, key=lambda outcome: outcome.recording))
    return Report(text, tuple(f"{o.recording}: {o.failure}" for o in outcomes if o.failure))


def _recordings(request: Request) -> list[Path | Simulated]:
    return [*request.recordings, *(simulated for suite in request.suites for simulated in parse_suite(suite))]


def _check(request: Request, recordings: Sequence[object]) -> None:
    if not recordings:
        raise ConfigError("evaluate: expected a RECORDING or --suite; found neither.")
    for name, value, known in (("--bars", [request.bars], BARS), ("--baseline", request.baselines, SEGMENTERS)):
        for unknown in set(value) - set(known):
            raise ConfigError(f"evaluate: {name}: expected one of {', '.join(known)}; found {unknown}.")


def _job(request: Request, settings: Settings, out: Path) -> Job:
    return Job(
        methods=(MONITOR, *request.baselines),
        settings=settings,
        use_taps=request.use_taps,
        use_notes=request.use_notes,
        cache=request.cache or default_cache(),
        out=out,
        results=request.results,
    )


def _write(request: Request, outcomes: Sequence[Outcome]) -> str:
    scores = [score for outcome in outcomes for score in outcome.scores]
    if not scores:
        return "Nothing could be scored."
    bars = BARS[request.bars]
    table = rows(scores)
    if request.json is not None:
        request.json.write_text(json.dumps(as_json(scores, table, bars), indent=1), encoding="utf-8")
    if request.html is not None:
        title = f"{len(outcomes)} recordings against the bars for {request.bars} ones"
        own = [score for score in scores if score.method == MONITOR]
        request.html.write_text(page(title, as_cells(table, bars), own), encoding="utf-8")
    return as_text(table, bars)
