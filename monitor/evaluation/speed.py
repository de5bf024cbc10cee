"""How fast the analysis went."""

from collections.abc import Iterator

from monitor.evaluation.results import Results
from monitor.evaluation.sample import Sample


def score_speed(results: Results) -> Iterator[Sample]:
    """Milliseconds of every live frame, and frames a second over the whole recording."""
    yield from (Sample("live_ms", float(seen["ms"]), seen["frame"]) for seen in results.observations)
    if results.summary.get("fps"):
        yield Sample("replay_fps", float(results.summary["fps"]))
