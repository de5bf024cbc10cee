"""The stored values of a DICOM file's frames."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from monitor.domain import RecordingError
from monitor.sources.dicom_display import Stored
from monitor.sources.dicom_guard import iter_guarded

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

SAMPLES = 8
"""Frames, spread over a run, from which its range of values is taken."""

PLUGINS = ("pyjpegls", "pylibjpeg", "pydicom")
"""Decoders taken before all others. GDCM, which JPEG needs, ends its process on some damaged data: it gets its own."""


class StoredPixels:
    """The frames of one file as stored, read one by one."""

    def __init__(self, path: Path, header: Dataset) -> None:
        from pydicom import dcmread
        from pydicom.pixels.decoders.base import get_decoder

        syntax = header.file_meta.TransferSyntaxUID
        self._path = path
        self._source = dcmread(path) if syntax.is_deflated else path
        available = get_decoder(syntax).available_plugins if syntax.is_compressed else ()
        self._plugin = next((name for name in PLUGINS if name in available), "")
        self._guarded = bool(available) and not self._plugin
        self._fault = ""

    def samples(self, count: int) -> list[Stored]:
        """Up to ``SAMPLES`` of ``count`` frames; raises ``RecordingError`` where none of them can be decoded."""
        wanted = np.unique(np.linspace(0, count - 1, SAMPLES).astype(int)).tolist()
        found = [stored for _, stored in self.decoded(wanted) if stored is not None]
        if not found:
            raise RecordingError(f"{self._path}: expected pixel data that can be decoded; {self._fault}.")
        return found

    def decoded(self, indices: Sequence[int]) -> Iterator[tuple[int, Stored | None]]:
        """Each frame asked for with its number, None where it can't be decoded."""
        found = self._read(indices)
        for done, index in enumerate(indices, 1):
            stored = self._next(found)
            if stored is None:
                found = self._read(indices[done:])
            yield index, stored

    def _read(self, indices: Sequence[int]) -> Iterator[Stored]:
        from pydicom.pixels.utils import iter_pixels

        if self._guarded:
            return iter_guarded(self._path, indices)
        return iter_pixels(self._source, indices=indices, decoding_plugin=self._plugin)

    def _next(self, found: Iterator[Stored]) -> Stored | None:
        try:
            with warnings.catch_warnings(action="ignore"):
                return next(found)
        except Exception as error:  # pydicom and the decoders behind it raise of all kinds on damaged data
            self._fault = one_line(error)
            return None


def one_line(error: BaseException) -> str:
    """Give the error's words on one line."""
    return " ".join(str(error).split())
