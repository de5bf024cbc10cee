from types import MappingProxyType

import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import Case, Image, Neighbour, Outline, Point, View, polygon
from monitor.imaging import placing
from monitor.imaging.lying import Lying, upended
from monitor.imaging.outline_choice import Choice
from monitor.imaging.placing import Placing
from monitor.imaging.proposer import Proposer
from monitor.imaging.subject import Subject
from monitor.imaging.surroundings import Surroundings
from tests.imaging.phantom import Scenery, image

UP, DOWN, LEFT, RIGHT = (0.0, -1.0), (0.0, 1.0), (-1.0, 0.0), (1.0, 0.0)


def lying(head: tuple[float, float], view: View) -> Outline:
    """A body of 40 x 30 around (100, 100); its front, or its right side, a quarter turn clockwise from the head."""
    up = np.array(head)
    aside = np.array([-up[1], up[0]])
    first, second = ("anterior", "posterior") if view is View.LATERAL else ("right", "left")
    places: dict[str, Point] = {}
    for level, along in (("superior", 1), ("inferior", -1)):
        for side, across in ((first, 1), (second, -1)):
            x, y = 100 + along * 15 * up + across * 20 * aside
            places[f"{level}_{side}"] = (float(x), float(y))
    return Outline(polygon(list(places.values())), MappingProxyType(places), "tap")


@pytest.mark.parametrize(
    ("ap", "lateral", "searched_ap", "searched_lateral", "wrong"),
    [
        (UP, UP, True, True, None),
        (UP, DOWN, True, True, View.AP),
        (LEFT, RIGHT, True, True, View.LATERAL),
        (RIGHT, LEFT, False, True, None),
        (UP, DOWN, True, False, View.LATERAL),
        (UP, DOWN, False, False, None),
        (DOWN, UP, False, False, View.AP),
        (UP, RIGHT, True, True, None),
    ],
    ids=[
        "alike",
        "upside down",
        "across",
        "AP drawn only",
        "lateral drawn only",
        "both drawn only",
        "both drawn only, AP upside down",
        "turned for one view",
    ],
)
def test_of_two_views_that_say_the_opposite_the_surer_is_believed(
    ap: tuple[float, float],
    lateral: tuple[float, float],
    searched_ap: bool,
    searched_lateral: bool,
    wrong: View | None,
) -> None:
    both = Lying()
    both.note(View.AP, lying(ap, View.AP), searched_ap)
    assert not both.is_upended(View.AP), "nothing to compare with yet"
    both.note(View.LATERAL, lying(lateral, View.LATERAL), searched_lateral)
    assert [view for view in (View.AP, View.LATERAL) if both.is_upended(view)] == ([wrong] if wrong else [])
    if wrong is not None:
        both.turn(wrong)
        assert not any(both.is_upended(view) for view in (View.AP, View.LATERAL))


@pytest.mark.parametrize("head", [UP, DOWN, LEFT, RIGHT])
def test_the_front_stays_the_front_when_head_and_feet_are_exchanged(head: tuple[float, float]) -> None:
    body = lying(head, View.LATERAL)
    turned = upended(body)
    assert turned.polygon is body.polygon
    assert turned.corners["superior_anterior"] == body.corners["inferior_anterior"]
    assert turned.corners["inferior_posterior"] == body.corners["superior_posterior"]


@pytest.mark.parametrize(("head", "exchanged"), [(UP, False), (LEFT, True)], ids=["up and down", "across"])
def test_the_sides_of_an_ap_view_are_those_of_the_image_read_head_up(
    head: tuple[float, float], exchanged: bool
) -> None:
    body = lying(head, View.AP)
    assert upended(body).corners["superior_left"] == body.corners["inferior_right" if exchanged else "inferior_left"]
    assert dict(upended(upended(body)).corners) == dict(body.corners)


def test_the_neighbour_above_is_the_one_below_when_head_and_feet_are_exchanged() -> None:
    ring = polygon([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
    around = Surroundings((Neighbour(ring, -1), Neighbour(ring, 1), Neighbour(ring, None)))
    assert [n.steps for n in around.upended().neighbours] == [None, -1, 1]


def tapped(monkeypatch: pytest.MonkeyPatch) -> tuple[Placing, Subject]:
    """An AP view searched for head up, and a lateral one head down, in which cement may be noticed."""
    settings, found = Settings(), {View.AP: lying(UP, View.AP), View.LATERAL: lying(DOWN, View.LATERAL)}

    def choose(_image: Image, _at: Point, view: View, *_: object) -> Choice:
        return Choice(found[view], searched=True)

    monkeypatch.setattr(placing, "choose_outline", choose)
    places = Placing(settings, Case(pixel_spacing_mm=0.3), Proposer(None, settings.models))
    picture = image(Scenery(2).attenuation())
    ap, lateral = (Subject(view, picture, settings.registration, settings.cement) for view in (View.AP, View.LATERAL))
    for subject in (ap, lateral):
        places.tap(subject, (100.0, 100.0))
        assert places.settle(subject, at_once=True) is not None
    return places, ap


def test_an_outline_told_before_the_surer_view_is_told_again_the_other_way_round(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    places, ap = tapped(monkeypatch)
    again = places.settle(ap, at_once=False)
    assert again is not None
    assert again.corners["superior_left"] == lying(UP, View.AP).corners["inferior_left"]
    assert ap.outline is again
    assert places.settle(ap, at_once=False) is None, "once"


@pytest.mark.parametrize("why", ["accepted", "cement hangs on it"])
def test_an_outline_that_stands_is_left_as_it_is(why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    places, ap = tapped(monkeypatch)
    if why == "accepted":
        ap.accept()
    else:
        for _ in range(2):
            places.notice(View.LATERAL, 100.0)
    assert places.settle(ap, at_once=False) is None
