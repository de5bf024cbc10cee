"""Shots are counted exactly on films with known shots, whatever the video path does between them."""

from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import pytest

from monitor.domain import Frame
from monitor.imaging.beam_memory import Memory, Recall
from monitor.imaging.screen import ScreenReader
from monitor.imaging.screen_layout import Blank, Screen
from tests.imaging.fluoro import Grey, Machine, compressed, shots_of

WITHIN_S = 0.25


def three(**kind: object) -> Machine:
    machine = Machine(**kind).wait(0.6).press(1.0).wait(1.2)  # type: ignore[arg-type]
    return machine.move(9).press(0.6).wait(1.0).press(1.4).wait(0.8)


def brighter(picture: Grey) -> Grey:
    return np.asarray(cv2.convertScaleAbs(picture, alpha=1.3, beta=-20), np.uint8)


def sharpened(picture: Grey) -> Grey:
    return np.asarray(cv2.addWeighted(picture, 1.8, cv2.GaussianBlur(picture, (0, 0), 1.5), -0.8, 0), np.uint8)


def turned(degrees: float, scale: float) -> Callable[[Grey], Grey]:
    def turn(picture: Grey) -> Grey:
        height, width = picture.shape
        matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, scale)
        return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REFLECT), np.uint8)

    return turn


def altered(change: Callable[[Grey], Grey]) -> Machine:
    return Machine(shape="octagon").wait(0.5).press(0.8).wait(1.0).alter(change).wait(1.2).press(0.6).wait(1.0)


CASES: dict[str, Callable[[], Machine]] = {
    "15 pulses a second at 30 frames": three,
    "30 pulses at 30 frames, no repeats": lambda: three(pulses=30),
    "3 pulses at 15 frames": lambda: Machine(fps=15, pulses=3).wait(0.6).press(5 / 3).wait(1.6).press(2).wait(1.2),
    "7.5 pulses at 60 frames": lambda: three(fps=60, pulses=7.5),
    "12.5 pulses at 25 frames": lambda: three(fps=25, pulses=12.5),
    "pulse and frame rates that don't fit": lambda: three(fps=25, pulses=8),
    "faint ADC noise on everything": lambda: three(adc=0.7),
    "strong recursive filter": lambda: three(recursion=0.7, pulses=30),
    "low noise": lambda: three(noise=2.0),
    "interlaced, 8 pulses at 25 frames": lambda: three(fps=25, pulses=8, interlaced=True),
    "interlaced, ADC noise": lambda: three(fps=25, pulses=12.5, interlaced=True, adc=0.7),
    "interlaced cine replay": lambda: (
        Machine(fps=25, pulses=8, interlaced=True)
        .wait(0.5)
        .press(1.5)
        .wait(1.0)
        .replay()
        .wait(1.0)
        .press(0.6)
        .wait(0.8)
    ),
    "single pulses of one scene, low noise": lambda: (
        Machine(noise=1.5, ramp=0).wait(0.5).press(0.07).wait(1.0).press(0.07).wait(1.0).press(0.07).wait(1.0)
    ),
    "strong recursive filter, low noise": lambda: three(recursion=0.7, noise=2.5, ramp=0),
    "long exposure ramp": lambda: three(ramp=10),
    "no ramp, same scene": lambda: Machine(ramp=0).wait(0.5).press(0.8).wait(0.9).press(0.8).wait(0.8),
    "bone bright": lambda: three(inverted=True),
    "rectangle on a grey desktop": lambda: three(shape="rectangle", background=40),
    "octagon": lambda: three(shape="octagon"),
    "image fills the frame": lambda: three(shape="full"),
    "clock inside the field": lambda: three(clock=(170, 60)),
    "clock inside the field, ADC noise": lambda: three(clock=(170, 60), adc=0.7),
    "gap of 0.4 s": lambda: Machine().wait(0.5).press(0.8).wait(0.4).press(0.8).wait(0.8),
    "shots of 0.2 s": lambda: Machine().wait(0.5).press(0.2).wait(1.0).press(0.2).wait(1.0),
    "single pulse": lambda: Machine().wait(0.5).press(0.07).wait(1.2).move(5).press(0.07).wait(1.2),
    "hold is edge-enhanced": lambda: three(hold=sharpened),
    "held image made brighter": lambda: altered(brighter),
    "held image mirrored": lambda: altered(lambda p: np.ascontiguousarray(p[:, ::-1])),
    "held image turned upside down": lambda: altered(lambda p: np.ascontiguousarray(p[::-1, ::-1])),
    "held image turned by 30 degrees": lambda: altered(turned(30, 1.0)),
    "held image magnified": lambda: altered(turned(0, 1.4)),
    "cine replay": lambda: Machine().wait(0.5).press(1.5).wait(1.0).replay().wait(1.0).press(0.6).wait(0.8),
    "slow cine replay": lambda: Machine().wait(0.5).press(1.0).wait(1.0).replay(2).wait(1.0).press(0.6).wait(0.8),
    "screen goes black and the held image comes back": lambda: (
        Machine().wait(0.5).press(0.8).wait(0.6).blank(0.8).wait(0.8).press(0.6).wait(0.8)
    ),
    "beam on at the last frame": lambda: Machine().wait(0.5).press(0.8).wait(0.8).press(0.9),
}


@pytest.mark.parametrize("case", CASES)
def test_shots_are_counted_exactly(case: str) -> None:
    machine = CASES[case]()
    assert_shots(shots_of(machine.film()), machine.shots)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("pulses", "fps", "recursion"), [(7.5, 15, 0.0), (15, 30, 0.6), (5, 30, 0.0), (12.5, 30, 0.0)])
@pytest.mark.parametrize("pause_s", [0.3, 0.45, 0.65])
def test_a_run_that_is_replayed_before_its_shot_is_known_to_be_over_ends_it(
    pause_s: float, pulses: float, fps: float, recursion: float, interlaced: bool
) -> None:
    machine = Machine(pulses=pulses, fps=fps, recursion=recursion, interlaced=interlaced).wait(0.6).press(1.0).wait(1.2)
    machine.move(5).press(4 / 3).wait(pause_s).replay().replay().wait(1.2).move(5).press(1.0).wait(1.2)
    assert_shots(shots_of(machine.film()), machine.shots)


@pytest.mark.parametrize(("crf", "keyint"), [(18, 250), (23, 15), (28, 250)])
@pytest.mark.parametrize("pulses", [7.5, 15, 30])
def test_shots_survive_compression(crf: int, keyint: int, pulses: float) -> None:
    machine = three(pulses=pulses, adc=0.3)
    assert_shots(shots_of(compressed(machine, crf, keyint)), machine.shots)


def test_a_shot_lasts_while_compression_all_but_hides_its_pulses() -> None:
    machine = Machine(recursion=0.6, pulses=30, noise=4, adc=0.3).wait(0.6).press(0.9).wait(1.2).move(9).press(1.1)
    assert_shots(shots_of(compressed(machine.wait(1.0), 26, 250)), machine.shots)


@pytest.mark.parametrize("adc", [3.0, 4.0, 8.0])
@pytest.mark.parametrize("pulses", [3, 7.5, 15])
def test_a_shot_ends_though_the_video_path_makes_as_much_noise_as_the_pulses(adc: float, pulses: float) -> None:
    machine = Machine(adc=adc, noise=5, pulses=pulses).wait(0.6).press(1.0).wait(2.0).move(9).press(1.3).wait(2.0)
    assert_shots(shots_of(machine.film()), machine.shots)


def test_an_unsure_start_is_dated_back_past_a_pulse_that_compression_swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "recall", lambda *_: Recall.UNSURE)
    machine = Machine(pulses=7.5).wait(0.6).press(1.0).wait(1.2).move(9)
    machine.pulses /= 2
    assert_shots(shots_of(machine.press(1.1).wait(1.0).film()), machine.shots)


@pytest.mark.parametrize(("pulses", "recursion"), [(15, 0.85), (12.5, 0.8)])
def test_an_unsure_start_of_pulses_that_each_change_little_is_dated_back_to_the_first(
    pulses: float, recursion: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Memory, "recall", lambda *_: Recall.UNSURE)
    machine = Machine(pulses=pulses, recursion=recursion, noise=5, ramp=0).wait(0.6).press(1.4).wait(1.2).press(1.2)
    assert_shots(shots_of(machine.wait(1.0).film()), machine.shots)


def test_a_held_image_drawn_afresh_by_compression_is_no_shot() -> None:
    machine = Machine(fps=25, pulses=8, interlaced=True, adc=0.7).wait(0.6).press(1.2).wait(4.0).press(0.8).wait(2.0)
    assert_shots(shots_of(compressed(machine, 20, 30)), machine.shots)


@pytest.mark.parametrize(("noise", "crf"), [(2, 28), (2, 30), (4, 30)])
def test_key_frames_behind_strong_compression_are_no_shots_in_a_held_image(noise: float, crf: int) -> None:
    machine = Machine(pulses=7.5, noise=noise, recursion=0.6, fps=25).wait(0.6).press(1.0).wait(4.0).move(9)
    machine.press(0.8).wait(3.0)
    assert_shots(shots_of(compressed(machine, crf, 40)), machine.shots)


@pytest.mark.parametrize("pulses", [3, 7.5, 15, 30])
def test_a_shot_is_told_within_two_pulses(pulses: float) -> None:
    machine, told = three(pulses=pulses), list[float]()
    shots_of(machine.film(), told)
    assert np.subtract(told, [start for start, _ in machine.shots]).max() <= 2 / pulses


@pytest.mark.parametrize("pulses", [3, 5, 7.5])
def test_the_last_pulse_is_live_for_one_period(pulses: float) -> None:
    machine = Machine(pulses=pulses).wait(0.6).press(6 / pulses).wait(1.2)
    ((_, end),) = shots_of(machine.film())
    assert end == pytest.approx(machine.shots[0][1], abs=1.5 / machine.fps)


def test_slow_pulses_are_told_though_the_field_is_found_anew_with_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the first shot of a recording lights up, more of the field shows with every pulse."""
    machine = Machine(fps=20, pulses=4).wait(0.6).press(1.0).wait(1.5)
    found = ScreenReader.update

    def anew(self: ScreenReader, frame: Frame) -> Screen | Blank:
        screen = found(self, frame)
        pulse = int((frame.index - 12) * machine.pulses / machine.fps)
        return screen if isinstance(screen, Blank) else replace(screen, layout=min(max(pulse, 0), 4))

    monkeypatch.setattr(ScreenReader, "update", anew)
    assert_shots(shots_of(machine.film()), machine.shots)


def test_a_film_that_begins_with_a_held_image_has_no_shot_before_the_pedal() -> None:
    machine = Machine().press(0.6).wait(1.0).press(0.8).wait(1.0)
    first = round(0.8 * machine.fps)
    frames = (frame for frame in machine.film() if frame.index >= first)
    assert_shots(shots_of(frames), machine.shots[1:])


def assert_shots(found: list[tuple[float, float]], expected: list[tuple[float, float]]) -> None:
    assert len(found) == len(expected), f"found {found}, expected {expected}"
    error = np.abs(np.array(found) - np.array(expected))
    assert error.max() < WITHIN_S, f"found {found}, expected {expected}"
