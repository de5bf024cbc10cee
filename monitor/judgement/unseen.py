"""How much cement went in since each view was last looked at."""

from monitor.domain import View


class Unseen:
    """Keeps, per view, the volume delivered when it was last shot (before the first shot: none)."""

    def __init__(self, limit_ml: float) -> None:
        self._limit_ml = limit_ml
        self._seen_ml = {View.AP: 0.0, View.LATERAL: 0.0}

    def look(self, view: View, delivered_ml: float) -> None:
        """Take that the beam shows this view now."""
        self._seen_ml[view] = delivered_ml

    def due(self, delivered_ml: float) -> dict[View, float]:
        """The views not seen for the limit or more, with the volume since, in ml."""
        since = {view: delivered_ml - seen for view, seen in self._seen_ml.items()}
        return {view: ml for view, ml in since.items() if ml >= self._limit_ml}
