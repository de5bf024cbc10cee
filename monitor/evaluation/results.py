"""What a replay wrote, as the scorer reads it: the content of the three files, whoever wrote them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from monitor.domain import RecordingError, View
from monitor.evaluation.truth import parse_view

Json = Mapping[str, Any]
JUDGING_CODES = frozenset({"view_unknown", "no_outline", "tracking_lost", "degraded"})
"""Technical codes that say: this frame can't be judged."""


@dataclass(frozen=True, slots=True)
class FoundShot:
    """A shot as reported; ``end_s`` is infinite where its end was never told."""

    shot: int
    view: View
    frame: int
    start_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class Results:
    """Parsed ``events.jsonl``, ``observations.jsonl`` and ``summary.json``."""

    events: tuple[Json, ...]
    observations: tuple[Json, ...]
    summary: Json

    def of_type(self, kind: str, **wanted: object) -> list[Json]:
        """Events of one type whose keys have the wanted values, in order of time."""
        found = [e for e in self.events if e["type"] == kind and all(e.get(k) == v for k, v in wanted.items())]
        return sorted(found, key=lambda e: (e["t"], e["frame"]))

    @cached_property
    def by_frame(self) -> dict[int, Json]:
        """Observations by frame number."""
        return {o["frame"]: o for o in self.observations}

    @cached_property
    def shots(self) -> tuple[FoundShot, ...]:
        """Shots in the order they started."""
        ends = {e["shot"]: e["t"] for e in self.of_type("shot_ended")}
        started = self.of_type("shot_started")
        return tuple(
            FoundShot(e["shot"], parse_view(e["view"]), e["frame"], e["t"], ends.get(e["shot"], float("inf")))
            for e in started
        )

    @cached_property
    def _unjudged(self) -> list[tuple[float, float]]:
        spans, raised = [], dict[str, float]()
        for event in self.of_type("technical"):
            if event["code"] not in JUDGING_CODES:
                continue
            if event["state"] == "raised":
                raised.setdefault(event["code"], event["t"])
            elif event["code"] in raised:
                spans.append((raised.pop(event["code"]), event["t"]))
        return spans + [(t, float("inf")) for t in raised.values()]

    def refused(self, observation: Json) -> bool:
        """Whether this frame was said not to be judged: no outline on it, or a technical event standing."""
        t = observation["t"]
        return observation["outline"] is None or any(start <= t < end for start, end in self._unjudged)


def read_results(folder: Path) -> Results:
    """Read the three files of a replay.

    Raises
    ------
    RecordingError
        A file is missing or isn't what a replay writes.
    """
    try:
        events = _lines(folder / "events.jsonl")
        observations = _lines(folder / "observations.jsonl")
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
        return parse_results(events, observations, summary)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RecordingError(
            f"{folder}: expected events.jsonl, observations.jsonl and summary.json of a replay; found {error!r}."
        ) from error


def save_results(results: Results, folder: Path) -> None:
    """Write the three files, as a replay does."""
    folder.mkdir(parents=True)
    for name, lines in (("events", results.events), ("observations", results.observations)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    (folder / "summary.json").write_text(json.dumps(results.summary), encoding="utf-8")


def parse_results(events: Iterable[Json], observations: Iterable[Json], summary: Json) -> Results:
    """Make results from parsed lines; KeyError where a line lacks its time, frame or type."""
    told, seen = tuple(events), tuple(observations)
    for line in (*told, *seen):
        line["t"], line["frame"]
    return Results(tuple(e for e in told if e["type"]), seen, summary)


def _lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
