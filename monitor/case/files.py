"""The three files that a replay writes."""

import json
from heapq import heappop, heappush
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, Self, TextIO

from monitor.case.summary import Summary
from monitor.domain import Event, OutputError, Step

HOLD_S = 2.0
"""How long an event waits for earlier ones that are told later, such as a shot's end: longer than any stage's delay."""

NAMES = ("events.jsonl", "observations.jsonl", "summary.json")


class ResultFiles:
    """Writes ``events.jsonl``, ``observations.jsonl`` and, at the end, ``summary.json``.

    Nothing is created before the ``with`` block is entered, so that a recording can be refused first. Lines are written
    whole and at once: after a kill, what is there is complete. Without a ``summarise`` there is no summary.

    Parameters
    ----------
    out
        The folder; it's made, with those above it, where it doesn't exist.
    overwrite
        Whether a folder that holds files may be written to; other files in it are left alone.

    Raises
    ------
    OutputError
        ``out`` is no folder, holds files and ``overwrite`` is False, or can't be written.
    """

    def __init__(self, out: Path, overwrite: bool = False) -> None:
        if out.exists() and not out.is_dir():
            raise OutputError(f"{out}: expected a folder for the results, found a file. Name another with --out.")
        if out.is_dir() and not overwrite and (found := next(out.iterdir(), None)) is not None:
            raise OutputError(f"{out}: expected a new or empty folder, found {found.name}. Say --overwrite.")
        self._out = out
        self._summary = Summary()
        self._held: list[tuple[float, int, Event]] = []
        self._count = 0
        self._now_s = 0.0

    def __enter__(self) -> Self:
        try:
            self._out.mkdir(parents=True, exist_ok=True)
            (self._out / "summary.json").unlink(missing_ok=True)
            self._events, self._observations = (self._opened(name) for name in NAMES[:2])
        except OSError as error:
            raise OutputError(f"{self._out}: can't be written ({error.strerror}). Name another with --out.") from error
        self._started_s = perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._release(until_s=float("inf"))
        self._events.close()
        self._observations.close()

    def write(self, step: Step) -> None:
        """Write what became final with this step; its events follow once none can come before them any more."""
        self._summary.add(step)
        for observation in step.observations:
            _write_line(self._observations, observation.to_json())
        for event in step.events:
            self._count += 1
            heappush(self._held, (event.t_s, self._count, event))
        if step.frame is not None:
            self._now_s = max(self._now_s, step.frame.t_s)
        self._release(until_s=self._now_s - HOLD_S)

    def summarise(self, distribution: str | None = None) -> None:
        """Write ``summary.json``; ``distribution`` is the cement's pattern, None where it isn't known."""
        content = self._summary.to_json(distribution, wall_s=perf_counter() - self._started_s)
        part = self._out / "summary.json.part"
        part.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        part.replace(self._out / "summary.json")

    def _opened(self, name: str) -> TextIO:
        return (self._out / name).open("w", encoding="utf-8", buffering=1)

    def _release(self, until_s: float) -> None:
        while self._held and self._held[0][0] <= until_s:
            _write_line(self._events, heappop(self._held)[2].to_json())


def _write_line(file: TextIO, content: dict[str, Any]) -> None:
    file.write(json.dumps(content, separators=(",", ":")) + "\n")
