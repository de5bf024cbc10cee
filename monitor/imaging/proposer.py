"""When the model is asked what a picture shows, and when its answer is believed."""

from math import inf
from typing import Protocol

from monitor.domain import Image, Point, Proposal, View
from monitor.imaging.average import Average, resampled
from monitor.imaging.registration import Affine
from monitor.imaging.view import ViewGuess

SETTLED_PULSES = 4
"""Pulses averaged before an outline is looked for; fewer leave too much noise on osteoporotic bone."""
PATIENT_PULSES = 16
"""Pulses between two questions at most, while the answer is wanted: a cannula may come into the picture."""


class Anatomy(Protocol):
    """What knows vertebrae when it sees them; ``monitor.imaging.anatomy`` has the trained one.

    ``name`` and ``sha256`` say which model it is.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def sha256(self) -> str: ...  # noqa: D102

    def propose(self, image: Image, tap: Point | None = None, spacing_mm: float | None = None) -> Proposal:
        """Say what the image shows; with a tap (frame pixels): what the body tapped is. Never raises for a picture."""


class Proposer:
    """Asks the model at the start of a shot, and again with more pulses while it isn't sure; not on every frame.

    Parameters
    ----------
    anatomy
        The model; None: nothing is ever proposed.
    least_confidence
        Below it an outline is not proposed.
    """

    def __init__(self, anatomy: Anatomy | None, least_confidence: float) -> None:
        self._anatomy, self._least = anatomy, least_confidence
        self.begin_shot()

    def begin_shot(self) -> None:
        """Start afresh: the picture may be another now."""
        self._average: Average | None = None
        self._view = View.UNKNOWN
        self._due: float = SETTLED_PULSES
        self._asked, self._looks = False, 0

    def view(self, image: Image) -> ViewGuess | None:
        """What view a pulse shows; asked on the first, second, fourth, ... pulse of a shot for which this is open."""
        self._looks += 1
        if self._anatomy is None or self._looks & (self._looks - 1):
            return None
        seen = self._anatomy.propose(image)
        return ViewGuess(seen.view, seen.view_confidence)

    def average(self, view: View, image: Image, matrix: Affine, grid: Image) -> None:
        """Take in a pulse; ``matrix`` takes pixels of ``grid``, the view's reference, to pixels of ``image``."""
        if self._anatomy is None or self._due == inf:
            return
        if self._average is None or view is not self._view:
            self._average, self._view = Average(resampled(image, matrix, grid)), view
        else:
            self._average.add(image, matrix)

    def outline(self, spacing_mm: float | None, at_once: bool) -> Proposal | None:
        """The target body, once it is certain enough; None while it isn't, or not asked.

        ``at_once``: the shot is over, ask with what there is.
        """
        if self._anatomy is None or self._average is None:
            return None
        if self._average.count < self._due and (self._asked or not at_once):
            return None
        proposal = self._anatomy.propose(self._average.image, None, spacing_mm)
        sure = self._is_sure(proposal)
        self._asked, self._average = True, None
        self._due = inf if sure else min(2 * self._due, PATIENT_PULSES)
        return proposal if sure else None

    def at(self, image: Image, tap: Point, spacing_mm: float | None) -> Proposal | None:
        """What the model says of the body that a person tapped."""
        return None if self._anatomy is None else self._anatomy.propose(image, tap, spacing_mm)

    def _is_sure(self, proposal: Proposal) -> bool:
        seen = proposal.target is not None and proposal.view is self._view
        return seen and proposal.target is not None and proposal.target.confidence >= self._least
