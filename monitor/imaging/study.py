"""All views of the target: which view a shot is, what each view's reference shows, and what people say of it."""

from dataclasses import dataclass, replace

from monitor.config import Settings
from monitor.domain import Cannula, Case, Image, Outline, Point, View
from monitor.imaging.cannula_tip import with_tip
from monitor.imaging.outline_choice import middle
from monitor.imaging.placing import Placing
from monitor.imaging.proposer import Anatomy, Proposer
from monitor.imaging.registration import Affine, Fit
from monitor.imaging.subject import Measured, Subject
from monitor.imaging.surroundings import moved_point
from monitor.imaging.view import ViewGuess, classify_view

CERTAIN = 1.3
"""Times the least quality of a fit above which the shot shows that view; other views give half of it."""
MARGIN = 0.12
MISSED_PULSES = 3
"""After as many in a row that don't fit, a shot is asked for its view anew: the beam may have paused unseen."""
ZOOMED = 0.1
"""Relative change of the field from which people changed it; the C-arm's distance changes it by less."""
DOUBTFUL = 0.45
"""What a view never seen so far is taken to reach, while there is no reference to compare with."""


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What one pulse gave: its view, the measurements where there are any, else why there are none."""

    view: View
    quality: float
    spacing_mm: float
    measured: Measured | None
    refusal: str | None
    placed: Outline | None = None


class Study:
    """The target seen in up to two views.

    Parameters
    ----------
    settings, case
        Thresholds; level and scale where known.
    anatomy
        The model that proposes outlines; None: they start from taps alone.
    """

    def __init__(self, settings: Settings, case: Case, anatomy: Anatomy | None = None) -> None:
        self._settings, self._case = settings, case
        self._proposer = Proposer(anatomy, settings.models)
        self._subjects: dict[View, Subject] = {}
        self._placing = Placing(settings, case, self._proposer)
        self._matrix: Affine | None = None
        self._view = View.UNKNOWN
        self._field = 1.0
        self._guessed = ViewGuess(View.UNKNOWN, 0.0)
        self._pulse = self._missed = 0
        self._disproved = self._former = View.UNKNOWN
        self._running = False
        self._image: Image | None = None
        self._last: tuple[Image, Fit] | None = None

    @property
    def view(self) -> View:
        """The view of the current or last shot."""
        return self._view

    @property
    def level(self) -> str | None:
        """The target's level, as the case or a person names it."""
        return self._placing.level

    @property
    def outlines(self) -> dict[View, Outline]:
        """The outline of each view that has one, frame pixels of the view's reference."""
        return {view: s.outline for view, s in self._subjects.items() if s.outline is not None}

    @property
    def calibrated(self) -> bool:
        """Whether the scale was given, not estimated from the body's size."""
        return self._case.pixel_spacing_mm is not None

    def begin_shot(self) -> None:
        """Forget where the last shot was: the C-arm may have moved."""
        self._matrix, self._pulse, self._last = None, 0, None
        self._view, self._running = View.UNKNOWN, True
        self._missed, self._disproved, self._former = 0, View.UNKNOWN, View.UNKNOWN
        self._guessed = ViewGuess(View.UNKNOWN, 0.0)
        self._proposer.begin_shot()

    def turn_over(self) -> None:
        """The display's polarity was mistaken until now: turn the references over, and look for the outlines anew."""
        self._matrix, self._last = None, None
        self._proposer.begin_shot()
        for subject in self._subjects.values():
            subject.turn_over()
            if subject.outline is not None and subject.outline.source != "user":
                self._placing.tap(subject, middle(subject.outline))

    def is_negative(self, image: Image) -> bool:
        """Whether the display's polarity was mistaken; to be asked before a shot's first pulse is examined.

        Once a view has an outline the polarity has proved right.
        """
        return self._pulse == 0 and not self.outlines and self._proposer.is_negative(image)

    def examine(self, image: Image, expected: View = View.UNKNOWN) -> Examined:
        """Register and measure one pulse. ``expected``: the view as a person says it, UNKNOWN where nobody did."""
        self._image = image
        new_shot = self._pulse == 0
        self._pulse += 1
        expected = View.UNKNOWN if expected is self._disproved else expected
        self._decide(image, expected)
        if self._view is View.UNKNOWN:
            return Examined(View.UNKNOWN, 0.0, 0.0, None, "view_unknown")
        shot_view = self._view
        subject, image, fit = self._fitted(image, expected)
        if not subject.believes(image, fit):
            return self._lost(fit, expected)
        new_shot |= self._view is not shot_view
        self._follow_field(subject.field_of(image, fit))
        subject.average(image, fit)
        self._placing.watch(subject, image, fit.matrix)
        placed = self._placing.settle(subject, at_once=False)
        if placed is not None:
            image, fit = self._relocated(subject, image)
        self._matrix, self._last, self._missed = fit.matrix, (image, fit), 0
        measured = subject.measure(image, fit, new_shot, self._placing.is_cemented)
        self._placing.notice(self._view, measured.cement_mm2)
        measured = self._with_tip(measured)
        spacing = (self._placing.spacing_mm or 0.0) / measured.motion.scale
        refusal = "no_outline" if measured.outline is None else None
        return Examined(self._view, fit.quality, spacing, measured, refusal, placed)

    def _fitted(self, image: Image, expected: View) -> tuple[Subject, Image, Fit]:
        """The view, begun anew where provisional, or the other where only that fits; the image on its grid; the fit."""
        subject = self._enter(self._view, image)
        suited = subject.suited(image)
        fit = self._located(subject, suited)
        if not subject.believes(suited, fit) and self._is_provisional(subject, image):
            del self._subjects[self._view]
            subject, suited = self._enter(self._view, image), image
            fit = self._located(subject, suited)
        turned = None if subject.believes(suited, fit) or expected is self._view else self._turned(image, fit)
        return (subject, suited, fit) if turned is None else turned

    def _is_provisional(self, subject: Subject, image: Image) -> bool:
        """Whether a view's reference is of this shot but of another field, a part of it, and no outline hangs on it."""
        another = subject.reference_image.layout != image.layout
        return another and subject.outline is None and self._last is not None

    def _located(self, subject: Subject, image: Image) -> Fit:
        if self._matrix is None:
            return subject.locate_zoomed(image, self._field)
        return subject.locate(image, self._matrix, self._field)

    def _follow_field(self, field: float) -> None:
        """Keep the magnification that people chose for the field: it is that of the other view too."""
        if abs(field / self._field - 1) > ZOOMED:
            self._field = field

    def _with_tip(self, measured: Measured) -> Measured:
        """The same with the cannula's tip as the model saw it, once there is cement that hides it."""
        seen, spacing_mm = self._proposer.cannula, self._placing.spacing_mm
        if measured.cannula is None or measured.outline is None or seen is None or spacing_mm is None:
            return measured
        if not self._placing.is_cemented:
            return measured
        now = Cannula(moved_point(measured.motion, seen.tip), moved_point(measured.motion, seen.tail))
        return replace(measured, cannula=with_tip(measured.cannula, now, measured.outline.polygon, spacing_mm))

    def _turned(self, image: Image, fit: Fit) -> tuple[Subject, Image, Fit] | None:
        """The view that a pulse shows for certain, where it doesn't fit the shot's: its start may have gone unseen."""
        found = self._fits(image, {self._view: fit})
        view = self._certain(image, found)
        if view is None or view is self._view:
            return None
        self._view = view
        return self._subjects[view], self._subjects[view].suited(image), found[view]

    def _lost(self, fit: Fit, expected: View) -> Examined:
        """A pulse that doesn't fit; its view may have been mistaken, or be another by now, whatever people said."""
        view = self._view
        self._matrix = None
        self._missed += 1
        mistaken = self._last is None and expected is View.UNKNOWN
        if mistaken or (self._last is not None and self._missed % MISSED_PULSES == 0):
            self._view, self._pulse, self._disproved = View.UNKNOWN, 0, expected
            if not mistaken:
                self._guessed, self._former = ViewGuess(View.UNKNOWN, 0.0), view
        return Examined(view, max(fit.quality, 0.0), 0.0, None, "tracking_lost")

    def tap(self, point: Point) -> Outline | None:
        """Point at the target on the image shown. Its outline follows with the next pulses; on a held image at once."""
        if self._last is None or self._view is View.UNKNOWN:
            return None
        subject = self._subjects[self._view]
        self._placing.tap(subject, subject.to_reference(point, *self._last))
        return None if self._running else self._settle_held()

    def accept(self, view: View) -> Outline | None:
        """Take a person's word that a view's outline is right. Returns it, None where there is none."""
        subject = self._subjects.get(view)
        return None if subject is None else subject.accept()

    def move_corner(self, name: str, point: Point) -> Outline | None:
        """Move a corner of the outline shown; ``point`` in pixels of the frame shown. None: it can't be there."""
        subject = self._subjects.get(self._view)
        if subject is None or self._last is None:
            return None
        moved = self._placing.move_corner(subject, name, subject.to_reference(point, *self._last))
        if moved is not None:
            self._last = self._relocated(subject, self._last[0])
        return moved

    def name_level(self, level: str, point: Point | None) -> bool:
        """Take a person's word for the level of the target, or of the body at ``point`` (pixels of the frame shown).

        False where nothing follows from it.
        """
        return self._placing.name_level(level, self._carried(), point)

    def held(self) -> Measured | None:
        """What is known of the view, carried to the image held; None while the beam is on or the image isn't placed."""
        return None if self._running else self._carried()

    def _carried(self) -> Measured | None:
        subject = self._subjects.get(self._view)
        return None if subject is None or self._last is None else subject.carried(*self._last)

    def end_shot(self) -> Outline | None:
        """Use what the shot gave: a tap in a short shot still gets its outline. Returns it when new."""
        self._running = False
        return self._settle_held()

    def _settle_held(self) -> Outline | None:
        subject = self._subjects.get(self._view)
        placed = None if subject is None else self._placing.settle(subject, at_once=True)
        if subject is not None and placed is not None and self._last is not None:
            self._last = self._relocated(subject, self._last[0])
        return placed

    def say_view(self, view: View) -> None:
        """Take a person's word for the view of the image on screen."""
        if self._image is not None and view is not View.UNKNOWN:
            self._view, self._disproved = view, View.UNKNOWN
            self._last = self._relocated(self._enter(view, self._image), self._image)

    def _relocated(self, subject: Subject, image: Image) -> tuple[Image, Fit]:
        """Register anew: the view's reference, or the grid it is measured on, is another now."""
        suited = subject.suited(image)
        return suited, subject.locate_zoomed(suited, self._field)

    def _decide(self, image: Image, expected: View) -> None:
        """Settle the view of the shot."""
        if expected is not View.UNKNOWN and expected is not self._view:
            self._view, self._matrix = expected, None
        elif self._view is View.UNKNOWN:
            self._view = self._recognised(image)

    def _enter(self, view: View, image: Image) -> Subject:
        if view not in self._subjects:
            settings = self._settings
            self._subjects[view] = Subject(view, image, settings.registration, settings.cement, self._field)
        return self._subjects[view]

    def _recognised(self, image: Image) -> View:
        """The view whose reference the pulse fits; where that leaves doubt, what the picture itself looks like."""
        found = self._fits(image, {})
        certain = self._certain(image, found)
        if certain is not None:
            self._matrix = found[certain].matrix
            return certain
        self._guess(image)
        if self._guessed.probability >= self._settings.view.least_probability:
            return self._guessed.view
        best = max(found, key=lambda v: found[v].quality, default=View.UNKNOWN)
        return best if self._is_good(image, best, found) else self._former

    def _fits(self, image: Image, known: dict[View, Fit]) -> dict[View, Fit]:
        """How a pulse of unknown place fits each view's reference, besides those known already."""
        others = {view: subject for view, subject in self._subjects.items() if view not in known}
        return known | {v: s.locate(s.suited(image), None, self._field) for v, s in others.items()}

    def _certain(self, image: Image, found: dict[View, Fit]) -> View | None:
        """The view that fits well, and better by far than the other does or a view never seen might."""
        best = max(found, key=lambda v: found[v].quality, default=View.UNKNOWN)
        rest = max((fit.quality for view, fit in found.items() if view is not best), default=DOUBTFUL)
        return best if self._is_good(image, best, found) and found[best].quality - rest >= MARGIN else None

    def _is_good(self, image: Image, view: View, found: dict[View, Fit]) -> bool:
        subject = self._subjects.get(view)
        return subject is not None and subject.believes(subject.suited(image), found[view], CERTAIN)

    def _guess(self, image: Image) -> None:
        """Keep the surest that the picture's features and the model have said of the shot's view."""
        for guess in (classify_view(image), self._proposer.view(image)):
            if guess is not None and guess.view is not View.UNKNOWN and guess.probability > self._guessed.probability:
                self._guessed = guess
