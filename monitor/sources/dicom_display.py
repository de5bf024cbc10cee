"""From the stored values of a DICOM image to what its display would show, in 8 bits."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from monitor.sources.pixels import grey_unless_coloured

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

DISPLAY_GAMMA = 2.2
"""Display curve of an image whose values are proportional to X-ray intensity (LIN) and which brings no window.

A power law keeps ``-ln`` of brightness proportional to attenuation, and leaves dense parts more than a few grey levels.
"""

Stored = NDArray[np.integer[Any]]


class Display:
    """One mapping from stored values to grey for all frames of a run, so that exposure shows as it was.

    In the order of the DICOM display pipeline (PS3.4 N.2): modality LUT, VOI LUT or window, polarity. The modality LUT
    is left out where Pixel Intensity Relationship is present: in XA and RF images it leads back to X-ray intensity,
    away from what is shown (PS3.3 C.8.7.1.1.2). Without a VOI stage 8-bit values are shown as they are, and deeper ones
    are spread over the range found in ``samples``.

    Parameters
    ----------
    header
        The data set, with or without its pixels.
    samples
        Stored values of some frames of the run.
    coloured_share
        Share of coloured pixels from which a colour picture is given as RGB.
    """

    def __init__(self, header: Dataset, samples: Sequence[Stored], coloured_share: float) -> None:
        self._coloured_share = coloured_share
        bits = int(header.get("BitsStored", 8))
        self._lowest = -(1 << (bits - 1)) if header.get("PixelRepresentation", 0) == 1 else 0
        self._highest = self._lowest + (1 << bits) - 1
        mono = header.get("SamplesPerPixel", 1) == 1
        self._grey = self._table(header, bits, samples) if mono else None

    def __call__(self, stored: Stored) -> NDArray[np.uint8]:
        """Grey (h, w), or RGB (h, w, 3) of a colour picture; full range, read-only."""
        if self._grey is None:
            pixels = grey_unless_coloured(np.ascontiguousarray(stored, np.uint8), self._coloured_share)
        else:
            pixels = self._grey[np.clip(stored, self._lowest, self._highest).astype(np.int32) - self._lowest]
        pixels.setflags(write=False)
        return pixels

    def _table(self, header: Dataset, bits: int, samples: Sequence[Stored]) -> NDArray[np.uint8]:
        values = np.arange(self._lowest, self._highest + 1)
        shown = _voi(header, _modality(header, values))
        if shown is None:
            shown = values / 255 if bits == 8 and self._lowest == 0 else _spread(header, values, samples)
        if header.get("PhotometricInterpretation") == "MONOCHROME1":
            shown = 1 - shown
        return np.round(255 * np.clip(shown, 0, 1)).astype(np.uint8)


def _modality(header: Dataset, values: Stored) -> NDArray[np.floating[Any]]:
    from pydicom.pixels.processing import apply_modality_lut

    if header.get("PixelIntensityRelationship"):
        return values.astype(float)
    return np.asarray(apply_modality_lut(values, header), float)


def _voi(header: Dataset, values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]] | None:
    """Brightness 0 to 1 by the VOI LUT or else the first window, or None without either."""
    from pydicom.pixels.processing import apply_voi

    if header.get("VOILUTSequence"):
        table = np.asarray(apply_voi(values.astype(int), header), float)
        return np.asarray(table / max(table.max(), 1))
    if header.get("WindowCenter") is None or header.get("WindowWidth") is None:
        return None
    centre, width = _first(header.WindowCenter), _first(header.WindowWidth)
    return _windowed(values, centre, width, str(header.get("VOILUTFunction") or "LINEAR"))


def _windowed(values: NDArray[np.floating[Any]], centre: float, width: float, function: str) -> NDArray[Any]:
    """Window function of PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    if function == "SIGMOID":
        return np.asarray(1 / (1 + np.exp(-4 * (values - centre) / width)))
    if function == "LINEAR_EXACT":
        return (values - centre) / width + 0.5
    return (values - (centre - 0.5)) / max(width - 1, math.ulp(1.0)) + 0.5


def _spread(header: Dataset, values: Stored, samples: Sequence[Stored]) -> NDArray[np.floating[Any]]:
    low, high = min(int(s.min()) for s in samples), max(int(s.max()) for s in samples)
    if header.get("PixelIntensityRelationship") == "LIN":
        return np.asarray(np.clip(values / max(high, 1), 0, 1) ** (1 / DISPLAY_GAMMA))
    return (values - low) / max(high - low, 1)


def _first(value: Any) -> float:
    return float(value if isinstance(value, (int, float)) else value[0])
