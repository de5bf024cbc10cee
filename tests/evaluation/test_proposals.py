"""Proposals against a truth that has one body: the right one, the neighbour, moved corners, asked for."""

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from monitor.evaluation.fractures import is_fractured
from monitor.evaluation.truth import parse_truth
from tests.evaluation.made import BODY, SPACING_MM, Line, changed, lines, measured, perfect, shifted, truth_of

NAMES = ("superior_anterior", "superior_posterior", "inferior_posterior", "inferior_anterior")


def proposed(border: list[list[float]], corners: list[list[float]], view: str = "lateral") -> Line:
    named: dict[str, Any] = {"corners": dict(zip(NAMES, corners, strict=True))} if view == "lateral" else {}
    return {"t": 1.1, "frame": 11, "type": "outline", "view": view, "source": "auto", "polygon": border, **named}


class Case(NamedTuple):
    name: str
    border: list[list[float]]
    corners: list[list[float]]
    right: float
    corner_mm: float | None


OFF = [[p[0] + 3.0, p[1] + 4.0] for p in BODY]
CASES = [
    Case("exact", BODY, BODY, 1.0, 0.0),
    Case("corners off by 5 px", BODY, OFF, 1.0, 5 * SPACING_MM),
    Case("the vertebra below", shifted(BODY, 0, 140), shifted(BODY, 0, 140), 0.0, None),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_vertebra_and_corners(case: Case) -> None:
    truth = truth_of(lines([("lateral", 12)]))
    results = changed(perfect(truth), [proposed(case.border, case.corners)], outline=case.border)
    found = measured(truth, results)
    assert found["vertebra_right"] == found["first_right"] == [case.right]
    assert found["outline_found"] == [1.0]
    if case.corner_mm is None:
        assert "corner_mm" not in found
    else:
        assert found["corner_mm"] == pytest.approx([case.corner_mm] * 4, abs=0.15)


def test_a_first_guess_that_the_cannula_corrects_is_right_when_it_matters() -> None:
    before: Line = {"true3d": {}}
    below = shifted(BODY, 0, 140)
    truth = truth_of([{**x, **before} if x["shot"] == 1 else x for x in lines([("lateral", 12), ("lateral", 12)])])
    wrong = changed(perfect(truth), [proposed(below, below)])
    first = tuple({**o, "outline": below} if o["shot"] == 1 else o for o in wrong.observations)
    found = measured(truth, replace(wrong, observations=first))
    assert (found["first_right"], found["vertebra_right"]) == ([0.0], [1.0])


def test_corners_follow_the_motion_since_the_reference() -> None:
    """The event tells them where the reference was; the frame scored is 40 px further right."""
    truth = truth_of(lines([("lateral", 12)]))
    before = proposed(shifted(BODY, -40), shifted(BODY, -40))
    found = measured(truth, changed(perfect(truth), [before]))
    assert found["corner_mm"] == pytest.approx([0.0] * 4, abs=0.15)


def test_a_view_without_a_proposal_was_asked_for() -> None:
    truth = truth_of(lines([("lateral", 12), ("ap", 12)]))
    found = measured(truth, changed(perfect(truth), [proposed(BODY, BODY)]))
    assert sorted(found["outline_found"]) == [0.0, 1.0]


@pytest.mark.parametrize(
    ("ends", "expected_mm"),
    [
        ([[200.0, 160.0], [40.0, 160.0]], 0.0),
        ([[190.0, 160.0], [40.0, 160.0]], 2.0),
        ([[210.0, 160.0], [40.0, 160.0]], 2.0),
        ([[200.0, 400.0], [40.0, 400.0]], 235 * SPACING_MM),
    ],
    ids=["exact", "short", "long", "where no metal is"],
)
def test_the_tip_is_where_the_metal_ends(ends: list[list[float]], expected_mm: float) -> None:
    made = lines([("lateral", 12)])
    metal = [[40.0, 155.0], [200.0, 155.0], [200.0, 165.0], [40.0, 165.0]]
    truth = truth_of([{**line, "ignore": [metal]} if line.get("annotated") else line for line in made])
    found = measured(truth, changed(perfect(truth), cannula={"tip": ends[0], "tail": ends[1]}))
    assert found["tip_mm"] == pytest.approx([expected_mm], abs=0.05)


@pytest.mark.parametrize(
    ("front", "middle", "fractured"),
    [(1.0, 1.0, False), (0.7, 0.85, True), (1.0, 0.75, True), (0.96, 0.95, False)],
    ids=["whole", "wedge", "biconcave", "a little worn"],
)
@pytest.mark.parametrize("turn", [0.0, 25.0, 90.0, 190.0])
def test_fractures_show_in_the_heights(front: float, middle: float, fractured: bool, turn: float) -> None:
    x = np.array([-75, 0, 75, 75, 0, -75], float)
    y = np.array([-60, -60 * middle, -60 * front, 60 * front, 60 * middle, 60], float)
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    body = np.column_stack([200 + c * x - s * y, 200 + s * x + c * y]).tolist()
    truth = parse_truth([{**line, "outline": body} if line["live"] else line for line in lines([("lateral", 4)])])
    assert is_fractured(truth) is fractured
