"""Every row of the alert table: trigger, priority, words, action."""

import re
from collections.abc import Callable

import pytest

from monitor.domain import Acknowledge, Alert, Case, Delivered, NoteVolume, View, Wall, Zone
from monitor.judgement.rules import near_wall
from tests.judgement.build import Bedside, area_mm2, piece, vein

LAT, AP = View.LATERAL, View.AP
PAUSE = "Pause 30 s, then re-inject slowly, or end."
NO_RESUME = "Stop. Do not resume. CT if possible; watch leg function."


def _leak(view: View, zone: Zone) -> Callable[[Bedside], None]:
    return lambda bedside: bedside.shots(view, *[[piece(zone, reach_mm=3.0)]] * 3)


LEAKS: dict[str, tuple[Callable[[Bedside], None], tuple[str, str, str, str]]] = {
    "posterior": (
        _leak(LAT, Zone.POSTERIOR),
        ("high", "leak_canal", "STOP. Cement behind the posterior wall, L1.", NO_RESUME),
    ),
    "foramen": (
        _leak(LAT, Zone.FORAMEN),
        ("high", "leak_canal", "STOP. Cement behind the posterior wall, L1.", NO_RESUME),
    ),
    "along a vein": (
        lambda bedside: bedside.shots(AP, *[[vein(Zone.RIGHT, 12)]] * 3),
        (
            "high",
            "venous_spread",
            "STOP. Cement is running along a vein.",
            "Stop at once; let it thicken before any more.",
        ),
    ),
    "upper disc": (
        _leak(LAT, Zone.DISC_SUPERIOR),
        ("medium", "leak_disc_superior", "Cement in the upper disc, L1.", PAUSE),
    ),
    "lower disc": (
        _leak(LAT, Zone.DISC_INFERIOR),
        ("medium", "leak_disc_inferior", "Cement in the lower disc, L1.", PAUSE),
    ),
    "anterior": (_leak(LAT, Zone.ANTERIOR), ("medium", "leak_anterior", "Cement in front of the body, L1.", PAUSE)),
    "left": (_leak(AP, Zone.LEFT), ("medium", "leak_left", "Cement beside the body, left in the image, L1.", PAUSE)),
    "right": (
        _leak(AP, Zone.RIGHT),
        ("medium", "leak_right", "Cement beside the body, right in the image, L1.", PAUSE),
    ),
    "needle track": (
        _leak(LAT, Zone.NEEDLE_TRACK),
        (
            "medium",
            "needle_track",
            "Cement along the cannula.",
            "Look AP: is it in the canal? Clear the sleeve before pulling it out.",
        ),
    ),
}


def _words(alert: Alert) -> tuple[str, str, str, str]:
    return (alert.priority.value, alert.code, alert.text, alert.action)


@pytest.mark.parametrize("play, words", LEAKS.values(), ids=LEAKS)
def test_leak_rows(play: Callable[[Bedside], None], words: tuple[str, str, str, str]) -> None:
    bedside = Bedside()
    play(bedside)
    (alert,) = bedside.alerts
    assert alert.state == "raised"
    assert _words(alert) == words
    assert alert.pause_s == (30.0 if "Pause 30 s" in alert.action else 0.0)


def test_without_a_level_none_is_named() -> None:
    bedside = Bedside(Case())
    bedside.shots(LAT, *[[piece()]] * 3)
    assert bedside.alerts[0].text == "STOP. Cement behind the posterior wall."


def test_canal_alert_never_speaks_of_resuming() -> None:
    bedside = Bedside()
    bedside.shots(LAT, *[[piece(area_mm2=5)]] * 3, *[[piece(area_mm2=40)]] * 3)
    assert bedside.said() == [("raised", "high", "leak_canal"), ("escalated", "high", "leak_canal")]
    assert all(alert.action == NO_RESUME and "inject" not in alert.text for alert in bedside.alerts)


def _front(bedside: Bedside, wall: Wall, course: list[tuple[float, float]], depth_mm: float | None = None) -> None:
    """A bolus whose (area, gap) take this course, one second each."""
    bedside.start(LAT)
    for area, gap in course:
        for _ in range(8):
            bedside.show(LAT, cement_mm2=area, gaps_mm={wall: gap}, depth_mm=depth_mm)
    bedside.end(LAT)


FRONTS: dict[str, tuple[Wall, list[tuple[float, float]], list[tuple[str, str, str]]]] = {
    "before the posterior quarter": (Wall.POSTERIOR, [(100, 9)], []),
    "in the posterior quarter": (Wall.POSTERIOR, [(100, 7)], [("raised", "low", "near_wall_posterior")]),
    "close to the posterior wall": (
        Wall.POSTERIOR,
        [(100, 7), (110, 2.5)],
        [("raised", "low", "near_wall_posterior"), ("escalated", "medium", "near_wall_posterior")],
    ),
    "off and on again says nothing twice": (
        Wall.POSTERIOR,
        [(100, 7), (100, 8.2), (100, 7), (100, 8.2), (100, 7)],
        [("raised", "low", "near_wall_posterior")],
    ),
    "near the anterior wall": (Wall.ANTERIOR, [(100, 3), (110, 1.9)], [("raised", "low", "near_wall_anterior")]),
    "touching the upper endplate": (Wall.SUPERIOR, [(100, 0.5)], [("raised", "medium", "near_wall_superior")]),
}


@pytest.mark.parametrize("wall, course, said", FRONTS.values(), ids=FRONTS)
def test_front_rows(wall: Wall, course: list[tuple[float, float]], said: list[tuple[str, str, str]]) -> None:
    bedside = Bedside()
    _front(bedside, wall, course, depth_mm=30)
    assert [line for line in bedside.said() if line[2].startswith("near")] == said


def test_fast_front_is_medium_and_tells_its_pace() -> None:
    """At 8 mm per ml a front 4 mm from the wall is there within half a millilitre."""
    bedside = Bedside()
    volumes = [1 + n / 64 for n in range(80)]
    course = [(area_mm2(ml), 12 - 8 * (ml - 1)) for ml in volumes]
    bedside.start(LAT)
    for area, gap in course:
        bedside.show(LAT, cement_mm2=area, gaps_mm={Wall.POSTERIOR: gap}, depth_mm=30)
    near = [alert for alert in bedside.alerts if alert.code == "near_wall_posterior"]
    assert [(alert.state, alert.priority.value) for alert in near] == [("raised", "low"), ("escalated", "medium")]
    told = re.fullmatch(r"([\d.]+) mm from the posterior wall, ([\d.]+) ml ago ([\d.]+) mm\.", near[1].text)
    assert told
    gap, ml, before = map(float, told.groups())
    assert (before - gap) / ml == pytest.approx(8, abs=1.5)
    assert gap == pytest.approx(4, abs=0.6)
    assert near[1].action == "Slow down; look before each push."


def test_near_wall_is_silent_once_the_wall_is_breached() -> None:
    bedside = Bedside()
    bedside.shots(LAT, *[[piece()]] * 3)
    _front(bedside, Wall.POSTERIOR, [(100, 0.0)], depth_mm=30)
    assert not any(alert.code.startswith("near") for alert in bedside.alerts)


def _inject(bedside: Bedside, area_mm2: float) -> None:
    """A lateral shot that shows this much cement at rest."""
    bedside.start(LAT)
    for _ in range(16):
        bedside.show(LAT, cement_mm2=area_mm2)
    bedside.end(LAT)
    bedside.wait(2)


def test_numbness_is_asked_after_each_increment() -> None:
    bedside = Bedside()
    _inject(bedside, 100)
    asked = bedside.alerts[0]
    assert _words(asked) == (
        "low",
        "ask_numbness",
        "Ask about leg numbness.",
        "Tick when asked. New numbness or pain: stop.",
    )
    _inject(bedside, 170)
    assert [line for line in bedside.said() if "numbness" in line[2]] == [("raised", "low", "ask_numbness")]
    bedside.take(bedside.judgement.act(Acknowledge(asked.alert), bedside.t_s, bedside.frame))
    bedside.wait(3)
    _inject(bedside, 240)
    states = [state for state, _, code in bedside.said() if code == "ask_numbness"]
    assert states == ["raised", "acknowledged", "cleared", "raised"]


def test_view_not_seen_asks_for_a_shot_and_ends_with_it() -> None:
    bedside = Bedside()
    bedside.shots(AP, [])
    for _ in range(3):
        bedside.take(bedside.judgement.act(NoteVolume(0.5), bedside.t_s, bedside.frame))
        bedside.shots(LAT, [])
    (alert,) = bedside.alerts
    assert _words(alert) == ("low", "view_not_seen_ap", "AP not seen for 1.5 ml.", "Take an AP shot.")
    bedside.take(bedside.judgement.act(Acknowledge(alert.alert), bedside.t_s, bedside.frame))
    bedside.wait(10)
    assert bedside.said()[-1][0] == "acknowledged", "the cause is still there"
    bedside.shots(AP, [])
    assert bedside.said()[-1] == ("cleared", "low", "view_not_seen_ap")


def test_volumes_of_the_case_file_count_from_their_time() -> None:
    bedside = Bedside(Case(increments=(Delivered(5.0, 1.0), Delivered(10.0, 1.0))))
    bedside.wait(9.5)
    assert not bedside.alerts
    bedside.wait(1)
    assert {alert.code for alert in bedside.alerts} == {"view_not_seen_ap", "view_not_seen_lateral"}


def test_alerts_say_the_level_from_when_it_is_named() -> None:
    bedside = Bedside(Case())
    bedside.shots(LAT, *[[piece(Zone.ANTERIOR)]] * 3)
    bedside.judgement.name_level("T12")
    bedside.shots(LAT, *[[piece(Zone.DISC_INFERIOR, at=(660.0, 440.0))]] * 3)
    words = [alert.text for alert in bedside.alerts if alert.code.startswith("leak_")]
    assert words == ["Cement in front of the body.", "Cement in the lower disc, T12."]


TECHNICAL: dict[str, tuple[str, str]] = {
    "no_signal": ("No picture from the C-arm.", "Watch the C-arm's own screen; check the video cable."),
    "view_unknown": ("Can't tell AP from lateral.", "Say which view it is; watch for leaks yourself."),
    "tracking_lost": (
        "Lost the target body.",
        "Watch for leaks yourself; take a still shot or tap the body again.",
    ),
    "no_outline": ("Can't find the target body.", "Tap the target body on the image; watch for leaks yourself."),
}


@pytest.mark.parametrize("injecting", [False, True], ids=["before cement", "while injecting"])
@pytest.mark.parametrize("code, words", TECHNICAL.items(), ids=TECHNICAL)
def test_technical_rows(code: str, words: tuple[str, str], injecting: bool) -> None:
    """What can't be judged is told before cement comes, and is medium at least while it does."""
    bedside = Bedside()
    if injecting:
        _inject(bedside, 150)
    bedside.take(bedside.judgement.condition(code, True, bedside.t_s, bedside.frame))
    bedside.wait(3)
    (alert,) = [alert for alert in bedside.alerts if alert.code.startswith("technical")]
    assert _words(alert) == ("medium" if injecting else "low", f"technical_{code}", *words)


def test_front_in_the_words_of_the_rule() -> None:
    words = near_wall(Wall.POSTERIOR, 3.52, (0.6, 6.04), close=False)
    assert words.text == "3.5 mm from the posterior wall, 0.6 ml ago 6 mm."


def test_technical_alarms_when_it_lasts_and_louder_while_injecting() -> None:
    bedside = Bedside()
    change = bedside.judgement.condition
    bedside.take(change("no_signal", True, bedside.t_s, bedside.frame))
    bedside.wait(1.5)
    bedside.take(change("no_signal", False, bedside.t_s, bedside.frame))
    bedside.wait(5)
    assert not bedside.alerts, "too short"
    bedside.take(change("tracking_lost", True, bedside.t_s, bedside.frame))
    bedside.wait(2.5)
    bedside.take(bedside.judgement.act(NoteVolume(0.5), bedside.t_s, bedside.frame))
    bedside.wait(1)
    assert bedside.said() == [
        ("raised", "low", "technical_tracking_lost"),
        ("escalated", "medium", "technical_tracking_lost"),
    ]
    assert bedside.alerts[0].text == "Lost the target body."


def test_flapping_signal_alarms_once_and_by_its_share() -> None:
    for on_s, off_s, count in ((0.5, 1.5, 0), (1.5, 0.5, 1)):
        bedside = Bedside()
        for _ in range(20):
            bedside.take(bedside.judgement.condition("no_signal", True, bedside.t_s, bedside.frame))
            bedside.wait(on_s)
            bedside.take(bedside.judgement.condition("no_signal", False, bedside.t_s, bedside.frame))
            bedside.wait(off_s)
        assert len(bedside.alerts) == count
