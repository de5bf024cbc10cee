"""Whether the display shows bone dark (as usual) or bright.

Two cues, which the reader sums over images so that one odd image can't decide:

- thin strongly attenuating things (cortical lines, endplates, wires, the cannula) stand out from their surroundings in
  one sense: dark lines on the usual display (black-hat), bright lines on an inverted one (white-hat);
- where the beam reaches the detector beside the patient the display saturates, and such a patch touches the field's
  border: white on the usual display, black on an inverted one.
"""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

_LINE_PARTS = (0.02, 0.05)
"""Widths of the structures looked for, as parts of the field's longest side."""
_LARGEST_PX = 320
_WHITE = 250


def polarity_score(grey: NDArray[np.uint8], usable: NDArray[np.bool_]) -> float:
    """Evidence of polarity in one image.

    Parameters
    ----------
    grey
        uint8 (h, w), the box around the field on the analysis grid, as displayed.
    usable
        bool (h, w), where to look.

    Returns
    -------
    Above 0 for the usual polarity, below for an inverted display; a log-odds like score within -6 and 6.
    """
    while max(grey.shape) > _LARGEST_PX:
        half = (grey.shape[1] // 2, grey.shape[0] // 2)
        grey = np.asarray(cv2.resize(grey, half, interpolation=cv2.INTER_AREA), np.uint8)
        usable = np.asarray(cv2.resize(usable.astype(np.uint8), half, interpolation=cv2.INTER_NEAREST)) > 0
    if not usable.any():
        return 0.0
    return _thin_structures(grey, usable) + _direct_beam(grey, usable)


def _thin_structures(grey: NDArray[np.uint8], usable: NDArray[np.bool_]) -> float:
    """Log of the ratio of dark-line to bright-line energy at two widths."""
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.004 * max(grey.shape))
    score = 0.0
    for part in _LINE_PARTS:
        width = max(3, round(part * max(grey.shape))) | 1
        kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (width, width))
        inner = cv2.erode(usable.astype(np.uint8), kernel, borderType=cv2.BORDER_CONSTANT, borderValue=0) > 0
        dark = _energy(cv2.morphologyEx(smooth, cv2.MORPH_BLACKHAT, kernel), inner)
        bright = _energy(cv2.morphologyEx(smooth, cv2.MORPH_TOPHAT, kernel), inner)
        score += 2.0 * float(np.log((dark + 0.5) / (bright + 0.5)))
    return float(np.clip(score, -3, 3))


def _energy(hat: NDArray[Any], inner: NDArray[np.bool_]) -> float:
    """Root mean square of the strongest twentieth: structures, not noise."""
    values = hat[inner].astype(np.float32)
    if values.size < 100:
        return 0.0
    strong = values[values >= np.quantile(values, 0.95)]
    return float(np.sqrt((strong**2).mean()))


def _direct_beam(grey: NDArray[np.uint8], usable: NDArray[np.bool_]) -> float:
    """How much more of the field's rim is saturated white than black."""
    width = max(3, round(0.03 * max(grey.shape))) | 1
    eroded = cv2.erode(
        usable.astype(np.uint8), np.ones((width, width), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0
    )
    rim = grey[usable & (eroded == 0)]
    if rim.size == 0:
        return 0.0
    low = float(np.quantile(grey[usable], 0.001)) + 3
    white, black = float((rim >= _WHITE).mean()), float((rim <= low).mean())
    return 3.0 * min(1.0, 4 * white) - 3.0 * min(1.0, 4 * black) * (white < 0.01)
