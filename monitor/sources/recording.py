"""A recording: a folder in the project's format, or a single file or series without one."""

from dataclasses import dataclass
from pathlib import Path

from monitor.config import SourceSettings
from monitor.domain import Case, RecordingError
from monitor.sources.case_file import CaseFile
from monitor.sources.registry import RECORDINGS, RecordingKind
from monitor.sources.source import Source


@dataclass(frozen=True, slots=True)
class Recording:
    """An opened recording: its frames, what was known of the case, and what to call it."""

    source: Source
    case: Case
    title: str


def open_recording(path: Path, settings: SourceSettings | None = None) -> Recording:
    """Open a recording of any kind and check all that can be checked before its first frame is analysed.

    Parameters
    ----------
    path
        A folder in the recording format, a video or DICOM file, a folder of PNGs or of DICOM stills.
    settings
        Defaults when None.

    Raises
    ------
    RecordingError
        It's missing, unreadable, of no known kind or damaged from the start, or its case.yaml breaks the format.
    """
    settings = settings or SourceSettings()
    if not path.exists():
        raise RecordingError(f"{path}: no such file or folder.")
    kind, place = _kind(path)
    case_file = CaseFile(path / "case.yaml")
    source = kind.open(place, case_file.case, settings)
    case_file.check_fits(source.size, source.frames)
    return Recording(source, case_file.case, case_file.case.title or path.resolve().stem)


def _kind(path: Path) -> tuple[RecordingKind, Path]:
    """The first kind that finds itself at ``path``, and where; a folder may hold only one of the format's own kinds."""
    found = [(kind, place) for kind in RECORDINGS if (place := kind.find(path)) is not None]
    if not found:
        kinds = ", ".join(kind.name for kind in RECORDINGS)
        raise RecordingError(f"{path}: expected a recording ({kinds}); found none of these.")
    rivals = [place.name for kind, place in found if kind.of_format]
    if len(rivals) > 1:
        raise RecordingError(f"{path}: expected one recording, found {' and '.join(rivals)}; keep one of them.")
    return found[0]
