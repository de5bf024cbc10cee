"""Cement that came along a vein, told from a breach by its shape, its pace, or its place.

Behind the middle of the posterior wall the basivertebral vein comes out, the usual way into the canal: a thin cortex
hardly ever breaks there. Whichever way it came, cement behind that wall spreads through canal or foramen, so that there
only the place tells. Segmental veins are long and thin, whether they lead away from the body or along it. Cement in a
disc may be thin or fast too, but spreads along the endplate or ends where the disc does.
"""

from collections import deque

from monitor.config import SpreadSettings
from monitor.domain import Extravasate, Zone

CANAL = frozenset({Zone.POSTERIOR, Zone.FORAMEN})
DISCS = frozenset({Zone.DISC_SUPERIOR, Zone.DISC_INFERIOR})

# Both ends of an advance are measured on the piece itself, this far apart at least: when a piece first passes the
# threshold of visibility its reach jumps, and that is no speed.
_LEAST_SPAN_S = 0.25


class Spread:
    """Follows one piece of cement outside the body and says, pulse by pulse, whether it runs along a vein.

    Cement in the cannula's corridor is long, thin and outward by its place, so shape and pace tell nothing there.
    """

    def __init__(self, settings: SpreadSettings) -> None:
        self._settings = settings
        self._reaches: deque[tuple[float, float]] = deque()

    def update(self, piece: Extravasate, t_s: float) -> bool:
        """Take the piece as seen at ``t_s``; True where it looks venous on this pulse."""
        self._reaches.append((t_s, piece.reach_mm))
        while t_s - self._reaches[0][0] > self._settings.window_s and len(self._reaches) > 2:
            self._reaches.popleft()
        if piece.zone is Zone.NEEDLE_TRACK:
            return False
        if piece.zone in CANAL:
            return self._is_basivertebral(piece)
        if piece.zone in DISCS and piece.off_wall_mm < self._settings.disc_mm:
            return self._crosses_disc(piece)
        return self._is_vein_like(piece) or self._is_running(piece, t_s)

    def _is_vein_like(self, piece: Extravasate) -> bool:
        s = self._settings
        shaped = piece.reach_mm >= s.outward * piece.length_mm or piece.width_mm <= s.thin_mm
        leads_away = piece.reach_mm >= s.reach_mm and piece.off_wall_mm >= s.off_wall_mm
        return _slenderness(piece) >= s.slenderness and leads_away and shaped

    def _crosses_disc(self, piece: Extravasate) -> bool:
        s = self._settings
        crosses = piece.width_mm <= s.crossing_mm and piece.reach_mm >= s.crossing_outward * piece.length_mm
        return _slenderness(piece) >= s.slenderness and piece.reach_mm >= s.reach_mm and crosses

    def _is_basivertebral(self, piece: Extravasate) -> bool:
        low, high = self._settings.basivertebral
        return piece.wall_share is not None and low <= piece.wall_share <= high

    def _is_running(self, piece: Extravasate, t_s: float) -> bool:
        s = self._settings
        began_s, reach_mm = self._reaches[0]
        advance_mm, span_s = piece.reach_mm - reach_mm, t_s - began_s
        return (
            span_s >= _LEAST_SPAN_S
            and advance_mm >= max(s.fast_advance_mm, s.fast_mm_s * span_s)
            and _slenderness(piece) >= s.fast_slenderness
            and piece.reach_mm >= s.outward * piece.length_mm
        )


def _slenderness(piece: Extravasate) -> float:
    return piece.length_mm / max(piece.width_mm, 1e-6)
