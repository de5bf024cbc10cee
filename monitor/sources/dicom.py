"""DICOM: multi-frame runs (XA, XRF, secondary capture) and folders of single stills.

pydicom is imported where it's used: it takes as long as all the rest together.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.config import SourceSettings
from monitor.domain import Delivery, Fault, Frame, RecordingError
from monitor.sources.dicom_display import Display
from monitor.sources.dicom_pixels import StoredPixels, one_line
from monitor.sources.dicom_times import run_times_s, still_times_s
from monitor.sources.source import FileSource
from monitor.sources.video import check_readable

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def is_dicom(path: Path) -> bool:
    """Whether a file is DICOM by its preamble, or claims to be by its name."""
    with path.open("rb") as file:
        return path.suffix.lower() in (".dcm", ".dicom") or file.read(132)[128:] == b"DICM"


class DicomRun(FileSource):
    """The frames of one DICOM file.

    Raises
    ------
    RecordingError
        The file can't be read, isn't DICOM, holds no pixel data, or none that can be decoded.
    """

    def __init__(self, path: Path, fps: float, settings: SourceSettings) -> None:
        self._path = path
        header = read_header(path)
        try:
            self._pixels = StoredPixels(path, header)
            self.frames = int(header.get("NumberOfFrames") or 1)
            self.size = (int(header.Columns), int(header.Rows))
            self._times_s = run_times_s(header, self.frames, fps)
            self._display = Display(header, self._pixels.samples(self.frames), settings.coloured_share)
        except RecordingError:
            raise
        except Exception as error:  # values are converted, and found wrong, when they are first looked at
            raise RecordingError(f"{path}: expected a sound DICOM header; {one_line(error)}.") from error
        self.duration_s = self._times_s[-1]

    def __iter__(self) -> Iterator[Delivery]:
        damaged, t_s = False, 0.0
        for index, stored in self._pixels.decoded(range(self.frames or 1)):
            if stored is not None:
                if damaged:
                    yield Fault(index, t_s, "corrupt", f"{self._path.name}: damaged before frame {index}.")
                t_s = self._times_s[index]
                yield Frame(index, t_s, self._display(stored), still=self.frames == 1)
            damaged = stored is None
        if damaged:
            yield Fault(self.frames or 1, t_s, "truncated", f"{self._path.name}: ends early, after {t_s:.2f} s.")


class DicomStills(FileSource):
    """Single-frame files in the order in which they were taken, each an exposure of its own.

    Raises
    ------
    RecordingError
        One of them can't be read or decoded, or holds more than one frame.
    """

    def __init__(self, paths: Iterable[Path], settings: SourceSettings) -> None:
        headers = sorted(((read_header(path), path) for path in paths), key=_taken)
        for header, path in headers:
            if int(header.get("NumberOfFrames") or 1) > 1:
                raise RecordingError(f"{path}: expected single stills in this folder, found a run. Name that file.")
        self._runs = [DicomRun(path, settings.frames_fps, settings) for _, path in headers]
        self._times_s = still_times_s([header for header, _ in headers])
        self.frames = len(self._runs)
        self.duration_s = self._times_s[-1]
        self.size = self._runs[0].size

    def __iter__(self) -> Iterator[Delivery]:
        for index, (run, t_s) in enumerate(zip(self._runs, self._times_s, strict=True)):
            for delivery in run:
                if isinstance(delivery, Frame):
                    yield Frame(index, t_s, delivery.pixels, still=True)
                else:
                    yield Fault(index + 1, t_s, "corrupt", delivery.text)


def read_header(path: Path) -> Dataset:
    """All of a DICOM file but its pixels; it has an image of known size, or this raises ``RecordingError``."""
    from pydicom import dcmread

    check_readable(path)
    try:
        with warnings.catch_warnings(action="ignore"):
            header = dcmread(path, stop_before_pixels=True)
    except Exception as error:  # pydicom raises of all kinds on a damaged file
        raise RecordingError(f"{path}: expected a DICOM file; {one_line(error)}.") from error
    if "Rows" not in header or "Columns" not in header or "TransferSyntaxUID" not in header.file_meta:
        raise RecordingError(f"{path}: expected a DICOM image; found no pixel data in it.")
    return header


def _taken(still: tuple[Dataset, Path]) -> tuple[int, int, int, str]:
    header, path = still
    series, acquisition, instance = (
        int(header.get(key) or 0) for key in ("SeriesNumber", "AcquisitionNumber", "InstanceNumber")
    )
    return series, acquisition, instance, path.name
