"""The command line: ``cement-monitor`` and ``python -m monitor``."""

import sys

import typer

from monitor.domain import MonitorError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def root() -> None:
    """Watch bone-cement injection on a C-arm's video. For research and training, not a certified medical device."""


def main() -> None:
    """Run the command line; an error meant for a person is one message on stderr and exit status 2."""
    try:
        app()
    except MonitorError as error:
        print(f"cement-monitor: {error}", file=sys.stderr)
        sys.exit(2)
