"""A lamp beside the image is found without being pointed at, and from then on tells exactly when the beam is on."""

import numpy as np
import pytest

from monitor.config import ScreenSettings
from monitor.imaging.beam_lamp import Lamp
from monitor.imaging.beam_lamp_search import LampSearch
from monitor.imaging.beam_memory import Memory, Recall
from monitor.imaging.screen import Blank, ScreenReader
from tests.imaging.fluoro import Grey, Machine, compressed, shots_of

FRAME_S = 1 / 30


def session(**kind: object) -> Machine:
    """Three shots a patient's breath apart."""
    machine = Machine(**kind).wait(1.5)  # type: ignore[arg-type]
    for seconds in (1.2, 0.8, 1.1):
        machine.press(seconds).wait(1.6).move(5)
    return machine


def lamp_of(machine: Machine) -> Lamp | None:
    """The lamp found by someone who knows when the beam was on."""
    reader, search, found = ScreenReader(ScreenSettings()), LampSearch(), None
    turns = [(t_s, on) for start, end in machine.shots for t_s, on in ((start, True), (end + FRAME_S, False))]
    for frame in machine.film():
        while turns and turns[0][0] <= frame.t_s:
            t_s, on = turns.pop(0)
            search.turn(on, t_s)
        screen = reader.update(frame)
        found = found or search.add(frame, None if isinstance(screen, Blank) else screen)
    return found


@pytest.mark.parametrize("kind", [{}, {"lamp": "word"}, {"adc": 6.0}, {"interlaced": True}, {"background": 40}])
def test_a_lamp_is_found_and_reads_on_exactly_while_the_beam_is_on(kind: dict[str, object]) -> None:
    machine = session(**({"lamp": "dot"} | kind))
    found = lamp_of(machine)
    assert found is not None
    for frame in machine.film():
        bright = found.read(frame)
        assert bright is not None
        assert (bright > 0.5) == any(a - 1e-6 <= frame.t_s <= b + 1e-6 for a, b in machine.shots)


@pytest.mark.parametrize("shape", ["circle", "octagon", "full"])
def test_neither_a_clock_nor_the_image_is_taken_for_a_lamp(shape: str) -> None:
    assert lamp_of(session(shape=shape, ramp=0)) is None


def brighter_while_held(picture: Grey) -> Grey:
    return np.asarray(np.clip(picture * 1.2 + 10, 0, 255), np.uint8)


def test_an_image_that_is_held_brighter_is_no_lamp() -> None:
    assert lamp_of(session(hold=brighter_while_held)) is None


def test_a_screen_of_another_size_is_not_read() -> None:
    found = lamp_of(session(lamp="dot"))
    assert found is not None
    assert found.read(next(Machine(size=(300, 300)).wait(0.1).film())) is None


def test_a_shot_ends_on_the_frame_though_compression_hides_its_pulses() -> None:
    machine = session(lamp="dot", pulses=30)
    machine.noise, machine.recursion = 1.5, 0.6
    *_, (_, end) = shots_of(compressed(machine.press(1.1).wait(1.5), 26, 250))
    assert end == pytest.approx(machine.shots[-1][1])


def test_a_shot_of_one_pulse_is_counted_though_nothing_changes_after_its_first_frame() -> None:
    machine = session(lamp="dot", pulses=3, clock=None).press(0.33).wait(1.5)
    assert np.allclose(shots_of(machine.film())[-1], machine.shots[-1], atol=1.1 * FRAME_S)


@pytest.mark.parametrize("lag", [-3, 3])
def test_a_lamp_may_turn_some_frames_before_or_after_the_image(lag: int) -> None:
    machine = session(lamp="dot").press(1.0).wait(1.5)
    corner = np.roll(np.stack([frame[:48, -48:] for frame in machine.frames]), lag, axis=0)
    machine.frames = [frame.copy() for frame in machine.frames]
    for frame, shown in zip(machine.frames, corner, strict=True):
        frame[:48, -48:] = shown
    assert np.allclose(shots_of(machine.film()), machine.shots, atol=(abs(lag) + 1.1) * FRAME_S)


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> None:
    """No image is ever recognised as shown before."""
    monkeypatch.setattr(Memory, "recall", lambda *_: Recall.NEW)


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize(("lamp", "more"), [("dot", 0), ("", 1)])
def test_a_replayed_run_is_no_shot_while_the_lamp_is_off(lamp: str, more: int) -> None:
    machine = session(lamp=lamp).press(0.5).wait(1.0).replay().wait(1.5).move(4).press(0.5).wait(1.5)
    assert len(shots_of(machine.film())) == len(machine.shots) + more


def test_a_lamp_that_goes_out_for_good_hides_no_more_than_some_seconds_of_one_shot() -> None:
    machine = session(lamp="dot")
    machine.lamp = "out"
    machine.press(12).wait(1.5).move(5).press(1.0).wait(1.5).move(5).press(1.0).wait(1.5)
    *_, late, second, last = shots_of(machine.film())
    assert late[0] - machine.shots[-3][0] < 8
    assert np.allclose(
        [late[1], *second, *last], [machine.shots[-3][1], *machine.shots[-2], *machine.shots[-1]], atol=0.25
    )


def test_a_lamp_that_stays_lit_holds_a_shot_open_for_some_seconds_only() -> None:
    machine = session(lamp="dot")
    lit = machine.frames[round(machine.shots[0][0] * machine.fps) + 3][:48, -48:]
    machine.press(1.0).wait(8.0)
    for n in range(round(machine.shots[-1][1] * machine.fps), len(machine.frames)):
        machine.frames[n] = machine.frames[n].copy()
        machine.frames[n][:48, -48:] = lit
    found = shots_of(machine.film())
    assert len(found) == len(machine.shots)
    assert found[-1][1] == pytest.approx(machine.shots[-1][1], abs=0.25)
