"""Projected lumbar spines with truth: a mean mesh, bent, broken and turned, over a real CT's soft tissue.

Needs ``lumbar-mean-mesh`` and ``abdomen-ct`` of the shared data (see the cards in ``models``); used for fitting only.
"""

import gzip
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from monitor.domain import View
from monitor.learning.examples import Example

Volume = NDArray[np.float32]

GRID_MM = 0.5
STEP_MM = 0.8
HALF_MM = 70.0
SOD_MM = 650.0
SPACING_MM = 36.0
LEAST_PX = 60
"""Of a body's silhouette, below which it counts as outside the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """Six vertebrae, L5 to two copies of L2 above L2, on a grid of ``GRID_MM``; axes forward, left, up.

    ``depth`` is mm below the surface, ``label`` 1 to 6 from below, ``body`` the part in front of the canal, ``boxes``
    the corners of each body's bounding box in mm.
    """

    depth: Volume
    label: NDArray[np.uint8]
    body: NDArray[np.bool_]
    boxes: dict[int, tuple[NDArray[np.float64], NDArray[np.float64]]]


def column(stl: Path) -> Column:
    """Fill the mesh and stack its vertebrae."""
    filled = _filled_parts(stl)
    up = round(SPACING_MM / GRID_MM)
    label = np.zeros((filled.shape[0] + 10, filled.shape[1], filled.shape[2] + 2 * up + 10), np.uint8)
    label[10:, :, : filled.shape[2]] = filled
    top = filled == filled.max()
    for k in (1, 2):
        copy = np.zeros(label.shape, bool)
        copy[10 - 3 * k : 10 - 3 * k + filled.shape[0], :, up * k : up * k + filled.shape[2]] = top
        label[copy & (label == 0)] = filled.max() + k
    depth = np.asarray(ndimage.distance_transform_edt(label > 0) * GRID_MM, np.float32)
    body, boxes = np.zeros(label.shape, bool), {}
    for number in range(1, int(label.max()) + 1):
        mine = _body(label == number)
        body |= mine
        where = np.argwhere(mine)
        boxes[number] = (where.min(0) * GRID_MM, where.max(0) * GRID_MM)
    return Column(depth, label, body, boxes)


def _filled_parts(stl: Path) -> NDArray[np.uint8]:
    """Label the closed parts of a binary STL from below, each filled by the parity of crossings along z."""
    raw = stl.read_bytes()
    record = np.dtype([("normal", "<f4", 3), ("corner", "<f4", (3, 3)), ("rest", "<u2")])
    corners = np.frombuffer(raw[84:], record, int(np.frombuffer(raw[80:84], "<u4")[0]))["corner"].astype(float)
    low = corners.reshape(-1, 3).min(0) - 4
    size = np.ceil((corners.reshape(-1, 3).max(0) + 4 - low) / GRID_MM).astype(int)
    part = _part_of(corners)
    out = np.zeros(size, np.uint8)
    for number, name in enumerate(sorted(set(part), key=lambda n: float(corners[part == n, :, 2].mean())), 1):
        flips = np.zeros((size[0], size[1], size[2] + 1), bool)
        for triangle in (corners[part == name] - low) / GRID_MM:
            _cross(flips, triangle)
        out[ndimage.binary_opening(np.logical_xor.accumulate(flips, axis=2)[:, :, :-1])] = number
    return out


def _part_of(corners: NDArray[np.float64]) -> NDArray[np.intp]:
    """Number of the connected part that each triangle belongs to."""
    places, at = np.unique(corners.reshape(-1, 3).round(4), axis=0, return_inverse=True)
    a, b, c = at.reshape(-1, 3).T
    edges = coo_array((np.ones(2 * len(a)), (np.r_[a, b], np.r_[b, c])), shape=(len(places), len(places)))
    return np.asarray(connected_components(edges, directed=False)[1][a], np.intp)


def _cross(flips: NDArray[np.bool_], triangle: NDArray[np.float64]) -> None:
    a, b, c = triangle
    area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])
    low, high = np.ceil(triangle[:, :2].min(0)).astype(int), np.floor(triangle[:, :2].max(0)).astype(int)
    if not area or (high < low).any():
        return
    for i in range(low[0], high[0] + 1):
        for j in range(low[1], high[1] + 1):
            x, y = i + 2.5e-4 - a[0], j + 4.7e-4 - a[1]
            u = (x * (c[1] - a[1]) - y * (c[0] - a[0])) / area
            v = ((b[0] - a[0]) * y - (b[1] - a[1]) * x) / area
            if u >= 0 and v >= 0 and u + v <= 1:
                flips[i, j, int(np.ceil(a[2] + u * (b[2] - a[2]) + v * (c[2] - a[2])))] ^= True


def _body(vertebra: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies in front of a plane through the front of the canal."""
    middle = round((vertebra.shape[1] - 1) / 2)
    slab = vertebra[:, middle - 2 : middle + 3].sum(1) > 2
    rows = []
    for k in range(slab.shape[1]):
        filled = np.flatnonzero(slab[:, k])
        if len(filled) and filled[-1] * GRID_MM > 55:
            back = filled[-1]
            while back > 0 and slab[back, k]:
                back -= 1
            if (filled[-1] - back) * GRID_MM > 15:
                rows.append((k, back + 1))
    level, wall = np.array(rows, float).T
    kept = (level > np.percentile(level, 15)) & (level < np.percentile(level, 85))
    slope, start = np.polyfit(level[kept], wall[kept], 1)
    for _ in range(3):
        rest = wall - (slope * level + start)
        near = kept & (rest <= np.percentile(rest[kept], 60))
        slope, start = np.polyfit(level[near], wall[near], 1)
    plane = slope * np.arange(vertebra.shape[2]) + start - 1
    return np.asarray(vertebra & (np.arange(vertebra.shape[0])[:, None, None] >= plane), np.bool_)


def soft_tissue(folder: Path) -> Volume:
    """The CT with its bones replaced by soft tissue: attenuation relative to water, voxels of 3 mm."""
    water = np.clip(1 + _nifti(folder / "ct.nii.gz") / 1000, 0, None)
    bone = ndimage.binary_dilation((_nifti(folder / "spine.nii.gz") > 0) | (water > 1.18))
    return np.asarray(np.where(bone, 1.05, water), np.float32)


def _nifti(path: Path) -> Volume:
    raw = gzip.decompress(path.read_bytes())
    shape, kind = np.frombuffer(raw[42:48], "<i2"), int(np.frombuffer(raw[70:72], "<i2")[0])
    start = int(np.frombuffer(raw[108:112], "<f4")[0])
    slope, offset = np.frombuffer(raw[112:120], "<f4")
    types = {2: "u1", 4: "<i2", 8: "<i4", 16: "<f4", 64: "<f8", 256: "i1", 512: "<u2"}
    values = np.frombuffer(raw[start:], types[kind])[: int(np.prod(shape))].reshape(shape, order="F")
    return np.asarray(values * (slope or 1) + offset, np.float32)


def draw(seed: int, spine: Column, trunk: Volume) -> Example:
    """One still and its truth."""
    return drawn(seed, spine, trunk, 1)[0]


def drawn(seed: int, spine: Column, trunk: Volume, films: int) -> list[Example]:
    """Several stills of one projection, each filmed and displayed in its own way."""
    rng = np.random.default_rng(seed)
    view = View.LATERAL if rng.random() < 0.5 else View.AP
    target = int(rng.choice([2, 3, 4, 5], p=[0.2, 0.3, 0.3, 0.2]))
    ray, paths = _projected(rng, spine, target, view)
    soft = _background(rng, trunk, view)
    return [_filmed(rng, view, soft + ray, paths) for _ in range(films)]


def _projected(rng: Generator, spine: Column, target: int, view: View) -> tuple[Volume, list[Volume]]:
    """Attenuation of the bones and mm of each body along each ray, the target's first, on a square of ``STEP_MM``."""
    plane, beam = np.arange(-HALF_MM, HALF_MM + 0.1, STEP_MM), np.arange(-72, 72, STEP_MM)
    y, x, d = np.meshgrid(plane, plane, beam, indexing="ij")
    x, y = x * (1 + d / SOD_MM), y * (1 + d / SOD_MM)
    forward, left, up = (x, d, -y) if view is View.LATERAL else (-d, x, -y)
    low, high = spine.boxes[target]
    a, b, c = np.radians(rng.normal(0, 4 if rng.random() < 0.8 else 7, 3))
    left, up = _turned(left, up, a)
    forward, up = _turned(forward, up, b)
    forward, left = _turned(forward, left, c)
    size = rng.uniform(0.72, 1.15) * rng.uniform((0.93, 0.93, 0.9), (1.07, 1.07, 1.1))
    forward, left, up = (
        axis / scale + middle for axis, scale, middle in zip((forward, left, up), size, (low + high) / 2, strict=True)
    )
    left = left + rng.normal(0, 6) * ((up - (low + high)[2] / 2) / 60) ** 2
    up = _broken(rng, forward, left, up, low, high)
    index = np.stack([forward, left, up]).astype(np.float32) / np.float32(GRID_MM)
    depth = ndimage.map_coordinates(spine.depth, index, order=1, prefilter=False)
    whole = np.clip(np.round(index).astype(np.int32), 0, np.array(spine.label.shape)[:, None, None, None] - 1)
    label = np.where(spine.body[tuple(whole)] & (index.min(0) >= 0), spine.label[tuple(whole)], 0)
    ray = (_density(rng, depth).sum(2) * STEP_MM / 10).astype(np.float32)
    order = [target, *(number for number in spine.boxes if number != target)]
    return ray, [((label == number).sum(2) * STEP_MM).astype(np.float32) for number in order]


def _turned(a: Volume, b: Volume, angle: float) -> tuple[Volume, Volume]:
    return np.cos(angle) * a - np.sin(angle) * b, np.sin(angle) * a + np.cos(angle) * b


def _broken(
    rng: Generator, forward: Volume, left: Volume, up: Volume, low: NDArray[np.float64], high: NDArray[np.float64]
) -> Volume:
    """Where each place of a broken body lay before: a wedge, a biconcave body or a crush, in half of all cases."""
    kind = str(rng.choice(["none", "wedge", "biconcave", "crush"], p=[0.45, 0.25, 0.18, 0.12]))
    if kind == "none":
        return up
    height = high[2] - low[2]
    lost = rng.uniform(0.15, 0.6) * height
    front = np.clip((forward - low[0] - 6) / (high[0] - low[0] - 8), -0.3, 1.2)
    aside = np.clip(np.abs(left - (low + high)[1] / 2) / 22, 0, 1)
    if kind == "wedge":
        drop = lost * np.clip(front, 0, 1.1)
    elif kind == "crush":
        drop = 0.8 * lost * np.clip((forward - low[0] + 9) / 9, 0, 1)
    else:
        drop = lost * np.clip(1 - ((front - 0.5) / 0.62) ** 2, 0, 1) * (1 - 0.8 * aside**2)
    within = low[2] + np.clip((up - low[2]) / np.maximum(height - drop, 3), 0, 1) * height
    disc = high[2] + 7 * np.clip((up - high[2] + drop) / (drop + 7), 0, 1)
    beyond = np.where(up > high[2] + 7, up, disc) if kind == "biconcave" else up + drop
    return np.where(up > high[2] - drop, beyond, np.where(up < low[2], up, within))


def _density(rng: Generator, depth: Volume) -> Volume:
    """Attenuation beyond soft tissue, per cm: a cortex of 0.3 to 0.9 mm over thin trabecular bone."""
    cortex, marrow, hard = rng.uniform(0.35, 0.9), rng.uniform(0.005, 0.07), rng.uniform(0.35, 0.55)
    filled = np.clip(depth / GRID_MM, 0, 1)
    shell = np.clip(1 - (depth - cortex) / 0.6, 0, 1) * (depth > 0)
    mottle = ndimage.zoom(rng.normal(0, 1, (20, 20, 20)), np.array(depth.shape) / 20, order=1)
    return np.asarray(filled * (marrow + hard * shell) * (1 + 0.25 * mottle), np.float32)


def _background(rng: Generator, trunk: Volume, view: View) -> Volume:
    """Soft tissue of the CT seen from the side or from the front, with gas."""
    seen = trunk.sum(0 if view is View.LATERAL else 1).T[::-1] * 0.3
    plane = np.arange(-HALF_MM, HALF_MM + 0.1, STEP_MM) / 3 * rng.uniform(0.8, 1.2)
    across = rng.uniform(28, 42) if view is View.LATERAL else rng.uniform(50, 70)
    x, y = np.meshgrid(across + plane, seen.shape[0] - rng.integers(25, 95) + plane)
    picture = cv2.remap(
        seen.astype(np.float32), x.astype(np.float32), y.astype(np.float32), cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )  # fmt: skip
    soft = cv2.GaussianBlur(picture, (0, 0), 3 / STEP_MM) * 0.235
    mm = np.arange(-HALF_MM, HALF_MM + 0.1, STEP_MM)
    for _ in range(int(rng.integers(1, 6)) if rng.random() < 0.5 else 0):
        (px, py), (a, b), turn = rng.uniform(-60, 60, 2), rng.uniform(5, 16, 2), rng.uniform(0, np.pi)
        px = abs(px) + 10 if view is View.LATERAL else px
        u, v = _turned(mm[None, :] - px, mm[:, None] - py, -turn)
        soft -= (
            0.235 * np.sqrt(np.clip(1 - (u / a) ** 2 - (v / b) ** 2, 0, None)) * min(a, b) / 10 * rng.uniform(0.4, 1.2)
        )
    return np.asarray(soft, np.float32)


def _filmed(rng: Generator, view: View, attenuation: Volume, paths: list[Volume]) -> Example:
    """Shown on a display, turned and mirrored as teams like, some with a cannula."""
    pixels = int(rng.choice([400, 480, 512]))
    spacing = rng.uniform(95, 150) / pixels
    turn = np.radians(rng.normal(0, 6) + rng.choice([0, 180, 90, -90], p=[0.8, 0.08, 0.06, 0.06]))
    mirrored = rng.random() < 0.5
    to_mm = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.diag(
        [-1.0 if mirrored else 1, 1]
    )
    middle = pixels * (0.5 + rng.normal(0, 0.1, 2))
    matrix = to_mm * spacing / STEP_MM
    grid = np.column_stack([matrix, HALF_MM / STEP_MM - matrix @ middle])
    shown = [
        cv2.warpAffine(m, grid, (pixels, pixels), flags=f | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE)
        for m, f in ((attenuation, cv2.INTER_CUBIC), *((path, cv2.INTER_LINEAR) for path in paths))
    ]
    from_mm = np.linalg.inv(to_mm)
    metal, cannula = _cannula(rng, view, pixels, spacing, middle, from_mm)
    light = _detected(rng, shown[0] + metal, spacing)
    y, x = np.mgrid[:pixels, :pixels] - pixels / 2
    usable = np.hypot(x, y) < pixels / 2 - 2 if rng.random() < 0.6 else np.ones((pixels, pixels), bool)
    outline, core = (_border(shown[1] >= level) for level in (2.5, 0.5 * np.percentile(shown[1][shown[1] > 2.5], 90)))
    inside = np.argwhere(shown[1] >= 2.5)[:, ::-1].mean(0)
    return Example(
        view=view,
        attenuation=np.asarray(-np.log((light + 2) / 257), np.float32),
        usable=usable,
        spacing_mm=spacing,
        tap=inside + rng.normal(0, 2, 2) / spacing,
        outline=outline,
        core=core,
        up=from_mm @ [0.0, -1.0],
        forward=from_mm @ [1.0, 0.0],
        others=tuple(_border(path >= 2.5) for path in shown[2:] if (path >= 2.5).sum() > LEAST_PX),
        cannula=cannula,
        reached=_warped(np.ones(attenuation.shape, np.float32), grid, pixels) > 0.5,
    )


def _warped(plane: Volume, grid: NDArray[np.float64], pixels: int) -> Volume:
    """A plane on the display, 0 where it doesn't reach."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(plane, grid, (pixels, pixels), flags=flags, borderValue=(0.0,)), np.float32)


def _cannula(
    rng: Generator, view: View, pixels: int, spacing: float, middle: NDArray[np.float64], from_mm: NDArray[np.float64]
) -> tuple[Volume, NDArray[np.float64] | None]:
    """Attenuation of a cannula in every third picture, and its tip and tail."""
    ends = None
    drawn = np.zeros((pixels, pixels), np.uint8)
    if rng.random() < 0.35:
        tip = middle + rng.normal(0, 6, 2) / spacing
        away = [-1, -0.5 * rng.random()] if view is View.LATERAL else [rng.choice([-1, 1]), -0.8 * rng.random()]
        along = from_mm @ np.array(away)
        ends = np.stack([tip, tip + along / np.linalg.norm(along) * 400 / spacing])
        a, b = (ends * 8).astype(int).tolist()
        cv2.line(drawn, a, b, 255, max(1, round(3.2 / spacing)), cv2.LINE_AA, 3)
    return np.asarray(drawn / 255 * rng.uniform(0.8, 2.2), np.float32), ends


def _detected(rng: Generator, attenuation: Volume, spacing: float) -> Volume:
    """Grey levels: blur, scatter, noise, burn-out, display curve, edge enhancement."""
    light = cv2.GaussianBlur(np.exp(np.median(attenuation) - attenuation), (0, 0), rng.uniform(0.5, 1.3))
    light = light + rng.uniform(0.15, 0.8) * cv2.GaussianBlur(light, (0, 0), 18 / spacing)
    grain = cv2.GaussianBlur(rng.normal(0, 1, light.shape), (0, 0), rng.uniform(0.5, 1))
    light = light * (1 + 1.5 * rng.uniform(0.004, 0.04) * grain)
    light = np.clip(light / np.percentile(light, rng.uniform(80, 99)), 0.01, 1) ** rng.uniform(0.6, 1.1)
    if rng.random() < 0.35:
        smooth = cv2.GaussianBlur(light, (0, 0), rng.uniform(1, 3))
        light = np.clip(light + rng.uniform(0.3, 1) * (light - smooth), 0.01, 1)
    return np.asarray(np.round(light * 255), np.float32)


def _border(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    rings, _ = cv2.findContours(mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return max(rings, key=cv2.contourArea)[:, 0].astype(np.float64)
