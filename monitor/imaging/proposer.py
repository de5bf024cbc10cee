"""When the model is asked what a picture shows, and when its answer is believed."""

from math import inf
from typing import Protocol

from monitor.config import ModelSettings
from monitor.domain import Cannula, Image, Point, Proposal, View
from monitor.imaging.average import Average, resampled
from monitor.imaging.registration import Affine
from monitor.imaging.screen_image import turned_over
from monitor.imaging.view import ViewGuess

SETTLED_PULSES = 4
"""Pulses averaged before an outline is looked for; fewer leave too much noise on osteoporotic bone."""
PATIENT_PULSES = 16
"""Pulses between two questions at most, while the answer is wanted: a cannula may come into the picture."""
PLAIN_DOUBT, TURNED_DOUBT = 0.005, 0.05
"""Doubt that a picture shows a spine from which it is asked whether it is a negative, and the part of that doubt that
may be left once it is turned over. Of 99 simulated pictures each negative left 0.006 and more, and turned back 0.05 of
that and less; the other way round turning over never left less than 20 times the doubt."""
LEAST_CANNULA = 0.5
"""Confidence from which a cannula that the model saw is believed."""


class Anatomy(Protocol):
    """What knows vertebrae when it sees them; ``monitor.imaging.anatomy`` has the trained one.

    ``name`` and ``sha256`` say which model it is.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def sha256(self) -> str: ...  # noqa: D102

    def view(self, image: Image) -> ViewGuess:
        """Say which view a pulse shows. Never raises for a picture."""

    def propose(
        self, image: Image, tap: Point | None = None, spacing_mm: float | None = None, neighbours: bool = True
    ) -> Proposal:
        """Say what the image shows; with a tap (frame pixels): what the body tapped is. Never raises for a picture."""


class Proposer:
    """Asks the model at the start of a shot, and again with more pulses while it isn't sure; not on every frame.

    Parameters
    ----------
    anatomy
        The model; None: nothing is ever proposed.
    settings
        Confidences below which an outline is not proposed.
    """

    def __init__(self, anatomy: Anatomy | None, settings: ModelSettings) -> None:
        self._anatomy, self._settings = anatomy, settings
        self.begin_shot()

    def begin_shot(self) -> None:
        """Start afresh: the picture may be another now."""
        self._average: Average | None = None
        self._view = View.UNKNOWN
        self._due: float = SETTLED_PULSES
        self._asked, self._looks = False, 0
        self._cannula: Cannula | None = None

    @property
    def cannula(self) -> Cannula | None:
        """The cannula as the model saw it when last asked in this shot; frame pixels of the view's reference."""
        return self._cannula

    def view(self, image: Image) -> ViewGuess | None:
        """What view a pulse shows; asked on the first, second, fourth, ... pulse of a shot for which this is open."""
        self._looks += 1
        if self._anatomy is None or self._looks & (self._looks - 1):
            return None
        return self._anatomy.view(image)

    def is_negative(self, image: Image) -> bool:
        """Whether a pulse shows a spine only when turned over: the display's polarity was mistaken."""
        doubt = 0.0 if self._anatomy is None else _doubt(self._anatomy.view(image))
        if self._anatomy is None or doubt < PLAIN_DOUBT:
            return False
        return _doubt(self._anatomy.view(turned_over(image))) <= TURNED_DOUBT * doubt

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
        self._take(proposal)
        sure = self._is_sure(proposal)
        self._due = inf if sure else min(2 * self._due, PATIENT_PULSES)
        return proposal if sure else None

    def look(self, target: Point, spacing_mm: float | None) -> None:
        """See where the cannula at the target (frame pixels of the view's reference) is, once in a shot."""
        if self._anatomy is not None and self._average is not None and self._average.count >= self._due:
            self._take(self._anatomy.propose(self._average.image, target, spacing_mm, neighbours=False))
            self._due = inf

    def _take(self, proposal: Proposal) -> None:
        """Keep the cannula; the next question needs a new picture."""
        seen = proposal.view is self._view and proposal.cannula_confidence >= LEAST_CANNULA
        self._cannula = proposal.cannula if seen else None
        self._asked, self._average = True, None

    def at(self, image: Image, tap: Point, spacing_mm: float | None) -> Proposal | None:
        """What the model says of the body that a person tapped."""
        return None if self._anatomy is None else self._anatomy.propose(image, tap, spacing_mm)

    def _is_sure(self, proposal: Proposal) -> bool:
        if proposal.target is None or proposal.view is not self._view:
            return False
        pointed, unpointed = self._settings.least_confidence, self._settings.least_unpointed
        return proposal.target.confidence >= (pointed if proposal.pointed else max(pointed, unpointed))


def _doubt(guess: ViewGuess) -> float:
    """Of a picture's showing a spine, 0..1."""
    return 1.0 if guess.view is View.UNKNOWN else 1 - guess.probability
