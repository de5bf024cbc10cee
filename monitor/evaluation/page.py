"""A self-contained HTML page: the table, and the worst frames of every measure as pictures."""

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from monitor.domain import Frame
from monitor.evaluation.pictures import COLOURS, picture
from monitor.evaluation.results import read_results
from monitor.evaluation.sample import CaseScore, Sample
from monitor.evaluation.truth import read_truth
from monitor.sources import open_recording

SHOWN = 6
"""Pictures a measure."""
FROM_ONE = 2
"""Of them, from one recording."""
_UNSEEN = ("live_ms", "replay_fps", "tracking_refused", "refused", "volume")
"""Measures whose frames show nothing."""
_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 84rem; padding: 0 1rem;
       color: #ddd; background: #15181b; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .8rem .15rem 0; text-align: left; border-bottom: 1px solid #333; }
.pass { color: #7c7; } .FAIL { color: #f77; font-weight: bold; }
.row { display: flex; flex-wrap: wrap; gap: .8rem; }
figure { margin: 0; width: 26rem; } img { width: 100%; } figcaption { font-size: .85rem; overflow-wrap: anywhere; }
"""


@dataclass(frozen=True, slots=True)
class _Shown:
    score: CaseScore
    sample: Sample


def page(title: str, cells: Sequence[Sequence[str]], scores: Iterable[CaseScore]) -> str:
    """The page as HTML.

    Parameters
    ----------
    title
        Heading: what was evaluated.
    cells
        The table as text, heading first.
    scores
        The cases whose worst frames to show; their recordings and results must still be there.
    """
    chosen = _chosen(scores)
    images = _images([shown for group in chosen.values() for shown in group])
    sections = "".join(_section(measure, group, images) for measure, group in chosen.items())
    key = ", ".join(f'<span style="color:rgb{colour}">{name}</span>' for name, colour in COLOURS.items())
    head = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
    return f"{head}<style>{_STYLE}</style><h1>{escape(title)}</h1>{_table(cells)}<p>{key}</p>{sections}</html>\n"


def _chosen(scores: Iterable[CaseScore]) -> dict[str, list[_Shown]]:
    """The worst samples of every measure, few from any one recording."""
    grouped: dict[str, list[_Shown]] = defaultdict(list)
    for score in scores:
        for measure, worst in score.worst.items():
            if not measure.startswith(_UNSEEN):
                grouped[measure] += [_Shown(score, s) for s in worst if s.frame is not None]
    return {measure: picked for measure, group in grouped.items() if (picked := _pick(group))}


def _pick(group: list[_Shown]) -> list[_Shown]:
    taken: Counter[Path] = Counter()
    picked: list[_Shown] = []
    for shown in sorted(group, key=lambda shown: -shown.sample.badness):
        taken[shown.score.recording] += 1
        if taken[shown.score.recording] <= FROM_ONE and len(picked) < SHOWN:
            picked.append(shown)
    return picked


def _images(shown: Iterable[_Shown]) -> dict[tuple[Path, int], str]:
    """Pictures as data URLs by results folder and frame; every recording is read once."""
    wanted: dict[Path, set[int]] = defaultdict(set)
    cases = {}
    for item in shown:
        wanted[item.score.results].add(item.sample.frame or 0)
        cases[item.score.results] = item.score
    made = {}
    for results, frames in wanted.items():
        made.update({(results, frame): url for frame, url in _drawn(cases[results], frames).items()})
    return made


def _drawn(score: CaseScore, frames: set[int]) -> dict[int, str]:
    lines = {line.frame: line for line in read_truth(score.recording / "truth.jsonl").frames}
    observations = read_results(score.results).by_frame
    made = {}
    with open_recording(score.recording).source as source:
        for delivery in source:
            if isinstance(delivery, Frame) and delivery.index in frames:
                jpeg = picture(delivery.pixels, lines[delivery.index], observations.get(delivery.index))
                made[delivery.index] = "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()
            if len(made) == len(frames):
                break
    return made


def _section(measure: str, group: Iterable[_Shown], images: Mapping[tuple[Path, int], str]) -> str:
    figures = "".join(_figure(shown, images) for shown in group)
    return f'<h2>{escape(measure)}</h2><div class="row">{figures}</div>'


def _figure(shown: _Shown, images: Mapping[tuple[Path, int], str]) -> str:
    sample = shown.sample
    words = f"{shown.score.recording.name}, frame {sample.frame}: {sample.value:.3g}. {sample.note}"
    source = images.get((shown.score.results, sample.frame or 0), "")
    return f'<figure><img src="{source}" alt=""><figcaption>{escape(words)}</figcaption></figure>'


def _table(cells: Sequence[Sequence[str]]) -> str:
    body = "".join("<tr>" + "".join(_cell(c) for c in row) + "</tr>" for row in cells)
    return f"<table>{body}</table>"


def _cell(text: str) -> str:
    verdict = f' class="{text}"' if text in ("pass", "FAIL") else ""
    return f"<td{verdict}>{escape(text)}</td>"
