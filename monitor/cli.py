"""The command line: ``cement-monitor`` and ``python -m monitor``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.domain import MonitorError
from monitor.simulation import SCENARIOS
from monitor.simulation import simulate as make_recording

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def root() -> None:
    """Watch bone-cement injection on a C-arm's video. For research and training, not a certified medical device."""


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


def main() -> None:
    """Run the command line; an error meant for a person is one message on stderr and exit status 2."""
    try:
        app()
    except MonitorError as error:
        print(f"cement-monitor: {error}", file=sys.stderr)
        sys.exit(2)
