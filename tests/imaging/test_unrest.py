import cv2
import numpy as np
import pytest

from monitor.imaging.arrays import Array
from monitor.imaging.unrest import without_unrest

MM = 0.3
SHAPE = (240, 300)
BODY = np.zeros(SHAPE, bool)
BODY[80:160, 80:180] = True
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]
PIECE = np.asarray((np.abs(Y - 120) < 8) & (X >= 182) & (X < 200))
FREE = np.ones(SHAPE, bool)


def unrest(level: float, where: slice = slice(None)) -> Array:
    """Gains and losses a few millimetres wide: joints that the C-arm sees from elsewhere."""
    blobs = cv2.GaussianBlur(np.random.default_rng(5).normal(0, 1, SHAPE), (0, 0), 2 / MM)
    changed = np.zeros(SHAPE, np.float32)
    changed[:, where] = (level * blobs / blobs.std())[:, where]
    return changed


@pytest.mark.parametrize(
    ("added", "level", "where", "kept"),
    [
        pytest.param(0.08, 0.0, slice(None), True, id="nothing else has changed"),
        pytest.param(0.08, 0.01, slice(None), True, id="it stands out"),
        pytest.param(0.08, 0.05, slice(None), False, id="as much has changed around it"),
        pytest.param(0.4, 0.05, slice(None), True, id="dense enough to stand out all the same"),
        pytest.param(0.08, 0.05, slice(0, 60), True, id="much has changed, but far away"),
        pytest.param(0.08, 0.8, slice(230, 240), True, id="much has changed in one place, such as air that came in"),
    ],
)
def test_cement_stands_out_from_change_around_it(added: float, level: float, where: slice, kept: bool) -> None:
    signal = np.where(PIECE, np.float32(added), unrest(level, where))
    found = without_unrest(PIECE | BODY, signal, BODY, FREE, MM)
    assert (found & PIECE).any() == kept
    assert found[BODY].all(), "nothing is taken from the body"
