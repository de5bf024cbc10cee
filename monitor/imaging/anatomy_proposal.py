"""From what the networks found, in their cells, to a proposal in frame pixels."""

from dataclasses import dataclass, replace
from math import hypot

import numpy as np
from numpy.typing import NDArray

from monitor.domain import Cannula, Image, Outline, Point, Polygon, Proposal, View, polygon
from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy_body import Traced, window_around
from monitor.imaging.anatomy_field import Body, Rod, points_at
from monitor.imaging.anatomy_input import Affine

Points = NDArray[np.float64]

TIP_MOVES = 0.25
"""How far the second network may move a tip, in square roots of the body's area."""
POINTED = 0.5
UPSIDE_DOWN = 0.7
"""An AP picture read with the head up, unless the head points down the display by more than this (cosine)."""


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What the first network found; ``window`` takes its pixels to the image's."""

    window: Affine
    view: View
    view_confidence: float
    bodies: list[Body]
    rods: list[Rod]

    @property
    def cell_px(self) -> float:
        """Image pixels per cell."""
        return hypot(self.window[0, 0], self.window[1, 0]) * _FIELD_STEP

    def point(self, cell: Points) -> Points:
        """Pixels of the image, from cells."""
        return _from_cells(cell, self.window, _FIELD_STEP)

    def cell(self, pixel: Points) -> Points:
        """Cells, from a pixel of the image."""
        shown = np.linalg.solve(self.window[:, :2], pixel - self.window[:, 2])
        return np.asarray((shown + 0.5) / _FIELD_STEP - 0.5)

    def window_of(self, body: Body) -> Affine:
        """The window around a body: head up, front to the left."""
        right = np.array([-body.up[1], body.up[0]])
        mirrored = self.view is View.LATERAL and float(body.front @ right) > 0
        side = maps.WINDOW * body.extent * self.cell_px
        return window_around(self.point(body.centre), side, body.up, mirrored, maps.BODY_PX)


_FIELD_STEP = maps.FIELD_PX / maps.FIELD_CELLS


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """``Traced`` in the image's pixels."""

    border: Points
    corners: Points
    pedicles: Points
    tips: Points
    sure: float

    @classmethod
    def of(cls, found: Traced, window: Affine) -> "Drawn":
        """Take what was traced in a window to the image."""
        border, corners, pedicles, tips = (
            _from_cells(points, window, maps.BODY_PX / maps.BODY_CELLS)
            for points in (found.border, found.corners, found.pedicles, found.tips)
        )
        return cls(border, corners, pedicles, tips, found.sure)


def with_target(image: Image, field: Field, tapped: bool, target: Body, drawn: Drawn, others: list[Drawn]) -> Proposal:
    """Propose a body; ``tapped``: a person said which, so that only its border is in doubt."""
    rods = sorted(field.rods, key=lambda rod: hypot(*(rod.tip - target.centre)))
    pointed = tapped or any(rod.peak > POINTED and points_at(rod, target) for rod in rods[:1])
    confidence = field.view_confidence * (1.0 if tapped else target.chance) * drawn.sure
    corners = dict(zip(_corner_names(field.view, target), _in_frame(image, drawn.corners), strict=True))
    neighbours = [_polygon(image, other) for other in others]
    proposal = Proposal(
        view=field.view,
        view_confidence=field.view_confidence,
        target=Outline(_polygon(image, drawn), {n: _point(c) for n, c in corners.items()}, "auto", confidence),
        pointed=pointed,
        neighbours=tuple(sorted(neighbours, key=lambda ring: float(-ring.mean(0) @ target.up))),
        pedicles=tuple(_point(p) for p in _in_frame(image, drawn.pedicles)) if field.view is View.AP else (),
    )
    return with_cannula(proposal, image, field, rods, drawn)


def with_cannula(
    proposal: Proposal, image: Image, field: Field, rods: list[Rod], drawn: Drawn | None = None
) -> Proposal:
    """Add the first of the rods, its tip as the second network sees it where that sees it too."""
    if not rods:
        return proposal
    tip, tail = field.point(rods[0].tip), field.point(rods[0].tail)
    if drawn is not None and len(drawn.tips):
        near = drawn.tips[np.hypot(*(drawn.tips - tip).T).argmin()]
        reach = TIP_MOVES * float(np.sqrt(np.prod(np.ptp(drawn.border, axis=0))))
        tip = near if hypot(*(near - tip)) < reach else tip
    ends = _in_frame(image, np.stack([tip, tail]))
    return replace(proposal, cannula=Cannula(_point(ends[0]), _point(ends[1])), cannula_confidence=rods[0].peak)


def _corner_names(view: View, body: Body) -> tuple[str, ...]:
    """Names in the order of ``anatomy_maps.CORNERS``; in an AP view the sides are those of the image."""
    if view is View.LATERAL:
        first, second = "anterior", "posterior"
    else:
        first, second = ("left", "right") if body.up[1] < UPSIDE_DOWN else ("right", "left")
    return (f"superior_{first}", f"superior_{second}", f"inferior_{second}", f"inferior_{first}")


def _from_cells(points: Points, window: Affine, step: float) -> Points:
    return np.asarray(((points + 0.5) * step - 0.5) @ window[:, :2].T + window[:, 2], np.float64)


def _in_frame(image: Image, points: Points) -> Points:
    return np.asarray(points * image.scale + np.array(image.origin), np.float64)


def _polygon(image: Image, drawn: Drawn) -> Polygon:
    return polygon(_in_frame(image, drawn.border))


def _point(points: Points) -> Point:
    return float(points[0]), float(points[1])
