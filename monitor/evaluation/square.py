"""Frames of any size laid into one square, so that costs can be compared."""

from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np

from monitor.domain import Case, Frame, Target
from monitor.evaluation.grey import grey

SIDE_PX = 1024
"""Width and height of the square."""


class Square:
    """Scales frames to fit a square, into its upper left corner; the rest is black.

    Parameters
    ----------
    size
        (width, height) of the frames.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._scale = SIDE_PX / max(size)

    def frame(self, frame: Frame) -> Frame:
        """The frame in the square, grey."""
        scaled = cv2.resize(grey(frame.pixels), None, fx=self._scale, fy=self._scale, interpolation=cv2.INTER_AREA)
        pixels = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
        height, width = (min(side, SIDE_PX) for side in scaled.shape[:2])
        pixels[:height, :width] = scaled[:height, :width]
        pixels.setflags(write=False)
        return replace(frame, pixels=pixels)

    def case(self, case: Case) -> Case:
        """The same knowledge in the square's pixels."""
        targets = {view: Target(target.frame, self._point(target)) for view, target in case.targets.items()}
        spacing = None if case.pixel_spacing_mm is None else case.pixel_spacing_mm / self._scale
        return replace(case, targets=MappingProxyType(targets), pixel_spacing_mm=spacing)

    def _point(self, target: Target) -> tuple[float, float]:
        """Pixel centres lie at integers, so a picture begins at -0.5."""
        x, y = target.point
        return (x + 0.5) * self._scale - 0.5, (y + 0.5) * self._scale - 0.5
