"""A lamp on the screen that tells whether the beam is on: an X-ray sign that lights, or a word that changes.

Machines show it beside the image (clinical.md, cues of the beam). Where it is isn't given but learned from the
recording; until then, and wherever it can't be read, the images alone tell.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame
from monitor.imaging.screen_watch import to_grey

CLEAR = 0.3
"""Distance from a look, as a part of the gap between both, up to which the lamp has it."""


@dataclass(frozen=True, slots=True, eq=False)
class Lamp:
    """Where the lamp is, and how it looks.

    Attributes
    ----------
    shape
        (height, width) of the frames it was learned on.
    rows, columns
        int (cells, pixels of a cell), places in the frame.
    off, gap
        float (cells): grey level while the beam is off, and how much more it is while on.
    """

    shape: tuple[int, int]
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    off: NDArray[np.float64]
    gap: NDArray[np.float64]

    def read(self, frame: Frame) -> float | None:
        """How bright it is: 0 while the beam is off, 1 while it is on; None where it looks neither way nor between."""
        if frame.pixels.shape[:2] != self.shape:
            return None
        grey = to_grey(frame.pixels[self.rows, self.columns])
        towards = (grey.mean(1) - self.off) / self.gap
        middle = float(np.median(towards))
        even = float(np.median(np.abs(towards - middle))) < CLEAR
        return middle if even and -CLEAR < middle < 1 + CLEAR else None
