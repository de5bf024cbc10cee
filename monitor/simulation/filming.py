"""Filming a session: which frame shows which pulse, what is held between shots, and the truth of each frame."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TextIO

import cv2
import numpy as np
from numpy.random import Generator

from monitor.domain import Target, View
from monitor.simulation.film import Composer, Film, YuvImage
from monitor.simulation.fluoroscope import Fluoroscope, Pulse
from monitor.simulation.screen import GreyImage, Readout
from monitor.simulation.team import Shot
from monitor.simulation.truth import Stance, annotation, idle_line, live_line, stance


@dataclass(frozen=True, slots=True)
class Reference:
    """Of one view: where its target was first seen, what a user would tap, and the pixel spacing there."""

    stance: Stance
    target: Target
    spacing_mm: float


class Run:
    """One shot being filmed: the pulses taken so far, the newest of them on the screen."""

    def __init__(self, fluoroscope: Fluoroscope, shot: Shot) -> None:
        self.shot, self.aim = shot, fluoroscope.aim(shot)
        self._fluoroscope = fluoroscope
        self.rate = fluoroscope.machine.pulses_per_s
        self.images: list[GreyImage] = []
        self.pulse = self._take(0)
        self.repeat = -1

    @property
    def number(self) -> int:
        """Number of the newest pulse, from 0."""
        return len(self.images) - 1

    def show(self, t_s: float) -> Pulse:
        """The pulse on the screen at a time, taken now if it is due."""
        due = min(int((t_s - self.shot.start_s) * self.rate + 1e-6), self.shot.pulses - 1)
        self.repeat = self.repeat + 1 if due <= self.number else 0
        while self.number < due:
            self.pulse = self._take(self.number + 1)
        return self.pulse

    def _take(self, number: int) -> Pulse:
        pulse = self._fluoroscope.pulse(self.aim, self.shot.start_s + number / self.rate)
        self.images.append(pulse.image)
        return pulse

    @cached_property
    def held(self) -> GreyImage:
        """The image that stays when the beam goes off, on some machines with its edges enhanced."""
        k, last = self._fluoroscope.machine.hold_sharpen, self.images[-1]
        if not k:
            return last
        return np.asarray(cv2.addWeighted(last, 1 + k, cv2.GaussianBlur(last, (0, 0), 1.6), -k, 0), np.uint8)


class Filming:
    """Films the sessions of one or more targets; ``references`` is what was first seen of the first, by view."""

    def __init__(self, fluoroscopes: tuple[Fluoroscope, ...], film: Film, lines: TextIO, rng: Generator) -> None:
        self._film, self._lines, self._rng = film, lines, rng
        self._machine = fluoroscopes[0].machine
        self._script = [(f, shot) for f in fluoroscopes for shot in f.session.shots]
        self._duration_s = fluoroscopes[-1].session.duration_s
        self._replays = [f.session.replay for f in fluoroscopes if f.session.replay]
        self._composer = Composer(self._machine.screen, self._machine.overlay, rng)
        self._run: Run | None = None
        self._frame = 0
        self._beam_s = 0.0
        self._stances: dict[tuple[str, View], Stance] = {}
        self.references: dict[View, Reference] = {}

    def film(self) -> None:
        """Film from the first frame to the last; a capture that loses frames leaves holes in the times."""
        for tick in range(int(self._duration_s * self._machine.fps)):
            if tick and self._rng.random() < self._machine.drops:
                continue
            t = tick / self._machine.fps
            now = next((p for p in self._script if p[1].start_s - 1e-6 <= t < p[1].end_s - 1e-6), None)
            line, image = self._idle(t) if now is None else self._live(t, *now)
            self._lines.write(json.dumps(line, separators=(",", ":")) + "\n")
            self._film.write(self._composed(image, t, now is not None), tick)
            self._frame += 1

    def _live(self, t_s: float, fluoroscope: Fluoroscope, shot: Shot) -> tuple[dict[str, Any], GreyImage]:
        if self._run is None or self._run.shot is not shot:
            self._run = Run(fluoroscope, shot)
        run, view = self._run, shot.look.view
        pulse = run.show(t_s)
        self._beam_s += 1 / self._machine.fps
        here = stance(run.aim, pulse)
        first = self._stances.setdefault((fluoroscope.scene.patient.level, view), here)
        line = live_line(t_s, self._frame, run.aim, pulse, (run.number, run.repeat), first)
        if view not in self.references and run.number >= shot.pulses // 2:
            x, y = (round(float(c), 1) for c in here.centre)
            self.references[view] = Reference(first, Target(self._frame, (x, y)), line["spacing_mm"])
        if t_s + 1 / self._machine.fps >= shot.end_s - 1e-6:
            line |= annotation(run.aim, pulse, self._machine.grid)
        return line, pulse.image

    def _idle(self, t_s: float) -> tuple[dict[str, Any], GreyImage | None]:
        """Hold the last image, or replay the last run."""
        run = self._run
        if run is None:
            return idle_line(t_s, self._frame, None), None
        image = run.held
        for start, end in self._replays:
            if start <= t_s < end:
                image = run.images[int((t_s - start) * run.rate) % len(run.images)]
        return idle_line(t_s, self._frame, run.shot.look.view), image

    def _composed(self, image: GreyImage | None, t_s: float, live: bool) -> YuvImage:
        view = self._script[0][1].look.view if self._run is None else self._run.shot.look.view
        readout = Readout(int(t_s), int(self._beam_s), self._machine.kvp[view], self._machine.ma[view], live)
        return self._composer.compose(image, None if self._run is None else self._run.aim.field, readout)
