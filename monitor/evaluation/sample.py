"""The one currency of scoring: a sample of a measure, at a place one can look at."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

KEPT = 8
"""Worst samples of a measure that a case keeps."""
_MORE_IS_BETTER = ("_dice", "_dice_silhouette", "_right", "_exact", "_seen", "_found", "_judged", "_fps")


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one measure.

    Attributes
    ----------
    measure
        Its key. Yes or no is 1.0 or 0.0.
    value
        In the unit that the key ends with.
    frame
        Frame to look at; None where the measure belongs to the whole recording.
    note
        What happened, for a person.
    """

    measure: str
    value: float
    frame: int | None = None
    note: str = ""

    @property
    def badness(self) -> float:
        """The greater the worse; 0 and below: nothing wrong with it."""
        return 1 - self.value if more_is_better(self.measure) else self.value


@dataclass(frozen=True, eq=False)
class CaseScore:
    """One recording under one method: every value by measure, and the worst samples with their frames.

    Attributes
    ----------
    recording
        The folder or file.
    method
        ``monitor`` or the name of a baseline.
    values
        All values of each measure, in order of frame.
    worst
        At most ``KEPT`` samples of each measure that have something wrong, worst first.
    results
        Folder with the three files that were scored.
    """

    recording: Path
    method: str
    values: Mapping[str, NDArray[np.float64]]
    worst: Mapping[str, tuple[Sample, ...]]
    results: Path


def case_score(recording: Path, method: str, samples: Iterable[Sample], results: Path) -> CaseScore:
    """Condense a case's samples."""
    grouped: dict[str, list[Sample]] = defaultdict(list)
    for sample in samples:
        grouped[sample.measure].append(sample)
    values = {measure: np.array([s.value for s in group]) for measure, group in grouped.items()}
    return CaseScore(recording, method, values, {m: _worst(group) for m, group in grouped.items()}, results)


def more_is_better(measure: str) -> bool:
    """Whether a greater value of this measure is a better one."""
    return measure.startswith("leak_found_") or measure.endswith(_MORE_IS_BETTER)


def _worst(group: list[Sample]) -> tuple[Sample, ...]:
    return tuple(sorted((s for s in group if s.badness > 0), key=lambda s: -s.badness)[:KEPT])
