"""Many recordings, scored on all cores: one recording a task."""

import traceback
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from types import MappingProxyType

import cv2

from monitor.case.analysis import analyse
from monitor.case.files import ResultFiles
from monitor.config import Settings
from monitor.domain import MonitorError
from monitor.evaluation.baselines import earned, run_baseline
from monitor.evaluation.results import read_results, save_results
from monitor.evaluation.sample import CaseScore, case_score
from monitor.evaluation.scoring import score
from monitor.evaluation.suites import Simulated
from monitor.evaluation.truth import Truth, read_truth
from monitor.simulation import simulate
from monitor.sources import open_recording

MONITOR = "monitor"


@dataclass(frozen=True, slots=True)
class Job:
    """What to do with every recording.

    Attributes
    ----------
    methods
        ``monitor`` and names of baselines.
    settings
        The monitor's.
    use_taps, use_notes
        Whether the monitor may know the targets and the noted increments of case.yaml.
    cache
        Where suites are kept.
    out
        Folder for the results that are made.
    results
        Folder of results made elsewhere, to be scored instead of the monitor's: of the one recording, or a folder
        for each by its name. None: analyse.
    """

    methods: tuple[str, ...]
    settings: Settings
    use_taps: bool
    use_notes: bool
    cache: Path
    out: Path
    results: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """Scores of one recording, one for each method, or the message that says why there are none."""

    recording: str
    scores: tuple[CaseScore, ...] = ()
    failure: str = ""


def evaluate(recordings: Iterable[Path | Simulated], job: Job, workers: int) -> Iterator[Outcome]:
    """Score every recording; outcomes come as they are ready."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _one_thread) as pool:
        tasks = [pool.submit(_outcome, recording, job) for recording in recordings]
        yield from (task.result() for task in as_completed(tasks))


def _one_thread() -> None:
    cv2.setNumThreads(1)


def _outcome(recording: Path | Simulated, job: Job) -> Outcome:
    name = str(recording) if isinstance(recording, Path) else f"{recording.scenario}:{recording.seed}"
    try:
        path = recording if isinstance(recording, Path) else recording.ensure(job.cache, simulate)
        truth = read_truth(path / "truth.jsonl")
        return Outcome(name, tuple(_scored(path, truth, method, job) for method in job.methods))
    except MonitorError as error:
        return Outcome(name, failure=str(error))
    except Exception:  # a crash on one recording is a finding about it, not the end of the suite
        return Outcome(name, failure=traceback.format_exc(limit=-3))


def _scored(path: Path, truth: Truth, method: str, job: Job) -> CaseScore:
    folder = _results(path, truth, method, job)
    samples = score(truth, read_results(folder), open_recording(path, job.settings.sources).case)
    return case_score(path, method, samples if method == MONITOR else earned(samples), folder)


def _results(path: Path, truth: Truth, method: str, job: Job) -> Path:
    """Folder with the three files of this method."""
    if method == MONITOR and job.results is not None:
        own = job.results / path.name
        return own if own.is_dir() else job.results
    out = job.out / f"{path.resolve().parent.name}-{path.name}-{method}"
    if method == MONITOR:
        _analyse(path, job, out)
    else:
        save_results(run_baseline(method, path, truth, job.settings), out)
    return out


def _analyse(path: Path, job: Job, out: Path) -> None:
    opened = open_recording(path, job.settings.sources)
    case = opened.case if job.use_taps else replace(opened.case, targets=MappingProxyType({}))
    case = case if job.use_notes else replace(case, increments=())
    with opened.source as source:
        analyse(source, case, job.settings, ResultFiles(out), lambda: None)
