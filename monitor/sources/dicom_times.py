"""When the frames of a DICOM run, or a series of stills, were taken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

STILL_INTERVAL_S = 1.0
"""Between stills that don't say when they were taken."""

_MOMENTS = (("AcquisitionDate", "AcquisitionTime"), ("ContentDate", "ContentTime"))


def run_times_s(header: Dataset, count: int, fps: float) -> list[float]:
    """Seconds from the first frame: Frame Time Vector, else Frame Time, else the cine rate, else ``fps``."""
    vector = header.get("FrameTimeVector")
    if vector is not None and len(vector) == count and all(float(step) > 0 for step in vector[1:]):
        return list(accumulate((float(step) / 1000 for step in vector[1:]), initial=0.0))
    interval_s = float(header.get("FrameTime") or 0) / 1000
    rate = float(header.get("CineRate") or header.get("RecommendedDisplayFrameRate") or 0)
    if interval_s <= 0:
        interval_s = 1 / rate if rate > 0 else 1 / fps
    return [index * interval_s for index in range(count)]


def still_times_s(headers: Sequence[Dataset]) -> list[float]:
    """Seconds from the first still by the times of acquisition or content, where they grow all through."""
    for date, time in _MOMENTS:
        moments = [_moment(header, date, time) for header in headers]
        times_s = [(m - moments[0]).total_seconds() for m in moments if m is not None and moments[0] is not None]
        if len(times_s) == len(headers) and all(later > earlier for earlier, later in pairwise(times_s)):
            return times_s
    return [index * STILL_INTERVAL_S for index in range(len(headers))]


def _moment(header: Dataset, date: str, time: str) -> datetime | None:
    day, clock = str(header.get(date) or ""), str(header.get(time) or "")
    layout = "%Y%m%d%H%M%S.%f" if "." in clock else "%Y%m%d%H%M%S"
    try:
        return datetime.strptime(day + clock, layout)  # noqa: DTZ007 - DICOM times are local; only differences count
    except ValueError:
        return None
