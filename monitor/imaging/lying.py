"""How the patient lies on the display: a team turns it for both views alike, so the head is the same way in both.

Of two views that say the opposite, the AP view is believed where the spine lies across, with its pedicles on both
sides. Where it runs up and down, hardly anything reads a patient upside down by mistake: the view that says so is
believed. Only a side view that was searched for and says head up is right too: the picture was turned for one view.
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
        if abs(mine.x) > abs(mine.y):
            return view is View.LATERAL
        return other.y > 0 and not (view is View.LATERAL and mine.searched)


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
