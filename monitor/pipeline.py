"""The one place that wires a source to the imaging and the judgement: deliveries in, steps out.

A function of the frames, what people said, the settings and the model: no clock, no randomness. ``clock`` only fills
``ms``.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.config import Settings
from monitor.domain import (
    AcceptOutline,
    Act,
    Beam,
    Case,
    Delivery,
    Event,
    Fault,
    Frame,
    Image,
    MoveCorner,
    NameLevel,
    Observation,
    Outline,
    OutlineFound,
    Point,
    SayView,
    ShotEnded,
    ShotStarted,
    Step,
    Tap,
    Technical,
    View,
)
from monitor.imaging.beam import BeamDetector, BeamReading, Moment
from monitor.imaging.proposer import Anatomy
from monitor.imaging.screen import Blank, Screen, ScreenReader, to_image
from monitor.imaging.study import Examined, Study
from monitor.imaging.tearing import is_torn
from monitor.judgement import Judgement

RECENT_FRAMES = 128
"""Frames remembered from before a shot is certain: a few pulses at 3 a second, captured at up to 60 frames/s."""


class Monitor:
    """Analyses one case.

    Parameters
    ----------
    settings, case
        Thresholds; what was known before the first frame.
    anatomy
        The model that proposes outlines; None: they start from taps alone.
    clock
        Seconds; measures the time spent on a frame, nothing else depends on it.
    """

    def __init__(
        self,
        settings: Settings,
        case: Case,
        anatomy: Anatomy | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._anatomy, self._clock = anatomy, clock
        self._reader, self._detector = ScreenReader(settings.screen), BeamDetector(settings.beam)
        self._study, self._judgement = Study(settings, case, anatomy), Judgement(settings, case)
        self._targets = dict(case.targets)
        self._conditions: set[str] = set()
        self._refused_since: tuple[str, float] | None = None
        self._repeats: list[Observation] = []
        self._latest: Observation | None = None
        self._shot, self._shot_view = 0, View.UNKNOWN
        self._said: View = View.UNKNOWN
        self._now: tuple[float, int] = (0.0, 0)
        self._began, self._announced, self._torn = Moment(0.0, 0), True, False
        self._recent: deque[Moment] = deque(maxlen=RECENT_FRAMES)
        self._inverted: bool | None = None
        self.timings: dict[str, float] = {}

    @property
    def distribution(self) -> str | None:
        """The cement's filling pattern in AP views: ``central``, ``unilateral``, ``diffuse``; None while not seen."""
        return self._judgement.distribution

    def feed(self, delivery: Delivery, acts: Sequence[Act] = ()) -> Step:
        """Take in one frame or fault, with what people said since the last."""
        self._now = (delivery.t_s, delivery.index)
        events = [event for act in acts for event in self._act(act)]
        if isinstance(delivery, Fault):
            return Step(None, Beam.NO_SIGNAL, self._shot_view, self._latest, (), (*events, *self._fault(delivery)))
        return self._frame(delivery, events)

    def finish(self) -> Step:
        """Close what is open when the recording ends."""
        ended = self._detector.finish()
        observations, events = ([], []) if ended is None else self._ended(ended)
        events += self._condition("target_unused", bool(self._targets))
        return Step(None, Beam.HOLD, self._shot_view, self._latest, tuple(observations), tuple(events))

    def _frame(self, frame: Frame, events: list[Event]) -> Step:
        began = self._clock()
        self._recent.append(Moment(frame.t_s, frame.index))
        screen = self._reader.update(frame)
        if not isinstance(screen, Blank):
            self._follow_polarity(screen.inverted)
        read = self._clock()
        reading = self._detector.update(frame, screen)
        self.timings = {"screen": read - began, "beam": self._clock() - read, "target": 0.0}
        events += [*self._condition("corrupt", False), *self._signal(reading, screen)]
        parts = []
        if reading.ended is not None and not frame.still:
            parts.append(self._ended(reading.ended))
        if reading.state is Beam.ON:
            parts.append(self._live(frame, screen, reading, began))
        if reading.ended is not None and frame.still:
            parts.append(self._ended(reading.ended))
        observations = tuple(o for settled, _ in parts for o in settled)
        events += [event for _, told in parts for event in told]
        events += self._judgement.tick(*self._now)
        field = None if isinstance(screen, Blank) else screen.edges
        return Step(frame, reading.state, self._shot_view, self._latest, observations, tuple(events), field)

    def _follow_polarity(self, inverted: bool) -> None:
        """Turn over what was learnt when the display's polarity proves to be the other one."""
        if self._inverted not in (None, inverted):
            self._study.turn_over()
        self._inverted = inverted

    def _live(
        self, frame: Frame, screen: Screen | Blank, reading: BeamReading, began: float
    ) -> tuple[list[Observation], list[Event]]:
        if reading.started is not None:
            self._study.begin_shot()
            self._shot, self._began, self._said, self._latest = reading.shot, reading.started, View.UNKNOWN, None
            self._announced = False
        image = None if isinstance(screen, Blank) or not self._is_due(reading) else self._image(frame, screen)
        self._torn = image is not None and is_torn(image)
        if image is None or self._torn:
            self._repeats += self._again(frame, began)
            return [], []
        return self._pulse(frame, image, reading, began)

    def _image(self, frame: Frame, screen: Screen) -> Image:
        """The image on the screen; turned over for good where only so it shows a spine."""
        image = to_image(frame, screen)
        if not self._study.is_negative(image):
            return image
        turned = self._reader.turn_over(screen)
        self._follow_polarity(turned.inverted)
        return to_image(frame, turned)

    def _is_due(self, reading: BeamReading) -> bool:
        """A new pulse, or one that could not be looked at on the frame before."""
        return reading.fresh or self._latest is None or self._torn

    def _again(self, frame: Frame, began: float) -> list[Observation]:
        """The last pulse, shown once more."""
        if self._latest is None:
            return []
        return [replace(self._latest, t_s=frame.t_s, frame=frame.index, ms=self._spent(began))]

    def _pulse(
        self, frame: Frame, image: Image, reading: BeamReading, began: float
    ) -> tuple[list[Observation], list[Event]]:
        """A pulse not seen before: measure it, judge it."""
        settled, self._repeats = self._repeats, []
        start = self._clock()
        examined = self._study.examine(image, self._expected(frame))
        self.timings["target"] = self._clock() - start
        self._shot_view = examined.view
        events: list[Event] = []
        self._latest = self._observed(frame, reading, examined, began)
        if not self._announced:
            self._announced = True
            started = ShotStarted(t_s=self._began.t_s, frame=self._began.frame, shot=self._shot, view=examined.view)
            events += [started, *self._judgement.shot_started(started)]
            settled = [replace(self._latest, t_s=m.t_s, frame=m.frame) for m in self._since(self._began, frame)]
        self._take_due_tap(frame)
        events += [*self._outline(examined.placed), *self._refusal(examined.refusal)]
        events += self._judgement.observe(self._latest)
        return [*settled, self._latest], events

    def _since(self, start: Moment, frame: Frame) -> list[Moment]:
        """Frames of the shot before it was known to be one: they show its first pulses."""
        return [m for m in self._recent if start.frame <= m.frame < frame.index]

    def _expected(self, frame: Frame) -> View:
        """What people said of this shot's view, in so many words or by a tap that is due in this shot."""
        for view, target in self._targets.items():
            if self._began.frame <= target.frame <= frame.index:
                return view
        return self._said

    def _take_due_tap(self, frame: Frame) -> None:
        """Tap where case.yaml says a user did, once its frame has come."""
        target = self._targets.get(self._shot_view)
        if target is not None and frame.index >= target.frame:
            self._said = self._shot_view
            del self._targets[self._shot_view]
            self._study.tap(target.point)

    def _observed(self, frame: Frame, reading: BeamReading, examined: Examined, began: float) -> Observation:
        base = Observation(
            t_s=frame.t_s,
            frame=frame.index,
            shot=self._shot,
            view=examined.view,
            pulse=reading.pulse,
            quality=max(examined.quality, 0.0),
            refusal=examined.refusal,
            spacing_mm=examined.spacing_mm,
            ms=self._spent(began),
        )
        found = examined.measured
        if found is None:
            return base
        return replace(
            base,
            outline=found.outline,
            cement=found.cement,
            outside=found.outside,
            cement_mm2=found.cement_mm2,
            gaps_mm=found.gaps_mm or {},
            depth_mm=found.depth_mm,
            neighbours=found.around.neighbours,
            pedicles=found.around.pedicles,
            cannula=found.cannula,
            motion=found.motion,
        )

    def _ended(self, ended: Moment) -> tuple[list[Observation], list[Event]]:
        """Close a shot: repeats shown while the beam was still on become final, later ones showed a held image."""
        settled = [o for o in self._repeats if o.t_s <= ended.t_s]
        self._repeats = []
        event = ShotEnded(
            t_s=ended.t_s,
            frame=ended.frame,
            shot=self._shot,
            view=self._shot_view,
            beam_s=ended.t_s - self._began.t_s,
        )
        placed = self._outline(self._study.end_shot())
        self._redraw()
        return settled, [event, *placed, *self._judgement.shot_ended(event)]

    def _signal(self, reading: BeamReading, screen: Screen | Blank) -> list[Event]:
        """Frames come again, or they show nothing that is fluoroscopy: say why."""
        why = screen.reason if isinstance(screen, Blank) and reading.state is Beam.NO_SIGNAL else None
        events = self._condition("no_signal", False)
        for code in ("no_image", "not_fluoroscopy"):
            events += self._condition(code, code == why)
        return events

    def _outline(self, outline: Outline | None) -> list[Event]:
        """Tell of an outline that is new in the view shown."""
        if outline is None:
            return []
        conditions = {"no_outline": False, "uncalibrated": not self._study.calibrated}
        changed = [event for code, present in conditions.items() for event in self._condition(code, present)]
        return [self._found(self._shot_view, outline), *changed]

    def _found(self, view: View, outline: Outline) -> OutlineFound:
        t_s, frame = self._now
        found = OutlineFound(
            t_s=t_s,
            frame=frame,
            view=view,
            level=self._study.level,
            source=outline.source,
            polygon=outline.polygon,
            corners=outline.corners,
        )
        if outline.source != "auto" or self._anatomy is None:
            return found
        return replace(found, confidence=outline.confidence, model=f"{self._anatomy.name} {self._anatomy.sha256[:12]}")

    def _refusal(self, refusal: str | None) -> list[Event]:
        events: list[Event] = []
        for code in ("view_unknown", "no_outline", "tracking_lost"):
            events += self._condition(code, code == refusal)
        return events

    def _fault(self, fault: Fault) -> list[Event]:
        if fault.code == "recovered":
            return self._condition("no_signal", False)
        return self._condition(fault.code, True)

    def _condition(self, code: str, present: bool) -> list[Event]:
        """Raise or clear a technical condition; said once."""
        if present == (code in self._conditions):
            return []
        self._conditions ^= {code}
        t_s, frame = self._now
        state = "raised" if present else "cleared"
        event = Technical(t_s=t_s, frame=frame, code=code, state=state)
        return [event, *self._judgement.condition(code, present, t_s, frame)]

    def _act(self, act: Act) -> list[Event]:
        """Do what a person said. What was judged before it stays judged; a held image shows the change at once."""
        events: list[Event] = []
        match act:
            case Tap(point):
                events += self._outline(self._study.tap(point))
            case SayView(view):
                self._said = view
                self._study.say_view(view)
            case AcceptOutline(view):
                accepted = self._study.accept(view)
                events += [] if accepted is None else [self._found(view, accepted)]
            case MoveCorner(name, point):
                events += self._outline(self._study.move_corner(name, point))
            case NameLevel(level, point):
                events += self._level(level, point)
            case _:
                pass
        self._redraw()
        return [*events, *self._judgement.act(act, *self._now)]

    def _level(self, level: str, point: Point | None) -> list[Event]:
        """Take a level for the target; the outlines are told again with it."""
        if not self._study.name_level(level, point):
            return []
        self._judgement.name_level(self._study.level)
        return [self._found(view, outline) for view, outline in self._study.outlines.items()]

    def _redraw(self) -> None:
        """Draw over the held image what is known now; while the beam is on the next pulse does."""
        shown = self._study.held()
        if self._latest is not None and shown is not None:
            self._shot_view = self._study.view
            around, refusal = shown.around, self._latest.refusal
            self._latest = replace(
                self._latest,
                outline=shown.outline,
                neighbours=around.neighbours,
                pedicles=around.pedicles,
                refusal=None if refusal == "no_outline" and shown.outline is not None else refusal,
            )

    def _spent(self, began: float) -> float:
        return (self._clock() - began) * 1e3
