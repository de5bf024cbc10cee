"""Metal that only passes through the picture: a clamp, a needle holder. What shows up beside it is not believed yet."""

from dataclasses import dataclass, replace

import numpy as np

from monitor.imaging.arrays import Mask, grown
from monitor.imaging.cannula_fit import Band

SAME_DEG, SAME_MM = 10.0, 5.0
"""A cannula turned or pushed by hand, seen from a C-arm that was moved and brought back, stays within this."""
STAYS_SHOTS, AT_BODY_MM = 2, 4.0
"""A cannula or wire stays where it is set, its tip in the bone or next to it; a clamp may come back to its place."""
HALO_MM, JAW_MM = 1.5, 4.0
"""How far beside it and beyond its tip passing metal is taken to reach: jaws end in a blunt tip."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Where metal was seen, and in how many shots."""

    band: Band
    shots: int
    shot: int


class Passing:
    """Tells metal that stays (cannulas, wires) from metal that passes, by the shots that show it on the same line."""

    def __init__(self, body: Mask, spacing_mm: float) -> None:
        self._body, self._mm = body, spacing_mm
        self._at_body = grown(body, AT_BODY_MM / spacing_mm)
        self._lines: list[_Line] = []
        self._shot = 0

    def update(self, bands: list[Band], cemented: bool, new_shot: bool) -> list[Band]:
        """The bands that pass, and each as far as it has reached in this shot; two jaws may share a line.

        The first that is in the bone before any cement stays: it was set up for the injection.
        """
        self._shot += new_shot
        noted = [(self._noted(band, cemented), band) for band in bands]
        return [each for line, band in noted if line.shots < STAYS_SHOTS for each in dict.fromkeys((line.band, band))]

    def mask(self, bands: list[Band], shape: tuple[int, int]) -> Mask:
        """Pixels that passing metal covers or may blur into, bool (h, w)."""
        masks = [band.mask(shape, HALO_MM / self._mm, JAW_MM / self._mm) for band in bands]
        return np.asarray(np.any(masks, 0), bool) if masks else np.zeros(shape, bool)

    def _noted(self, band: Band, cemented: bool) -> _Line:
        known = next((line for line in self._lines if self._is_same(line.band, band)), None)
        if known is None:
            line = _Line(band, STAYS_SHOTS if self._is_first(band) and not cemented else 1, self._shot)
        else:
            self._lines.remove(known)
            longest = max(known.band, band, key=Band.length) if known.shot == self._shot else band
            again = known.shot != self._shot and self._ends_in(self._at_body, band)
            line = replace(known, band=longest, shots=known.shots + again, shot=self._shot)
        self._lines.append(line)
        return line

    def _is_first(self, band: Band) -> bool:
        """Whether it is the first to reach the bone."""
        return self._ends_in(self._body, band) and all(line.shots < STAYS_SHOTS for line in self._lines)

    def _ends_in(self, region: Mask, band: Band) -> bool:
        x, y = (round(v) for v in band.tip)
        h, w = region.shape
        return 0 <= x < w and 0 <= y < h and bool(region[y, x])

    def _is_same(self, known: Band, band: Band) -> bool:
        axis = np.array(known.tip) - known.tail
        away = np.array(band.tip) - known.tail
        aside = abs(float(axis[0] * away[1] - axis[1] * away[0])) / max(float(np.hypot(*axis)), 1e-6)
        return known.turned_deg(band) <= SAME_DEG and aside * self._mm <= SAME_MM
