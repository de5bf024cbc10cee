"""The target in one view: where it is now, and what has been added to it since the view's first pulse."""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from monitor.config import CementSettings, RegistrationSettings
from monitor.domain import Cannula, Extravasate, Image, Motion, Outline, Point, Polygon, View, Wall, polygon
from monitor.imaging.arrays import Array
from monitor.imaging.average import Average
from monitor.imaging.bolus import Bolus, Findings
from monitor.imaging.grid import coarsened
from monitor.imaging.registration import Affine, Fit, Patch, decompose
from monitor.imaging.screen_image import turned_over
from monitor.imaging.surroundings import Surroundings, moved_points
from monitor.imaging.texture import SHADING_MM, texture
from monitor.imaging.trust import Trust

DEFAULT_SPACING_MM = 0.3
"""Assumed millimetres per image pixel until the scale is known; only the width of a filter depends on it."""
TURNS_DEG = (-3.0, -1.5, 0.0, 1.5, 3.0)
MAGNIFICATIONS = (1.0, 0.67, 0.75, 0.85, 1.18, 1.33, 1.5)
SHRUNK, SHRUNK_QUALITY = 0.9, 0.5
"""Magnification below which a fit must be a good one, and how good: chance fits there reach 0.46, else 0.22."""
NEIGHBOUR_MM = 25.0
"""Nearer than this no other vertebra can be."""
REACH_MM = 12.0
"""How far around the body the bone that moves with it is taken to reach: the neighbours' endplates."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What one pulse showed, in pixels of the current frame."""

    outline: Outline | None
    motion: Motion
    around: Surroundings = field(default_factory=Surroundings)
    cannula: Cannula | None = None
    cement: tuple[Polygon, ...] = ()
    outside: tuple[Extravasate, ...] = ()
    cement_mm2: float = 0.0
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
    field
        Magnification of the field in that pulse, against any earlier one.
    """

    def __init__(
        self,
        view: View,
        image: Image,
        registration: RegistrationSettings,
        cement: CementSettings,
        field: float = 1.0,
    ) -> None:
        self.view, self.field = view, field
        self._trust = Trust(registration.least_quality)
        self._settings, self._cement_settings = registration, cement
        self._average = Average(image)
        self._outline: Outline | None = None
        self._surroundings = Surroundings()
        self._spacing_mm: float | None = None
        self._bolus: Bolus | None = None
        self._returned = False
        self._patch = self._make_patch()

    @property
    def outline(self) -> Outline | None:
        """The outline in the reference's frame pixels."""
        return self._outline

    @property
    def around(self) -> Surroundings:
        """What lies around the target, in the reference's frame pixels."""
        return self._surroundings

    @property
    def reference_image(self) -> Image:
        """The average of the first pulses, on the reference grid."""
        return self._average.image

    @property
    def pulses_averaged(self) -> int:
        """How many pulses the reference image averages."""
        return self._average.count

    def suited(self, image: Image) -> Image:
        """The image on the grid that this view is measured on."""
        return image if self._spacing_mm is None else coarsened(image, self._spacing_mm)

    def believes(self, image: Image, fit: Fit, times: float = 1.0) -> bool:
        """Whether a fit reaches what is asked for, or so many times that.

        The smaller the patch, the likelier a chance fit: one at a smaller magnification must be a good one.
        """
        shrunk = self._motion(image, fit).scale < SHRUNK
        return fit.quality >= times * (SHRUNK_QUALITY if shrunk else self._trust.least)

    def locate(self, image: Image, start: Affine | None, field: float = 1.0) -> Fit:
        """Register a pulse.

        Parameters
        ----------
        start
            The last pulse's matrix in the same shot, or None to search everywhere.
        field
            Magnification of the field by now, as far as that is known.
        """
        if start is not None:
            fit = self._refined(image, start)
            if self.believes(image, fit):
                return fit
        if image.layout != self.reference_image.layout:
            return self._searched(image, MAGNIFICATIONS)
        return self._searched(image, tuple({1.0, field / self.field}))

    def locate_zoomed(self, image: Image, field: float = 1.0) -> Fit:
        """Register a pulse of unknown place; the field size may have changed in the same frame of the picture."""
        fit = self.locate(image, None, field)
        if self.believes(image, fit):
            return fit
        zoomed = self._searched(image, MAGNIFICATIONS)
        return zoomed if self.believes(image, zoomed) else fit

    def _searched(self, image: Image, magnifications: tuple[float, ...]) -> Fit:
        """Search a pulse everywhere at some magnifications against the reference."""
        current, _ = texture(image.attenuation, image.usable, self._shading_px(image))
        ratio = self.reference_image.scale / image.scale
        far_px = NEIGHBOUR_MM / SHADING_MM * self._shading_px(image)
        found = (self._patch.search(current, TURNS_DEG, m * ratio, far_px) for m in magnifications)
        return max((self._refined(image, coarse.matrix) for coarse in found), key=lambda fit: fit.quality)

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
        if self._bolus is None and self._average.count < self._settings.reference_pulses:
            self._average.add(image, fit.matrix)

    def turn_over(self) -> None:
        """Take the reference for one of the other polarity; what was measured against it is void."""
        self._average = Average(turned_over(self.reference_image), self.pulses_averaged)
        self._patch = self._make_patch()
        if self._outline is not None and self._spacing_mm is not None:
            self.place(self._outline, self._surroundings, self._spacing_mm)

    def to_reference(self, point: Point, image: Image, fit: Fit) -> Point:
        """A point of the current frame in the reference's frame pixels."""
        here = (np.array(point) - image.origin) / image.scale
        there = np.linalg.solve(fit.matrix[:, :2], here - fit.matrix[:, 2])
        x, y = np.array(self.reference_image.origin) + self.reference_image.scale * there
        return float(x), float(y)

    def place(self, outline: Outline, around: Surroundings, spacing_mm: float) -> None:
        """Set the outline (reference's frame pixels) and the scale; measuring begins, on a grid that suits it.

        ``around`` is in the reference's frame pixels, ``spacing_mm`` in millimetres per such pixel.
        """
        self._outline, self._surroundings, self._spacing_mm = outline, around, spacing_mm
        self._average = Average(coarsened(self.reference_image, spacing_mm), self.pulses_averaged)
        self._patch = self._make_patch()
        grid = self._grid(outline.polygon)
        corners = {name: self._grid_point(p) for name, p in outline.corners.items()}
        self._bolus = Bolus(
            self.view,
            self.reference_image,
            grid,
            corners,
            spacing_mm * self.reference_image.scale,
            self._cement_settings,
        )

    def measure(self, image: Image, fit: Fit, new_shot: bool, cemented: bool) -> Measured:
        """Measure a registered pulse. ``cemented``: cement has been seen in some view, so references are settled."""
        bare = self.carried(image, fit)
        if self._bolus is None:
            return bare
        self._returned |= new_shot
        if self._returned:
            self._trust.learn(fit.quality)
        return _told(self._bolus.update(image, fit.matrix, new_shot, cemented), image, fit, bare)

    def field_of(self, image: Image, fit: Fit) -> float:
        """Magnification of the field by a fit."""
        return self.field * self._motion(image, fit).scale

    def carried(self, image: Image, fit: Fit) -> Measured:
        """What is known of the view, carried to a registered pulse; nothing is measured."""
        motion, outline = self._motion(image, fit), self._outline
        if outline is None:
            return Measured(None, motion)
        corners = moved_points(motion, outline.corners)
        moved = replace(outline, polygon=motion.apply(outline.polygon), corners=corners)
        return Measured(moved, motion, self._surroundings.moved(motion))

    def accept(self) -> Outline | None:
        """Take a person's word that the outline is right; None where there is none."""
        if self._outline is not None:
            self._outline = replace(self._outline, source="user", confidence=1.0)
        return self._outline

    def _motion(self, image: Image, fit: Fit) -> Motion:
        centre = np.array(self._grid_centre())
        moved = fit.matrix[:, :2] @ centre + fit.matrix[:, 2]
        before = np.array(self.reference_image.origin) + self.reference_image.scale * centre
        after = np.array(image.origin) + image.scale * moved
        degrees, scale = decompose(fit.matrix)
        dx, dy = after - before
        return Motion(
            float(dx),
            float(dy),
            degrees,
            scale * image.scale / self.reference_image.scale,
            (float(before[0]), float(before[1])),
        )

    def _grid_centre(self) -> tuple[float, float]:
        if self._outline is not None:
            x, y = self._grid(self._outline.polygon).mean(0)
            return float(x), float(y)
        h, w = self.reference_image.attenuation.shape
        return (w - 1) / 2, (h - 1) / 2

    def _make_patch(self) -> Patch:
        base = self.reference_image
        pattern, _ = texture(base.attenuation, base.usable, self._shading_px(base))
        weight = self._around(base.usable.astype(np.float32))
        return Patch(pattern, weight, self._grid_centre())

    def _around(self, usable: Array) -> Array:
        h, w = usable.shape
        near = np.zeros((h, w), np.float32)
        if self._outline is None or self._spacing_mm is None:
            near[h // 5 : h - h // 5, w // 5 : w - w // 5] = 1
            return usable * near
        cv2.fillPoly(near, [np.round(self._grid(self._outline.polygon)).astype(np.int32)], 1.0)
        k = 2 * round(REACH_MM / (self._spacing_mm * self.reference_image.scale)) + 1
        return usable * np.asarray(cv2.dilate(near, np.ones((k, k), np.uint8)), np.float32)

    def _shading_px(self, image: Image) -> float:
        if self._spacing_mm is None:
            return SHADING_MM / DEFAULT_SPACING_MM
        return SHADING_MM / (self._spacing_mm * image.scale)

    def _grid(self, points: Polygon) -> Polygon:
        return polygon((points - np.array(self.reference_image.origin, np.float32)) / self.reference_image.scale)

    def _grid_point(self, point: Point) -> Point:
        x, y = self._grid(polygon([point]))[0]
        return float(x), float(y)


def _told(found: Findings, image: Image, fit: Fit, bare: Measured) -> Measured:
    """What the bolus shows on a pulse, from the reference grid to the frame."""

    def out(points: Polygon) -> Polygon:
        moved = points.astype(np.float64) @ fit.matrix[:, :2].T + fit.matrix[:, 2]
        return polygon(np.array(image.origin) + image.scale * moved)

    def out_point(point: Point) -> Point:
        x, y = out(polygon([point]))[0]
        return float(x), float(y)

    return replace(
        bare,
        cannula=None if found.band is None else Cannula(out_point(found.band.tip), out_point(found.band.tail)),
        cement=tuple(out(p) for p in found.cement),
        outside=tuple(replace(e, polygon=out(e.polygon), at=out_point(e.at)) for e in found.outside),
        cement_mm2=found.cement_mm2,
        gaps_mm=found.gaps_mm,
        depth_mm=found.depth_mm,
    )
