"""How the patient lies on the display: a team turns it for both views alike, so the head is the same way in both.

One view tells the head from the feet better than the other, and an outline that was searched for better than one that
the model drew. Where the spine runs up and down the display the lateral view is believed, unless only the model drew
it: an AP view is taken to be head up. If the model drew both, an AP view that is upside down by itself is not believed:
hardly anybody looks at a patient so. Where it lies across, the AP view is, with its pedicles on both sides; but if only
the model drew that, neither is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from monitor.domain import Outline, Point, View

OPPOSED = -0.7
"""Cosine between the two heads from which on they say the opposite."""
_OTHER = {View.AP: View.LATERAL, View.LATERAL: View.AP}


@dataclass(frozen=True, slots=True)
class _Head:
    """Unit vector on the display towards the head; whether the outline was searched for."""

    x: float
    y: float
    searched: bool


class Lying:
    """Compares where the outlines of both views say that the head is."""

    def __init__(self) -> None:
        self._heads: dict[View, _Head] = {}

    def note(self, view: View, outline: Outline, searched: bool) -> None:
        """Take in a view's outline; ``searched``: its border comes from the search, not from the model."""
        x, y = towards_head(outline.corners)
        self._heads[view] = _Head(x, y, searched)

    def turn(self, view: View) -> None:
        """A view's outline has been turned round."""
        head = self._heads[view]
        self._heads[view] = replace(head, x=-head.x, y=-head.y)

    def is_upended(self, view: View) -> bool:
        """Whether the other view says the opposite, and is the one to be believed."""
        mine, other = self._heads.get(view), self._heads.get(_OTHER[view])
        if mine is None or other is None or mine.x * other.x + mine.y * other.y > OPPOSED:
            return False
        across = abs(mine.x) > abs(mine.y)
        if not (mine.searched or other.searched or across):
            return view is View.AP and mine.y > 0
        surer = View.AP if across else View.LATERAL
        return other.searched and (view is not surer or not (across or mine.searched))


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
