"""All views of the target: which view a shot is, what each view's reference shows, and what a tap means."""

from dataclasses import dataclass, replace

from monitor.config import Settings
from monitor.domain import Case, Image, Outline, Point, View
from monitor.imaging.outline import find_outline
from monitor.imaging.outline_scale import body_scale
from monitor.imaging.registration import Affine, Fit
from monitor.imaging.subject import Measured, Subject
from monitor.imaging.view import classify_view

CERTAIN = 0.45
"""Correlation with a view's reference above which the shot shows that view; other views give half of it."""
MARGIN = 0.12
DOUBTFUL = 0.45
"""What a view never seen so far is taken to reach, while there is no reference to compare with."""
SETTLED_PULSES = 4
"""Pulses averaged before an outline is looked for; fewer leave too much noise on osteoporotic bone."""


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What one pulse gave: its view, the measurements where there are any, else why there are none."""

    view: View
    quality: float
    spacing_mm: float
    measured: Measured | None
    refusal: str | None
    placed: Outline | None = None


@dataclass(frozen=True, slots=True)
class _Tapped:
    """A tap in the reference's frame pixels, and the pulses to average before its outline is looked for."""

    point: Point
    pulses: int


class Study:
    """The target seen in up to two views.

    Parameters
    ----------
    settings, case
        Thresholds; level and scale where known.
    """

    def __init__(self, settings: Settings, case: Case) -> None:
        self._settings, self._case = settings, case
        self._subjects: dict[View, Subject] = {}
        self._taps: dict[View, _Tapped] = {}
        self._spacing_mm = case.pixel_spacing_mm
        self._matrix: Affine | None = None
        self._view = View.UNKNOWN
        self._pulse = 0
        self._cemented_pulses = 0
        self._image: Image | None = None
        self._last: tuple[Image, Fit] | None = None

    @property
    def view(self) -> View:
        """The view of the current or last shot."""
        return self._view

    @property
    def calibrated(self) -> bool:
        """Whether the scale was given, not estimated from the body's size."""
        return self._case.pixel_spacing_mm is not None

    def begin_shot(self) -> None:
        """Forget where the last shot was: the C-arm may have moved."""
        self._matrix, self._pulse, self._last = None, 0, None
        self._view = View.UNKNOWN

    def examine(self, image: Image, expected: View = View.UNKNOWN) -> Examined:
        """Register and measure one pulse. ``expected``: the view as a person says it, UNKNOWN where nobody did."""
        self._image = image
        new_shot = self._pulse == 0
        self._pulse += 1
        self._decide(image, expected)
        if self._view is View.UNKNOWN:
            return Examined(View.UNKNOWN, 0.0, 0.0, None, "view_unknown")
        subject = self._enter(self._view, image)
        image = subject.suited(image)
        fit = subject.locate(image, self._matrix)
        if fit.quality < self._settings.registration.least_quality:
            return self._lost(fit, expected)
        subject.average(image, fit)
        placed = self._settle(subject)
        if placed is not None:
            image, fit = self._relocated(subject, image)
        self._matrix, self._last = fit.matrix, (image, fit)
        measured = subject.measure(image, fit, new_shot, self._cemented_pulses >= 2)
        self._notice(measured)
        spacing = (self._spacing_mm or 0.0) / measured.motion.scale
        refusal = "no_outline" if measured.outline is None else None
        return Examined(self._view, fit.quality, spacing, measured, refusal, placed)

    def _lost(self, fit: Fit, expected: View) -> Examined:
        """A pulse that doesn't fit; in a shot that never did, its view may have been mistaken too."""
        view, never = self._view, self._last is None
        self._matrix = None
        if never and expected is View.UNKNOWN:
            self._view, self._pulse = View.UNKNOWN, 0
        return Examined(view, max(fit.quality, 0.0), 0.0, None, "tracking_lost")

    def tap(self, point: Point) -> None:
        """Point at the target on the image shown; the outline follows with the next pulses."""
        if self._last is None or self._view is View.UNKNOWN:
            return
        image, fit = self._last
        self._taps[self._view] = _Tapped(self._subjects[self._view].to_reference(point, image, fit), SETTLED_PULSES)

    def end_shot(self) -> Outline | None:
        """Use what the shot gave: a tap in a short shot still gets its outline. Returns it when new."""
        subject = self._subjects.get(self._view)
        placed = None if subject is None else self._settle(subject, at_once=True)
        if subject is not None and placed is not None and self._last is not None:
            self._last = self._relocated(subject, self._last[0])
        return placed

    def say_view(self, view: View) -> None:
        """Take a person's word for the view of the image on screen."""
        if self._image is not None and view is not View.UNKNOWN:
            self._view = view
            self._last = self._relocated(self._enter(view, self._image), self._image)

    def _relocated(self, subject: Subject, image: Image) -> tuple[Image, Fit]:
        """Register anew: the view's reference, or the grid it is measured on, is another now."""
        suited = subject.suited(image)
        return suited, subject.locate(suited, None)

    def _decide(self, image: Image, expected: View) -> None:
        """Settle the view of the shot."""
        if expected is not View.UNKNOWN and expected is not self._view:
            self._view, self._matrix = expected, None
        elif self._view is View.UNKNOWN:
            self._view = self._recognised(image)

    def _enter(self, view: View, image: Image) -> Subject:
        if view not in self._subjects:
            self._subjects[view] = Subject(view, image, self._settings.registration, self._settings.cement)
        return self._subjects[view]

    def _recognised(self, image: Image) -> View:
        """The view whose reference the pulse fits; where that leaves doubt, what the picture itself looks like."""
        found = {view: subject.locate(subject.suited(image), None) for view, subject in self._subjects.items()}
        fits = {view: fit.quality for view, fit in found.items()}
        best = max(fits, key=lambda v: fits[v], default=View.UNKNOWN)
        rest = max((q for v, q in fits.items() if v is not best), default=DOUBTFUL)
        if best is not View.UNKNOWN and fits[best] >= CERTAIN and fits[best] - rest >= MARGIN:
            self._matrix = found[best].matrix
            return best
        guess = classify_view(image)
        if guess.probability >= self._settings.view.least_probability:
            return guess.view
        return best if fits.get(best, 0.0) >= CERTAIN else View.UNKNOWN

    def _settle(self, subject: Subject, at_once: bool = False) -> Outline | None:
        """Look for the outline at a tap once the reference is clear enough; look again when it has become clearer."""
        tap = self._taps.get(subject.view)
        if tap is None or (subject.pulses_averaged < tap.pulses and not at_once):
            return None
        outline = find_outline(subject.reference_image, tap.point, subject.view, self._spacing_mm)
        if outline is None:
            self._taps[subject.view] = replace(tap, pulses=2 * max(tap.pulses, subject.pulses_averaged))
            return None
        del self._taps[subject.view]
        if self._spacing_mm is None:
            self._spacing_mm = body_scale(outline, subject.view, self._case.level)
        subject.place(outline, self._spacing_mm)
        self._cemented_pulses = 0
        return outline

    def _notice(self, measured: Measured) -> None:
        if measured.cement_mm2 >= self._settings.cement.least_bolus_mm2:
            self._cemented_pulses += 1
