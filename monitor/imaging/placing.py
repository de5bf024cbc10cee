"""Where the target's outlines come from: a tap, the model, a corner that was moved; and which level the target is."""

from dataclasses import dataclass, replace

from monitor.config import Settings
from monitor.domain import Case, Image, Outline, Point, Proposal, View, level_below
from monitor.imaging.lying import Lying, upended
from monitor.imaging.outline_choice import Choice, choose_outline, holds, is_same_body, middle
from monitor.imaging.outline_drag import with_corner
from monitor.imaging.outline_scale import body_scale
from monitor.imaging.proposer import SETTLED_PULSES, Proposer
from monitor.imaging.registration import Affine
from monitor.imaging.subject import Measured, Subject
from monitor.imaging.surroundings import Surroundings, surroundings


@dataclass(frozen=True, slots=True)
class _Tapped:
    """A tap in the reference's frame pixels, the pulses to average before its outline is looked for, the model's word.

    The model is asked a pulse before the border is searched for: both at once would hold up the picture.
    """

    point: Point
    pulses: int
    is_asked: bool = False
    proposal: Proposal | None = None


class Placing:
    """Gives each view its outline. What a person pointed at or drew goes before what the model proposes.

    Parameters
    ----------
    settings, case
        Thresholds; level and scale where known.
    proposer
        Asks the model.
    """

    def __init__(self, settings: Settings, case: Case, proposer: Proposer) -> None:
        self._least = settings.models.least_confidence
        self._least_bolus_mm2 = settings.cement.least_bolus_mm2
        self._proposer = proposer
        self._taps: dict[View, _Tapped] = {}
        self._proposals: dict[View, Proposal] = {}
        self._awaited = set(case.targets)
        self._cemented: dict[View, int] = {}
        self._lying = Lying()
        self.spacing_mm = case.pixel_spacing_mm
        self.level = case.level

    @property
    def is_cemented(self) -> bool:
        """Whether a bolus is certain: some view has shown one on two pulses."""
        return any(pulses >= 2 for pulses in self._cemented.values())

    def notice(self, view: View, cement_mm2: float) -> None:
        """Take in how much cement a pulse of a view showed."""
        if cement_mm2 >= self._least_bolus_mm2:
            self._cemented[view] = self._cemented.get(view, 0) + 1

    def tap(self, subject: Subject, point: Point) -> None:
        """A person pointed at the target; ``point`` in the reference's frame pixels."""
        self._awaited.discard(subject.view)
        self._taps[subject.view] = _Tapped(point, SETTLED_PULSES)
        self._ask(subject, at_once=False)

    def watch(self, subject: Subject, image: Image, matrix: Affine) -> None:
        """Let the model's picture of this shot grow clearer, while it is wanted."""
        if self._is_open(subject) or self.is_cemented:
            self._proposer.average(subject.view, image, matrix, subject.reference_image)

    def settle(self, subject: Subject, at_once: bool) -> Outline | None:
        """Place the outline that a tap gives, or without one that the model proposes, once the picture is clear.

        ``at_once``: no more pulses will come, the picture won't get any clearer. Returns the outline when new.
        """
        self._look(subject)
        if subject.view not in self._taps:
            proposed = self._proposed(subject, at_once) if self._is_open(subject) else None
            return proposed or self._turned(subject)
        asked = self._taps[subject.view].is_asked
        self._ask(subject, at_once)
        tap = self._taps[subject.view]
        if not at_once and (not asked or subject.pulses_averaged < tap.pulses):
            return None
        outline, around = self._tapped(subject.reference_image, tap, subject.view)
        if outline is None:
            self._taps[subject.view] = _Tapped(tap.point, 2 * max(tap.pulses, subject.pulses_averaged))
            return None
        del self._taps[subject.view]
        return self._place(subject, outline, around)

    def move_corner(self, subject: Subject, name: str, point: Point) -> Outline | None:
        """Place the outline with a corner elsewhere (reference's frame pixels); None where it can't be there."""
        moved = None if subject.outline is None else with_corner(subject.outline, name, point)
        return None if moved is None else self._place(subject, moved, subject.around)

    def name_level(self, level: str, shown: Measured | None, point: Point | None) -> bool:
        """Take a person's word for the level of the target, or of the body shown at ``point``.

        False where nothing follows from it: no counted body is there, or the target would lie beyond T4 to L5.
        """
        steps = 0 if point is None else _steps_to(point, shown)
        named = None if steps is None else level_below(level, -steps)
        self.level = named or self.level
        return named is not None

    def _ask(self, subject: Subject, at_once: bool) -> None:
        """Ask the model what was tapped, where the next pulse makes the picture clear, or no more will come."""
        tap = self._taps[subject.view]
        if not tap.is_asked and (at_once or subject.pulses_averaged >= tap.pulses - 1):
            said = self._proposer.at(subject.reference_image, tap.point, self.spacing_mm)
            self._taps[subject.view] = replace(tap, is_asked=True, proposal=said)

    def _tapped(self, image: Image, tap: _Tapped, view: View) -> tuple[Outline | None, Surroundings]:
        """The outline at a tap, and what the model shows around it."""
        drawn = tap.proposal.target if tap.proposal is not None and tap.proposal.view is view else None
        choice = choose_outline(image, tap.point, view, self.spacing_mm, drawn, self._least)
        if choice is None:
            return None, Surroundings()
        self._lying.note(view, choice.outline, choice.searched)
        return replace(choice.outline, source="tap"), surroundings(choice.outline, tap.proposal)

    def _is_open(self, subject: Subject) -> bool:
        """Whether a proposal is wanted: nobody points or places anything, and no cement hangs on the outline."""
        if subject.view in self._taps or subject.view in self._awaited:
            return False
        return subject.outline is None or (subject.outline.source == "auto" and not self.is_cemented)

    def _proposed(self, subject: Subject, at_once: bool) -> Outline | None:
        """Place what the model proposes; in place of another body only where the cannula points at it."""
        proposal = self._proposals.pop(subject.view, None)
        if proposal is None:
            proposal = self._proposer.outline(self.spacing_mm, at_once)
            if proposal is not None and not at_once:
                self._proposals[subject.view] = proposal
                return None
        if proposal is None or proposal.target is None:
            return None
        drawn = proposal.target
        if subject.outline is not None and (not proposal.pointed or is_same_body(subject.outline, drawn)):
            return None
        image, at = subject.reference_image, middle(drawn)
        choice = choose_outline(image, at, subject.view, self.spacing_mm, drawn, self._least) or Choice(
            drawn, searched=False
        )
        self._lying.note(subject.view, choice.outline, choice.searched)
        outline = replace(choice.outline, source="auto", confidence=drawn.confidence)
        return self._place(subject, outline, surroundings(outline, proposal))

    def _look(self, subject: Subject) -> None:
        """Let the model see where the cannula ends, once cement may hide its tip."""
        if self.is_cemented and subject.outline is not None:
            self._proposer.look(middle(subject.outline), self.spacing_mm)

    def _turned(self, subject: Subject) -> Outline | None:
        """Turn round an outline that the other view has since shown to be upside down, before cement hangs on it."""
        if subject.outline is None or self.is_cemented or not self._is_upended(subject.view, subject.outline):
            return None
        return self._place(subject, subject.outline, subject.around)

    def _is_upended(self, view: View, outline: Outline) -> bool:
        return outline.source != "user" and self._lying.is_upended(view)

    def _place(self, subject: Subject, outline: Outline, around: Surroundings) -> Outline:
        if self._is_upended(subject.view, outline):
            outline, around = upended(outline), around.upended()
            self._lying.turn(subject.view)
        if self.spacing_mm is None:
            self.spacing_mm = body_scale(outline, subject.view, self.level)
        subject.place(outline, around, self.spacing_mm)
        self._cemented[subject.view] = 0
        return outline


def _steps_to(point: Point, shown: Measured | None) -> int | None:
    """How many vertebrae below the target the body shown at a point is."""
    if shown is None or shown.outline is None:
        return None
    if holds(shown.outline.polygon, point):
        return 0
    return next((n.steps for n in shown.around.neighbours if holds(n.polygon, point)), None)
