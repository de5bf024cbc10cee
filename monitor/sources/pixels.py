"""From a decoded picture to the pixels of a frame: full-range grey, or RGB where the picture is really coloured.

A C-arm's screen is grey but for an icon or two, and its analysis wants luma; only a picture coloured over a good part
of its area (a colour film, a test card) is given as RGB, so that it can be told from fluoroscopy.
"""

import av
import cv2
import numpy as np
from av.video.plane import VideoPlane
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

COLOURED = 24
"""Distance of Cb or Cr from neutral, or between the strongest and weakest of R, G, B, that makes a pixel coloured."""

SAMPLING_PX = 4
"""Colour is judged on every fourth sample of each row and column."""

_EXPAND = np.clip(np.round((np.arange(256) - 16) * 255 / 219), 0, 255).astype(np.uint8)
"""Luma 16..235 to 0..255 (ITU-R BT.601 quantisation)."""


def frame_pixels(picture: av.VideoFrame, coloured_share: float) -> NDArray[np.uint8]:
    """Pixels of a decoded picture, full range and read-only.

    Parameters
    ----------
    picture
        Any pixel format. Its own colour range counts; where it doesn't say, YUV is limited and grey is full range.
    coloured_share
        Share of coloured pixels from which the picture is given as RGB.

    Returns
    -------
    uint8, (height, width) grey or (height, width, 3) RGB.
    """
    rgb = picture.format.is_rgb or picture.format.has_palette
    pixels = _from_rgb(picture, coloured_share) if rgb else _from_yuv(picture, coloured_share)
    pixels.setflags(write=False)
    return pixels


def grey_unless_coloured(rgb: NDArray[np.uint8], coloured_share: float) -> NDArray[np.uint8]:
    """Luma of an RGB picture, or the picture itself where enough of it is coloured."""
    sample = rgb[::SAMPLING_PX, ::SAMPLING_PX]
    spread = sample.max(axis=2) - sample.min(axis=2)
    if (spread > COLOURED).mean() >= coloured_share:
        return rgb
    return np.asarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), np.uint8)


def _from_rgb(picture: av.VideoFrame, coloured_share: float) -> NDArray[np.uint8]:
    rgb = np.asarray(picture.to_ndarray(format="rgb24"), np.uint8)
    return grey_unless_coloured(rgb, coloured_share)


def _from_yuv(picture: av.VideoFrame, coloured_share: float) -> NDArray[np.uint8]:
    full = _is_full_range(picture)
    planar = _eight_bit_planar(picture, full)
    chroma = [_samples(plane) for plane in planar.planes[1:3]]
    if chroma and _coloured_share(chroma) >= coloured_share:
        return np.asarray(_convert(planar, "rgb24", full).to_ndarray(), np.uint8)
    if picture.format.components[0].bits > 8:
        return _deep_luma(picture, full)
    luma = _samples(planar.planes[0])
    return luma.copy() if full else np.asarray(cv2.LUT(luma, _EXPAND), np.uint8)


def _deep_luma(picture: av.VideoFrame, full: bool) -> NDArray[np.uint8]:
    """Luma of more than 8 bits, by way of 16: the direct way to 8 is dithered, which noise estimates would see."""
    deep = _convert(picture, "gray16le", full).to_ndarray().astype(np.uint32)
    return ((deep + 128) // 257).astype(np.uint8)


def _is_full_range(picture: av.VideoFrame) -> bool:
    if picture.color_range == ColorRange.UNSPECIFIED:
        return picture.format.name.startswith(("gray", "ya", "yuvj"))
    return picture.color_range == ColorRange.JPEG


def _eight_bit_planar(picture: av.VideoFrame, full: bool) -> av.VideoFrame:
    """Return the picture itself where its first plane is 8-bit luma already, as nearly all video has it."""
    components = picture.format.components
    planes = {component.plane for component in components}
    if components[0].bits == 8 and len(planes) == len(components):
        return picture
    return _convert(picture, "yuv444p" if any(c.is_chroma for c in components) else "gray", full)


def _convert(picture: av.VideoFrame, name: str, full: bool) -> av.VideoFrame:
    source = ColorRange.JPEG if full else ColorRange.MPEG
    target = ColorRange.JPEG if name in ("rgb24", "gray16le") else source
    return picture.reformat(format=name, src_color_range=source, dst_color_range=target)


def _samples(plane: VideoPlane) -> NDArray[np.uint8]:
    """Bytes of an 8-bit plane, without copying; its lines are padded in memory."""
    rows: NDArray[np.uint8] = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    return rows[: plane.height, : plane.width]


def _coloured_share(chroma: list[NDArray[np.uint8]]) -> float:
    strongest = [np.abs(plane[::SAMPLING_PX, ::SAMPLING_PX].astype(np.int16) - 128) for plane in chroma]
    return float((np.maximum.reduce(strongest) > COLOURED).mean())
