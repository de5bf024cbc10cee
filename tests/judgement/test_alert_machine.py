"""The alert machine under any order of causes coming, going, worsening and acknowledgements."""

from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from monitor.config import AlertSettings
from monitor.domain import Alert, Priority
from monitor.judgement.alerts import Alerts
from monitor.judgement.rules import Trigger

RANK = {Priority.LOW: 0, Priority.MEDIUM: 1, Priority.HIGH: 2}
CODES = st.sampled_from(["a", "b", "c"])
NEXT = {
    None: {"raised"},
    "raised": {"escalated", "acknowledged"},
    "escalated": {"escalated", "acknowledged"},
    "acknowledged": {"escalated", "cleared"},
}


class AlertMachine(RuleBasedStateMachine):
    """Checks every event against the states it may follow, and keeps the events by alert."""

    def __init__(self) -> None:
        super().__init__()
        self.settings = AlertSettings()
        self.alerts = Alerts(self.settings)
        self.t_s = 0.0
        self.last: dict[str, Alert] = {}
        self.there: dict[str, bool] = {}
        self.since_s: dict[str, float] = {}

    def take(self, events: tuple[Alert, ...]) -> tuple[Alert, ...]:
        for event in events:
            before = self.last.get(event.alert)
            assert event.state in NEXT[before.state if before else None]
            assert before is None or RANK[event.priority] >= RANK[before.priority], "never quieter"
            self.last[event.alert] = event
        return events

    @rule(code=CODES, priority=st.sampled_from(list(Priority)), worse=st.booleans())
    def present(self, code: str, priority: Priority, worse: bool) -> None:
        active = self.active().get(code)
        events = self.take(self.alerts.present(Trigger(code, priority, "", ""), self.t_s, 0, worse=worse))
        self.there[code] = True
        louder = active is not None and RANK[priority] - RANK[active.priority]
        if active is None:
            assert [event.state for event in events] == ["raised"]
        elif louder > 0 or (louder == 0 and worse):
            assert [event.state for event in events] == ["escalated"]
        else:
            assert not events, "a cause that is no worse says nothing again"

    @rule(code=CODES)
    def gone(self, code: str) -> None:
        if self.there.get(code):
            self.since_s[code] = self.t_s
        self.there[code] = False
        self.alerts.gone(code, self.t_s)

    @rule(number=st.integers(1, 12))
    def acknowledge(self, number: int) -> None:
        before = self.last.get(f"alert-{number}")
        events = self.take(self.alerts.acknowledge(f"alert-{number}", self.t_s, 0))
        pending = before is not None and before.state in ("raised", "escalated")
        assert len(events) == pending

    @rule(seconds=st.sampled_from([0.1, 1.0, 3.0]))
    def wait(self, seconds: float) -> None:
        self.t_s += seconds
        for event in self.take(self.alerts.tick(self.t_s, 0)):
            assert event.state == "cleared"
            assert not self.there[event.code]
            assert self.t_s - self.since_s[event.code] >= self.settings.clear_s

    def active(self) -> dict[str, Alert]:
        return {event.code: event for event in self.last.values() if event.state != "cleared"}

    @invariant()
    def one_alert_per_cause(self) -> None:
        open_alerts = [event for event in self.last.values() if event.state != "cleared"]
        assert len(open_alerts) == len({event.code for event in open_alerts})
        assert all(self.alerts.is_active(event.code) for event in open_alerts)

    @invariant()
    def present_causes_are_never_without_an_alert(self) -> None:
        assert all(code in self.active() for code, there in self.there.items() if there)


TestAlertMachine = AlertMachine.TestCase
TestAlertMachine.settings = hypothesis_settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_oscillating_cause_is_raised_once() -> None:
    alerts, states = Alerts(AlertSettings()), []
    for n in range(100):
        events = alerts.present(Trigger("a", Priority.HIGH, "", ""), n * 1.0, n)
        alerts.gone("a", n + 0.5)
        events += alerts.acknowledge("alert-1", n + 0.6, n) + alerts.tick(n + 0.9, n)
        states += [event.state for event in events]
    assert states == ["raised", "acknowledged"]


def test_turned_alert_keeps_its_id_and_the_other_cause_is_free() -> None:
    alerts = Alerts(AlertSettings())
    alerts.present(Trigger("a", Priority.MEDIUM, "", ""), 0, 0)
    alerts.turn("a", "b")
    (event,) = alerts.present(Trigger("b", Priority.HIGH, "", ""), 1, 1)
    assert (event.alert, event.state, event.code) == ("alert-1", "escalated", "b")
    assert not alerts.is_active("a")
