"""A folder of numbered PNGs, one for each frame."""

import re
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Delivery, Fault, Frame, RecordingError
from monitor.sources.pixels import grey_unless_coloured
from monitor.sources.source import FileSource
from monitor.sources.video import check_readable


class PngFolder(FileSource):
    """PNGs in the order of the last number in their names, at a constant rate.

    Parameters
    ----------
    folder
        The folder; other files in it are ignored.
    fps
        Frames per second.
    coloured_share
        Share of coloured pixels from which a picture is given as RGB.

    Raises
    ------
    RecordingError
        No PNG in the folder, a name without a number, or a first picture that can't be decoded.
    """

    def __init__(self, folder: Path, fps: float, coloured_share: float) -> None:
        self._paths = sorted(folder.glob("*.png"), key=_number)
        self._fps = fps
        self._coloured_share = coloured_share
        if not self._paths:
            raise RecordingError(f"{folder}: expected numbered PNGs; found none.")
        self.frames = len(self._paths)
        self.duration_s = self.frames / fps
        self.size = self._first_size()

    def __iter__(self) -> Iterator[Delivery]:
        for index, path in enumerate(self._paths):
            pixels = self._read(path)
            if pixels is None:
                yield Fault(index + 1, index / self._fps, "corrupt", f"{path.name} can't be decoded.")
            else:
                yield Frame(index, index / self._fps, pixels)

    def _first_size(self) -> tuple[int, int]:
        check_readable(self._paths[0])
        pixels = self._read(self._paths[0])
        if pixels is None:
            raise RecordingError(f"{self._paths[0]}: expected a PNG; it can't be decoded.")
        return pixels.shape[1], pixels.shape[0]

    def _read(self, path: Path) -> NDArray[np.uint8] | None:
        bgr = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_ANYCOLOR) if path.stat().st_size else None
        if bgr is None:
            return None
        pixels = np.asarray(bgr, np.uint8)
        if pixels.ndim == 3:
            pixels = grey_unless_coloured(np.ascontiguousarray(pixels[:, :, ::-1]), self._coloured_share)
        pixels.setflags(write=False)
        return pixels


def _number(path: Path) -> int:
    digits = re.findall(r"\d+", path.stem)
    if not digits:
        raise RecordingError(f"{path}: expected a number in the name of each PNG, such as 000017.png.")
    return int(digits[-1])
