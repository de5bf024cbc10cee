"""Short ways to say what was seen: pieces, observations, whole shots."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.config import Settings
from monitor.domain import (
    Alert,
    Cannula,
    Case,
    Event,
    Extravasate,
    Leak,
    Motion,
    Observation,
    Outline,
    ShotEnded,
    ShotStarted,
    View,
    Wall,
    Zone,
    polygon,
)
from monitor.judgement import Judgement
from monitor.judgement.volume import BALL, THICKEST_MM

SPACING_MM = 0.25


def area_mm2(ml: float) -> float:
    """The projected area that is taken for this volume."""
    return float(max((1000 * ml / BALL) ** (2 / 3), 1000 * ml / THICKEST_MM))


def piece(
    zone: Zone = Zone.POSTERIOR,
    area_mm2: float = 5.0,
    at: tuple[float, float] = (700.0, 400.0),
    length_mm: float | None = None,
    width_mm: float | None = None,
    reach_mm: float | None = None,
    off_wall_mm: float | None = None,
) -> Extravasate:
    """A piece of cement outside: a blob of that area, unless length and width say otherwise."""
    side = area_mm2**0.5
    length, width = length_mm or side, width_mm or side
    half_x, half_y = length / SPACING_MM / 2, width / SPACING_MM / 2
    x, y = at
    box = polygon(
        [(x - half_x, y - half_y), (x + half_x, y - half_y), (x + half_x, y + half_y), (x - half_x, y + half_y)]
    )
    reach = side if reach_mm is None else reach_mm
    return Extravasate(zone, box, area_mm2, reach, length, width, at, reach if off_wall_mm is None else off_wall_mm)


def vein(zone: Zone, length_mm: float, at: tuple[float, float] = (700.0, 400.0)) -> Extravasate:
    """A vein-like piece 2 mm wide that leads straight outward."""
    x = at[0] + length_mm / SPACING_MM / 2
    return piece(zone, 2 * length_mm, (x, at[1]), length_mm, 2.0, reach_mm=length_mm)


@dataclass
class Bedside:
    """Plays shots into a judgement, pulse by pulse, and keeps all events."""

    case: Case = field(default_factory=lambda: Case(level="L1"))
    settings: Settings = field(default_factory=Settings)
    pulses_per_s: float = 8.0
    t_s: float = 0.0
    shot: int = 0
    events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.judgement = Judgement(self.settings, self.case)

    @property
    def frame(self) -> int:
        """A frame number at 30 frames/s."""
        return round(self.t_s * 30)

    def take(self, events: Iterable[Event]) -> tuple[Event, ...]:
        """Keep events."""
        new = tuple(events)
        self.events += new
        return new

    def wait(self, seconds: float) -> None:
        """Let time pass, ticking ten times a second."""
        for _ in range(round(seconds * 10)):
            self.t_s += 0.1
            self.take(self.judgement.tick(self.t_s, self.frame))

    def start(self, view: View) -> None:
        """Put the beam on."""
        self.shot += 1
        self.pulse = 0
        event = ShotStarted(t_s=self.t_s, frame=self.frame, shot=self.shot, view=view)
        self.take(self.judgement.shot_started(event))

    def end(self, view: View) -> None:
        """Put the beam off."""
        event = ShotEnded(t_s=self.t_s, frame=self.frame, shot=self.shot, view=view, beam_s=1.0)
        self.take(self.judgement.shot_ended(event))

    def show(
        self,
        view: View,
        outside: Sequence[Extravasate] = (),
        cement_mm2: float = 0.0,
        gaps_mm: dict[Wall, float] | None = None,
        depth_mm: float | None = None,
        refusal: str | None = None,
        motion: Motion | None = None,
        repeats: int = 1,
        outline: Outline | None = None,
        cannula: Cannula | None = None,
    ) -> None:
        """One pulse."""
        observation = Observation(
            t_s=self.t_s,
            frame=self.frame,
            shot=self.shot,
            view=view,
            pulse=self.pulse,
            outside=tuple(outside),
            cement_mm2=cement_mm2,
            gaps_mm=gaps_mm or {},
            depth_mm=depth_mm,
            refusal=refusal,
            motion=motion,
            outline=outline,
            cannula=cannula,
            spacing_mm=SPACING_MM,
        )
        for _ in range(repeats):
            self.take(self.judgement.observe(observation))
        self.pulse += 1
        self.t_s += 1 / self.pulses_per_s
        self.take(self.judgement.tick(self.t_s, self.frame))

    def shots(self, view: View, *pulses: Sequence[Extravasate]) -> None:
        """One shot whose pulses show these pieces; then the beam is off for 3 s."""
        self.start(view)
        for outside in pulses:
            self.show(view, outside)
        self.end(view)
        self.wait(3)

    def play(self, *shots: tuple[View, Sequence[Sequence[Extravasate]]]) -> None:
        """Several shots."""
        for view, pulses in shots:
            self.shots(view, *pulses)

    @property
    def alerts(self) -> list[Alert]:
        """All alert events."""
        return [event for event in self.events if isinstance(event, Alert)]

    @property
    def leaks(self) -> list[Leak]:
        """All leak events."""
        return [event for event in self.events if isinstance(event, Leak)]

    def said(self) -> list[tuple[str, str, str]]:
        """State, priority and code of all alert events."""
        return [(a.state, a.priority.value, a.code) for a in self.alerts]

    def phases(self) -> list[tuple[str, str]]:
        """Id and phase of all leak events."""
        return [(leak.leak, leak.phase) for leak in self.leaks]
