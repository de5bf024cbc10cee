r"""Where on the captured screen the fluoroscopic field is: a convex region that differs from the screen's background.

Circles, octagons, rectangles and any of them cut by straight shutters are convex, so the convex hull of what isn't
background is the field, and dark spots inside it do no harm (dark spots at its rim: see ``screen_shape``)::

    +--------------------------+        background: flat levels that make up the screen's border,
    | NAME      ______         |        peeled off one by one (a grey desktop, then a black frame)
    |         /        \   kV  |
    |        |  field   |  mA  |        text, icons and thin lines are opened away
    |         \ ______ /       |
    +--------------------------+
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain import Polygon, polygon
from monitor.imaging.screen_shape import LIT, Shape, complete, sharpness

_WORKING_PX = 384
_RIM_SHARE = 0.5
"""A flat level that makes up more of the rim than all else is the background: a square image as high as a wide screen
leaves it three fifths, less the text."""
_SATURATED, _ALL_WHITE = 245, 0.8
"""A white rim may be the direct beam beside the patient, unless hardly anything else is there: a white screen."""
_THIN = 0.03
"""Part of the screen's smaller side."""
_PEELS = 3
_BLURRED = 5
"""Twice as many pixels, and one, as the border of a peeled region is blurred into what was peeled off."""
_SHARP = 0.7
"""Part of an image's border that must be sharp where the dark around it is the screen's, not a black direct beam."""


def find_field(grey: NDArray[np.uint8], min_share: float) -> Shape | None:
    """Find the field.

    Parameters
    ----------
    grey
        uint8 (height, width), the captured screen.
    min_share
        Least part of the screen's area that a field covers.

    Returns
    -------
    Its convex shape in frame pixels, or None where nothing on the screen is large enough.
    """
    factor = max(1.0, max(grey.shape) / _WORKING_PX)
    size = (round(grey.shape[1] / factor), round(grey.shape[0] / factor))
    small = np.asarray(cv2.blur(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), (3, 3)), np.uint8)
    region = np.ones(small.shape, np.uint8)
    contrast = np.ones(small.shape, np.float32)
    for peel in range(_PEELS):
        level = _rim_level(small, region)
        if level is None:
            break
        bare = _eroded(region, _BLURRED) if peel else region
        inner = _largest_part(_differs(small, level, _rim(region)) & bare)
        if inner.mean() < min_share:
            return None
        inner_contrast = _contrast(small, level, inner)
        if peel and sharpness(_hull(inner), inner_contrast) < _SHARP:
            break
        region, contrast = inner, inner_contrast
    lit = _largest_part((contrast > LIT).astype(np.uint8))
    if lit.mean() < min_share:
        return None
    return _to_frame(complete(_hull(region), _hull(lit), contrast), grey.shape, small.shape)


def _rim_level(small: NDArray[np.uint8], region: NDArray[np.uint8]) -> int | None:
    """The flat level that makes up most of the region's rim, or None where the rim shows an image."""
    rim = small[_rim(region)]
    if rim.size == 0:
        return None
    near = np.convolve(np.bincount(rim, minlength=256), np.ones(5), "same")
    level = int(near.argmax())
    share = near[level] / rim.size
    return level if share > (_RIM_SHARE if level < _SATURATED else _ALL_WHITE) else None


def _rim(region: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Past the blur into what lies outside, and narrow: a frame around an image may be a few pixels wide."""
    return np.asarray(_eroded(region, _BLURRED) > _eroded(region, _BLURRED + 2), np.bool_)


def _eroded(region: NDArray[np.uint8], width: int) -> NDArray[np.uint8]:
    kernel = np.ones((width, width), np.uint8)
    return np.asarray(cv2.erode(region, kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0), np.uint8)


def _differs(small: NDArray[np.uint8], level: int, rim: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """1 where the screen isn't at a background level, by more than the noise of the background itself.

    The noise is that of the rim: an image can be as dark as the background, and noisier. Where it goes over from
    brighter to darker than the background it counts as well.
    """
    distance = cv2.absdiff(small, np.full_like(small, level))
    flat = distance[rim & (distance < 12)]
    spread = 1.5 * float(np.median(flat)) if flat.size else 0.0
    limit = max(5.0, 4.0 * spread)
    near = _ellipse(small.shape)
    sides = (small > level + limit, small + limit < level)
    brighter, darker = (cv2.dilate(side.astype(np.uint8), near) > 0 for side in sides)
    return np.asarray((distance > limit) | (brighter & darker), np.uint8)


def _ellipse(shape: tuple[int, ...]) -> NDArray[np.uint8]:
    """As wide as text and thin lines are at most."""
    width = max(3, round(min(shape) * _THIN)) | 1
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width)), np.uint8)


def _contrast(small: NDArray[np.uint8], level: int, region: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Difference from the background as a part of the region's usual difference; 0 outside the region."""
    distance = cv2.absdiff(small, np.full_like(small, level)).astype(np.float32)
    usual = max(float(np.median(distance[region > 0])), 1.0)
    contrast: NDArray[np.float32] = distance * region / np.float32(usual)
    return contrast


def _largest_part(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The largest connected part after thin things (text, frames, icons) are opened away."""
    kernel = _ellipse(mask.shape)
    width = len(kernel)
    padded = cv2.copyMakeBorder(mask, width, width, width, width, cv2.BORDER_REPLICATE)
    contours, _ = cv2.findContours(padded, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(padded), contours, -1, (1,), cv2.FILLED)
    opened = cv2.morphologyEx(filled, cv2.MORPH_OPEN, kernel)[width:-width, width:-width]
    count, labels, stats, _ = cv2.connectedComponentsWithStats(np.ascontiguousarray(opened))
    if count < 2:
        return np.zeros_like(mask)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(labels == largest, np.uint8)


def _hull(region: NDArray[np.uint8]) -> Polygon:
    contours, _ = cv2.findContours(region, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    return polygon(cv2.convexHull(max(contours, key=cv2.contourArea)))


def _to_frame(found: Shape, shape: tuple[int, ...], small: tuple[int, ...]) -> Shape:
    scale = np.array([shape[1] / small[1], shape[0] / small[0]])
    outline = found.outline + 0.5 * np.sign(found.outline - found.outline.mean(0))
    whole = polygon(np.clip((outline + 0.5) * scale - 0.5, 0, [shape[1] - 1, shape[0] - 1]))
    ends = [((np.array(side) + 0.5) * scale - 0.5).tolist() for side in found.shutters]
    return Shape(whole, found.regular, tuple(((a[0], a[1]), (b[0], b[1])) for a, b in ends))
