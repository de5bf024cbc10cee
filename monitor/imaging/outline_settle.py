"""The last step: an active contour that lets a fitted body's border settle where the picture shows it."""

from functools import cache

import numpy as np

from monitor.domain import View
from monitor.imaging.outline_evidence import Array, Patch
from monitor.imaging.outline_search import Fit, pulls
from monitor.imaging.outline_shape import contour

ROUNDS = 3
FREE_MM = 1.0
"""How far a true border strays from the twelve numbers that describe a body (standard deviation)."""
SMOOTH_POINTS = 4.0
"""Over how many points that straying is alike."""
SHARE = 0.35


def settled(seen: Patch, view: View, fit: Fit) -> Array:
    """The fitted border moved along its normals to (n, 2) millimetres from the tap.

    A Gaussian process along the closed contour: straying is ``FREE_MM`` with a squared exponential kernel of
    ``SMOOTH_POINTS``, each point pulled to its evidence with that evidence's own variance.
    """
    body, out = (a for a in contour(fit.parameters[None], np.array([fit.pose.facing])))
    points = np.arange(body.shape[1])
    stray = np.zeros(len(points))
    kernel = _kernel(len(points))
    for _ in range(ROUNDS):
        pull, trust = pulls(seen, view, body + stray[:, None] * out, out, points, 1.0)
        noise = np.diag(1 / np.maximum(trust[0] * SHARE, 1e-6))
        stray = kernel @ np.linalg.solve(kernel + noise, stray + pull[0])
    moved: Array = body[0] + stray[:, None] * out[0]
    return moved


@cache
def _kernel(count: int) -> Array:
    apart = np.abs(np.arange(count)[:, None] - np.arange(count)[None, :])
    apart = np.minimum(apart, count - apart)
    kernel: Array = FREE_MM**2 * np.exp(-0.5 * (apart / SMOOTH_POINTS) ** 2)
    return kernel
