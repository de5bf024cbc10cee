"""Pictures to learn from, projected from a mesh of real vertebrae over a real CT's soft tissue."""

import numpy as np

from monitor.domain import View
from monitor.learning.examples import Example
from monitor.learning.mesh import Column, Volume, drawn
from monitor.learning.picture import SIZE, Picture, Points, scaled

FILMS = 4
"""Pictures of each projection, each filmed and displayed in its own way."""
SHOWN = 0.8
"""Part of the target's box that must lie in the field."""
LEAST_CONTRAST = 15
"""Grey levels between the brighter and the darker parts of the target."""


def projected(seed: int, spine: Column, trunk: Volume) -> list[Picture]:
    """Up to ``FILMS`` pictures of one projection that show their target; the same seed gives the same."""
    pictures = [from_example(example) for example in drawn(seed, spine, trunk, FILMS)]
    return [picture for picture in pictures if _shows_target(picture)]


def from_example(example: Example) -> Picture:
    """Take an example over, at the size of all pictures."""
    factor = SIZE / len(example.usable)
    light = np.clip(257 * np.exp(-example.attenuation) - 2, 0, 255)
    corners = _extremes(example)

    def at(points: object) -> Points:
        return np.asarray((np.asarray(points) + 0.5) * factor - 0.5, np.float32)

    usable = example.usable if example.reached is None else example.usable & example.reached
    return Picture(
        grey=scaled(np.round(light).astype(np.uint8), usable),
        view=example.view,
        bodies=(at(example.outline), *(at(ring) for ring in example.others)),
        corners=at(corners),
        up=(example.up / np.linalg.norm(example.up)).astype(np.float32),
        cannulas=None if example.cannula is None else at(example.cannula)[None],
        spacing_mm=example.spacing_mm / factor,
    )


def _shows_target(picture: Picture) -> bool:
    """Whether the target is on the display, neither burnt out nor black."""
    (left, top), (right, bottom) = np.clip(np.stack([picture.bodies[0].min(0), picture.bodies[0].max(0)]), 0, SIZE - 1)
    box = picture.grey[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
    seen = box[box > 0]
    return bool(seen.size > SHOWN * box.size and np.subtract(*np.percentile(seen, [90, 10])) >= LEAST_CONTRAST)


def _extremes(example: Example) -> Points:
    """The silhouette's farthest points along its diagonals, each axis in units of the body's extent."""
    right = np.array([-example.up[1], example.up[0]])
    front = example.forward if example.view is View.LATERAL else right
    axes = np.stack([front / np.linalg.norm(front), example.up / np.linalg.norm(example.up)])
    along = example.outline @ axes.T
    along = (along - along.mean(0)) / np.ptp(along, axis=0)
    diagonals = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]])
    return np.asarray(example.outline[(along @ diagonals.T).argmax(0)], np.float32)
