"""Technical conditions to alerts: what the monitor can't see, told when it lasts."""

from dataclasses import dataclass

from monitor.config import AlertSettings
from monitor.domain import Alert
from monitor.judgement import rules
from monitor.judgement.alerts import Alerts


@dataclass(slots=True)
class _Condition:
    """``lasted_s`` fills while the condition is raised and empties while it isn't, so flapping adds up by its share."""

    raised: bool
    since_s: float
    lasted_s: float = 0.0

    def advance(self, t_s: float, full_s: float) -> None:
        passed = t_s - self.since_s
        self.lasted_s = min(max(self.lasted_s + (passed if self.raised else -passed), 0.0), full_s)
        self.since_s = t_s


class Conditions:
    """Alarms a condition that has been raised for ``technical_s``; it is over when it has been away as long."""

    def __init__(self, alerts: Alerts, settings: AlertSettings) -> None:
        self._alerts = alerts
        self._full_s = settings.technical_s
        self._conditions: dict[str, _Condition] = {}

    def change(self, code: str, raised: bool, t_s: float) -> None:
        """Take that a condition is raised or cleared at ``t_s``."""
        condition = self._conditions.setdefault(code, _Condition(raised, t_s))
        condition.advance(t_s, self._full_s)
        condition.raised = raised

    def tick(self, injecting: bool, t_s: float, frame: int) -> tuple[Alert, ...]:
        """Let time pass; ``injecting`` decides the priority."""
        events: list[Alert] = []
        for code, condition in self._conditions.items():
            condition.advance(t_s, self._full_s)
            if condition.raised and condition.lasted_s >= self._full_s:
                events += self._alerts.present(rules.technical(code, injecting), t_s, frame)
            elif not condition.raised and condition.lasted_s == 0:
                self._alerts.gone(rules.technical_code(code), t_s)
        return tuple(events)
