"""How the patient lies on the display: a team turns it for both views alike, so the head is the same way in both.

Of two views that say the opposite the AP view is believed where the spine lies across, with its pedicles on both sides,
and where it is sure; else the side view. But where a side view that is sure of it says head up, and the AP view that it
is upside down, both are right: the picture was turned for one of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from monitor.domain import Outline, Point, View

OPPOSED = -0.7
"""Cosine between the two heads from which on they say the opposite."""


@dataclass(frozen=True, slots=True)
class _Head:
    """Unit vector on the display towards the head; whether it is certain not to point the opposite way."""

    x: float
    y: float
    sure: bool


class Lying:
    """Compares where the outlines of both views say that the head is."""

    def __init__(self) -> None:
        self._heads: dict[View, _Head] = {}

    def note(self, view: View, outline: Outline, sure: bool) -> None:
        """Take in a view's outline; ``sure``: the view by itself tells head from feet."""
        x, y = towards_head(outline.corners)
        self._heads[view] = _Head(x, y, sure)

    def turn(self, view: View) -> None:
        """A view's outline has been turned round."""
        head = self._heads[view]
        self._heads[view] = replace(head, x=-head.x, y=-head.y)

    def is_upended(self, view: View) -> bool:
        """Whether the other view says the opposite, and is the one to be believed."""
        ap, lateral = self._heads.get(View.AP), self._heads.get(View.LATERAL)
        if ap is None or lateral is None or ap.x * lateral.x + ap.y * lateral.y > OPPOSED:
            return False
        across = abs(ap.x) > abs(ap.y)
        if not across and lateral.y < 0 and lateral.sure:
            return False
        return view is (View.LATERAL if across or ap.sure else View.AP)


def upended(outline: Outline) -> Outline:
    """The same border, the head where the feet were. The sides of an AP view stay those of the image read head up."""
    x, y = towards_head(outline.corners)
    across = abs(x) > abs(y)
    corners = {_renamed(name, across): point for name, point in outline.corners.items()}
    return replace(outline, corners=MappingProxyType(corners))


def _renamed(name: str, across: bool) -> str:
    level, side = name.split("_")
    sides = {"left": "right", "right": "left"} if across else {}
    return f"{'inferior' if level == 'superior' else 'superior'}_{sides.get(side, side)}"


def towards_head(corners: Mapping[str, Point]) -> Point:
    """Direction (x, y) from the middle of the inferior corners to that of the superior ones, of length 1."""
    above, below = (
        np.mean([point for name, point in corners.items() if name.startswith(level)], axis=0)
        for level in ("superior", "inferior")
    )
    x, y = (above - below) / max(float(np.hypot(*(above - below))), 1e-9)
    return float(x), float(y)
