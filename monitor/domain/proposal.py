"""What the monitor proposes before anyone points at anything."""

from dataclasses import dataclass

from monitor.domain.geometry import Point, Polygon
from monitor.domain.observation import Cannula, Outline
from monitor.domain.words import View


@dataclass(frozen=True, slots=True, eq=False)
class Proposal:
    """What a picture of the spine shows, each part with the probability that it is right; frame pixels.

    Attributes
    ----------
    view, view_confidence
        UNKNOWN where the picture shows no spine.
    target, pointed
        The body under the cannula's tip, or under the tap that was given; None where nothing can be proposed.
        ``pointed`` says whether a tap or a cannula told which body it is; without either it is only the likeliest.
    neighbours
        Other bodies in the picture, from the head down.
    pedicles
        Middles of the target's pedicles, AP views only.
    cannula, cannula_confidence
        The cannula (or K-wire) whose tip is nearest the target.
    """

    view: View
    view_confidence: float
    target: Outline | None = None
    pointed: bool = False
    neighbours: tuple[Polygon, ...] = ()
    pedicles: tuple[Point, ...] = ()
    cannula: Cannula | None = None
    cannula_confidence: float = 0.0
