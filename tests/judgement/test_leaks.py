"""Onset, growth and end of leaks, as named cases."""

from collections.abc import Callable

import pytest

from monitor.domain import Acknowledge, Cannula, Motion, Outline, Tap, View, Zone, polygon
from tests.judgement.build import Bedside, piece, vein

LAT, AP = View.LATERAL, View.AP
Play = Callable[[Bedside], None]


def _short_shots(bedside: Bedside) -> None:
    for _ in range(2):
        bedside.shots(LAT, [piece(area_mm2=3.0)])
        bedside.shots(AP, [], [])


def _moved(bedside: Bedside) -> None:
    bedside.start(LAT)
    bedside.show(LAT, [piece(at=(700, 400))])
    bedside.show(LAT, [piece(at=(700 + 60, 400 - 40))], motion=Motion(dx_px=60, dy_px=-40))
    bedside.end(LAT)


def _zone_flips(bedside: Bedside) -> None:
    zones = [Zone.POSTERIOR, Zone.FORAMEN] * 4
    bedside.shots(LAT, *[[piece(zone)] for zone in zones])


CASES: dict[str, tuple[Play, list[tuple[str, str]]]] = {
    "one pulse of a long shot is no leak": (lambda b: b.shots(LAT, [], [piece()], [], []), []),
    "two pulses are": (lambda b: b.shots(LAT, [], [piece()], [piece()], []), [("leak-1", "onset")]),
    "two pulses of a small piece elsewhere aren't": (
        lambda b: b.shots(LAT, [], [piece(Zone.ANTERIOR)], [piece(Zone.ANTERIOR)], []),
        [],
    ),
    "three are": (lambda b: b.shots(LAT, [], *[[piece(Zone.ANTERIOR)]] * 3, []), [("leak-1", "onset")]),
    "two pulses of a larger piece are": (
        lambda b: b.shots(LAT, [], *[[piece(Zone.ANTERIOR, 6.5)]] * 2, []),
        [("leak-1", "onset")],
    ),
    "what shows on the first two pulses alone is metal not yet found": (
        lambda b: b.shots(LAT, [piece()], [piece()], [], []),
        [],
    ),
    "below the onset area, never": (lambda b: b.shots(LAT, *[[piece(area_mm2=1.9)]] * 40), []),
    "seen from the front, cement close to an endplate, never": (
        lambda b: b.shots(AP, *[[piece(Zone.DISC_SUPERIOR, 9, reach_mm=4.4)]] * 20),
        [],
    ),
    "seen from the front, cement farther beyond it": (
        lambda b: b.shots(AP, *[[piece(Zone.DISC_SUPERIOR, 9, reach_mm=5.5)]] * 3),
        [("leak-1", "onset")],
    ),
    "seen from the side, cement close to an endplate": (
        lambda b: b.shots(LAT, *[[piece(Zone.DISC_SUPERIOR, 9, reach_mm=2.4)]] * 3),
        [("leak-1", "onset")],
    ),
    "seen from the front once the side has shown it, close to the endplate too": (
        lambda b: b.play(
            (LAT, [[piece(Zone.DISC_SUPERIOR, 9, reach_mm=2.4)]] * 3),
            (AP, [[piece(Zone.DISC_SUPERIOR, 9, reach_mm=1.4)]] * 3),
        ),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "but not at the other endplate": (
        lambda b: b.play(
            (LAT, [[piece(Zone.DISC_SUPERIOR, 9, reach_mm=2.4)]] * 3),
            (AP, [[piece(Zone.DISC_INFERIOR, 9, reach_mm=2.4)]] * 20),
        ),
        [("leak-1", "onset")],
    ),
    "flicker at the border wears off": (lambda b: b.shots(LAT, *[[piece(area_mm2=3)], [], []] * 10), []),
    "weak pulses between don't interrupt": (
        lambda b: b.shots(LAT, [piece(area_mm2=2.2)], [piece(area_mm2=1.5)], [piece(area_mm2=2.2)]),
        [("leak-1", "onset")],
    ),
    "specks at different places don't add up": (
        lambda b: b.shots(LAT, *[[piece(area_mm2=3, at=(700, 300 + 40 * n))] for n in range(8)]),
        [],
    ),
    "short shots of one pulse add up": (_short_shots, [("leak-1", "onset")]),
    "one single-pulse shot with a large piece": (lambda b: b.shots(LAT, [piece(area_mm2=5)]), [("leak-1", "onset")]),
    "the last pulse of a long shot waits for the next": (lambda b: b.shots(LAT, [], [], [piece(area_mm2=9)]), []),
    "the C-arm moved between the pulses": (_moved, [("leak-1", "onset")]),
    "zone flips between posterior and foramen": (_zone_flips, [("leak-1", "onset")]),
    "known cement under the neighbouring zone's name": (
        lambda b: b.shots(LAT, *[[piece(Zone.ANTERIOR)]] * 3, *[[piece(Zone.DISC_SUPERIOR)]] * 6),
        [("leak-1", "onset")],
    ),
    "known cement that goes on step by step into the neighbouring zone": (
        lambda b: b.shots(
            LAT,
            *[[piece(Zone.ANTERIOR, 16, at=(700, 400))]] * 3,
            *[
                [piece(Zone.ANTERIOR, 16, at=(700, 400)), piece(Zone.DISC_SUPERIOR, at=(700, 391 - 2 * n))]
                for n in range(9)
            ],
        ),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "cement that grows on both sides of a zone's border": (
        lambda b: b.shots(
            LAT,
            *[
                [piece(Zone.ANTERIOR, 5 + 3 * n, at=(700, 400)), piece(Zone.DISC_SUPERIOR, 1 + 0.6 * n, at=(700, 395))]
                for n in range(8)
            ],
        ),
        [("leak-1", "onset"), ("leak-2", "onset"), ("leak-1", "growth")],
    ),
    "behind the wall once the cannula is out, no more than ran back along it": (
        lambda b: b.shots(LAT, *[[piece(Zone.NEEDLE_TRACK)]] * 3, *[[piece(Zone.POSTERIOR)]] * 6),
        [("leak-1", "onset")],
    ),
    "more than that": (
        lambda b: b.shots(LAT, *[[piece(Zone.NEEDLE_TRACK)]] * 3, *[[piece(Zone.POSTERIOR, 9)]] * 6),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "behind the wall where a disc's leak is known": (
        lambda b: b.shots(LAT, *[[piece(Zone.DISC_INFERIOR)]] * 3, *[[piece(Zone.POSTERIOR)]] * 6),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "behind the wall it grows down to the foramen": (
        lambda b: b.shots(LAT, *[[piece(Zone.POSTERIOR)]] * 3, *[[piece(Zone.FORAMEN, 9)]] * 6),
        [("leak-1", "onset"), ("leak-1", "growth")],
    ),
    "the same cement in the other view": (
        lambda b: b.play((LAT, [[piece()]] * 3), (AP, [[piece(Zone.LEFT)]] * 3)),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "two places at once": (
        lambda b: b.shots(LAT, *[[piece(), piece(Zone.ANTERIOR, at=(400, 400))]] * 3),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "one piece on either side of a zone's border": (
        lambda b: b.shots(LAT, *[[piece(at=(700, 400)), piece(Zone.DISC_SUPERIOR, at=(700, 390))]] * 6),
        [("leak-1", "onset"), ("leak-2", "onset")],
    ),
    "fragments of one leak": (
        lambda b: b.shots(LAT, *[[piece(at=(700, 400)), piece(at=(716, 400), area_mm2=3)]] * 3),
        [("leak-1", "onset")],
    ),
    "growth": (
        lambda b: b.shots(LAT, *[[piece(area_mm2=5)]] * 3, *[[piece(area_mm2=9)]] * 3),
        [("leak-1", "onset"), ("leak-1", "growth")],
    ),
    "one pulse's outlier is no growth": (
        lambda b: b.shots(LAT, *[[piece(area_mm2=5)]] * 3, [piece(area_mm2=15)], *[[piece(area_mm2=5)]] * 3),
        [("leak-1", "onset")],
    ),
    "a breach that is hidden isn't gone": (lambda b: b.shots(LAT, *[[piece()]] * 3, *[[]] * 40), [("leak-1", "onset")]),
    "a vein washes out": (
        lambda b: b.shots(AP, *[[vein(Zone.LEFT, 12)]] * 3, *[[]] * 12),
        [("leak-1", "onset"), ("leak-1", "gone")],
    ),
    "not within less than a second": (
        lambda b: b.shots(AP, *[[vein(Zone.LEFT, 12)]] * 3, *[[]] * 7),
        [("leak-1", "onset")],
    ),
    "nor in the other view": (
        lambda b: b.play((AP, [[vein(Zone.LEFT, 12)]] * 3), (LAT, [[]] * 20)),
        [("leak-1", "onset")],
    ),
}


@pytest.mark.parametrize("play, phases", CASES.values(), ids=CASES)
def test_phases(play: Play, phases: list[tuple[str, str]]) -> None:
    bedside = Bedside()
    play(bedside)
    assert bedside.phases() == phases


def test_single_still_is_reported_when_its_shot_ends() -> None:
    bedside = Bedside()
    bedside.start(LAT)
    bedside.show(LAT, [piece(area_mm2=5)])
    assert not bedside.leaks
    bedside.end(LAT)
    (leak,) = bedside.leaks
    assert (leak.zone, leak.area_mm2, leak.t_s) == (Zone.POSTERIOR, 5, bedside.t_s)


@pytest.mark.parametrize(("refusal", "leaks"), [(None, 1), ("degraded", 1), ("tracking_lost", 0)])
def test_a_single_pulse_is_not_believed_in_a_shot_that_lost_the_body(refusal: str | None, leaks: int) -> None:
    bedside = Bedside()
    bedside.start(LAT)
    bedside.show(LAT, [piece(area_mm2=40)])
    bedside.show(LAT, [piece(area_mm2=40)] if refusal is None else [], refusal=refusal)
    bedside.end(LAT)
    assert len(bedside.leaks) == leaks
    bedside.shots(LAT, *[[piece(area_mm2=40)]] * 3)
    assert len(bedside.leaks) == 1, "the next shot tells"


def test_leak_found_to_be_inside_a_corrected_outline_is_gone() -> None:
    bedside = Bedside()
    bedside.shots(LAT, *[[piece()]] * 3)
    bedside.take(bedside.judgement.act(Tap((600, 400)), bedside.t_s, bedside.frame))
    bedside.shots(LAT, *[[]] * 20)
    assert bedside.phases() == [("leak-1", "onset"), ("leak-1", "gone")]
    assert bedside.said()[-1] == ("raised", "high", "leak_canal"), "latched until someone takes note"
    bedside.take(bedside.judgement.act(Acknowledge("alert-1"), bedside.t_s, bedside.frame))
    bedside.wait(0.1)
    assert bedside.said()[-1] == ("cleared", "high", "leak_canal")


def test_refused_pulses_neither_start_nor_end_a_leak() -> None:
    bedside = Bedside()
    bedside.start(LAT)
    for _ in range(10):
        bedside.show(LAT, [piece(area_mm2=20)], refusal="tracking_lost")
    assert not bedside.leaks
    for _ in range(3):
        bedside.show(LAT, [vein(Zone.ANTERIOR, 12)])
    for _ in range(40):
        bedside.show(LAT, refusal="degraded")
    assert bedside.phases() == [("leak-1", "onset")]


@pytest.mark.parametrize(("whole", "reach_mm", "leaks"), [(False, 4.4, 0), (True, 4.4, 1), (True, 1.9, 0)])
def test_from_the_front_cement_near_an_endplate_is_told_where_the_silhouette_is_known(
    whole: bool, reach_mm: float, leaks: int
) -> None:
    bedside, body = (
        Bedside(),
        Outline(polygon([(400, 300), (690, 300), (690, 500), (400, 500)]), {}, "tap", whole=whole),
    )
    bedside.start(AP)
    for _ in range(8):
        bedside.show(AP, [piece(Zone.DISC_SUPERIOR, 9, reach_mm=reach_mm)], outline=body)
    bedside.end(AP)
    assert len(bedside.leaks) == leaks


@pytest.mark.parametrize(("tip", "leaks"), [((500.0, 400.0), 2), ((720.0, 400.0), 1)], ids=["in", "drawn out"])
def test_what_ran_back_along_a_cannula_explains_cement_behind_the_wall_once_that_is_out(
    tip: tuple[float, float], leaks: int
) -> None:
    bedside, cannula = Bedside(), Cannula(tip, (900.0, 400.0))
    body = Outline(polygon([(400, 300), (690, 300), (690, 500), (400, 500)]), {}, "tap")
    bedside.start(LAT)
    for zone in [Zone.NEEDLE_TRACK] * 3 + [Zone.POSTERIOR] * 4:
        bedside.show(LAT, [piece(zone)], outline=body, cannula=cannula)
    bedside.end(LAT)
    assert len(bedside.leaks) == leaks
