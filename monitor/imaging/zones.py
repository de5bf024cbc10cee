"""Where cement beyond the outline is, how far it has come, and how near the bolus is to each wall.

Signed distances to the straight lines of the body's walls tell the zone. What lies behind, before or beside the body
does so at any height: a pixel beyond such a wall belongs to it, also above or below the body. Any other belongs to the
endplate it lies beyond::

                   S > 0
             SP +---------+ SA          S, I: superior and inferior endplate
        P > 0   |         |   A > 0     P, A: posterior and anterior wall
             IP +---------+ IA          (AP view: left and right in their place)
                   I > 0
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Extravasate, Point, Polygon, View, Wall, Zone, polygon
from monitor.imaging.arrays import Array, Mask, grown, opened, places, quantile
from monitor.imaging.cannula_fit import Band
from monitor.imaging.metal import HALO_MM

BESIDE_MM = 0.5
"""This far beyond the line of a wall behind, before or beside the body its zone begins."""
FORAMEN_FROM, FORAMEN_MIDDLE = 0.5, (0.6, 1.0)
"""Shares of the posterior wall's height, from the superior corner: a foramen's cement lies below the first as a whole,
with its middle between the others, which are the pedicle's lower border and the disc. Cement in the canal comes from
the basivertebral vein at mid-height and spreads from there."""
TOP_SHARE = 0.05
CORRIDOR_MM, MOST_OF_IT, ALL_OF_IT = 1.6, 0.6, 0.9
"""Beside the shaft's edge; share of cement in the corridor that runs along the shaft, and of a sheath."""
ELONGATED, FAR_ELONGATED = 1.2, 2.0
"""Along the shaft over across it: of cement seen beside it, and of all where its density tells of more beneath it."""
LEAST_BOLUS_MM2 = 3.0
STRAY_SHARE = 0.003
"""Share of the bolus that may lie nearer to a wall than its front: single noisy pixels."""
LEAST_PIECE_MM2 = 0.3
THINNEST_MM = 1.0
"""Veins are wider; noise and what is left of a finger's edge are not."""

LATERAL_WALLS = {
    Wall.SUPERIOR: ("superior_posterior", "superior_anterior"),
    Wall.ANTERIOR: ("superior_anterior", "inferior_anterior"),
    Wall.INFERIOR: ("inferior_anterior", "inferior_posterior"),
    Wall.POSTERIOR: ("inferior_posterior", "superior_posterior"),
}
AP_WALLS = {
    Wall.SUPERIOR: ("superior_left", "superior_right"),
    Wall.RIGHT: ("superior_right", "inferior_right"),
    Wall.INFERIOR: ("inferior_right", "inferior_left"),
    Wall.LEFT: ("inferior_left", "superior_left"),
}
ZONE_OF = {
    Wall.SUPERIOR: Zone.DISC_SUPERIOR,
    Wall.INFERIOR: Zone.DISC_INFERIOR,
    Wall.ANTERIOR: Zone.ANTERIOR,
    Wall.POSTERIOR: Zone.POSTERIOR,
    Wall.LEFT: Zone.LEFT,
    Wall.RIGHT: Zone.RIGHT,
}
ENDPLATES = frozenset({Wall.SUPERIOR, Wall.INFERIOR})
ORDER = list(Zone)


@dataclass(frozen=True, slots=True, eq=False)
class Territory:
    """The surroundings of one outline on the region's grid, computed once.

    ``zone`` holds an index into ``ORDER`` per pixel, ``beyond_px`` the distance to the outline outside it, ``off_px``
    the distance beyond the straight line of the zone's wall, ``to_wall_px`` the distance to each wall's stretch of the
    outline.
    """

    body: Mask
    zone: NDArray[np.uint8]
    beyond_px: Array
    off_px: Array
    to_wall_px: dict[Wall, Array]
    depth_px: float | None
    behind: Array

    def cut(self, window: tuple[slice, slice]) -> "Territory":
        """The part within a window (rows, columns); distances to walls are left out."""
        return replace(
            self,
            body=self.body[window],
            zone=self.zone[window],
            beyond_px=self.beyond_px[window],
            off_px=self.off_px[window],
            to_wall_px={},
            behind=self.behind[window] if self.behind.size else self.behind,
        )


def territory(
    outline: Polygon, corners: dict[str, Point], view: View, shape: tuple[int, int], spacing_mm: float
) -> Territory:
    """Prepare the zones around an outline; all coordinates are pixels of the region's grid."""
    walls = LATERAL_WALLS if view is View.LATERAL else AP_WALLS
    body = filled([outline], shape)
    centre = outline.mean(0)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    outward = {w: _outward(x, y, corners[a], corners[b], centre) for w, (a, b) in walls.items()}
    zone, off = _zones(outward, BESIDE_MM / spacing_mm)
    beyond = cv2.distanceTransform((~body).astype(np.uint8), cv2.DIST_L2, 5)
    lateral = view is View.LATERAL
    return Territory(
        body,
        zone,
        np.asarray(beyond, np.float32),
        off,
        _wall_distances(outline, corners, walls, shape),
        _depth(corners) if lateral else None,
        _fraction(x, y, corners["superior_posterior"], corners["inferior_posterior"])
        if lateral
        else np.zeros((0, 0), np.float32),
    )


def extravasates(
    seen: Mask, sheath: Mask, beneath: Mask, where: Territory, band: Band | None, spacing_mm: float, tolerance_mm: float
) -> list[Extravasate]:
    """Pieces of cement beyond the outline by more than ``tolerance_mm``; coordinates of the region's grid.

    ``sheath`` and ``beneath`` are cement round the cannula, and hidden by it, that only its density tells.
    """
    coat = sheath | beneath
    outside = (seen | coat) & (where.beyond_px > tolerance_mm / spacing_mm)
    whole = opened(outside, max(1, round(THINNEST_MM / spacing_mm)))
    if coat.any():
        whole = _joined(whole, coat, spacing_mm)
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(whole.view(np.uint8), connectivity=8)
    pieces = []
    for label, (x, y, w, h, size) in enumerate(boxes[1:].tolist(), 1):
        if size * spacing_mm**2 >= LEAST_PIECE_MM2:
            window = slice(y, y + h), slice(x, x + w)
            near = None if band is None else band.shifted(-x, -y)
            found = _divided(
                labels[window] == label, sheath[window], beneath[window], where.cut(window), near, spacing_mm
            )
            pieces += [shifted(piece, x, y) for piece in found]
    return pieces


def _joined(whole: Mask, coat: Mask, spacing_mm: float) -> Mask:
    """Join the cement on the shaft with what is seen of it beyond the shaft's blur."""
    reach = 2 * HALO_MM / spacing_mm
    k = 2 * round(reach) + 1
    closed = cv2.morphologyEx(whole.view(np.uint8), cv2.MORPH_CLOSE, np.ones((k, k), np.uint8)).view(bool)
    return np.asarray(whole | (closed & grown(coat, reach)), bool)


def shifted(piece: Extravasate, x: float, y: float) -> Extravasate:
    """A piece on the grid that a window of it at (x, y) was cut from."""
    return replace(piece, polygon=polygon(piece.polygon + np.array([x, y])), at=(piece.at[0] + x, piece.at[1] + y))


def gaps(cement: Mask, where: Territory, spacing_mm: float) -> dict[Wall, float]:
    """Distance in mm of the bolus' front from each wall, while inside; empty without a bolus."""
    inside = cement & where.body
    if np.count_nonzero(inside) * spacing_mm**2 < LEAST_BOLUS_MM2:
        return {}
    there = np.flatnonzero(inside)
    return {wall: quantile(d.ravel().take(there), STRAY_SHARE) * spacing_mm for wall, d in where.to_wall_px.items()}


def filled(polygons: list[Polygon], shape: tuple[int, int]) -> Mask:
    """Pixels inside polygons, bool (h, w)."""
    canvas = np.zeros(shape, np.uint8)
    for points in polygons:
        cv2.fillPoly(canvas, [np.round(points * 16).astype(np.int32)], 1, cv2.LINE_8, 4)
    return canvas.view(bool)


def borders(mask: Mask, least_px: float = 9.0) -> list[Polygon]:
    """Outer borders of a mask's components as polygons, along the edges of their pixels."""
    left, top, width, height = cv2.boundingRect(mask.view(np.uint8))
    # On a grid of half pixels that begins at the edge of the first: contours run through the middles of its points.
    fine = np.zeros((2 * height + 1, 2 * width + 1), np.uint8)
    fine[1::2, 1::2] = mask[top : top + height, left : left + width]
    found, _ = cv2.findContours(
        cv2.dilate(fine, np.ones((3, 3), np.uint8)), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_TC89_L1
    )
    corner = np.array([left, top]) - 0.5
    return [polygon(c.reshape(-1, 2) / 2 + corner) for c in found if cv2.contourArea(c) >= 4 * least_px]


def _zones(outward_px: dict[Wall, Array], beside_px: float) -> tuple[NDArray[np.uint8], Array]:
    """Index into ``ORDER`` of each pixel's zone and the distance beyond its wall's line, from those beyond all."""
    first = np.float32(max(map(np.max, outward_px.values())) + 1)
    ranks = [d + first * (d > beside_px) if wall not in ENDPLATES else d for wall, d in outward_px.items()]
    zones = np.array([ORDER.index(ZONE_OF[wall]) for wall in outward_px], np.uint8)
    wall = np.stack(ranks).argmax(0)
    off = np.take_along_axis(np.stack(list(outward_px.values())), wall[None], 0)[0]
    return np.asarray(zones[wall], np.uint8), np.asarray(off, np.float32)


def _outward(x: Array, y: Array, a: Point, b: Point, centre: Array) -> Array:
    along = np.array(b, float) - a
    normal = np.array([along[1], -along[0]]) / max(float(np.hypot(*along)), 1e-6)
    normal *= -np.sign(normal @ (centre - np.array(a))) or 1.0
    return np.asarray((x - a[0]) * normal[0] + (y - a[1]) * normal[1], np.float32)


def _fraction(x: Array, y: Array, a: Point, b: Point) -> Array:
    along = np.array(b, float) - a
    return np.asarray(((x - a[0]) * along[0] + (y - a[1]) * along[1]) / max(float(along @ along), 1e-6), np.float32)


def _depth(corners: dict[str, Point]) -> float:
    front = (np.array(corners["superior_anterior"]) + corners["inferior_anterior"]) / 2
    back = (np.array(corners["superior_posterior"]) + corners["inferior_posterior"]) / 2
    return float(np.hypot(*(front - back)))


def _wall_distances(
    outline: Polygon, corners: dict[str, Point], walls: dict[Wall, tuple[str, str]], shape: tuple[int, int]
) -> dict[Wall, Array]:
    """Distance of every pixel to the stretch of the outline between each wall's corners."""
    at = {name: int(np.hypot(*(outline - np.array(p)).T).argmin()) for name, p in corners.items()}
    found = {}
    for wall, (a, b) in walls.items():
        stretch = _stretch(outline, at[a], at[b])
        canvas = np.ones(shape, np.uint8)
        cv2.polylines(canvas, [np.round(stretch).astype(np.int32)], False, 0)
        found[wall] = np.asarray(cv2.distanceTransform(canvas, cv2.DIST_L2, 5), np.float32)
    return found


def _stretch(outline: Polygon, first: int, last: int) -> Polygon:
    """The shorter way along the outline from one point to another."""
    n = len(outline)
    forward = [(first + k) % n for k in range((last - first) % n + 1)]
    back = [(first - k) % n for k in range((first - last) % n + 1)]
    return outline[forward if len(forward) <= len(back) else back]


def _divided(
    pixels: Mask, sheath: Mask, beneath: Mask, where: Territory, band: Band | None, spacing_mm: float
) -> list[Extravasate]:
    """One component by zone; cement that runs along the cannula is needle track as a whole."""
    if band is not None and _is_track(pixels, sheath, beneath, band, spacing_mm):
        return [_piece(pixels, Zone.NEEDLE_TRACK, where, spacing_mm)]
    zones = where.zone[pixels]
    found = []
    for index in np.unique(zones):
        part = pixels & (where.zone == index)
        if np.count_nonzero(part) * spacing_mm**2 >= LEAST_PIECE_MM2:
            found.append(_piece(part, _behind(part, ORDER[index], where), where, spacing_mm))
    return found


def _is_track(pixels: Mask, sheath: Mask, beneath: Mask, band: Band, spacing_mm: float) -> bool:
    """Whether cement runs along the cannula: by its sheath, by what is seen of it, or by how far it has run.

    A sheath shows a little on both sides of the shaft; cement in the canal behind it shows far beyond them.
    """
    hidden = pixels & (sheath | beneath)
    seen = pixels & ~hidden
    if (pixels & sheath).any() and _in_corridor(seen, band, spacing_mm) > ALL_OF_IT:
        return True
    far = bool(hidden.any()) and _along(pixels, band, FAR_ELONGATED, spacing_mm)
    return far or _along(seen, band, ELONGATED, spacing_mm)


def _along(pixels: Mask, band: Band, elongated: float, spacing_mm: float) -> bool:
    """Whether cement lies in the shaft's corridor and extends along it; a leak that crosses it doesn't."""
    if not pixels.any() or _in_corridor(pixels, band, spacing_mm) <= MOST_OF_IT:
        return False
    along, across = _from_tip(pixels, band)
    return float(np.std(along)) > elongated * float(np.std(across))


def _in_corridor(pixels: Mask, band: Band, spacing_mm: float) -> float:
    """Share of the pixels that lie in the shaft's corridor; 1 of none."""
    if not pixels.any():
        return 1.0
    along, across = _from_tip(pixels, band)
    within = (np.abs(across) < band.width_px / 2 + CORRIDOR_MM / spacing_mm) & (along > 0)
    return float(within.mean())


def _from_tip(pixels: Mask, band: Band) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Place of each pixel along the axis, from the tip towards the tail, and beside it, px."""
    xs, ys = places(pixels)
    tip, tail = np.array(band.tip), np.array(band.tail)
    axis = (tail - tip) / max(float(np.hypot(*(tail - tip))), 1e-6)
    along = (xs - tip[0]) * axis[0] + (ys - tip[1]) * axis[1]
    return along, (ys - tip[1]) * axis[0] - (xs - tip[0]) * axis[1]


def _behind(part: Mask, zone: Zone, where: Territory) -> Zone:
    if zone is not Zone.POSTERIOR:
        return zone
    height, (least, most) = where.behind[part], FORAMEN_MIDDLE
    below = float(np.quantile(height, TOP_SHARE)) > FORAMEN_FROM and least < float(height.mean()) < most
    return Zone.FORAMEN if below else zone


def _piece(pixels: Mask, zone: Zone, where: Territory, spacing_mm: float) -> Extravasate:
    xs, ys = places(pixels)
    border = max(borders(pixels, 0.0), key=cv2.contourArea)
    area = len(xs) * spacing_mm**2
    half = cv2.arcLength(border.reshape(-1, 1, 2), True) * spacing_mm / 2
    # A band of length L and width W has half its perimeter L + W and area L * W.
    length = (half + max(half * half - 4 * area, 0.0) ** 0.5) / 2
    length = max(length, area**0.5)
    reach, off = (float(away[pixels].max()) * spacing_mm for away in (where.beyond_px, where.off_px))
    at = float(xs.mean()), float(ys.mean())
    share = float(where.behind[pixels].mean()) if zone in (Zone.POSTERIOR, Zone.FORAMEN) else None
    return Extravasate(zone, border, area, reach, length, area / length, at, off, share)
