"""An analyser and a camera for the page's tests: they do what a script says."""

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.config import ServerSettings
from monitor.domain import (
    AcceptOutline,
    Acknowledge,
    Act,
    Alert,
    Beam,
    Delivery,
    Event,
    Fault,
    Frame,
    Leak,
    MoveCorner,
    Neighbour,
    Observation,
    Outline,
    OutlineFound,
    Priority,
    ShotEnded,
    ShotStarted,
    Step,
    Technical,
    View,
    Zone,
    polygon,
)
from monitor.server.runner import Analyser
from monitor.server.serve import BedsideServer

FRAME_S = 0.02
SETTINGS = ServerSettings(port=0)
SQUARE = polygon([[500, 300], [700, 300], [700, 460], [500, 460]])
CORNERS = {
    "superior_anterior": (500.0, 300.0),
    "superior_posterior": (700.0, 300.0),
    "inferior_posterior": (700.0, 460.0),
    "inferior_anterior": (500.0, 460.0),
}
TAPPED = Outline(SQUARE, CORNERS, "tap")
PROPOSED = Outline(SQUARE, CORNERS, "auto", 0.93)
ABOVE = Neighbour(polygon([[500, 120], [700, 120], [700, 260], [500, 260]]), -1)
"""A vertebra above the target; what lies below can't be counted."""
BELOW = Neighbour(polygon([[500, 560], [700, 560], [700, 700], [500, 700]]), None)


def shot(number: int, frame: int, frames: int = 5, view: View = View.LATERAL) -> dict[int, list[Event]]:
    """The events of one shot that starts on ``frame``."""
    t_s, end_s = frame * FRAME_S, (frame + frames) * FRAME_S
    start = ShotStarted(t_s=t_s, frame=frame, shot=number, view=view)
    end = ShotEnded(t_s=end_s, frame=frame + frames, shot=number, view=view, beam_s=end_s - t_s)
    return {frame: [start], frame + frames: [end]}


def alert(name: str, priority: Priority, text: str, action: str, *, pause_s: float = 0.0, code: str = "leak") -> Alert:
    """A raised alert at frame 0."""
    return Alert(
        t_s=0.0, frame=0, alert=name, state="raised", priority=priority, code=code, text=text, action=action,
        pause_s=pause_s,
    )  # fmt: skip


HIGH = alert(
    "a1", Priority.HIGH, "STOP. Cement behind the posterior wall, L1.",
    "Stop. Do not resume. CT if possible; watch leg function.", code="leak_canal",
)  # fmt: skip
MEDIUM = alert(
    "a2", Priority.MEDIUM, "Cement in the upper disc, L1.", "Pause 30 s, then re-inject slowly, or end.",
    pause_s=30.0, code="leak_disc_superior",
)  # fmt: skip
LOW = alert("a3", Priority.LOW, "Ask about leg numbness.", "Tick when asked.", code="ask_numbness")
OUTLINE = OutlineFound(t_s=0.0, frame=0, view=View.LATERAL, level="L1", source="tap", polygon=SQUARE)
LEAK = Leak(
    t_s=0.0, frame=0, leak="l1", phase="onset", view=View.LATERAL, zone=Zone.POSTERIOR, venous=True, area_mm2=4.2,
    reach_mm=2.1, at=(710.0, 380.0),
)  # fmt: skip
BLIND = [
    Technical(t_s=0.0, frame=0, code=code, state="raised")
    for code in ("tracking_lost", "no_outline", "view_unknown")
]  # fmt: skip


@dataclass
class Script:
    """Says ``events`` on their frames, confirms acknowledgements, changes the outline as told, remembers every act."""

    events: Mapping[int, list[Event]] = field(default_factory=dict)
    box: tuple[int, int, int, int] | None = None
    breaks_at: int | None = None
    outline: Outline = TAPPED
    neighbours: tuple[Neighbour, ...] = ()
    acts: list[Act] = field(default_factory=list)
    fed: int = 0
    finished: bool = False
    _alerts: dict[str, Alert] = field(default_factory=dict)

    def feed(self, delivery: Delivery, acts: tuple[Act, ...]) -> Step:
        self.fed += 1
        self.acts.extend(acts)
        if isinstance(delivery, Fault):
            return Step(
                None, Beam.NO_SIGNAL, events=(Technical(t_s=delivery.t_s, frame=0, code="no_signal", state="raised"),)
            )
        if delivery.index == self.breaks_at:
            raise RuntimeError("the model file is gone")
        events = [*self.events.get(delivery.index, []), *self._confirm(acts, delivery)]
        self._alerts.update({event.alert: event for event in events if isinstance(event, Alert)})
        for act in acts:
            if isinstance(act, AcceptOutline):
                self.outline = replace(self.outline, source="user")
            if isinstance(act, MoveCorner):
                corners = {**self.outline.corners, act.name: act.point}
                self.outline = Outline(polygon(list(corners.values())), corners, "user")
        shown = Observation(
            delivery.t_s, delivery.index, 1, View.LATERAL, outline=self.outline, cement=(SQUARE,),
            neighbours=self.neighbours, pedicles=((560.0, 380.0), (640.0, 380.0)),
        )  # fmt: skip
        return Step(delivery, Beam.ON, View.LATERAL, shown, events=tuple(events), field=self.box)

    def finish(self) -> Step:
        self.finished = True
        return Step(None, Beam.HOLD)

    def _confirm(self, acts: tuple[Act, ...], frame: Frame) -> Iterator[Alert]:
        for act in acts:
            if isinstance(act, Acknowledge) and act.alert in self._alerts:
                yield replace(self._alerts[act.alert], state="acknowledged", t_s=frame.t_s, frame=frame.index)


class Camera:
    """A live source of noise; ``block`` makes it hang as a dead driver does."""

    def __init__(self, frames: int = 10**6, size: tuple[int, int] = (768, 1024), period_s: float = FRAME_S) -> None:
        self._frames, self._period_s = frames, period_s
        self._pixels = np.random.default_rng(1).integers(0, 256, size, np.uint8)
        self._going = threading.Event()
        self._going.set()

    def block(self) -> None:
        self._going.clear()

    def resume(self) -> None:
        self._going.set()

    def __iter__(self) -> Iterator[Delivery]:
        for index in range(self._frames):
            self._going.wait()
            time.sleep(self._period_s)
            yield Frame(index, index * FRAME_S, self._pixels)


@contextmanager
def running(
    analyser: Analyser, source: Iterable[Delivery], settings: ServerSettings = SETTINGS, *, recording: bool = False
) -> Iterator[BedsideServer]:
    """A real server on a free port, in a thread of its own."""
    server = BedsideServer(analyser, source, settings, title="L1 fracture, left", speed=None, recording=recording)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server
    finally:
        if isinstance(source, Camera):
            source.resume()
        server.stop()
        thread.join()
