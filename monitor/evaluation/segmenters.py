"""Plain ways to find what changed since the first frame of a view."""

from collections.abc import Callable
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.evaluation.grey import Grey

LEARNT_FRAMES = 10
"""Live frames of a view that make up its background."""


class Segmenter(Protocol):
    """Follows one view."""

    def changed(self, grey: Grey, roi: Grey) -> Grey:
        """What changed, 255 within the region of interest (255 there), else 0; all uint8 of the frame's shape."""


class Differencing:
    """Difference from the view's first frame, less its median over the region (exposure control), cut by Otsu.

    The cut is at three times the noise at least, because Otsu's threshold always finds two classes.
    """

    def __init__(self) -> None:
        self._first: NDArray[np.float32] | None = None

    def changed(self, grey: Grey, roi: Grey) -> Grey:
        """See ``Segmenter``."""
        smooth = np.asarray(cv2.GaussianBlur(grey, (5, 5), 0), np.float32)
        if self._first is None or self._first.shape != smooth.shape:
            self._first = smooth
        difference = smooth - self._first
        difference = np.abs(difference - np.median(difference[roi > 0])).clip(0, 255).astype(np.uint8)
        inside = difference[roi > 0]
        otsu, _ = cv2.threshold(inside, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
        level = max(otsu, 3 * 1.4826 * float(np.median(inside)))
        return np.where((difference > level) & (roi > 0), 255, 0).astype(np.uint8)


class Mog2:
    """OpenCV's Gaussian mixture background, shadows off; it learns from the view's first frames only.

    Left to learn on, it takes cement for background within seconds.
    """

    def __init__(self) -> None:
        self._model = cv2.createBackgroundSubtractorMOG2(detectShadows=False)
        self._frames = 0

    def changed(self, grey: Grey, roi: Grey) -> Grey:
        """See ``Segmenter``."""
        self._frames += 1
        rate = -1 if self._frames <= LEARNT_FRAMES else 0
        return np.asarray(cv2.bitwise_and(self._model.apply(grey, learningRate=rate), roi), np.uint8)


SEGMENTERS: dict[str, Callable[[], Segmenter]] = {"differencing": Differencing, "mog2": Mog2}
