"""Leaks to alerts: one per cause however many pieces or views show it, louder when it grows or turns venous."""

from monitor.config import AlertSettings
from monitor.domain import Alert, Leak, View
from monitor.judgement import rules
from monitor.judgement.alerts import Alerts


class LeakAlerts:
    """A fold over leak events; ``level`` is what the alerts call the target, None: nothing.

    Sizes are compared within one view only: a second look from the other side shows the same leak larger or smaller,
    and is no growth.
    """

    def __init__(self, alerts: Alerts, settings: AlertSettings, level: str | None) -> None:
        self._alerts = alerts
        self._settings = settings
        self.level = level
        self._leaks: dict[str, Leak] = {}
        self._spoke_mm2: dict[tuple[str, View], float] = {}

    def fold(self, leak: Leak) -> tuple[Alert, ...]:
        """Take the next leak event."""
        before = self._leaks.pop(leak.leak, None)
        if leak.phase != "gone":
            self._leaks[leak.leak] = leak
        code = rules.leak_code(leak.zone, leak.venous)
        if before is not None:
            self._let_go(rules.leak_code(before.zone, before.venous), code, leak)
        return () if leak.phase == "gone" else self._speak(code, leak)

    def _let_go(self, old: str, new: str, leak: Leak) -> None:
        """Turn or end the alert of the cause that this leak was the last of."""
        if any(rules.leak_code(other.zone, other.venous) == old for other in self._leaks.values()):
            return
        if old != new:
            self._alerts.turn(old, new)
        self._alerts.gone(old, leak.t_s)

    def _speak(self, code: str, leak: Leak) -> tuple[Alert, ...]:
        size = self._size_mm2(code, leak.view)
        if not self._alerts.is_active(code):
            self._spoke_mm2 = {key: mm2 for key, mm2 in self._spoke_mm2.items() if key[0] != code}
        spoke = self._spoke_mm2.setdefault((code, leak.view), size)
        s = self._settings
        worse = size - spoke >= max(s.escalate_mm2, s.escalate_fraction * spoke)
        if worse:
            self._spoke_mm2[code, leak.view] = size
        trigger = rules.leak(leak.zone, leak.venous, self.level, size if worse else None)
        return self._alerts.present(trigger, leak.t_s, leak.frame, worse=worse)

    def _size_mm2(self, code: str, view: View) -> float:
        same = (leak for leak in self._leaks.values() if leak.view is view)
        return sum(leak.area_mm2 for leak in same if rules.leak_code(leak.zone, leak.venous) == code)
