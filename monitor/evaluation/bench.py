"""What a live frame costs, beside OpenCV's MOG2 on the same frames in the same run; replay speed and memory."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.config import Settings
from monitor.domain import Beam, Frame
from monitor.evaluation.memory import peak_mib
from monitor.evaluation.square import SIDE_PX, Square
from monitor.evaluation.suites import Simulated, default_cache
from monitor.imaging.models import load_anatomy
from monitor.pipeline import Monitor
from monitor.simulation import simulate
from monitor.sources import open_recording

RATIO_BAR = 0.65
"""Most that the analysis of a live frame may cost, as a share of one MOG2 pass."""
REPLAY_BAR = 60.0
"""Frames a second that the replay of a 1280x1024 recording must reach."""
DEFAULT = Simulated("typical", 1)
ANALYSIS, MOG2 = "whole analysis", "MOG2"
TURN = 32
"""Frames analysed before MOG2 gets them."""
NEW_PULSE = ", new pulse"
"""Frames that repeat an X-ray pulse cost the analysis little; the bar is for those that show a new one."""


@dataclass(frozen=True, slots=True)
class Replay:
    """Size of the frames, frames a second with decoding, and peak memory in MiB at each quarter of the recording."""

    width: int
    height: int
    fps: float
    peak_mib: tuple[float, ...]


def live_costs(path: Path, settings: Settings, frames: int | None) -> dict[str, NDArray[np.float64]]:
    """Milliseconds of every live frame at 1024x1024, by stage, of the whole analysis and of MOG2, one thread each.

    The two take turns of ``TURN`` frames, as neither has the other's pictures in the processor's cache in theatre.
    """
    cv2.setNumThreads(1)
    recording = open_recording(path, settings.sources)
    mog2 = cv2.createBackgroundSubtractorMOG2()
    costs: dict[str, list[float]] = defaultdict(list)
    with recording.source as source:
        square = Square(source.size or (SIDE_PX, SIDE_PX))
        monitor = Monitor(settings, square.case(recording.case), load_anatomy(settings.models), perf_counter)
        ready = islice((square.frame(d) for d in source if isinstance(d, Frame)), frames)
        while turn := list(islice(ready, TURN)):
            analysed = [(frame, spent) for frame in turn if (spent := _analysed(monitor, frame))]
            for frame, spent in analysed:
                started = perf_counter()
                mog2.apply(frame.pixels)
                spent[MOG2] = perf_counter() - started
                new = NEW_PULSE if "target" in spent else ""
                for name, seconds in spent.items():
                    costs[name].append(1000 * seconds)
                    if new and name in (ANALYSIS, MOG2):
                        costs[name + new].append(1000 * seconds)
    return {name: np.array(values) for name, values in costs.items()}


def _analysed(monitor: Monitor, frame: Frame) -> dict[str, float]:
    """Seconds spent on a frame, by stage where it shows a new pulse; nothing where the beam is off."""
    started = perf_counter()
    step = monitor.feed(frame)
    whole = perf_counter() - started
    if step.beam is not Beam.ON:
        return {}
    new = any(observation.frame == frame.index for observation in step.observations)
    return {**(monitor.timings if new else {}), ANALYSIS: whole}


def replay(path: Path, settings: Settings, frames: int | None) -> Replay:
    """Run the monitor as the command ``replay`` does, at the recording's own size."""
    recording = open_recording(path, settings.sources)
    monitor = Monitor(settings, recording.case, load_anatomy(settings.models))
    memory = []
    started = perf_counter()
    with recording.source as source:
        for delivery in islice(source, frames):
            monitor.feed(delivery)
            memory.append(peak_mib())
        monitor.finish()
        fps = len(memory) / (perf_counter() - started)
        width, height = source.size or (0, 0)
    return Replay(width, height, fps, tuple(memory[max(len(memory) * quarter // 4 - 1, 0)] for quarter in (1, 2, 3, 4)))


def bench(recording: Path | None, settings: Settings, frames: int | None) -> Iterator[str]:
    """Lines of the report.

    Parameters
    ----------
    recording
        A recording with live frames; None: a simulated one, ``DEFAULT``.
    settings
        The monitor's.
    frames
        How many frames of it to use; all where None.
    """
    path = recording or DEFAULT.ensure(default_cache(), simulate)
    costs = live_costs(path, settings, frames)
    live = len(costs.get(ANALYSIS + NEW_PULSE, ()))
    yield f"{live} live frames with a new pulse of {path.name} at {SIDE_PX}x{SIDE_PX}, one thread each, ms"
    if not live:
        yield "No frame showed X-ray: nothing to measure. Name another recording."
        return
    yield f"{'':28}{'median':>9}{'p95':>9}{'p99':>9}{'max':>9}"
    for name, values in costs.items():
        at = np.quantile(values, [0.5, 0.95, 0.99, 1.0])
        yield f"{name:28}" + "".join(f"{value:9.2f}" for value in at)
    yield from _verdict(costs)
    run = replay(path, settings, frames)
    yield f"replay at {run.width}x{run.height}: {run.fps:.1f} frames/s (bar at 1280x1024: {REPLAY_BAR:g})"
    yield "peak memory at each quarter: " + ", ".join(f"{mib:.0f}" for mib in run.peak_mib) + " MiB"


def _verdict(costs: dict[str, NDArray[np.float64]]) -> Iterator[str]:
    """The bar is for frames with a new pulse, which cost most; a source that repeats pulses has it easier."""
    for what, kind in (("new pulses", NEW_PULSE), ("all live frames", "")):
        analysis, mog2 = costs[ANALYSIS + kind], costs[MOG2 + kind]
        ratio, total = float(np.median(analysis) / np.median(mog2)), float(analysis.sum() / mog2.sum())
        word = "pass" if ratio <= RATIO_BAR else "FAIL"
        yield f"analysis / MOG2 on {what}: {ratio:.2f} of medians, {total:.2f} of sums (bar {RATIO_BAR}: {word})"
