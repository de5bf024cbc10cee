"""Decoding in a process of its own, for a decoder that ends its process on some damaged data."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from monitor.domain import RecordingError

if TYPE_CHECKING:
    from monitor.sources.dicom_display import Stored

PRELOADED = ["__main__", "monitor.sources.dicom_guard", "numpy", "gdcm", "pydicom.pixels.utils"]
"""What every decoder's process needs, so that it is imported once."""


def iter_guarded(path: Path, indices: Sequence[int]) -> Iterator[Stored]:
    """Stored values of these frames, one by one.

    The first frame that can't be decoded ends the iteration with a ``RecordingError``, also where it ends the decoder.
    The processes are forked from one that has the libraries loaded and nothing open, so each starts at once.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    mine, theirs = context.Pipe(duplex=False)
    decoder = context.Process(target=_decode, args=(theirs, path, indices), daemon=True)
    decoder.start()
    theirs.close()
    try:
        for _ in indices:
            found = mine.recv()
            if isinstance(found, str):
                raise RecordingError(found)
            yield found
    except EOFError as error:
        raise RecordingError("the decoder broke down on it") from error
    finally:
        mine.close()
        decoder.kill()
        decoder.join()


def _decode(out: Connection, path: Path, indices: Sequence[int]) -> None:
    """Send each frame, or why one can't be decoded; runs in the decoder's process."""
    from pydicom.pixels.utils import iter_pixels

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what the decoder prints of damage is no message for a person
    try:
        with warnings.catch_warnings(action="ignore"):
            for stored in iter_pixels(path, indices=indices):
                out.send(stored)
    except BrokenPipeError:  # nobody wants the rest
        return
    except Exception as error:  # pydicom and the decoders behind it raise of all kinds on damaged data
        out.send(" ".join(str(error).split()))
