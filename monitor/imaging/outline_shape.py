"""A vertebral body in projection: a quadrilateral with curved sides, twelve numbers of shape and position."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain import View

Array = NDArray[np.float64]

SIDES = ("superior", "posterior", "inferior", "anterior")
PER_SIDE = 24
PARAMETERS = 14
CX, CY, TURN, LOG_WIDTH, LOG_HEIGHT, WEDGE, SHEAR, TAPER = range(8)
SAG_SUPERIOR, SAG_INFERIOR, SAG_ANTERIOR, SAG_POSTERIOR = range(8, 12)
FORWARD_LEAN = (12, 13)


@dataclass(frozen=True, slots=True)
class ShapePrior:
    """What a body looks like before the picture is seen: independent normal distributions of its parameters.

    The order is ``cx, cy`` (mm), ``turn`` (radians), ``ln width``, ``ln height`` (mm), then ratios: ``wedge`` (anterior
    less posterior height, by height), ``shear`` (superior end forward of the inferior one, by width), ``taper``
    (superior less inferior width, by width), how far the superior, inferior (by height), anterior and posterior side
    (by width) sag inwards, and how far the sag of the superior and inferior side leans forward (by height).
    """

    mean: Array
    sd: Array


_LATERAL = ShapePrior(
    np.array([0, 0, 0, np.log(34.5), np.log(22.5), -0.10, -0.02, 0.0, 0.03, 0.0, 0.06, 0.02, 0.0, 0.0]),
    np.array([4, 3, 0.17, 0.16, 0.30, 0.20, 0.09, 0.07, 0.09, 0.06, 0.04, 0.04, 0.05, 0.04]),
)
_AP = ShapePrior(
    np.array([0, 0, 0, np.log(46), np.log(22.5), 0.0, 0.0, -0.05, -0.01, -0.03, 0.07, 0.07, 0.0, 0.0]),
    np.array([3.5, 3, 0.15, 0.18, 0.30, 0.08, 0.05, 0.06, 0.09, 0.06, 0.03, 0.03, 0.03, 0.03]),
)


def prior(view: View) -> ShapePrior:
    """Sizes span T8 to L5 (Panjabi 1991, 1992); height, wedge and sag are wide enough for a crushed body."""
    return _LATERAL if view is View.LATERAL else _AP


def _curves() -> tuple[Array, Array, Array]:
    t = (np.arange(PER_SIDE) + 0.5) / PER_SIDE * 2 - 1
    return t, 1 - t**2, t * (1 - t**2) * 2.6


def contour(parameters: Array, facing: Array) -> tuple[Array, Array]:
    """Draw bodies.

    The body's own axes: x forward (lateral) or to one side (AP), y to the feet. Sides are drawn in the order of
    ``SIDES``, once around. Here it faces left (``facing`` -1, ``turn`` 0)::

              0   superior   23
              +--------------+
           95 |              | 24
     anterior |              | posterior
           72 |              | 47
              +--------------+
             71   inferior   48

    Parameters
    ----------
    parameters
        (m, 14), see ``ShapePrior``; millimetres.
    facing
        (m,): 1 where a body that isn't turned has its front to the right of the image, -1 to the left.

    Returns
    -------
    points, normals
        (m, 96, 2) each; normals have unit length and point outwards.
    """
    points = border(parameters, facing)
    return points, _normals(points, facing)


def border(parameters: Array, facing: Array) -> Array:
    """The points of ``contour`` alone, (m, 96, 2)."""
    cx, cy, turn = parameters.T[:3, :, None]
    x, y = _upright(parameters)
    x, y = _rounded(x) * facing[:, None], _rounded(y)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([cx + c * x - s * y, cy + s * x + c * y], axis=-1)


def _upright(parameters: Array) -> tuple[Array, Array]:
    """Each body about its own centre, front to the right, corners sharp: x and y of (m, 96) points."""
    log_w, log_h, wedge, shear, taper, s_sup, s_inf, s_ant, s_post, l_sup, l_inf = parameters.T[3:, :, None]
    w, h = np.exp(log_w), np.exp(log_h)
    t, bow, lean = _curves()
    top, bottom = w * (1 + taper / 2) / 2, w * (1 - taper / 2) / 2
    forward, backward = h * (1 + wedge / 2) / 2, h * (1 - wedge / 2) / 2
    offset = shear * w / 2
    front, back, along = (1 + t) / 2, (1 - t) / 2, t
    x = np.concatenate(
        [
            -along * top + offset,
            -(top * back + bottom * front) - offset * along + s_post * w * bow,
            along * bottom - offset,
            (bottom * back + top * front) + offset * along - s_ant * w * bow,
        ],
        axis=1,
    )
    y = np.concatenate(
        [
            -(forward * back + backward * front) + h * (s_sup * bow - l_sup * lean),
            along * backward,
            (backward * back + forward * front) - h * (s_inf * bow + l_inf * lean),
            -along * forward,
        ],
        axis=1,
    )
    return x, y


def _rounded(x: Array) -> Array:
    """Round the corners: a body's rims have a radius of a few millimetres."""
    ring = np.concatenate([x[:, -2:], x, x[:, :2]], axis=1)
    near, far = ring[:, 1:-3] + ring[:, 3:-1], ring[:, :-4] + ring[:, 4:]
    rounded: Array = 0.375 * x + 0.25 * near + 0.0625 * far
    return rounded


def _normals(points: Array, facing: Array) -> Array:
    ring = np.concatenate([points[:, -2:], points, points[:, :2]], axis=1)
    along = ring[:, 4:] - ring[:, :-4]
    along /= np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-9)
    return np.stack([-along[..., 1], along[..., 0]], axis=-1) * facing[:, None, None]
