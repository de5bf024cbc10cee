"""Every kind of recording; a new one needs its own file and one entry here."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from monitor.config import SourceSettings
from monitor.domain import Case
from monitor.sources.dicom import DicomRun, DicomStills, is_dicom
from monitor.sources.pngs import PngFolder
from monitor.sources.source import Source
from monitor.sources.video import VideoFile


@dataclass(frozen=True, slots=True)
class RecordingKind:
    """One kind of recording.

    Attributes
    ----------
    name
        As a message lists it.
    find
        The file or folder that holds the frames, given the path a person named; None where it isn't of this kind.
    open
        Opens what ``find`` found.
    of_format
        True for the kinds that the recording format's folder may hold, of which there must be one only.
    """

    name: str
    find: Callable[[Path], Path | None]
    open: Callable[[Path, Case, SourceSettings], Source]
    of_format: bool = False


def _video(path: Path, case: Case, settings: SourceSettings) -> Source:
    return VideoFile(path, settings)


def _pngs(folder: Path, case: Case, settings: SourceSettings) -> Source:
    return PngFolder(folder, case.fps or settings.frames_fps, settings.coloured_share)


def _dicom_run(path: Path, case: Case, settings: SourceSettings) -> Source:
    return DicomRun(path, case.fps or settings.frames_fps, settings)


def _dicom_series(folder: Path, case: Case, settings: SourceSettings) -> Source:
    paths = _dicom_files(folder)
    return _dicom_run(paths[0], case, settings) if len(paths) == 1 else DicomStills(paths, settings)


def _dicom_files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_file() and is_dicom(path))


def _within(name: str) -> Callable[[Path], Path | None]:
    return lambda path: path / name if (path / name).exists() else None


def _folder_of_pngs(path: Path) -> Path | None:
    return path if path.is_dir() and any(path.glob("*.png")) else None


def _folder_of_dicom(path: Path) -> Path | None:
    return path if path.is_dir() and _dicom_files(path) else None


def _dicom_file(path: Path) -> Path | None:
    return path if path.is_file() and is_dicom(path) else None


def _file(path: Path) -> Path | None:
    return path if path.is_file() else None


RECORDINGS: tuple[RecordingKind, ...] = (
    RecordingKind("a folder with video.mkv", _within("video.mkv"), _video, of_format=True),
    RecordingKind("a folder with frames/", _within("frames"), _pngs, of_format=True),
    RecordingKind("a folder with video.dcm", _within("video.dcm"), _dicom_run, of_format=True),
    RecordingKind("a folder of PNGs", _folder_of_pngs, _pngs),
    RecordingKind("a folder of DICOM stills", _folder_of_dicom, _dicom_series),
    RecordingKind("a DICOM file", _dicom_file, _dicom_run),
    RecordingKind("a video file", _file, _video),
)
"""In order of precedence."""
