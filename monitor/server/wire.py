"""What the page is told, as JSON: the session, the folded state, the drawing over a picture."""

from dataclasses import asdict, dataclass
from typing import Any

from monitor.case.state import ActiveAlert, CaseState
from monitor.domain import Event, Observation, Outline, Priority, Technical, point_json, points_json
from monitor.judgement import rules

HISTORY_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Session:
    """What is being shown.

    Attributes
    ----------
    title
        Of the case.
    recording
        True where the pictures are a recording, not the patient.
    rate
        Seconds of the case's clock per second of real time while frames come; 0 once they don't any more.
    ended
        No more frames will come.
    fault
        Why the analysis stopped before its time, for a person to read.
    """

    title: str
    recording: bool
    rate: float = 1.0
    ended: bool = False
    fault: str | None = None


def page_json(session: Session, state: CaseState, stale_s: float) -> dict[str, Any]:
    """Everything the page shows, except the picture."""
    return {
        "session": asdict(session),
        "stale_s": stale_s,
        "beam": state.beam.value,
        "shots": state.shots,
        "beam_s": round(state.beam_s, 3),
        "shot_since_s": state.shot_since_s,
        "held_since_s": state.held_since_s,
        "view": state.view.value,
        "level": state.level,
        "increments": len(state.increments),
        "ml": round(state.ml, 2),
        "ml_source": state.ml_source,
        "alerts": [_alert_json(active) for active in _by_urgency(state.alerts)],
        "leaks": [leak.to_json() for leak in state.leaks],
        "technical": [_condition_json(condition) for condition in state.technical],
        "outlines": {outline.view.value: outline.source for outline in state.outlines},
        "history": [_history_json(event) for event in state.history[-HISTORY_SHOWN:]],
    }


def delta(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """The top-level keys of ``after`` whose values differ from ``before``; both have the same keys."""
    return {key: value for key, value in after.items() if key not in before or before[key] != value}


def overlay_json(shown: Observation | None) -> dict[str, Any] | None:
    """What to draw over a picture, in frame pixels."""
    if shown is None:
        return None
    cannula = shown.cannula
    return {
        "frame": shown.frame,
        "refusal": shown.refusal,
        "outline": None if shown.outline is None else _outline_json(shown.outline),
        "neighbours": [{"steps": n.steps, "polygon": points_json(n.polygon)} for n in shown.neighbours],
        "pedicles": [point_json(point) for point in shown.pedicles],
        "cement": [points_json(polygon) for polygon in shown.cement],
        "outside": [{"zone": piece.zone.value, "polygon": points_json(piece.polygon)} for piece in shown.outside],
        "cannula": None if cannula is None else [point_json(cannula.tip), point_json(cannula.tail)],
    }


def _outline_json(outline: Outline) -> dict[str, Any]:
    return {
        "polygon": points_json(outline.polygon),
        "corners": {name: point_json(point) for name, point in outline.corners.items()},
        "source": outline.source,
        "confidence": round(outline.confidence, 2),
    }


def _by_urgency(alerts: tuple[ActiveAlert, ...]) -> list[ActiveAlert]:
    rank = list(Priority)
    return sorted(alerts, key=lambda a: (rank.index(a.event.priority), a.acknowledged, -a.since_s))


def _alert_json(active: ActiveAlert) -> dict[str, Any]:
    event = active.event
    return {
        "alert": event.alert,
        "priority": event.priority.value,
        "code": event.code,
        "text": event.text,
        "action": event.action,
        "pause_s": event.pause_s,
        "since_s": active.since_s,
        "acknowledged": active.acknowledged,
    }


def _condition_json(condition: Technical) -> dict[str, Any]:
    words = rules.technical(condition.code, injecting=False)
    return {"code": condition.code, "text": words.text, "action": words.action}


def _history_json(event: Event) -> dict[str, Any]:
    line = event.to_json()
    if isinstance(event, Technical):
        line |= _condition_json(event)
    return {key: value for key, value in line.items() if key not in {"polygon", "corners"}}
