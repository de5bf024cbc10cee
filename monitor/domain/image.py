"""The fluoroscopic part of a frame, on the grid the analysis works on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.domain.geometry import Point


@dataclass(frozen=True, slots=True, eq=False)
class Image:
    """Fluoroscopic image as log-attenuation.

    Attributes
    ----------
    frame, t_s
        Of the frame it came from.
    attenuation
        float32 (h, w), read-only: ``-ln`` of relative brightness, so bone, cement and metal are high, air is low. The
        scale is the display's and may change between shots (exposure control): compare only after normalising.
    usable
        bool (h, w), read-only: inside the fluoroscopic field, no burned-in text or markers.
    scale
        Frame pixels per image pixel (>= 1): a frame pixel is ``origin + scale * image pixel`` along each axis.
    origin
        Frame pixel of image pixel (0, 0).
    layout
        Number of the screen layout; it changes when resolution, field size, shutters or position change.
    """

    frame: int
    t_s: float
    attenuation: NDArray[np.float32]
    usable: NDArray[np.bool_]
    scale: float
    origin: Point
    layout: int
