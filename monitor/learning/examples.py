"""Pictures with a known outline: what the models are fitted on."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Image, View
from monitor.simulation.still import still

MOST_CEMENT_PX = 400


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """A picture and its truth, in its own pixels.

    ``up`` and ``forward`` are the patient's directions on it, ``others`` the silhouettes of other bodies where known,
    ``cannula`` its tip and tail where one was drawn, ``reached`` where the picture is more than its border repeated.
    """

    view: View
    attenuation: NDArray[np.float32]
    usable: NDArray[np.bool_]
    spacing_mm: float
    tap: NDArray[np.float64]
    outline: NDArray[np.float64]
    core: NDArray[np.float64]
    up: NDArray[np.float64]
    forward: NDArray[np.float64]
    others: tuple[NDArray[np.float64], ...] = ()
    cannula: NDArray[np.float64] | None = None
    reached: NDArray[np.bool_] | None = None

    @property
    def image(self) -> Image:
        """As the analysis gets it."""
        return Image(0, 0.0, self.attenuation, self.usable, 1.0, (0.0, 0.0), 0)


def simulated(seeds: range, difficulty: str, *, cement: bool = False) -> Iterator[Example]:
    """Stills of the project's simulator; without ``cement`` those that show more than a trace of it are left out."""
    for seed in seeds:
        drawn = still(seed, difficulty)
        if cement or drawn.cement.sum() < MOST_CEMENT_PX:
            grey = drawn.image.astype(np.float32)
            attenuation = -np.log(((255 - grey if drawn.inverted else grey) + 2) / 257)
            corner = {name: np.array(at) for name, at in drawn.corners.items()}
            middle = np.mean(list(corner.values()), axis=0)
            up = sum(at for name, at in corner.items() if name.startswith("superior")) / 2 - middle
            front = [at for name, at in corner.items() if name.endswith(("anterior", "right"))]
            spread = np.random.default_rng(seed).normal(0, 1.5, 2) / drawn.spacing_mm
            yield Example(
                drawn.view, attenuation, drawn.usable, drawn.spacing_mm, middle + spread,
                drawn.outline.astype(float), drawn.core.astype(float), up, np.mean(front, axis=0) - middle,
            )  # fmt: skip
