"""A picture to learn from: what a C-arm shows and what is truly there, and shards of many of them on disk."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import View

SIZE = 512
"""Side of every picture, pixels."""
DARKEST = 8.0
"""Grey levels added before the logarithm, as ``imaging.screen_image`` does."""

Points = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """A square picture and its truth, in its own pixels.

    Attributes
    ----------
    grey
        uint8 (SIZE, SIZE): bone dark; 0 where not usable, never 0 elsewhere.
    view
        UNKNOWN where there is no spine.
    bodies
        Silhouettes of the vertebral bodies, the target's first; parts may lie outside the field.
    corners
        float32 (4, 2) of the target: superior front, superior back, inferior back, inferior front; in an AP view any
        side may be called the front.
    up
        (2,): towards the head.
    pedicles
        (n, 2): middles of the target's pedicles; empty where not known.
    cannulas
        (n, 2, 2): tip and tail of each.
    spacing_mm
        At the target.
    """

    grey: NDArray[np.uint8]
    view: View
    bodies: tuple[Points, ...] = ()
    corners: Points | None = None
    up: Points | None = None
    pedicles: Points | None = None
    cannulas: Points | None = None
    spacing_mm: float = 0.0

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Where the picture is one."""
        return self.grey > 0


def scaled(grey: NDArray[np.uint8], usable: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Bring bone-dark grey levels to SIZE and mark what isn't usable by 0."""
    if grey.shape != (SIZE, SIZE):
        grey = np.asarray(cv2.resize(grey, (SIZE, SIZE), interpolation=cv2.INTER_LINEAR), np.uint8)
        usable = cv2.resize(usable.astype(np.uint8), (SIZE, SIZE), interpolation=cv2.INTER_NEAREST) > 0
    return np.where(usable, np.maximum(grey, 1), 0).astype(np.uint8)


def upside_down(picture: Picture) -> Picture:
    """The same picture, turned by 180 degrees."""
    last = np.float32(len(picture.grey) - 1)

    def turned(points: Points | None) -> Points | None:
        return None if points is None else last - points

    return replace(
        picture,
        grey=picture.grey[::-1, ::-1],
        bodies=tuple(last - ring for ring in picture.bodies),
        corners=turned(picture.corners),
        up=None if picture.up is None else -picture.up,
        pedicles=turned(picture.pedicles),
        cannulas=turned(picture.cannulas),
    )


def write_shard(folder: Path, name: str, pictures: Iterable[Picture]) -> None:
    """Write ``name.npy`` (n, SIZE, SIZE) and ``name.jsonl``, one line of truth each."""
    every = list(pictures)
    folder.mkdir(parents=True, exist_ok=True)
    lines = [json.dumps(_truth(p)) for p in every]
    (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    part = folder / f"{name}.part.npy"
    np.save(part, np.stack([p.grey for p in every]))
    part.rename(folder / f"{name}.npy")


def read_shard(path: Path) -> Iterator[Picture]:
    """Pictures of a ``.npy``; their pixels stay on disk until they are looked at."""
    greys = np.load(path, mmap_mode="r")
    with path.with_suffix(".jsonl").open(encoding="utf-8") as lines:
        for grey, line in zip(greys, lines, strict=True):
            yield _picture(grey, json.loads(line))


def _truth(p: Picture) -> dict[str, Any]:
    return {
        "view": p.view.value,
        "bodies": [_rounded(b) for b in p.bodies],
        "corners": _rounded(p.corners),
        "up": _rounded(p.up),
        "pedicles": _rounded(p.pedicles),
        "cannulas": _rounded(p.cannulas),
        "spacing_mm": p.spacing_mm,
    }


def _rounded(points: Points | None) -> Any:
    return None if points is None else np.round(np.asarray(points, float), 2).tolist()


def _picture(grey: NDArray[np.uint8], truth: dict[str, Any]) -> Picture:
    known = {k: None if truth[k] is None else np.array(truth[k], np.float32) for k in ("corners", "up")}
    return Picture(
        grey=grey,
        view=View(truth["view"]),
        bodies=tuple(np.array(b, np.float32) for b in truth["bodies"]),
        pedicles=np.array(truth["pedicles"] or [], np.float32).reshape(-1, 2),
        cannulas=np.array(truth["cannulas"] or [], np.float32).reshape(-1, 2, 2),
        spacing_mm=float(truth["spacing_mm"]),
        **known,
    )
