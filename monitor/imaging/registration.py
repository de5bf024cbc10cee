"""Where the target vertebra has gone since the reference: coarse search over the field, then robust refinement.

Coarse: normalised correlation of the reference's patch over the new image, for a few turns and magnifications; it also
tells how well a shot fits a view. Fine: iteratively reweighted Gauss-Newton on the informative pixels of the patch
(after Lucas and Kanade 1981; Baker and Matthews 2004, inverse compositional form), so that cement, cannula and moving
gas, which agree with no bone motion, lose their vote.
"""

from dataclasses import dataclass
from math import cos, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.imaging.arrays import Array, Values, median, sample

Affine = NDArray[np.float64]
"""(2, 3) matrix from reference image pixels to current image pixels."""

COARSE_STEP = 3
FAR_COSTS = 0.2
POINTS = 3000
ITERATIONS = 14
SETTLED_PX, SETTLED_RAD = 0.02, 2e-4
"""A step smaller than these is the last: a tenth of what noise leaves."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A registration: ``matrix`` takes reference pixels to current pixels, ``quality`` is the correlation, -1..1."""

    matrix: Affine
    quality: float


class Patch:
    """The part of a reference that moves with the target, prepared once and matched against every pulse.

    Parameters
    ----------
    texture
        float32 (h, w): the reference's texture.
    weight
        float32 (h, w) 0..1: what may vote (usable, around the target, not the cannula).
    centre
        (x, y) the turn is measured about, image pixels.
    """

    def __init__(self, texture: Array, weight: Array, centre: tuple[float, float]) -> None:
        self.centre = centre
        ys, xs = np.nonzero(weight > 0.05)
        self._box = (int(xs.min()), int(ys.min()), int(xs.max()) + 1, int(ys.max()) + 1)
        self._coarse = self._shrunk(texture, weight)
        self._prepare(texture, weight)

    def _shrunk(self, texture: Array, weight: Array) -> Array:
        x0, y0, x1, y1 = self._box
        part = (texture * weight)[y0:y1, x0:x1]
        return _shrink(part)

    def _prepare(self, texture: Array, weight: Array) -> None:
        gx = cv2.Sobel(texture, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
        gy = cv2.Sobel(texture, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
        worth = (gx * gx + gy * gy) * weight
        ys, xs = _spread(worth, POINTS)
        cx, cy = self.centre
        rx, ry = xs - cx, ys - cy
        px, py = gx[ys, xs], gy[ys, xs]
        self._x, self._y = xs.astype(np.float32), ys.astype(np.float32)
        self._value = texture[ys, xs]
        self._weight = weight[ys, xs]
        # Columns: shift x, shift y, turn (radians), magnification (log).
        self._steepest = np.stack([px, py, px * -ry + py * rx, px * rx + py * ry]).astype(np.float32)

    def search(self, texture: Array, turns_deg: tuple[float, ...], scale: float = 1.0, far_px: float = np.inf) -> Fit:
        """Find the patch, magnified by ``scale``, anywhere in ``texture``, the whole current image.

        ``far_px`` is the distance from where the patch was in the reference at which a match must be better by
        ``FAR_COSTS`` to be believed: the neighbouring vertebrae look alike, and teams bring the C-arm back.
        """
        field = _shrink(texture)
        fits = [self._match(field, turn, scale, far_px) for turn in turns_deg]
        return max(fits, key=lambda f: f.quality)

    def _match(self, field: Array, turn_deg: float, scale: float, far_px: float) -> Fit:
        h, w = self._coarse.shape
        size = (max(round(w * scale), 8), max(round(h * scale), 8))
        turn = cv2.getRotationMatrix2D(((w - 1) / 2, (h - 1) / 2), -turn_deg, scale)
        turn[:, 2] += [(size[0] - w) / 2, (size[1] - h) / 2]
        patch = cv2.warpAffine(self._coarse, turn, size)
        margin_y, margin_x = size[1] // 3, size[0] // 3
        padded = cv2.copyMakeBorder(field, margin_y, margin_y, margin_x, margin_x, cv2.BORDER_CONSTANT)
        if padded.shape[0] < size[1] or padded.shape[1] < size[0]:
            return Fit(np.eye(2, 3), -1.0)
        scores = cv2.matchTemplate(padded, patch, cv2.TM_CCORR_NORMED)
        scores = np.where(np.isfinite(scores), scores, -1.0)
        # The middle of the patch in the full-size reference, and for each score in the full-size current image.
        middle = np.array([self._box[0] + self._box[2] - 1, self._box[1] + self._box[3] - 1]) / 2
        xs = (np.arange(scores.shape[1]) - margin_x + size[0] / 2) * COARSE_STEP - 0.5
        ys = (np.arange(scores.shape[0]) - margin_y + size[1] / 2) * COARSE_STEP - 0.5
        away = np.hypot(xs[None, :] - scale * middle[0], ys[:, None] - scale * middle[1]) / far_px
        scores = scores - FAR_COSTS * np.square(np.minimum(away, 1.0))
        y, x = np.unravel_index(int(scores.argmax()), scores.shape)
        c, s = scale * cos(radians(turn_deg)), scale * sin(radians(turn_deg))
        turned = np.array([[c, -s], [s, c]])
        there = np.array([xs[x], ys[y]])
        return Fit(np.column_stack([turned, there - turned @ middle]), float(scores[y, x]))

    def window(self, start: Affine, shape: tuple[int, ...], margin_px: int = 20) -> tuple[slice, slice]:
        """The part of the current image that the patch is expected to cover."""
        x0, y0, x1, y1 = self._box
        corners = np.array([[x0, y0], [x1, y0], [x1, y1], [x0, y1]], float) @ start[:, :2].T + start[:, 2]
        (left, top), (right, bottom) = corners.min(0) - margin_px, corners.max(0) + margin_px
        rows = slice(int(np.clip(top, 0, shape[0] - 1)), int(np.clip(bottom, 1, shape[0])))
        return rows, slice(int(np.clip(left, 0, shape[1] - 1)), int(np.clip(right, 1, shape[1])))

    def refine(self, texture: Array, usable: Array, start: Affine) -> Fit:
        """Refine a start to sub-pixel accuracy.

        Parameters
        ----------
        texture, usable
            float32 (h, w) of the current image; ``usable`` 0..1.
        start
            Matrix within about 3 px and 2 degrees of the truth.
        """
        matrix = start.copy()
        both = np.asarray(cv2.merge([texture, usable]), np.float32)
        for _ in range(ITERATIONS):
            value, seen = self._sampled(both, matrix)
            residual = value - self._value
            step = self._solve(residual, seen * _tukey(residual, seen))
            if step is None:
                return Fit(matrix, -1.0)
            matrix = self._compose(matrix, step)
            if np.hypot(step[0], step[1]) < SETTLED_PX and abs(step[2]) < SETTLED_RAD:
                break
        return Fit(matrix, _correlation(value, self._value, seen))

    def _sampled(self, both: NDArray[np.float32], matrix: Affine) -> tuple[Values, Values]:
        """The current texture at the points, and how much each counts there."""
        a = matrix.astype(np.float32)
        x, y = (row[0] * self._x + row[1] * self._y + row[2] for row in a)
        value, usable = np.moveaxis(sample(both, x[None], y[None], cv2.BORDER_CONSTANT)[0], 1, 0).copy()
        return value, usable * self._weight

    def _solve(self, residual: Values, weight: Values) -> NDArray[np.float64] | None:
        weighted = self._steepest * weight
        hessian = np.asarray(self._steepest @ weighted.T, np.float64)
        scale = np.trace(hessian) / 4
        if not np.isfinite(scale) or scale <= 0:
            return None
        # Magnification barely changes within a layout: a weak prior keeps it from trading against shifts.
        hessian[3, 3] += 0.3 * hessian[3, 3]
        try:
            return np.linalg.solve(hessian + 1e-6 * scale * np.eye(4), np.asarray(weighted @ residual, np.float64))
        except np.linalg.LinAlgError:
            return None

    def _compose(self, matrix: Affine, step: NDArray[np.float64]) -> Affine:
        """Apply the inverse of the reference's incremental motion before ``matrix``."""
        dx, dy, turn, log_scale = -step
        k = np.exp(np.clip(log_scale, -0.05, 0.05))
        turned = k * np.array([[cos(turn), -sin(turn)], [sin(turn), cos(turn)]])
        centre = np.array(self.centre)
        shift = centre + np.array([dx, dy]) - turned @ centre
        return np.column_stack([matrix[:, :2] @ turned, matrix[:, :2] @ shift + matrix[:, 2]])


def decompose(matrix: Affine) -> tuple[float, float]:
    """Turn in degrees (x towards y) and magnification of a similarity matrix."""
    return float(np.degrees(np.arctan2(matrix[1, 0], matrix[0, 0]))), float(np.hypot(matrix[0, 0], matrix[1, 0]))


def _shrink(image: Array) -> Array:
    h, w = image.shape[0] // COARSE_STEP, image.shape[1] // COARSE_STEP
    cropped = image[: h * COARSE_STEP, : w * COARSE_STEP]
    return cv2.resize(cropped, (w, h), interpolation=cv2.INTER_AREA).astype(np.float32)


def _spread(worth: Array, count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pick the most informative pixels, each cell of a grid giving no more than its share."""
    cell = 16
    h, w = worth.shape
    rows, cols = h // cell, w // cell
    tiles = worth[: rows * cell, : cols * cell].reshape(rows, cell, cols, cell).transpose(0, 2, 1, 3)
    flat = tiles.reshape(rows * cols, cell * cell)
    live = flat.max(1) > 0
    share = min(cell * cell, max(8, count // max(int(live.sum()), 1)))
    order = np.argsort(-flat[live], axis=1, kind="stable")[:, :share]
    keep = np.take_along_axis(flat[live], order, 1) > 0
    tile = np.nonzero(live)[0][:, None]
    ys = (tile // cols) * cell + order // cell
    xs = (tile % cols) * cell + order % cell
    return ys[keep], xs[keep]


def _tukey(residual: Values, seen: Values) -> Values:
    """Tukey's biweight; the scale comes from the residuals' median magnitude where there is something to see."""
    size = np.abs(residual)
    # Every third residual tells the scale as well as all of them do.
    telling = size[::3][seen[::3] > 0.1]
    if not len(telling):
        return np.zeros_like(residual)
    ratio = np.minimum(size / np.float32(4.685 * 1.4826 * median(telling) + 1e-6), np.float32(1))
    return np.asarray(np.square(1 - ratio * ratio), np.float32)


def _correlation(a: Values, b: Values, weight: Values) -> float:
    total = float(weight.sum())
    if total < 0.2 * len(weight):
        return -1.0
    a = a - np.float32(float(a @ weight) / total)
    b = b - np.float32(float(b @ weight) / total)
    weighted = a * weight
    power = float(weighted @ a) * float((b * weight) @ b)
    return float(weighted @ b) / power**0.5 if power > 0 else -1.0
