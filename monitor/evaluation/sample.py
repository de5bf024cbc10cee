"""The one currency of scoring: a sample of a measure, at a place one can look at."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of one measure.

    Attributes
    ----------
    measure
        Its key, as ``figures`` lists them. Yes or no is 1.0 or 0.0.
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


@dataclass(frozen=True, slots=True)
class CaseScore:
    """All samples of one recording, under one method."""

    recording: str
    method: str
    samples: tuple[Sample, ...]
