"""The command line: ``cement-monitor`` and ``python -m monitor``."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import cv2
import typer

from monitor.case.analysis import analyse
from monitor.case.files import ResultFiles
from monitor.config import Settings, load_settings
from monitor.doctor import PROBLEM, examine
from monitor.domain import LEVELS, Case, MonitorError, RecordingError
from monitor.imaging.models import load_anatomy
from monitor.pipeline import Monitor
from monitor.server import serve
from monitor.simulation import SCENARIOS
from monitor.simulation import simulate as make_recording
from monitor.sources import Source, open_live, open_recording, read_live_case

if TYPE_CHECKING:
    from monitor.evaluation.runner import Outcome

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

DAMAGED: Final = 1
"""Exit status of a replay that is complete for what could be decoded, where something could not."""
WRONG_INPUT: Final = 2
DEMO: Final = "posterior-leak"


def _known_level(level: str | None) -> str | None:
    if level is not None and level not in LEVELS:
        raise typer.BadParameter(f"expected a level from {LEVELS[0]} to {LEVELS[-1]}, found {level}.")
    return level


ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="Settings file; without it ./config.yaml, else the defaults."),
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Write into DIR even if it holds files.")]
BrowserOption = Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")]


@app.callback()
def root() -> None:
    """Watch bone-cement injection on a C-arm's video. For research and training, not a certified medical device."""
    # The budget is one core: threads inside OpenCV only cost time on images of this size, and vary the results' timing.
    cv2.setNumThreads(1)


@app.command()
def demo(config: ConfigOption = None, browser: BrowserOption = True) -> None:
    """Replay a shipped recording at its real pace on the bedside page."""
    recording = Path(__file__).parents[1] / "recordings" / DEMO
    if not recording.exists():
        raise RecordingError(f"{recording}: the demo's recording isn't here; run from a checkout of the project.")
    _serve_recording(recording, load_settings(config), None, 1.0, browser)


@app.command()
def replay(
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="Recording folder, video, PNG folder, DICOM.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder for the results.")] = None,
    overwrite: OverwriteOption = False,
    on_page: Annotated[bool, typer.Option("--serve", help="Show it on the page at real pace.")] = False,
    speed: Annotated[float, typer.Option(min=0.1, max=100.0, help="With --serve: times real pace.")] = 1.0,
    config: ConfigOption = None,
    browser: BrowserOption = False,
) -> None:
    """Analyse a recording as fast as the machine can, and write events, observations and a summary to DIR."""
    settings = load_settings(config)
    if on_page:
        _serve_recording(recording, settings, _files(out, overwrite), speed, browser)
        return
    if out is None:
        raise typer.BadParameter("expected --out DIR for the results, or --serve to watch.")
    opened = open_recording(recording, settings.sources)
    with opened.source as source, typer.progressbar(length=source.frames or 0, label=opened.title) as bar:
        damage = analyse(source, opened.case, settings, ResultFiles(out, overwrite), lambda: bar.update(1))
    for fault in damage:
        print(f"cement-monitor: warning: {recording}, at {fault.t_s:.2f} s: {fault.text}", file=sys.stderr)
    if damage:
        raise typer.Exit(DAMAGED)


@app.command()
def live(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="v4l2:/dev/video0, udp://, rtsp:// or file:RECORDING")
    ],
    case_file: Annotated[
        Path | None,
        typer.Option("--case", metavar="CASE.yaml", help="What is known: level, pixel spacing, approach, cement."),
    ] = None,
    level: Annotated[
        str | None, typer.Option(callback=_known_level, metavar="LEVEL", help=f"{LEVELS[0]} to {LEVELS[-1]}.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Also write the results to DIR.")] = None,
    overwrite: OverwriteOption = False,
    config: ConfigOption = None,
    browser: BrowserOption = False,
) -> None:
    """Analyse a live source and show it on the bedside page until Ctrl-C."""
    settings = load_settings(config)
    case = None if case_file is None else read_live_case(case_file)
    with open_live(source, settings.sources) as frames:
        case = case or frames.case
        case = replace(case, level=level or case.level)
        played = source.startswith("file:")
        _serve(frames, case, settings, _files(out, overwrite), case.title or source, None, played, browser)


@app.command()
def simulate(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help=f"One of {', '.join(SCENARIOS)}.")],
    out: Annotated[Path, typer.Option(metavar="DIR", help="New or empty folder for the recording.")],
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same bytes.")] = 1,
    difficulty: Annotated[str | None, typer.Option(help="easy, typical or hard.")] = None,
    seconds: Annotated[float | None, typer.Option(min=8, help="About how long; 60 to 90 if not given.")] = None,
) -> None:
    """Make a recording of a procedure that never happened, with its truth."""
    make_recording(scenario, seed, out, difficulty=difficulty, seconds=seconds)


@app.command("evaluate")
def evaluate_command(
    recordings: Annotated[
        list[Path] | None, typer.Argument(metavar="RECORDING", help="Recordings with truth.jsonl.")
    ] = None,
    suite: Annotated[list[str] | None, typer.Option(help="Simulated recordings, SCENARIO:FIRST-LAST.")] = None,
    baseline: Annotated[list[str] | None, typer.Option(help="Also differencing, or mog2; may be repeated.")] = None,
    bars: Annotated[
        str, typer.Option(help="Bars to hold the figures against: typical, hard, foreign or learned.")
    ] = "typical",
    taps: Annotated[bool, typer.Option(help="Let the monitor know the targets of case.yaml.")] = True,
    notes: Annotated[bool, typer.Option(help="Let it know the noted increments.")] = False,
    results: Annotated[Path | None, typer.Option(help="Score the results in this folder; analyse nothing.")] = None,
    cache: Annotated[Path | None, typer.Option(help="Where suites are kept; else the user's cache folder.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Recordings at a time; else one for each core.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write figures and cases to this file.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page with the worst frames.")] = None,
    config: ConfigOption = None,
) -> None:
    """Score the monitor against the truth of recordings, with confidence intervals."""
    from monitor.evaluation.report import Request, make_report

    request = Request(
        recordings=recordings or (),
        suites=suite or (),
        baselines=baseline or (),
        bars=bars,
        use_taps=taps,
        use_notes=notes,
        results=results,
        cache=cache,
        workers=jobs,
        json=json_file,
        html=html_file,
    )
    report = make_report(request, load_settings(config), _watched)
    typer.echo(report.text)
    for failure in report.failures:
        typer.echo(failure, err=True)
    if report.failures:
        raise typer.Exit(1)


@app.command("bench")
def bench_command(
    recording: Annotated[
        Path | None, typer.Argument(metavar="RECORDING", help="A recording; else a simulated one.")
    ] = None,
    frames: Annotated[int | None, typer.Option(min=1, help="Frames of it to use; else all.")] = None,
    config: ConfigOption = None,
) -> None:
    """Measure what a live frame costs, beside OpenCV's MOG2; replay speed and memory."""
    from monitor.evaluation.bench import bench

    for line in bench(recording, load_settings(config), frames):
        typer.echo(line)


@app.command()
def doctor(config: ConfigOption = None) -> None:
    """Say what works on this machine: models, video, write access. Exit status 1 where something doesn't."""
    findings = list(examine(load_settings(config), Path.cwd()))
    for finding in findings:
        typer.echo(f"{finding.state:<8} {finding.text}")
    if any(finding.state == PROBLEM for finding in findings):
        raise typer.Exit(1)


def _watched(outcomes: "Iterable[Outcome]", total: int) -> "Iterator[Outcome]":
    with typer.progressbar(outcomes, length=total, label="Scoring", file=sys.stderr) as bar:
        yield from bar


def _serve_recording(path: Path, settings: Settings, files: ResultFiles | None, speed: float, browser: bool) -> None:
    opened = open_recording(path, settings.sources)
    with opened.source as source:
        _serve(source, opened.case, settings, files, opened.title, speed, True, browser)


def _serve(
    source: Source,
    case: Case,
    settings: Settings,
    files: ResultFiles | None,
    title: str,
    speed: float | None,
    recording: bool,
    browser: bool,
) -> None:
    """Show a source on the page and write its results where asked."""
    monitor = Monitor(settings, case, load_anatomy(settings.models))
    with files or nullcontext() as writer:
        serve(
            monitor,
            source,
            settings.server,
            title=title,
            speed=speed,
            recording=recording,
            open_browser=browser,
            on_step=None if writer is None else writer.write,
        )
        if writer is not None:
            writer.summarise(monitor.distribution)


def _files(out: Path | None, overwrite: bool) -> ResultFiles | None:
    return None if out is None else ResultFiles(out, overwrite)


def main() -> None:
    """Run the command line; an error meant for a person is one message on stderr and exit status 2."""
    try:
        app()
    except MonitorError as error:
        print(f"cement-monitor: {error}", file=sys.stderr)
        sys.exit(WRONG_INPUT)
