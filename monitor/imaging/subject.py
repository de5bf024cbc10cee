"""The target in one view: where it is now, and what has been added to it since the view's first pulse."""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from monitor.config import CementSettings, RegistrationSettings
from monitor.domain import Cannula, Extravasate, Image, Motion, Outline, Point, Polygon, View, Wall, polygon
from monitor.imaging.arrays import Array
from monitor.imaging.bolus import Bolus, Findings
from monitor.imaging.grid import coarsened
from monitor.imaging.registration import Affine, Fit, Patch, decompose
from monitor.imaging.texture import SHADING_MM, texture

DEFAULT_SPACING_MM = 0.3
"""Assumed millimetres per image pixel until the scale is known; only the width of a filter depends on it."""
TURNS_DEG = (-3.0, -1.5, 0.0, 1.5, 3.0)
MAGNIFICATIONS = (1.0, 0.67, 0.75, 0.85, 1.18, 1.33, 1.5)
NEIGHBOUR_MM = 25.0
"""Nearer than this no other vertebra can be."""
REACH_MM = 12.0
"""How far around the body the bone that moves with it is taken to reach: the neighbours' endplates."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What one pulse showed, in pixels of the current frame."""

    outline: Outline | None
    motion: Motion
    cannula: Cannula | None = None
    cement: tuple[Polygon, ...] = ()
    outside: tuple[Extravasate, ...] = ()
    cement_mm2: float = 0.0
    signal_mm2: float = 0.0
    gaps_mm: dict[Wall, float] | None = None
    depth_mm: float | None = None


class Subject:
    """One view of the target.

    Parameters
    ----------
    view
        AP or lateral.
    image
        The view's first usable pulse: its grid is the reference grid.
    registration, cement
        Settings.
    """

    def __init__(self, view: View, image: Image, registration: RegistrationSettings, cement: CementSettings) -> None:
        self.view = view
        self._settings, self._cement_settings = registration, cement
        self._base = image
        self._mean = image.attenuation.copy()
        self._count = 1
        self._outline: Outline | None = None
        self._spacing_mm: float | None = None
        self._bolus: Bolus | None = None
        self._patch = self._make_patch()

    @property
    def outline(self) -> Outline | None:
        """The outline in the reference's frame pixels."""
        return self._outline

    @property
    def reference_image(self) -> Image:
        """The average of the first pulses, on the reference grid."""
        return replace(self._base, attenuation=self._mean)

    @property
    def pulses_averaged(self) -> int:
        """How many pulses the reference image averages."""
        return self._count

    def suited(self, image: Image) -> Image:
        """The image on the grid that this view is measured on."""
        return image if self._spacing_mm is None else coarsened(image, self._spacing_mm)

    def locate(self, image: Image, start: Affine | None) -> Fit:
        """Register a pulse; ``start`` is the last pulse's matrix in the same shot, or None to search everywhere."""
        if start is not None:
            fit = self._refined(image, start)
            if fit.quality >= self._settings.least_quality:
                return fit
        current, _ = texture(image.attenuation, image.usable, self._shading_px(image))
        magnifications = MAGNIFICATIONS if image.layout != self._base.layout else (1.0,)
        ratio = self._base.scale / image.scale
        far_px = NEIGHBOUR_MM / SHADING_MM * self._shading_px(image)
        coarse = self._patch.search(current, TURNS_DEG, tuple(m * ratio for m in magnifications), far_px)
        return self._refined(image, coarse.matrix)

    def _refined(self, image: Image, start: Affine) -> Fit:
        """Refine within the part of the image where the patch must be; the rest would only cost time."""
        rows, columns = self._patch.window(start, image.attenuation.shape)
        current, support = texture(
            image.attenuation[rows, columns], image.usable[rows, columns], self._shading_px(image)
        )
        corner = np.array([columns.start, rows.start], float)
        local = start.copy()
        local[:, 2] -= corner
        fit = self._patch.refine(current, support, local)
        matrix = fit.matrix.copy()
        matrix[:, 2] += corner
        return Fit(matrix, fit.quality)

    def average(self, image: Image, fit: Fit) -> None:
        """Average a pulse of the first shot into the reference, while nothing has been placed yet."""
        if self._bolus is not None or self._count >= self._settings.reference_pulses:
            return
        h, w = self._mean.shape
        moved = cv2.warpAffine(image.attenuation, fit.matrix, (w, h), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
        seen = cv2.warpAffine(
            image.usable.astype(np.uint8), fit.matrix, (w, h), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
        ).astype(bool)
        level = float(np.median((moved - self._mean)[seen])) if seen.any() else 0.0
        self._count += 1
        self._mean[seen] += ((moved - level - self._mean) / self._count)[seen]

    def to_reference(self, point: Point, image: Image, fit: Fit) -> Point:
        """A point of the current frame in the reference's frame pixels."""
        here = (np.array(point) - image.origin) / image.scale
        there = np.linalg.solve(fit.matrix[:, :2], here - fit.matrix[:, 2])
        x, y = np.array(self._base.origin) + self._base.scale * there
        return float(x), float(y)

    def place(self, outline: Outline, spacing_mm: float) -> None:
        """Set the outline (reference's frame pixels) and the scale; measuring begins, on a grid that suits it.

        ``spacing_mm`` is millimetres per pixel of the reference's frame.
        """
        self._outline, self._spacing_mm = outline, spacing_mm
        self._base = coarsened(self.reference_image, spacing_mm)
        self._mean = self._base.attenuation
        self._patch = self._make_patch()
        grid = self._grid(outline.polygon)
        corners = {name: self._grid_point(p) for name, p in outline.corners.items()}
        self._bolus = Bolus(
            self.view, self.reference_image, grid, corners, spacing_mm * self._base.scale, self._cement_settings
        )

    def measure(self, image: Image, fit: Fit, new_shot: bool, cemented: bool) -> Measured:
        """Measure a registered pulse. ``cemented``: cement has been seen in some view, so references are settled."""
        motion = self._motion(image, fit)
        if self._bolus is None or self._outline is None:
            return Measured(None, motion)
        found = self._bolus.update(image, fit.matrix, new_shot, cemented)
        return self._told(found, image, fit, motion, self._outline)

    def _told(self, found: Findings, image: Image, fit: Fit, motion: Motion, outline: Outline) -> Measured:
        def out(points: Polygon) -> Polygon:
            moved = points.astype(np.float64) @ fit.matrix[:, :2].T + fit.matrix[:, 2]
            return polygon(np.array(image.origin) + image.scale * moved)

        def out_point(point: Point) -> Point:
            x, y = out(polygon([point]))[0]
            return float(x), float(y)

        placed = replace(
            outline,
            polygon=motion.apply(outline.polygon),
            corners={n: _pair(motion.apply(polygon([p]))) for n, p in outline.corners.items()},
        )
        return Measured(
            outline=placed,
            motion=motion,
            cannula=None if found.band is None else Cannula(out_point(found.band.tip), out_point(found.band.tail)),
            cement=tuple(out(p) for p in found.cement),
            outside=tuple(replace(e, polygon=out(e.polygon), at=out_point(e.at)) for e in found.outside),
            cement_mm2=found.cement_mm2,
            signal_mm2=found.signal_mm2,
            gaps_mm=found.gaps_mm,
            depth_mm=found.depth_mm,
        )

    def _motion(self, image: Image, fit: Fit) -> Motion:
        centre = np.array(self._grid_centre())
        moved = fit.matrix[:, :2] @ centre + fit.matrix[:, 2]
        before = np.array(self._base.origin) + self._base.scale * centre
        after = np.array(image.origin) + image.scale * moved
        degrees, scale = decompose(fit.matrix)
        dx, dy = after - before
        return Motion(
            float(dx), float(dy), degrees, scale * image.scale / self._base.scale, (float(before[0]), float(before[1]))
        )

    def _grid_centre(self) -> tuple[float, float]:
        if self._outline is not None:
            x, y = self._grid(self._outline.polygon).mean(0)
            return float(x), float(y)
        h, w = self._base.attenuation.shape
        return (w - 1) / 2, (h - 1) / 2

    def _make_patch(self) -> Patch:
        base = self._base
        pattern, _ = texture(self._mean, base.usable, self._shading_px(base))
        weight = self._around(base.usable.astype(np.float32))
        return Patch(pattern, weight, self._grid_centre())

    def _around(self, usable: Array) -> Array:
        h, w = usable.shape
        near = np.zeros((h, w), np.float32)
        if self._outline is None or self._spacing_mm is None:
            near[h // 5 : h - h // 5, w // 5 : w - w // 5] = 1
            return usable * near
        cv2.fillPoly(near, [np.round(self._grid(self._outline.polygon)).astype(np.int32)], 1.0)
        k = 2 * round(REACH_MM / (self._spacing_mm * self._base.scale)) + 1
        return usable * np.asarray(cv2.dilate(near, np.ones((k, k), np.uint8)), np.float32)

    def _shading_px(self, image: Image) -> float:
        if self._spacing_mm is None:
            return SHADING_MM / DEFAULT_SPACING_MM
        return SHADING_MM / (self._spacing_mm * image.scale)

    def _grid(self, points: Polygon) -> Polygon:
        return polygon((points - np.array(self._base.origin, np.float32)) / self._base.scale)

    def _grid_point(self, point: Point) -> Point:
        return _pair(self._grid(polygon([point])))


def _pair(points: Polygon) -> Point:
    return float(points[0][0]), float(points[0][1])
