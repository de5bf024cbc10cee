"""The alert machine: latched until acknowledged, one alert per cause, louder only when it gets worse.

::

              present                    acknowledge
    (none) ------------> raised ------------------------> acknowledged ----> cleared
                           ^  |  worse: escalated             |   cause gone for clear_s
                           |  v                               |
                           raised <---------------------------+ worse: escalated
"""

from dataclasses import dataclass

from monitor.config import AlertSettings
from monitor.domain import Alert, Priority
from monitor.judgement.rules import Trigger

_RANK = {Priority.LOW: 0, Priority.MEDIUM: 1, Priority.HIGH: 2}


@dataclass(slots=True)
class _Active:
    alert: str
    trigger: Trigger
    acknowledged: bool = False
    gone_since_s: float | None = None


class Alerts:
    """Holds the active alerts by cause (the trigger's code). Every method returns the alert events it caused."""

    def __init__(self, settings: AlertSettings) -> None:
        self._clear_s = settings.clear_s
        self._active: dict[str, _Active] = {}
        self._number = 0

    def is_active(self, code: str) -> bool:
        """Whether an alert of this cause is raised and not cleared."""
        return code in self._active

    def is_acknowledged(self, code: str) -> bool:
        """Whether an alert of this cause is active and a person has taken note of it."""
        return code in self._active and self._active[code].acknowledged

    def present(self, trigger: Trigger, t_s: float, frame: int, *, worse: bool = False) -> tuple[Alert, ...]:
        """Say that the cause is there. Raises, or escalates when ``worse`` or of higher priority; else silent."""
        active = self._active.get(trigger.code)
        if active is None:
            self._number += 1
            active = self._active[trigger.code] = _Active(f"alert-{self._number}", trigger)
            return (_event(active, "raised", t_s, frame),)
        active.gone_since_s = None
        louder = _RANK[trigger.priority] - _RANK[active.trigger.priority]
        if louder < 0 or (louder == 0 and not worse):
            return ()
        active.trigger, active.acknowledged = trigger, False
        return (_event(active, "escalated", t_s, frame),)

    def gone(self, code: str, t_s: float) -> None:
        """Say that the cause is no longer there. The alert stays until it is acknowledged."""
        active = self._active.get(code)
        if active is not None and active.gone_since_s is None:
            active.gone_since_s = t_s

    def turn(self, code: str, into: str) -> None:
        """Let the alert of one cause go on as that of another, unless that has one already."""
        if code in self._active and into not in self._active:
            self._active[into] = self._active.pop(code)

    def acknowledge(self, alert: str, t_s: float, frame: int) -> tuple[Alert, ...]:
        """A person has taken note. An id that is not active, or acknowledged already, changes nothing."""
        for active in self._active.values():
            if active.alert == alert and not active.acknowledged:
                active.acknowledged = True
                return (_event(active, "acknowledged", t_s, frame),)
        return ()

    def tick(self, t_s: float, frame: int) -> tuple[Alert, ...]:
        """Clear what is acknowledged and whose cause has been gone for long enough."""
        over = [code for code, active in self._active.items() if self._is_over(active, t_s)]
        return tuple(_event(self._active.pop(code), "cleared", t_s, frame) for code in over)

    def _is_over(self, active: _Active, t_s: float) -> bool:
        return active.acknowledged and active.gone_since_s is not None and t_s - active.gone_since_s >= self._clear_s


def _event(active: _Active, state: str, t_s: float, frame: int) -> Alert:
    trigger = active.trigger
    return Alert(
        t_s=t_s,
        frame=frame,
        alert=active.alert,
        state=state,
        priority=trigger.priority,
        code=trigger.code,
        text=trigger.text,
        action=trigger.action,
        pause_s=trigger.pause_s,
    )
