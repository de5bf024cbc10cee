"""Knows vertebrae when it sees them: from one picture to a proposal, by two trained networks.

The first sees the whole field: every body's middle, size and attitude, the cannulas, the view. The second sees one body
at a time, upright and as large as any other, and draws its border.
"""

from pathlib import Path

import numpy as np

from monitor.domain import Image, Point, Proposal, View
from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_body import traced, window_around
from monitor.imaging.anatomy_field import Body, at_tap, find_bodies, find_rods
from monitor.imaging.anatomy_input import CHANNELS, Affine, Array, Mask, channels, sampled
from monitor.imaging.anatomy_model import Networks, run
from monitor.imaging.anatomy_proposal import Drawn, Field, with_cannula, with_target
from monitor.imaging.view import ViewGuess

LEAST_PIXELS = 64
LEAST_SPREAD = 0.02
"""Spread of the attenuation (-ln units, 10th to 90th percentile) below which a picture shows nothing."""
LEAST_MM, MOST_MM = 10.0, 52.0
"""Square root of a vertebral body's area: a crushed T4 and more than an L5."""
MOST_NEIGHBOURS = 4
LEAST_VIEW = 0.9
"""Probability of a view below which a picture is no spine: spines get more, hips (the nearest thing to one) less."""


class Anatomist:
    """The trained model, ready to be asked. A function of the picture alone: it keeps nothing between questions."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    @classmethod
    def load(cls, folder: Path) -> "Anatomist":
        """Load a model's folder (``field.onnx``, ``body.onnx``, ``card.md``).

        Raises
        ------
        ModelError
            A file is missing, isn't the one that the card describes, or can't be used.
        """
        networks = Networks.load(folder)
        # The first answer takes twice as long as any other: not in front of a surgeon.
        run(networks.field, np.zeros((1, CHANNELS, maps.FIELD_PX, maps.FIELD_PX), np.float32))
        run(networks.body, np.zeros((1 + MOST_NEIGHBOURS, CHANNELS, maps.BODY_PX, maps.BODY_PX), np.float32))
        return cls(networks)

    @property
    def name(self) -> str:
        """As the card names it."""
        return self._networks.name

    @property
    def sha256(self) -> str:
        """Of both networks' files, one after the other."""
        return self._networks.sha256

    def view(self, image: Image) -> ViewGuess:
        """Say which view a pulse shows, which takes a third of the time of a proposal; UNKNOWN: it shows no spine."""
        usable = _usable(image)
        if usable is None:
            return ViewGuess(View.UNKNOWN, 1.0)
        return _guess(self._look(np.where(usable, image.attenuation, 0).astype(np.float32), usable))

    def propose(
        self, image: Image, tap: Point | None = None, spacing_mm: float | None = None, neighbours: bool = True
    ) -> Proposal:
        """Say what an image shows.

        Parameters
        ----------
        image
            One pulse, or better a mean of several.
        tap
            A point in the body that is meant, frame pixels; without it the cannula's tip tells.
        spacing_mm
            Millimetres per frame pixel at the target, where known: then nothing is proposed that is no vertebra's size.
        neighbours
            Draw them too, which takes as long again as all else.

        Returns
        -------
        Proposal
            In frame pixels. Of a picture that shows nothing, or is none: view UNKNOWN, no target.
        """
        usable = _usable(image)
        if usable is None:
            return Proposal(View.UNKNOWN, 1.0)
        picture = np.where(usable, image.attenuation, 0).astype(np.float32)
        field = self._look(picture, usable)
        guess = _guess(field)
        seen = Proposal(guess.view, guess.probability)
        bodies = _of_size(field, None if spacing_mm is None else spacing_mm * image.scale)
        if guess.view is View.UNKNOWN or not bodies:
            return seen
        target = bodies[0] if tap is None else at_tap(bodies, field.cell(_pixel(image, tap)))
        if target is None:
            return with_cannula(seen, image, field, field.rods)
        others = [body for body in bodies if body is not target][: MOST_NEIGHBOURS if neighbours else 0]
        first, *rest = self._draw(field, picture, usable, [target, *others])
        if first is None:
            return with_cannula(seen, image, field, field.rods)
        return with_target(image, field, tap is not None, target, first, [d for d in rest if d is not None])

    def _look(self, picture: Array, usable: Mask) -> Field:
        """Ask the first network about the whole field."""
        window = _around(usable)
        cut, seen = sampled(picture, usable, window, maps.FIELD_PX)
        found, view = run(self._networks.field, channels(cut, seen)[None])
        step = maps.FIELD_PX // maps.FIELD_CELLS
        cells = seen.reshape(maps.FIELD_CELLS, step, maps.FIELD_CELLS, step).mean((1, 3)) > 0.5
        odds = np.exp(view[0] - view[0].max())
        best = int(odds.argmax())
        return Field(
            window=window,
            view=maps.VIEWS[best],
            view_confidence=float(odds[best] / odds.sum()),
            bodies=find_bodies(found[0], cells),
            rods=find_rods(found[0], cells),
        )

    def _draw(self, field: Field, picture: Array, usable: Mask, bodies: list[Body]) -> list[Drawn | None]:
        """Ask the second network about each body; None where it sees none."""
        windows = [field.window_of(body) for body in bodies]
        shown = [channels(*sampled(picture, usable, window, maps.BODY_PX)) for window in windows]
        found, sure = run(self._networks.body, np.stack(shown))
        read = [traced(one, float(odds[0])) for one, odds in zip(found, sure, strict=True)]
        return [None if t is None else Drawn.of(t, window) for t, window in zip(read, windows, strict=True)]


def _usable(image: Image) -> Mask | None:
    """Where the picture can be looked at; None where there is too little of it or it shows nothing."""
    shape = image.attenuation.shape
    if len(shape) != 2 or image.usable.shape != shape or min(shape) < LEAST_PIXELS:
        return None
    usable: Mask = image.usable & np.isfinite(image.attenuation)
    if usable.sum() < LEAST_PIXELS**2:
        return None
    low, high = np.percentile(image.attenuation[usable][::7], [10, 90])
    return usable if high - low > LEAST_SPREAD else None


def _guess(field: Field) -> ViewGuess:
    """The view, where there are bodies and it is clear enough for a spine."""
    if field.view is not View.UNKNOWN and (not field.bodies or field.view_confidence < LEAST_VIEW):
        return ViewGuess(View.UNKNOWN, 1 - field.view_confidence)
    return ViewGuess(field.view, field.view_confidence)


def _around(usable: Mask) -> Affine:
    """The square window around the field."""
    rows, columns = np.flatnonzero(usable.any(1)), np.flatnonzero(usable.any(0))
    side = float(max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1)
    centre = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
    return window_around(centre, side, np.array([0.0, -1.0]), False, maps.FIELD_PX)


def _of_size(field: Field, spacing_mm: float | None) -> list[Body]:
    """The bodies that are as large as a vertebra's; ``spacing_mm`` is per image pixel."""
    if spacing_mm is None:
        return field.bodies
    return [b for b in field.bodies if LEAST_MM < b.extent * field.cell_px * spacing_mm < MOST_MM]


def _pixel(image: Image, point: Point) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array([(point[axis] - image.origin[axis]) / image.scale for axis in (0, 1)])
