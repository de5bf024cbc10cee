"""Measurements to meaning: the one door of this package."""

from collections.abc import Iterable

from monitor.config import Settings
from monitor.domain import (
    Acknowledge,
    Act,
    Case,
    Event,
    Increment,
    Leak,
    MoveCorner,
    NoteVolume,
    Observation,
    ShotEnded,
    ShotStarted,
    Tap,
    View,
    VolumeNoted,
)
from monitor.judgement import rules
from monitor.judgement.alerts import Alerts
from monitor.judgement.conditions import Conditions
from monitor.judgement.distribution import Distribution
from monitor.judgement.increments import Increments, Step
from monitor.judgement.leak_alerts import LeakAlerts
from monitor.judgement.leaks import Leaks
from monitor.judgement.notes import Notes
from monitor.judgement.proximity import Proximity
from monitor.judgement.unseen import Unseen
from monitor.judgement.volume import cement_ml


class Judgement:
    """Folds observations, shots, conditions and what people say into increments, leaks and alerts.

    Every method returns the events it caused, stamped with the time it was given; ids count from 1. Times may not go
    back by more than the end of a shot does. An observation that was refused, or that repeats a pulse, changes nothing.
    """

    def __init__(self, settings: Settings, case: Case) -> None:
        self._settings = settings
        self._alerts = Alerts(settings.alerts)
        self._leaks = Leaks(settings.leaks, settings.spread)
        self._leak_alerts = LeakAlerts(self._alerts, settings.alerts, case.level)
        self._conditions = Conditions(self._alerts, settings.alerts)
        self._proximity = Proximity(settings.proximity, settings.leaks.persistence_pulses)
        self._estimated_ml = 0.0
        self._increments = Increments(settings.increments)
        self._notes = Notes(case)
        self._unseen = Unseen(settings.alerts.unseen_ml)
        self._distribution = Distribution(settings.distribution)
        self._beam_on = False
        self._pulse: tuple[int, int] | None = None
        self._injected_s: float | None = None

    @property
    def distribution(self) -> str | None:
        """Filling pattern in AP views: ``central``, ``unilateral`` or ``diffuse``; None while not seen."""
        return self._distribution.pattern

    def delivered_ml(self, t_s: float) -> tuple[float, str]:
        """Volume delivered up to now and where it comes from: ``noted`` if anyone noted, else ``estimated``."""
        noted = self._notes.ml(t_s)
        return (self._estimated_ml, "estimated") if noted is None else (noted, "noted")

    def shot_started(self, event: ShotStarted) -> tuple[Event, ...]:
        """The beam went on."""
        self._beam_on = True
        return ()

    def shot_ended(self, event: ShotEnded) -> tuple[Event, ...]:
        """The beam went off."""
        self._beam_on = False
        leaks = self._follow(self._leaks.shot_ended(event))
        return (*leaks, *self._increment(self._increments.shot_ended(), event.t_s, event.frame))

    def observe(self, observation: Observation) -> tuple[Event, ...]:
        """Take what was measured on a frame in which the beam was on."""
        pulse, self._pulse = self._pulse, (observation.shot, observation.pulse)
        if pulse == self._pulse or observation.view is View.UNKNOWN:
            return ()
        self._look(observation)
        if observation.refusal is None:
            return self._judge(observation)
        if observation.refusal == "tracking_lost":
            self._leaks.lost(observation.shot)
        return ()

    def condition(self, code: str, raised: bool, t_s: float, frame: int) -> tuple[Event, ...]:
        """A technical condition was raised or cleared."""
        self._conditions.change(code, raised, t_s)
        return self._conditions.tick(self._is_injecting(t_s), t_s, frame)

    def act(self, act: Act, t_s: float, frame: int) -> tuple[Event, ...]:
        """A person did or said something."""
        match act:
            case Acknowledge(alert):
                return self._alerts.acknowledge(alert, t_s, frame)
            case NoteVolume(ml):
                self._notes.add(ml, t_s)
                return (*self._tell_notes(t_s, frame), *self._ask_for_views(t_s, frame))
            case Tap() | MoveCorner():
                self._leaks.outline_changed()
        return ()

    def name_level(self, level: str | None) -> None:
        """A person named the target's level: alerts from now on say it."""
        self._leak_alerts.level = level

    def tick(self, t_s: float, frame: int) -> tuple[Event, ...]:
        """Time passes; call it for every frame, whatever the beam does."""
        noted = self._tell_notes(t_s, frame)
        lasting = self._conditions.tick(self._is_injecting(t_s), t_s, frame)
        return (*noted, *lasting, *self._ask_for_views(t_s, frame), *self._alerts.tick(t_s, frame))

    def _judge(self, observation: Observation) -> tuple[Event, ...]:
        t_s, frame = observation.t_s, observation.frame
        self._distribution.observe(observation)
        view_ml = cement_ml(observation)
        step = self._increments.observe(observation.view, view_ml, observation.cement_mm2, t_s)
        self._estimated_ml = max(self._estimated_ml, self._increments.seen_ml)
        leaks = self._follow(self._leaks.observe(observation))
        return (*leaks, *self._near_walls(observation), *self._increment(step, t_s, frame))

    def _follow(self, leaks: Iterable[Leak]) -> tuple[Event, ...]:
        return tuple(event for leak in leaks for event in (leak, *self._leak_alerts.fold(leak)))

    def _near_walls(self, observation: Observation) -> tuple[Event, ...]:
        """Speak of walls that are near and not breached yet: then the leak speaks."""
        near, off = self._proximity.observe(observation, self._estimated_ml)
        for wall in off:
            self._alerts.gone(rules.near_wall_code(wall), observation.t_s)
        triggers = [near[wall] for wall in near if not self._alerts.is_active(rules.breach_code(wall))]
        return tuple(
            event for trigger in triggers for event in self._alerts.present(trigger, observation.t_s, observation.frame)
        )

    def _increment(self, step: Step | None, t_s: float, frame: int) -> tuple[Event, ...]:
        """Tell an increment, and ask for what follows each."""
        if step is None:
            return ()
        self._injected_s = t_s
        ml, source = self.delivered_ml(t_s)
        told = Increment(
            t_s=t_s,
            frame=frame,
            number=step.number,
            view=step.view,
            area_mm2=step.area_mm2,
            growth_mm2=step.growth_mm2,
            ml=ml,
            ml_source=source,
        )
        return (told, *self._ask_numbness(t_s, frame), *self._ask_for_views(t_s, frame))

    def _tell_notes(self, t_s: float, frame: int) -> tuple[Event, ...]:
        """Tell what was noted, at once: the growth that goes with it may not have been seen yet, or never be."""
        news = tuple(VolumeNoted(t_s=t_s, frame=frame, given_ml=ml, ml=sum_ml) for ml, sum_ml in self._notes.news(t_s))
        self._injected_s = t_s if news else self._injected_s
        return news

    def _ask_numbness(self, t_s: float, frame: int) -> tuple[Event, ...]:
        """Ask after every increment: an answer to the last one doesn't hold for this one."""
        again = self._alerts.is_acknowledged(rules.NUMBNESS)
        events = self._alerts.present(rules.numbness(), t_s, frame, worse=again)
        self._alerts.gone(rules.NUMBNESS, t_s)
        return events

    def _look(self, observation: Observation) -> None:
        self._unseen.look(observation.view, self.delivered_ml(observation.t_s)[0])
        self._alerts.gone(rules.view_not_seen_code(observation.view), observation.t_s)

    def _ask_for_views(self, t_s: float, frame: int) -> tuple[Event, ...]:
        due = self._unseen.due(self.delivered_ml(t_s)[0])
        return tuple(
            event
            for view, ml in due.items()
            for event in self._alerts.present(rules.view_not_seen(view, ml), t_s, frame)
        )

    def _is_injecting(self, t_s: float) -> bool:
        recent = self._injected_s is not None and t_s - self._injected_s <= self._settings.alerts.injecting_s
        return recent or (self._beam_on and self._estimated_ml >= self._settings.increments.step_ml)
