"""A frame and when it was; a frame and what was measured on it."""

from dataclasses import dataclass

from monitor.domain import Frame
from monitor.imaging.beam_texture import Grid, Texture


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame and its time."""

    t_s: float
    frame: int


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One frame with what was measured on it."""

    at: Moment
    frame: Frame
    grid: Grid
    texture: Texture

    @property
    def layout(self) -> int:
        """Layout of the screen that it was measured on."""
        return self.grid.screen.layout
