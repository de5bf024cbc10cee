"""Two plain methods to compare with: frame differencing with Otsu, and MOG2 with connected components.

They are given what they have no means to find: the truth's shots, views, spacing and outline on every frame, and which
side of a lateral image is anterior where the truth's leaks tell (else the left). So only cement, leaks and alarms of
theirs are scored. The display is taken as upright, and a leak is reported by the monitor's own area and persistence.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

import cv2
import numpy as np

from monitor.config import Settings
from monitor.domain import Frame, Polygon, View, Zone, points_json, polygon, polygon_area
from monitor.evaluation.baseline_zones import anterior_is_left, zone_of
from monitor.evaluation.grey import Grey, grey
from monitor.evaluation.plain_leaks import Line, PlainLeaks
from monitor.evaluation.results import Results, parse_results
from monitor.evaluation.sample import Sample
from monitor.evaluation.segmenters import SEGMENTERS, Segmenter
from monitor.evaluation.truth import Truth, TruthFrame
from monitor.sources import open_recording

FIELD_MM = 15.0
"""How far from the outline cement is looked for."""
BEYOND_MM = 0.7
"""How far beyond the outline cement is outside, as the recording format defines it."""
LEAST_MM2 = 1.0
"""Smaller connected components are noise."""
_EARNED = ("cement_dice", "leak_found", "onset_delay", "compartment", "false_", "zone_right", "live_ms", "replay_fps")


def earned(samples: Iterable[Sample]) -> Iterator[Sample]:
    """Samples of what a baseline wasn't given."""
    return (sample for sample in samples if sample.measure.startswith(_EARNED))


def run_baseline(name: str, path: Path, truth: Truth, settings: Settings) -> Results:
    """Run one of ``SEGMENTERS`` over a recording."""
    lines = {line.frame: line for line in truth.live}
    side = anterior_is_left(truth)
    views = {view: (SEGMENTERS[name](), PlainLeaks(settings.leaks)) for view in View}
    events: list[Line] = []
    seen: list[Line] = []
    started, frames = perf_counter(), 0
    with open_recording(path, settings.sources).source as source:
        for frame in source:
            frames += 1
            line = lines.get(frame.index)
            if isinstance(frame, Frame) and line and line.outline is not None and line.spacing_mm:
                segmenter, leaks = views[line.view]
                observation, outside = _observe(frame, line, line.outline, line.spacing_mm, segmenter)
                events += leaks.update(line, _by_zone(outside, line.outline, line.view, side), line.spacing_mm**2)
                seen.append(observation)
    return parse_results(events, seen, {"fps": frames / (perf_counter() - started)})


def _observe(
    frame: Frame, line: TruthFrame, outline: Polygon, spacing_mm: float, segmenter: Segmenter
) -> tuple[Line, list[Polygon]]:
    started = perf_counter()
    image = grey(frame.pixels)
    changed = segmenter.changed(image, _filled(outline, image, FIELD_MM / spacing_mm))
    mask = np.asarray(cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    beyond = np.asarray(cv2.subtract(mask, _filled(outline, image, BEYOND_MM / spacing_mm)), np.uint8)
    cement, outside = _pieces(mask, spacing_mm), _pieces(beyond, spacing_mm)
    where = {"t": line.t_s, "frame": line.frame, "shot": line.shot, "view": line.view.value, "motion": None}
    drawn = {"outline": points_json(outline), "cement": [points_json(p) for p in cement]}
    found = {"outside": [points_json(p) for p in outside], "ms": 1000 * (perf_counter() - started)}
    return {**where, **drawn, **found}, outside


def _filled(outline: Polygon, image: Grey, grow_px: float) -> Grey:
    out = np.zeros(image.shape, np.uint8)
    points = [np.round(outline).astype(np.int32)]
    cv2.fillPoly(out, points, 255)
    return np.asarray(cv2.polylines(out, points, True, 255, max(round(2 * grow_px), 1)), np.uint8)


def _pieces(mask: Grey, spacing_mm: float) -> list[Polygon]:
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    pieces = [polygon(contour) for contour in contours if len(contour) >= 3]
    return [piece for piece in pieces if polygon_area(piece) * spacing_mm**2 >= LEAST_MM2]


def _by_zone(pieces: Iterable[Polygon], outline: Polygon, view: View, side: bool) -> dict[Zone, list[Polygon]]:
    zones: dict[Zone, list[Polygon]] = defaultdict(list)
    for piece in pieces:
        zones[zone_of(piece, outline, view, side)].append(piece)
    return zones
