"""What is known of the captured screen: where the fluoroscopic image is, or why there is none."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """Where the fluoroscopic image is on the captured screen.

    Attributes
    ----------
    layout
        Counts from 1; it changes with resolution, field size, shutters, position or polarity, and comes back when a
        layout seen before does.
    outline
        The field's convex border, frame pixels.
    box
        (x, y, width, height) in frame pixels around the field.
    field
        bool (height, width) of the box, read-only: inside the field.
    usable
        bool, read-only, on the analysis grid (one pixel averages ``factor`` x ``factor`` frame pixels): inside the
        field, away from its border, no burned-in text or markers.
    factor
        Whole frame pixels per analysis pixel.
    inverted
        Bone is shown bright.
    """

    layout: int
    outline: Polygon
    box: tuple[int, int, int, int]
    field: NDArray[np.bool_]
    usable: NDArray[np.bool_]
    factor: int
    inverted: bool

    @property
    def edges(self) -> tuple[int, int, int, int]:
        """The box as (left, top, right, bottom) in frame pixels, right and bottom exclusive."""
        x, y, width, height = self.box
        return (x, y, x + width, y + height)


@dataclass(frozen=True, slots=True)
class Blank:
    """No fluoroscopic image: ``no_image`` (dark or empty screen) or ``not_fluoroscopy`` (colour, test card)."""

    reason: str
