"""The state of a case, folded from its events: everything a person is shown comes from here."""

from dataclasses import dataclass, replace

from monitor.domain import (
    Alert,
    Beam,
    Event,
    Increment,
    Leak,
    OutlineFound,
    ShotEnded,
    ShotStarted,
    Technical,
    View,
    VolumeNoted,
)


@dataclass(frozen=True, slots=True)
class ActiveAlert:
    """An alert whose cause is still there.

    Attributes
    ----------
    event
        The newest event of this alert: its priority and words.
    since_s
        When it was raised, or escalated for the last time: a pause counts from here.
    acknowledged
        A person has seen it in its present gravity; escalation takes that back.
    """

    event: Alert
    since_s: float
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class CaseState:
    """What is known of a case after some of its events.

    Attributes
    ----------
    t_s
        Time of the newest event, seconds from the first frame.
    shots
        Shots so far, the running one included.
    beam_s
        Beam time of the shots that have ended.
    shot_since_s, held_since_s
        When the running shot began (None: the beam is off); when the last one ended (None: there was none).
    view
        Of the running or the last shot.
    increments
        All injection steps, in order.
    ml, ml_source
        Volume delivered so far, as the newest increment or note tells it; ``ml_source`` is None before the first.
    alerts
        Active alerts in the order in which they were raised.
    leaks
        The newest event of every leak, in order of onset; ``gone`` ones too.
    technical
        Conditions that hold now.
    outlines
        The newest outline of each view.
    history
        Every event.
    """

    t_s: float = 0.0
    shots: int = 0
    beam_s: float = 0.0
    shot_since_s: float | None = None
    held_since_s: float | None = None
    view: View = View.UNKNOWN
    increments: tuple[Increment, ...] = ()
    ml: float = 0.0
    ml_source: str | None = None
    alerts: tuple[ActiveAlert, ...] = ()
    leaks: tuple[Leak, ...] = ()
    technical: tuple[Technical, ...] = ()
    outlines: tuple[OutlineFound, ...] = ()
    history: tuple[Event, ...] = ()

    @property
    def beam(self) -> Beam:
        """What the beam is doing."""
        if any(condition.code == "no_signal" for condition in self.technical):
            return Beam.NO_SIGNAL
        return Beam.HOLD if self.shot_since_s is None else Beam.ON

    @property
    def level(self) -> str | None:
        """Vertebral level, as the newest outline names it."""
        return next((outline.level for outline in reversed(self.outlines) if outline.level), None)


def fold(state: CaseState, event: Event) -> CaseState:
    """The state after one more event. Pure; events of an unknown kind only enter the history."""
    state = replace(state, t_s=max(state.t_s, event.t_s), history=(*state.history, event))
    match event:
        case ShotStarted():
            shots = max(state.shots, event.shot)
            return replace(state, shots=shots, shot_since_s=event.t_s, view=event.view)
        case ShotEnded():
            shots, beam_s = max(state.shots, event.shot), state.beam_s + event.beam_s
            state = replace(state, shots=shots, beam_s=beam_s, view=event.view)
            return replace(state, shot_since_s=None, held_since_s=event.t_s)
        case OutlineFound():
            others = (outline for outline in state.outlines if outline.view is not event.view)
            return replace(state, outlines=(*others, event))
        case Increment():
            increments = (*state.increments, event)
            return replace(state, increments=increments, ml=event.ml, ml_source=event.ml_source)
        case VolumeNoted():
            return replace(state, ml=event.ml, ml_source="noted")
        case Leak():
            return replace(state, leaks=_put(state.leaks, event))
        case Alert():
            return replace(state, alerts=_with_alert(state.alerts, event))
        case Technical():
            others_hold = tuple(condition for condition in state.technical if condition.code != event.code)
            return replace(state, technical=others_hold if event.state == "cleared" else (*others_hold, event))
    return state


def _put(leaks: tuple[Leak, ...], event: Leak) -> tuple[Leak, ...]:
    if all(leak.leak != event.leak for leak in leaks):
        return (*leaks, event)
    return tuple(event if leak.leak == event.leak else leak for leak in leaks)


def _with_alert(alerts: tuple[ActiveAlert, ...], event: Alert) -> tuple[ActiveAlert, ...]:
    known = next((active for active in alerts if active.event.alert == event.alert), None)
    if event.state == "cleared":
        return tuple(active for active in alerts if active is not known)
    acknowledged = event.state == "acknowledged"
    since_s = known.since_s if known is not None and acknowledged else event.t_s
    active = ActiveAlert(event, since_s, acknowledged)
    return (*alerts, active) if known is None else tuple(active if other is known else other for other in alerts)
