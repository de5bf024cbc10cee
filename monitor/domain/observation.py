"""What the imaging says of one live frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from monitor.domain.geometry import Motion, Point, Polygon
from monitor.domain.words import View, Wall, Zone


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """The target vertebral body in one view.

    Attributes
    ----------
    polygon
        Its border, in frame pixels.
    corners
        Lateral: ``superior_anterior``, ``superior_posterior``, ``inferior_posterior``, ``inferior_anterior``;
        AP: ``superior_left``, ``superior_right``, ``inferior_right``, ``inferior_left`` (sides of the image).
    source
        ``auto`` (proposed by the monitor), ``tap`` (found from a tap) or ``user`` (drawn or accepted).
    confidence
        0 to 1.
    whole
        It is known to be the silhouette's all round: not the near line of an endplate that is tilted against the beam.
    """

    polygon: Polygon
    corners: Mapping[str, Point]
    source: str
    confidence: float = 1.0
    whole: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """Another vertebral body in the picture.

    Attributes
    ----------
    polygon
        Its border, frame pixels.
    steps
        How many vertebrae below the target it is, negative above; None where one between may have been missed.
    """

    polygon: Polygon
    steps: int | None


@dataclass(frozen=True, slots=True)
class Cannula:
    """The cannula as seen, in frame pixels: ``tip`` (deepest) and ``tail`` (where it leaves the image, or its hub)."""

    tip: Point
    tail: Point


@dataclass(frozen=True, slots=True, eq=False)
class Extravasate:
    """One connected piece of cement beyond the outline.

    Attributes
    ----------
    zone
        Where it is.
    polygon
        Its border, frame pixels.
    area_mm2
        Projected area.
    reach_mm
        Distance of its farthest cement from the outline.
    length_mm, width_mm
        Along its medial axis, and mean across it; a vein is long and thin.
    at
        Its centre of area, frame pixels.
    off_wall_mm
        Distance of its farthest cement from the straight line of the wall or endplate that it lies beyond.
    wall_share
        Behind the posterior wall: the height of its middle, from 0 at the superior to 1 at the inferior corner; else
        None.
    """

    zone: Zone
    polygon: Polygon
    area_mm2: float
    reach_mm: float
    length_mm: float
    width_mm: float
    at: Point
    off_wall_mm: float
    wall_share: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Everything measured on one frame in which the beam was on.

    Attributes
    ----------
    t_s, frame, shot, view
        Which frame; ``shot`` counts from 1.
    pulse
        Number of the distinct X-ray pulse within the shot, from 0; frames that show the same pulse share it.
    outline
        Carried to this frame, or None where it isn't known.
    cement
        Polygons of all cement seen, frame pixels.
    outside
        The pieces of it beyond the outline.
    cement_mm2
        Projected area of all cement.
    gaps_mm
        Distance of the bolus' front from each wall while still inside; no entry where there is no cement.
    depth_mm
        Extent of the body from its posterior to its anterior wall (lateral only), for fractions such as the posterior
        quarter; None elsewhere.
    neighbours, pedicles
        Other bodies in the picture, and middles of the target's pedicles (AP), where the model showed any.
    cannula, motion
        As found; ``motion`` is against the view's reference.
    quality
        0 to 1, how well the frame fits the reference.
    refusal
        None where the frame was judged, else the technical code that says why not (``view_unknown``, ``no_outline``,
        ``tracking_lost``, ``degraded``): then nothing may be concluded from the cement of this frame.
    spacing_mm
        Millimetres per frame pixel at the target that the sizes above were computed with.
    ms
        Time spent on this frame. Not part of any judgement.
    """

    t_s: float
    frame: int
    shot: int
    view: View
    pulse: int = 0
    outline: Outline | None = None
    cement: tuple[Polygon, ...] = ()
    outside: tuple[Extravasate, ...] = ()
    cement_mm2: float = 0.0
    gaps_mm: Mapping[Wall, float] = field(default_factory=lambda: MappingProxyType({}))
    depth_mm: float | None = None
    neighbours: tuple[Neighbour, ...] = ()
    pedicles: tuple[Point, ...] = ()
    cannula: Cannula | None = None
    motion: Motion | None = None
    quality: float = 0.0
    refusal: str | None = None
    spacing_mm: float = 0.0
    ms: float = 0.0

    @property
    def outside_mm2(self) -> dict[Zone, float]:
        """Projected cement beyond the outline by zone, in mm²."""
        total: dict[Zone, float] = {}
        for piece in self.outside:
            total[piece.zone] = total.get(piece.zone, 0.0) + piece.area_mm2
        return total

    def to_json(self) -> dict[str, Any]:
        """One line of ``observations.jsonl``."""
        return {
            "t": round(self.t_s, 4),
            "frame": self.frame,
            "shot": self.shot,
            "view": self.view.value,
            "outline": None if self.outline is None else points_json(self.outline.polygon),
            "cement": [points_json(p) for p in self.cement],
            "outside": [points_json(p.polygon) for p in self.outside],
            "cement_mm2": round(self.cement_mm2, 2),
            "outside_mm2": {zone.value: round(area, 2) for zone, area in self.outside_mm2.items()},
            "cannula": None
            if self.cannula is None
            else {"tip": point_json(self.cannula.tip), "tail": point_json(self.cannula.tail)},
            "motion": None
            if self.motion is None
            else [round(self.motion.dx_px, 2), round(self.motion.dy_px, 2), round(self.motion.degrees, 3)],
            "ms": round(self.ms, 2),
        }


def point_json(point: Point) -> list[float]:
    """``[x, y]`` to a tenth of a pixel."""
    return [round(float(point[0]), 1), round(float(point[1]), 1)]


def points_json(points: Polygon) -> list[list[float]]:
    """A polygon as a list of ``[x, y]``, to a tenth of a pixel."""
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]
