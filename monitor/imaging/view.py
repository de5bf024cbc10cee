"""Which view an image shows when nothing is known of it."""

from dataclasses import dataclass

from monitor.domain import Image, View


@dataclass(frozen=True, slots=True)
class ViewGuess:
    """A view and the probability that it is right."""

    view: View
    probability: float


def classify_view(image: Image) -> ViewGuess:
    """Guess the view of an image; UNKNOWN while nothing has been learned."""
    return ViewGuess(View.UNKNOWN, 0.0)
