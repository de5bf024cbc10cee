"""How near simulated stills come to real ones: noise spectrum, contrast of edges and metal, gradient histogram.

All figures are of log brightness on a field 1000 pixels across, so a display's gain drops out and sizes agree.
"""

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Frame
from monitor.evaluation.grey import grey
from monitor.simulation import still
from monitor.sources import open_recording

SIZE_PX = 1000


@dataclass(frozen=True, slots=True)
class GreyStatistics:
    """Figures of one image, in units of log brightness.

    Attributes
    ----------
    noise_1, noise_2, noise_4, noise_8
        Robust deviation in flat regions, in bands around 1, 2, 4 and 8 pixels: the noise spectrum in octaves.
    gradient_50, gradient_90, gradient_99
        Percentiles of the gradient after smoothing by 2 pixels, per pixel.
    edge
        Contrast of the darkest lines against what is around them: endplates and cortices.
    metal
        Contrast of the darkest hundredth against the median: cannula, nail.
    """

    noise_1: float
    noise_2: float
    noise_4: float
    noise_8: float
    gradient_50: float
    gradient_90: float
    gradient_99: float
    edge: float
    metal: float


def grey_statistics(image: NDArray[np.uint8], usable: NDArray[np.bool_]) -> GreyStatistics:
    """Measure one image (metal dark) where it is ``usable`` and neither black nor burnt out."""
    inner = cv2.erode(usable.astype(np.uint8), np.ones((41, 41), np.uint8)) > 0
    inner &= (image > 8) & (image < 247)
    tone = np.log(np.maximum(image, 1).astype(np.float32))
    steps = [tone, *(cv2.GaussianBlur(tone, (0, 0), s) for s in (1, 2, 4, 8))]
    slope = np.hypot(*np.gradient(steps[3]))
    flat = inner & (slope <= np.percentile(slope[inner], 40))
    noise = [_deviation((a - b)[flat]) for a, b in pairwise(steps)]
    gradient = [float(g) for g in np.percentile(np.hypot(*np.gradient(steps[2]))[inner], (50, 90, 99))]
    edge = -np.percentile((cv2.GaussianBlur(tone, (0, 0), 1.5) - steps[4])[inner], 1)
    metal = np.median(tone[inner]) - np.percentile(tone[inner], 1)
    figures = [*noise, *gradient, float(edge), float(metal)]
    return GreyStatistics(*figures)


def real_stills(folder: Path) -> Iterator[GreyStatistics]:
    """Measure the stills of a recording made by a real machine, metal dark.

    Raises
    ------
    SourceError, RecordingError
        The folder can't be read as a recording.
    """
    with open_recording(folder).source as source:
        for delivery in source:
            if isinstance(delivery, Frame):
                image = cv2.resize(grey(delivery.pixels), (SIZE_PX, SIZE_PX), interpolation=cv2.INTER_AREA)
                field = cv2.morphologyEx((image > 20).astype(np.uint8), cv2.MORPH_OPEN, np.ones((15, 15), np.uint8))
                yield grey_statistics(np.asarray(image, np.uint8), field > 0)


def simulated_stills(seeds: Iterable[int], difficulty: str = "typical") -> Iterator[GreyStatistics]:
    """Measure simulated stills."""
    for seed in seeds:
        drawn = still(seed, difficulty, SIZE_PX)
        yield grey_statistics(255 - drawn.image if drawn.inverted else drawn.image, drawn.usable)


def comparison(real: Iterable[GreyStatistics], simulated: Iterable[GreyStatistics]) -> str:
    """A Markdown table: the median of each figure with its 10th and 90th percentile, real beside simulated."""
    columns = [np.percentile([astuple(s) for s in group], (50, 10, 90), axis=0).T for group in (real, simulated)]
    lines = ["| figure | real | simulated |", "| --- | --- | --- |"]
    for field, r, s in zip(fields(GreyStatistics), *columns, strict=True):
        cells = (f"{m:.4f} ({low:.4f} to {high:.4f})" for m, low, high in (r, s))
        lines.append(f"| {field.name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _deviation(values: NDArray[np.float32]) -> float:
    """Standard deviation as the median absolute deviation of a normal distribution gives it."""
    return float(1.4826 * np.median(np.abs(values - np.median(values))))
