"""The fourteen numbers of a body that describe a true outline best."""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.outline_shape import CX, LOG_HEIGHT, LOG_WIDTH, PARAMETERS, TURN, contour, prior
from monitor.learning.examples import Example

Array = NDArray[np.float64]

MAP_MM = 0.4
HALF_MM = 60.0
MOST_BEYOND_CORE_MM = 2.5


class TrueBorder:
    """Signed distance (mm, negative inside) from the border to be found, by place in mm from the tap.

    It is the silhouette, drawn in by a tenth of the way to the core, and cut where a pedicle or rim stands out more
    than 2.5 mm beyond the core.
    """

    def __init__(self, example: Example) -> None:
        outer, inner = (self._distance(example, ring) for ring in (example.outline, example.core))
        self._map = np.maximum(0.9 * outer + 0.1 * inner, inner - MOST_BEYOND_CORE_MM)

    @staticmethod
    def _distance(example: Example, ring: Array) -> Array:
        size = 2 * round(HALF_MM / MAP_MM) + 1
        drawn = np.zeros((size, size), np.uint8)
        place = (ring - example.tap) * example.spacing_mm / MAP_MM + size // 2
        cv2.fillPoly(drawn, [np.round(place * 16).astype(np.int32)], 1, shift=4)
        return (cv2.distanceTransform(1 - drawn, 2, 5) - cv2.distanceTransform(drawn, 2, 5)) * MAP_MM

    def at(self, points: Array) -> Array:
        """Bilinear look-up for (..., 2) points."""
        place = np.clip(points / MAP_MM + self._map.shape[0] // 2, 0, self._map.shape[0] - 1.001)
        (x, y), (fx, fy) = np.moveaxis(place.astype(int), -1, 0), np.moveaxis(place % 1, -1, 0)
        upper = self._map[y, x] * (1 - fx) + self._map[y, x + 1] * fx
        lower = self._map[y + 1, x] * (1 - fx) + self._map[y + 1, x + 1] * fx
        return upper * (1 - fy) + lower * fy

    def inside(self) -> Array:
        """Places within, mm."""
        return (np.argwhere(self._map < 0)[:, ::-1] - self._map.shape[0] // 2) * MAP_MM


def described(example: Example, border: TrueBorder) -> tuple[Array, Array, float]:
    """Parameters (1, 14) and facing (1,) of the true body, and how far its border is from the truth (mean, mm)."""
    turn = float(np.arctan2(example.up[0], -example.up[1]))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    facing = np.array([-1.0 if (turned.T @ example.forward)[0] < 0 and example.view.value == "lateral" else 1.0])
    shape, within = prior(example.view), border.inside()
    start = shape.mean.copy()
    start[[CX, CX + 1]], start[TURN] = within.mean(axis=0), turn
    extent = np.ptp(np.percentile((within - within.mean(axis=0)) @ turned, [4, 96], axis=0), axis=0)
    start[[LOG_WIDTH, LOG_HEIGHT]] = np.log(1.02 * extent)
    body, keep = start.copy(), 0.05 / (1.5 * shape.sd) ** 2
    for _ in range(25):
        many = np.tile(body, (PARAMETERS + 1, 1))
        many[:-1] += 1e-4 * np.eye(PARAMETERS)
        points, normals = contour(many, np.repeat(facing, len(many)))
        slope = (((points[:-1] - points[-1]) * normals[-1]).sum(axis=-1) / 1e-4).T
        pull = 0.5 * slope.T @ -border.at(points[-1]) - keep * (body - start)
        body = body + 0.7 * np.linalg.solve(0.5 * slope.T @ slope + np.diag(keep), pull)
    points, _ = contour(body[None], facing)
    return body[None], facing, float(np.abs(border.at(points[0])).mean())
