"""A plain vertebral column in attenuation, with exact truth: for stating the accuracy of one stage at a time."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Image, Polygon, polygon

Array = NDArray[np.float32]
SIZE = 400
SPACING_MM = 0.28
CENTRE = (200.0, 200.0)


def body_outline(x: float = CENTRE[0], y: float = CENTRE[1]) -> Polygon:
    """A body 34 mm deep and 25 mm high; posterior on the left, superior at the top."""
    w, h = 34 / SPACING_MM / 2, 25 / SPACING_MM / 2
    return polygon([[x - w, y - h], [x + w, y - h], [x + w, y + h], [x - w, y + h]])


CORNERS = {
    "superior_posterior": (float(body_outline()[0][0]), float(body_outline()[0][1])),
    "superior_anterior": (float(body_outline()[1][0]), float(body_outline()[1][1])),
    "inferior_anterior": (float(body_outline()[2][0]), float(body_outline()[2][1])),
    "inferior_posterior": (float(body_outline()[3][0]), float(body_outline()[3][1])),
}


@dataclass(frozen=True)
class Scenery:
    """The column: bone, soft tissue and a seed for their texture."""

    seed: int = 0

    def attenuation(self) -> Array:
        """float32 (400, 400), bone high, no noise."""
        rng = np.random.default_rng(self.seed)
        y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
        picture = 0.8 + 0.2 * np.sin(x / 90) + 0.15 * np.cos(y / 70)
        for n in range(-1, 3):
            self._add_body(picture, 200 + (n * 32 - 0) / SPACING_MM, rng)
        texture = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), 2.5)
        return np.asarray(picture + 0.25 * texture * 0.3, np.float32)

    def _add_body(self, picture: Array, y: float, rng: np.random.Generator) -> None:
        outline = np.round(body_outline(200 + rng.uniform(-4, 4) * (y != 200), y)).astype(np.int32)
        inside = np.zeros((SIZE, SIZE), np.float32)
        cv2.fillPoly(inside, [outline], 1.0)
        rim = np.zeros((SIZE, SIZE), np.float32)
        cv2.polylines(rim, [outline], True, 1.0, 4)
        picture += cv2.GaussianBlur(0.06 * inside + 0.1 * rim, (0, 0), 1.2)


def moved(picture: Array, dx: float, dy: float, degrees: float = 0.0, scale: float = 1.0) -> Array:
    """Turn about the body's centre and shift; what was at p is now at centre + scale R (p - centre) + (dx, dy)."""
    matrix = cv2.getRotationMatrix2D(CENTRE, -degrees, scale)
    matrix[:, 2] += np.array([dx, dy])
    return np.asarray(cv2.warpAffine(picture, matrix, (SIZE, SIZE), borderMode=cv2.BORDER_REPLICATE), np.float32)


def disc(x: float, y: float, radius_mm: float, height: float = 0.8) -> Array:
    """A round deposit of cement, thickest in the middle."""
    yy, xx = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    r = np.hypot(xx - x, yy - y) * SPACING_MM / radius_mm
    return np.asarray(height * np.sqrt(np.clip(1 - r * r, 0, None)), np.float32)


def rod(tip: tuple[float, float], tail: tuple[float, float], width_mm: float = 2.6, height: float = 0.9) -> Array:
    """A cannula between two points."""
    canvas = np.zeros((SIZE * 4, SIZE * 4), np.uint8)
    a, b = (tuple(round((v + 0.5) * 4 - 0.5) for v in p) for p in (tip, tail))
    axis = np.array(b, float) - a
    normal = np.array([-axis[1], axis[0]]) / np.hypot(*axis) * width_mm / SPACING_MM * 2
    cv2.fillConvexPoly(canvas, np.round([a + normal, a - normal, b - normal, b + normal]).astype(np.int32), 255)
    small = cv2.resize(canvas, (SIZE, SIZE), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(height * small, (0, 0), 0.8), np.float32)


def noisy(picture: Array, seed: int, sigma: float = 0.03) -> Array:
    """Add quantum noise as it is after the C-arm's own filtering."""
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape).astype(np.float32)
    return np.asarray(picture + noise, np.float32)


def image(attenuation: Array, frame: int = 0) -> Image:
    """The picture as a pulse on a grid equal to the frame's."""
    usable = np.zeros(attenuation.shape, bool)
    usable[6:-6, 6:-6] = True
    return Image(frame, frame / 10, attenuation, usable, 1.0, (0.0, 0.0), 0)
