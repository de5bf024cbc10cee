"""What a source gives: a frame, or the word that a frame could not be had."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One captured picture of the C-arm's screen.

    Attributes
    ----------
    index
        Zero-based number of the frame in its recording; live: since the source was opened. It always grows.
    t_s
        Seconds from the first frame by the source's own clock. It never goes back.
    pixels
        uint8, (height, width) grey or (height, width, 3) RGB, full range 0..255, read-only.
    still
        True where the picture is an exposure of its own (a single-frame DICOM still): a shot each.
    redrawn
        True where the stream's compression drew the picture without regard to the one before (a key frame): even one
        that is repeated differs then everywhere, by what coding loses.
    """

    index: int
    t_s: float
    pixels: NDArray[np.uint8]
    still: bool = False
    redrawn: bool = False


@dataclass(frozen=True, slots=True)
class Fault:
    """A stretch the source could not deliver, told through the same door as frames.

    Attributes
    ----------
    index, t_s
        The next frame's index and the time at which the fault was met.
    code
        ``corrupt`` (could not be decoded), ``truncated`` (the file ends early), ``no_signal`` (a live source stopped),
        or ``recovered`` (frames come again).
    text
        One sentence for a person.
    """

    index: int
    t_s: float
    code: str
    text: str


Delivery: TypeAlias = Frame | Fault
