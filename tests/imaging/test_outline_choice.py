"""Which of two borders of one body is taken."""

from dataclasses import replace
from typing import NamedTuple

import pytest

import monitor.imaging.outline_choice
from monitor.domain import Outline, View, polygon
from monitor.imaging.lying import upended
from monitor.imaging.outline_choice import SURE, choose_outline
from tests.imaging.phantom import CENTRE, CORNERS, Scenery, body_outline, image

LEAST = 0.8
SEARCHED = Outline(body_outline(), CORNERS, "tap", 0.9)
DRAWN = Outline(polygon(body_outline() + 2), CORNERS, "auto", 0.9)
BELOW = Outline(body_outline(CENTRE[0], CENTRE[1] + 110), CORNERS, "auto", 0.9)
LED_ASTRAY = polygon([(x, y - 12 * (y < CENTRE[1] and x > CENTRE[0])) for x, y in body_outline()])
"""Its upper right corner on the neighbour's endplate."""
HALF = polygon([(min(x, CENTRE[0]), y) for x, y in body_outline()])
"""Its right side on what lies in the middle of the body."""


class Case(NamedTuple):
    name: str
    found: Outline | None
    drawn: Outline | None
    expected: Outline | None
    searched: bool = True
    view: View = View.LATERAL


CASES = [
    Case("both sure", SEARCHED, DRAWN, SEARCHED),
    Case("no model", SEARCHED, None, SEARCHED),
    Case("no model, unsure", replace(SEARCHED, confidence=0.3), None, replace(SEARCHED, confidence=0.3)),
    Case("the search is unsure", replace(SEARCHED, confidence=0.3), DRAWN, DRAWN, searched=False),
    Case("the search finds nothing", None, DRAWN, DRAWN, searched=False),
    Case(
        "the search finds nothing, the model is rather sure",
        None,
        replace(DRAWN, confidence=0.6),
        replace(DRAWN, confidence=0.6),
        searched=False,
    ),
    Case("the search finds nothing, the model is unsure", None, replace(DRAWN, confidence=0.4), None),
    Case("the search finds another body", replace(BELOW, source="tap"), DRAWN, DRAWN, searched=False),
    Case("the search finds half of it", replace(SEARCHED, polygon=HALF), DRAWN, DRAWN, searched=False),
    Case(
        "the search finds half of it, the model is unsure",
        replace(SEARCHED, polygon=HALF),
        replace(DRAWN, confidence=0.5),
        replace(SEARCHED, polygon=HALF),
    ),
    Case(
        "the search is led astray at a corner, the model is sure",
        replace(SEARCHED, polygon=LED_ASTRAY),
        replace(DRAWN, confidence=0.96),
        replace(DRAWN, confidence=0.96),
    ),
    Case(
        "the search is led astray at a corner, the model is rather sure",
        replace(SEARCHED, polygon=LED_ASTRAY),
        DRAWN,
        replace(SEARCHED, polygon=LED_ASTRAY),
    ),
    Case(
        "the search is led astray at a corner, the model is sure but reads it upside down",
        replace(SEARCHED, polygon=LED_ASTRAY),
        upended(replace(DRAWN, confidence=0.96)),
        replace(SEARCHED, polygon=LED_ASTRAY),
    ),
    Case(
        "seen from the front, the model is sure",
        SEARCHED,
        replace(DRAWN, confidence=0.96),
        replace(DRAWN, confidence=0.96),
        view=View.AP,
    ),
    Case("seen from the front, the model is rather sure", SEARCHED, DRAWN, SEARCHED, view=View.AP),
    Case(
        "seen from the front, the model is sure but reads it upside down",
        SEARCHED,
        upended(replace(DRAWN, confidence=0.96)),
        SEARCHED,
        view=View.AP,
    ),
    Case("both sure, and of the same", SEARCHED, replace(DRAWN, confidence=0.96), SEARCHED),
    Case("the model is unsure", SEARCHED, replace(DRAWN, confidence=0.5), SEARCHED),
    Case("the model drew another body", SEARCHED, BELOW, SEARCHED),
    Case("neither", None, None, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_surer_border_counts(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor.imaging.outline_choice, "find_outline", lambda *_: case.found)
    chosen = choose_outline(image(Scenery().attenuation()), CENTRE, case.view, 0.28, case.drawn, LEAST)
    if case.expected is None:
        assert chosen is None
    else:
        assert chosen is not None
        assert chosen.searched is case.searched
        assert (chosen.outline.source, chosen.outline.confidence) == (case.expected.source, case.expected.confidence)
        assert chosen.outline.whole is (case.expected.source == "auto" and case.expected.confidence >= SURE)
        assert chosen.outline.polygon.mean(0).tolist() == case.expected.polygon.mean(0).tolist()
