"""A model that says what a test wants it to, of the phantom column on its screen."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from monitor.domain import Image, Outline, Point, Polygon, Proposal, View, polygon
from monitor.imaging.view import ViewGuess
from tests.imaging.phantom import CENTRE, CORNERS, SPACING_MM, body_outline

OFFSET = (120, 40)
"""Where the phantom's field sits on the screen."""
PITCH_PX = 32 / SPACING_MM
"""From one vertebra of the phantom to the next."""


def body(below: int = 0) -> Polygon:
    """The body so many vertebrae below the middle one, frame pixels."""
    return polygon(body_outline(CENTRE[0] + OFFSET[0], CENTRE[1] + OFFSET[1] + below * PITCH_PX))


def outline(below: int = 0, confidence: float = 0.9) -> Outline:
    x, y = OFFSET[0], OFFSET[1] + below * PITCH_PX
    return Outline(body(below), {name: (a + x, b + y) for name, (a, b) in CORNERS.items()}, "auto", confidence)


def lateral(below: int = 0, confidence: float = 0.9, *, pointed: bool = True) -> Proposal:
    """The model's word for a body, with its two neighbours."""
    around = (body(below - 1), body(below + 1))
    return Proposal(View.LATERAL, 0.99, outline(below, confidence), pointed, around)


NOTHING = Proposal(View.LATERAL, 0.99)
NO_SPINE = Proposal(View.UNKNOWN, 0.99)


@dataclass
class Fake:
    """Answers by the picture's frame; counts how often it was asked."""

    answer: Callable[[int], Proposal]
    name: str = "fake"
    sha256: str = "0123456789abcdef"
    taps: list[Point] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)

    def view(self, image: Image) -> ViewGuess:
        self.asked.append(image.frame)
        seen = self.answer(image.frame)
        return ViewGuess(seen.view, seen.view_confidence)

    def propose(
        self, image: Image, tap: Point | None = None, spacing_mm: float | None = None, neighbours: bool = True
    ) -> Proposal:
        self.asked.append(image.frame)
        if tap is None:
            return self.answer(image.frame)
        self.taps.append(tap)
        return replace(self.answer(image.frame), pointed=True)
