"""What the maps of the two networks mean, and the size of what goes in and comes out."""

from typing import Final

from monitor.domain import View

FIELD_PX: Final = 192
"""Side of the window around the whole field that the first network sees."""
BODY_PX: Final = 128
"""Side of the window around one body that the second network sees."""
FIELD_CELLS: Final = 48
BODY_CELLS: Final = 64
"""Side of the maps of either."""

BODY: Final = 0
"""Field: log-odds that a cell belongs to a vertebral body."""
CENTRE: Final = 1
"""Field: log-odds that a cell is the middle of one."""
OFFSET: Final = slice(2, 4)
"""Field: from a cell to the middle of its body, in ``OFFSET_CELLS``."""
UP: Final = slice(4, 6)
"""Field: unit vector towards the head."""
FRONT: Final = slice(6, 8)
"""Field: unit vector towards the front of the patient; lateral views only."""
EXTENT: Final = 8
"""Field: ln of the square root of the body's area over ``EXTENT_CELLS``."""
TIP: Final = 9
"""Field: log-odds that a cell holds the tip of a cannula."""
SHAFT: Final = 10
"""Field: log-odds that a cell lies on a cannula's axis."""
ALONG: Final = slice(11, 13)
"""Field: unit vector from the tip to the tail."""
TARGET: Final = 13
"""Field: logarithm of how likely a cell is the middle of the target, up to a constant."""
FIELD_MAPS: Final = 14

OFFSET_CELLS: Final = 8.0
EXTENT_CELLS: Final = 8.0

VIEWS: Final = (View.AP, View.LATERAL, View.UNKNOWN)
"""Field: what the logits of the view stand for."""

INSIDE: Final = 0
"""Body: log-odds that a cell belongs to the body in the middle."""
CORNERS: Final = slice(1, 5)
"""Body: superior front, superior back, inferior back, inferior front; the front lies to the left. Like ``TARGET``."""
PEDICLES: Final = slice(5, 7)
"""Body: left and right in the window; AP views only. Like ``TARGET``."""
BODY_TIP: Final = 7
"""Body: log-odds that a cell holds the tip of a cannula."""
BODY_MAPS: Final = 8

WINDOW: Final = 2.3
"""Side of the window around a body, in square roots of the body's area."""
