"""A frame with the truth and what was found drawn over it, cut to the target."""

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon
from monitor.evaluation.results import Json
from monitor.evaluation.truth import TruthFrame, polygons

Colour = tuple[int, int, int]
MARGIN = 0.6
"""Of the target's size, on each side of it."""
SIDE_PX = 420
"""Of the picture."""
COLOURS: dict[str, Colour] = {
    "true outline": (90, 220, 90),
    "true core": (50, 130, 50),
    "true cement": (90, 210, 255),
    "true cement outside": (255, 255, 255),
    "outline found": (255, 220, 60),
    "cement found": (255, 150, 40),
    "cement found outside": (255, 70, 200),
}
"""What is drawn in which colour (RGB); the truth's cement is known on annotated frames only."""


def picture(pixels: NDArray[np.uint8], line: TruthFrame, observation: Json | None) -> bytes:
    """JPEG of the part of a frame about the target; ``pixels`` uint8 (h, w) or (h, w, 3) RGB."""
    drawn = _drawings(line, observation)
    low, high = _cut([p for shapes in drawn.values() for p in shapes], pixels.shape)
    part = pixels[low[1] : high[1], low[0] : high[0]]
    scale = SIDE_PX / max(part.shape[:2])
    part = np.asarray(cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR), np.uint8)
    canvas = part if part.ndim == 3 else np.asarray(cv2.cvtColor(part, cv2.COLOR_GRAY2RGB), np.uint8)
    for name, shapes in drawn.items():
        points = [np.round((p - low) * scale * 8).astype(np.int32) for p in shapes]
        cv2.polylines(canvas, points, True, COLOURS[name], 1, cv2.LINE_AA, shift=3)
    _, jpeg = cv2.imencode(".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 80])
    return bytes(jpeg)


def _drawings(line: TruthFrame, observation: Json | None) -> dict[str, tuple[Polygon, ...]]:
    found = observation or {"outline": None, "cement": (), "outside": ()}
    return {
        "true core": () if line.core is None else (line.core,),
        "true outline": () if line.outline is None else (line.outline,),
        "true cement": line.cement,
        "true cement outside": line.outside,
        "outline found": polygons([found["outline"]]) if found["outline"] else (),
        "cement found": polygons(found["cement"]),
        "cement found outside": polygons(found["outside"]),
    }


def _cut(shapes: Iterable[Polygon], shape: tuple[int, ...]) -> tuple[NDArray[np.int_], NDArray[np.int_]]:
    """Corners (x, y) of the part to show: all that is drawn, with a margin; the whole frame where nothing is."""
    points = [p for p in shapes if len(p)]
    edge = np.array([shape[1], shape[0]])
    if not points:
        return np.zeros(2, int), edge
    low, high = np.concatenate(points).min(axis=0), np.concatenate(points).max(axis=0)
    margin = MARGIN * (high - low).max()
    inner = np.clip(np.floor(low - margin), 0, edge - 2).astype(int)
    return inner, np.maximum(np.clip(np.ceil(high + margin), 0, edge).astype(int), inner + 2)
