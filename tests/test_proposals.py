"""When the monitor proposes an outline by itself, when it asks, and what people may do about it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import (
    AcceptOutline,
    Act,
    Case,
    Image,
    MoveCorner,
    NameLevel,
    Proposal,
    Step,
    Tap,
    Target,
    View,
)
from monitor.imaging.view import ViewGuess
from monitor.pipeline import Monitor
from tests.imaging.phantom import CENTRE, SPACING_MM, Scenery, disc, moved
from tests.proposing import NO_SPINE, NOTHING, OFFSET, PITCH_PX, Fake, body, lateral, outline
from tests.test_pipeline import frames, screen, shot

MIDDLE = (CENTRE[0] + OFFSET[0], CENTRE[1] + OFFSET[1])
CASE = Case(pixel_spacing_mm=SPACING_MM)
HELD = 50
SECOND = 68
"""A frame between the shots, and the first one of the second shot."""
SCENE = Scenery(6).attenuation()
FILLED = moved(SCENE + disc(205, 205, 7), 3.0, -5.0, 0.6)


def two_shots(first: np.ndarray, second: np.ndarray, pulses: int = 20) -> list[np.ndarray]:
    """Black, a shot, its last image held, a second shot, that held."""
    one, other = shot(first, pulses, 1), shot(second, 20, 101)
    return [screen(None, 0)] * 8 + one + [one[-1]] * (60 - pulses) + other + [other[-1]] * 20


def run(
    answer: Callable[[int], Proposal],
    pictures: Iterable[np.ndarray],
    case: Case = CASE,
    acts: Mapping[int, list[Act]] | None = None,
) -> tuple[list[Step], Fake]:
    fake = Fake(answer)
    monitor = Monitor(Settings(), case, fake)
    said = acts or {}
    return [*(monitor.feed(f, said.get(f.index, [])) for f in frames(list(pictures))), monitor.finish()], fake


def told(steps: Iterable[Step], kind: str) -> list[dict[str, Any]]:
    return [e.to_json() for step in steps for e in step.events if e.type == kind]


def outlines(steps: list[Step]) -> list[tuple[int, str, int]]:
    """Shot, source and body (counted from the middle one) of every outline told."""
    found = []
    for event in told(steps, "outline"):
        y = float(np.mean([p[1] for p in event["polygon"]]))
        found.append((1 if event["frame"] < SECOND else 2, str(event["source"]), round((y - MIDDLE[1]) / PITCH_PX)))
    return found


TAPPED = Case(pixel_spacing_mm=SPACING_MM, targets={View.LATERAL: Target(20, MIDDLE)})


class Course(NamedTuple):
    name: str
    answer: Callable[[int], Proposal]
    expected: list[tuple[int, str, int]]
    pictures: list[np.ndarray] = two_shots(SCENE, SCENE)
    case: Case = CASE


COURSES = [
    Course("sure", lambda _: lateral(), [(1, "auto", 0)]),
    Course("low confidence", lambda _: lateral(confidence=0.5), []),
    Course("nothing points at it yet", lambda _: lateral(pointed=False), [(1, "auto", 0)]),
    Course("no body seen", lambda _: NOTHING, []),
    Course("no spine seen", lambda _: NO_SPINE, []),
    Course("a short shot", lambda _: lateral(), [(1, "auto", 0)], two_shots(SCENE, SCENE, pulses=3)),
    Course("a tap is due", lambda _: lateral(1), [(1, "tap", 0)], case=TAPPED),
    Course("a tap came first", lambda f: lateral(1) if f >= SECOND else NOTHING, [(1, "tap", 0)], case=TAPPED),
    Course("sure later", lambda f: lateral(confidence=0.5 if f < SECOND else 0.9), [(2, "auto", 0)]),
    Course("the cannula agrees", lambda f: lateral(pointed=f >= SECOND), [(1, "auto", 0)]),
    Course("the cannula goes elsewhere", lambda f: lateral(int(f < SECOND)), [(1, "auto", 1), (2, "auto", 0)]),
    Course("likelier elsewhere, nothing points", lambda f: lateral(int(f >= SECOND), pointed=False), [(1, "auto", 0)]),
    Course("unsure of another", lambda f: lateral(0) if f < SECOND else lateral(1, 0.5), [(1, "auto", 0)]),
    Course("cement is in", lambda f: lateral(int(f >= SECOND)), [(1, "auto", 0)], two_shots(SCENE, FILLED)),
    Course("cement came first", lambda _: lateral(), [(1, "auto", 0)], two_shots(FILLED, FILLED)),
]


@pytest.mark.parametrize("course", COURSES, ids=lambda course: course.name)
def test_what_is_proposed_and_what_is_asked(course: Course) -> None:
    steps, fake = run(course.answer, course.pictures, course.case)
    assert outlines(steps) == course.expected
    asks = [e["state"] for e in told(steps, "technical") if e["code"] in ("no_outline", "view_unknown")]
    assert asks[0] == "raised"
    assert (asks[-1] == "cleared") == bool(course.expected)
    assert len(fake.asked) <= 12, "it is asked at the start of a shot, not on every pulse"


@pytest.mark.parametrize("frame", [24, HELD], ids=["live", "held"])
def test_a_tap_replaces_a_proposal_for_good(frame: int) -> None:
    steps, _ = run(lambda _: lateral(1), two_shots(SCENE, SCENE), acts={frame: [Tap(MIDDLE)]})
    assert outlines(steps) == [(1, "auto", 1), (1, "tap", 0)]


def test_a_proposal_says_how_sure_it_is_and_which_model_said_so() -> None:
    steps, _ = run(lambda _: lateral(confidence=0.84), two_shots(SCENE, SCENE))
    (found,) = told(steps, "outline")
    assert (found["confidence"], found["model"]) == (0.84, "fake 0123456789ab")
    assert found["level"] is None, "no level is ever invented"


def test_the_surer_word_on_the_view_counts() -> None:
    ap = Proposal(View.AP, 0.999)
    steps, _ = run(lambda _: ap, two_shots(SCENE, SCENE))
    assert {e["view"] for e in told(steps, "shot_started")} == {"ap"}


class Contrary(Fake):
    """Sees a spine only where the phantom's bone is bright, against what lines and background say of the polarity."""

    def view(self, image: Image) -> ViewGuess:
        x, y = (round(at - began) for at, began in zip(OFFSET, image.origin, strict=True))
        shown = image.attenuation[y : y + SCENE.shape[0], x : x + SCENE.shape[1]]
        likeness = float(np.corrcoef(shown.ravel(), SCENE.ravel())[0, 1])
        self.asked.append(image.frame)
        return ViewGuess(View.LATERAL, 0.99) if likeness < 0 else ViewGuess(View.UNKNOWN, 0.9)


def test_what_shows_a_spine_only_when_turned_over_stays_so() -> None:
    monitor = Monitor(Settings(), CASE, Contrary(lambda _: lateral()))
    steps = [monitor.feed(f) for f in frames(two_shots(SCENE, SCENE))]
    assert {e["view"] for e in told(steps, "shot_started")} == {"lateral"}
    assert [(shot, source) for shot, source, _ in outlines(steps)] == [(1, "auto")]


def test_the_same_answers_give_the_same_events() -> None:
    one, other = (run(lambda _: lateral(), two_shots(SCENE, FILLED))[0] for _ in range(2))
    assert [e.to_json() for s in one for e in s.events] == [e.to_json() for s in other for e in s.events]


def said(acts: Mapping[int, list[Act]], answer: Proposal | None = None) -> list[dict[str, Any]]:
    """Outlines told after the first one, when people say something."""
    steps, _ = run(lambda _: answer or lateral(), two_shots(SCENE, FILLED), acts=acts)
    return told(steps, "outline")[1:]


def test_accepting_makes_it_the_persons_own() -> None:
    (event,) = said({HELD: [AcceptOutline(View.LATERAL)]})
    assert (event["source"], event["frame"]) == ("user", HELD)
    assert "confidence" not in event


def test_accepting_a_view_without_an_outline_changes_nothing() -> None:
    assert said({HELD: [AcceptOutline(View.AP)]}) == []


@pytest.mark.parametrize("frame", [HELD, 24], ids=["held", "live"])
def test_a_moved_corner_takes_its_two_sides_along(frame: int) -> None:
    (first,) = told(run(lambda _: lateral(), two_shots(SCENE, FILLED))[0], "outline")
    x, y = first["corners"]["superior_anterior"]
    (event,) = said({frame: [MoveCorner("superior_anterior", (x + 8, y - 6))]})
    assert event["source"] == "user"
    assert event["corners"]["superior_anterior"] == pytest.approx([x + 8, y - 6], abs=1.5)
    for name in ("superior_posterior", "inferior_anterior", "inferior_posterior"):
        assert event["corners"][name] == pytest.approx(first["corners"][name], abs=0.1)
    moved = np.hypot(*(np.array(event["polygon"]) - np.array(first["polygon"])).T)
    assert moved.max() == pytest.approx(10, abs=2)
    far = np.hypot(*(np.array(first["polygon"]) - first["corners"]["inferior_posterior"]).T) < 20
    assert moved[far].max() < 1


@pytest.mark.parametrize(
    "act",
    [
        MoveCorner("superior_left", (300.0, 200.0)),
        MoveCorner("superior_anterior", outline().corners["inferior_posterior"]),
        MoveCorner("superior_anterior", (0.0, 479.0)),
    ],
    ids=["not of this view", "onto the opposite one", "inside out"],
)
def test_a_corner_that_cannot_be_there_stays(act: MoveCorner) -> None:
    assert said({HELD: [act]}) == []


def test_a_corner_moved_while_the_image_is_held_shows_at_once() -> None:
    x, y = outline().corners["superior_anterior"]
    acts: dict[int, list[Act]] = {HELD: [MoveCorner("superior_anterior", (x + 8, y - 6))]}
    steps, _ = run(lambda _: lateral(), two_shots(SCENE, FILLED), acts=acts)
    shown = steps[HELD].shown
    assert shown is not None
    assert shown.outline is not None
    assert shown.outline.corners["superior_anterior"] == pytest.approx((x + 8, y - 6), abs=1.5)
    assert steps[HELD - 1].shown is not shown


def test_a_tap_on_a_held_image_finds_its_body_at_once() -> None:
    steps, fake = run(lambda _: lateral(confidence=0.5), two_shots(SCENE, FILLED), acts={HELD: [Tap(MIDDLE)]})
    assert outlines(steps) == [(1, "tap", 0)]
    assert fake.taps[0] == pytest.approx(MIDDLE, abs=1)
    shown = steps[HELD].shown
    assert shown is not None
    assert shown.refusal is None
    assert [n.steps for n in shown.neighbours] == [-1, 1]
    codes = [(e["code"], e["state"]) for e in told(steps[: HELD + 1], "technical")]
    assert codes[-1] == ("no_outline", "cleared")


ABOVE, BELOW = ((MIDDLE[0], MIDDLE[1] + side * PITCH_PX) for side in (-1, 1))


class Naming(NamedTuple):
    name: str
    act: NameLevel
    level: str | None


@pytest.mark.parametrize(
    "naming",
    [
        Naming("the target", NameLevel("L1"), "L1"),
        Naming("the target, pointed at", NameLevel("L1", MIDDLE), "L1"),
        Naming("the one above", NameLevel("T12", ABOVE), "L1"),
        Naming("the one below", NameLevel("L2", BELOW), "L1"),
        Naming("the target would be L6", NameLevel("L5", ABOVE), None),
        Naming("no vertebra there", NameLevel("L2", (MIDDLE[0] + 150, MIDDLE[1])), None),
    ],
    ids=lambda naming: naming.name,
)
def test_levels_count_from_the_one_that_was_named(naming: Naming) -> None:
    events = said({HELD: [naming.act]})
    assert [(e["level"], e["source"]) for e in events] == ([(naming.level, "auto")] if naming.level else [])


def test_what_lies_beyond_a_gap_is_not_counted() -> None:
    far = Proposal(View.LATERAL, 0.99, outline(), True, (body(1), body(3)))
    steps, _ = run(lambda _: far, two_shots(SCENE, FILLED))
    shown = steps[HELD].shown
    assert shown is not None
    assert [n.steps for n in shown.neighbours] == [1, None]
    assert said({HELD: [NameLevel("L3", (MIDDLE[0], MIDDLE[1] + 3 * PITCH_PX))]}, far) == []


def test_a_named_level_is_in_later_outlines() -> None:
    events = said({HELD: [NameLevel("L1")], 90: [AcceptOutline(View.LATERAL)]})
    assert [e["level"] for e in events] == ["L1", "L1"]
