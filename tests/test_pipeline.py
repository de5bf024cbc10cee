"""The whole pipeline on frames with known content: what must hold whatever the picture quality."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import Beam, Case, Delivery, Fault, Frame, SayView, Step, Target, View
from monitor.pipeline import Monitor
from tests.imaging.phantom import CENTRE, SIZE, SPACING_MM, Array, Scenery, disc, moved, noisy

FPS = 15.0
OFFSET = (120, 40)
"""Where the phantom's field sits on a screen of 640x480."""


def screen(attenuation: Array | None, seed: int) -> np.ndarray:
    """A captured screen that shows an image in a square field, or nothing."""
    canvas = np.full((480, 640), 12, np.uint8)
    if attenuation is not None:
        grey = 235 * np.exp(-noisy(attenuation, seed))
        canvas[OFFSET[1] : OFFSET[1] + SIZE, OFFSET[0] : OFFSET[0] + SIZE] = np.clip(grey, 0, 255).astype(np.uint8)
    return canvas


def frames(pictures: list[np.ndarray], start: int = 0) -> Iterator[Frame]:
    for n, pixels in enumerate(pictures, start):
        yield Frame(n, n / FPS, pixels)


def shot(scene: Array, pulses: int, seed: int) -> list[np.ndarray]:
    return [screen(scene, seed + n) for n in range(pulses)]


def procedure() -> list[np.ndarray]:
    """Black, a shot of bare bone, a hold, a shot in which cement has come and the patient has moved."""
    scene = Scenery(6).attenuation()
    later = moved(scene + disc(205, 205, 7), 3.0, -5.0, 0.6)
    bare, filled = shot(scene, 20, 1), shot(later, 20, 101)
    return [screen(None, 0)] * 8 + bare + [bare[-1]] * 30 + filled + [filled[-1]] * 20


CASE = Case(
    level="L1",
    pixel_spacing_mm=SPACING_MM,
    targets={View.LATERAL: Target(18, (CENTRE[0] + OFFSET[0], CENTRE[1] + OFFSET[1]))},
)


def run(deliveries: Iterable[Delivery], case: Case = CASE) -> list[Step]:
    monitor = Monitor(Settings(), case)
    return [*(monitor.feed(d) for d in deliveries), monitor.finish()]


def told(steps: list[Step], kind: str) -> list[dict[str, object]]:
    return [e.to_json() for step in steps for e in step.events if e.type == kind]


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return run(frames(procedure()))


def test_shots_are_told_when_they_happened(steps: list[Step]) -> None:
    starts, ends = told(steps, "shot_started"), told(steps, "shot_ended")
    assert [e["shot"] for e in starts] == [e["shot"] for e in ends] == [1, 2]
    for event, frame in zip([*starts, *ends], (8, 58, 27, 77), strict=True):
        assert event["t"] == pytest.approx(frame / FPS, abs=0.21)


def test_every_live_frame_has_its_observation_once(steps: list[Step]) -> None:
    seen = [o.frame for step in steps for o in step.observations]
    assert seen == sorted(set(seen))
    assert {*range(9, 27), *range(59, 77)} <= set(seen)


def test_motion_is_measured_against_the_first_shot(steps: list[Step]) -> None:
    last = [o for step in steps for o in step.observations if o.shot == 2 and o.refusal is None][-1]
    assert last.motion is not None
    assert (last.motion.dx_px, last.motion.dy_px) == pytest.approx((3.0, -5.0), abs=0.6)


def test_the_same_frames_give_the_same_events(steps: list[Step]) -> None:
    again = run(frames(procedure()))
    assert [e.to_json() for s in steps for e in s.events] == [e.to_json() for s in again for e in s.events]


def test_a_person_may_name_the_view_while_the_image_is_held() -> None:
    monitor = Monitor(Settings(), Case(level="L1", pixel_spacing_mm=SPACING_MM))
    views = set()
    for frame in frames(procedure()):
        step = monitor.feed(frame, [SayView(View.LATERAL)] if frame.index == 35 else [])
        views |= {o.view for o in step.observations if o.shot == 2}
    assert View.LATERAL in views


class NoFluoroscopy(NamedTuple):
    name: str
    pictures: list[np.ndarray]


def _film() -> list[np.ndarray]:
    rng = np.random.default_rng(0)
    scene = cv2.resize(rng.integers(0, 255, (12, 16, 3), np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(np.roll(scene, 6 * n, 1)) for n in range(45)]


def _card() -> list[np.ndarray]:
    bars = np.repeat(np.array([[235, 200, 170, 140, 110, 80, 50, 20]], np.uint8), 80, 1)
    return [np.repeat(bars, 480, 0)] * 45


@pytest.mark.parametrize(
    "case",
    [
        NoFluoroscopy("black screen", [np.zeros((480, 640), np.uint8)] * 45),
        NoFluoroscopy("colour film", _film()),
        NoFluoroscopy("test card", _card()),
    ],
    ids=lambda c: c.name,
)
def test_what_is_no_fluoroscopy_gives_nothing_but_the_reason(case: NoFluoroscopy) -> None:
    steps = run(frames(case.pictures), Case())
    kinds = {e.type for step in steps for e in step.events}
    assert not kinds & {"shot_started", "outline", "leak", "increment"}
    assert any(e["state"] == "raised" for e in told(steps, "technical"))


def test_damage_is_told_and_shots_go_on() -> None:
    pictures = procedure()
    before, after = list(frames(pictures[:40])), list(frames(pictures[40:], 40))
    damage = Fault(40, 40 / FPS, "corrupt", "frames 38 to 40 could not be decoded")
    steps = run([*before, damage, *after])
    assert [(e["code"], e["state"]) for e in told(steps, "technical") if e["code"] == "corrupt"] == [
        ("corrupt", "raised"),
        ("corrupt", "cleared"),
    ]
    assert len(told(steps, "shot_ended")) == 2


def test_lost_signal_is_shown_until_frames_come_again() -> None:
    monitor = Monitor(Settings(), Case())
    lost = monitor.feed(Fault(0, 0.0, "no_signal", "no frame for 1 s"))
    assert lost.beam is Beam.NO_SIGNAL
    assert [e.to_json()["code"] for e in lost.events] == ["no_signal"]
    back = monitor.feed(Frame(0, 0.5, screen(None, 0)))
    assert ("no_signal", "cleared") in [(e.to_json().get("code"), e.to_json().get("state")) for e in back.events]


def test_a_new_resolution_keeps_the_shots() -> None:
    large = [cv2.resize(p, (1280, 960), interpolation=cv2.INTER_LINEAR) for p in procedure()[8:]]
    steps = run(frames([*procedure(), *large]))
    shots = [e["shot"] for e in told(steps, "shot_ended")]
    assert shots[:2] == [1, 2]
    assert shots == list(range(1, len(shots) + 1))


@pytest.mark.parametrize(
    ("targets", "unused"),
    [
        ({View.LATERAL: 18}, False),
        ({View.LATERAL: 100}, True),
        ({View.LATERAL: 5000}, True),
        ({View.LATERAL: 18, View.AP: 90}, True),
    ],
    ids=["in a shot", "after the last shot", "past the end", "no shot of one view"],
)
def test_a_target_that_was_never_tapped_is_told_at_the_end(targets: dict[View, int], unused: bool) -> None:
    point = CASE.targets[View.LATERAL].point
    case = replace(CASE, targets={view: Target(frame, point) for view, frame in targets.items()})
    *_, last = run(frames(procedure()), case)
    assert [e.to_json()["code"] for e in last.events if e.type == "technical"] == ["target_unused"] * unused
