"""The runner's thread, and the whole server as the command line starts it."""

import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from websockets.sync.client import connect

from monitor.config import ServerSettings
from monitor.domain import ConfigError, Delivery, NoteVolume, Step
from monitor.server.runner import Runner
from monitor.server.serve import BedsideServer
from tests.server.scripted import Camera, Script


def run(script: Script, source: Camera, speed: float | None = None) -> tuple[list[Step], list[Exception | None]]:
    steps: list[Step] = []
    ends: list[Exception | None] = []
    over = threading.Event()

    def end(fault: Exception | None) -> None:
        ends.append(fault)
        over.set()

    Runner(script, source, speed, lambda step, _: steps.append(step), end).start()
    assert over.wait(20)
    return steps, ends


def test_every_delivery_is_analysed_then_finished() -> None:
    script = Script()
    steps, ends = run(script, Camera(frames=7, period_s=0))
    assert [None if step.frame is None else step.frame.index for step in steps] == [0, 1, 2, 3, 4, 5, 6, None]
    assert (script.finished, ends) == (True, [None])


def test_a_recording_is_never_shown_faster_than_it_was_made() -> None:
    began = time.monotonic()
    run(Script(), Camera(frames=11, period_s=0), speed=2.0)
    assert time.monotonic() - began >= 0.2 / 2.0 - 0.001


def test_what_ends_the_analysis_is_handed_on() -> None:
    steps, ends = run(Script(breaks_at=2), Camera(frames=7, period_s=0))
    assert len(steps) == 2
    assert [str(fault) for fault in ends] == ["the model file is gone"]


def test_what_people_say_goes_with_the_next_delivery_once() -> None:
    script = Script()
    said: list[int] = []

    class Waiting(Camera):
        def __iter__(self) -> Iterator[Delivery]:
            for delivery in super().__iter__():
                if len(said) == 0:
                    runner.say(NoteVolume(0.5))
                    said.append(1)
                yield delivery

    over = threading.Event()
    runner = Runner(script, Waiting(frames=3, period_s=0), None, lambda *_: None, lambda _: over.set())
    runner.start()
    assert over.wait(20)
    assert script.acts == [NoteVolume(0.5)]


def test_stopping_finishes_the_analysis_so_that_its_files_are_whole() -> None:
    script, over = Script(), threading.Event()
    runner = Runner(script, Camera(), None, lambda *_: None, lambda _: over.set())
    runner.start()
    runner.stop(20)
    assert over.is_set()
    assert script.finished


def test_stopping_doesnt_wait_for_a_source_that_hangs() -> None:
    camera, over = Camera(), threading.Event()
    camera.block()
    runner = Runner(Script(), camera, None, lambda *_: None, lambda _: over.set())
    runner.start()
    runner.stop(0.05)
    assert not over.is_set(), "the source still hangs, and stop has come back"
    camera.resume()
    runner.stop(20)
    assert over.is_set()


def test_an_address_in_use_is_told() -> None:
    def build(port: int) -> BedsideServer:
        settings = ServerSettings(port=port)
        return BedsideServer(Script(), Camera(), settings, title="", speed=None, recording=False)

    first = build(0)
    port = int(first.address.rstrip("/").rpartition(":")[2])
    with pytest.raises(ConfigError, match=r"expected a free address.*server\.port"):
        build(port)
    first.close()


PROGRAM = """
from monitor.config import ServerSettings
from monitor.server import serve
from tests.server.scripted import Camera, Script
script = Script(breaks_at={breaks_at})
serve(script, Camera({frames}), ServerSettings(port=0), title="", speed=None, recording=True)
print("finished" if script.finished else "unfinished")
"""


@pytest.fixture
def served() -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Starts the program; gives the process and the feed's address."""
    programs: list[subprocess.Popen[str]] = []

    def start(frames: int = 10**6, breaks_at: int | None = None) -> tuple[subprocess.Popen[str], str]:
        code = PROGRAM.format(frames=frames, breaks_at=breaks_at)
        program = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )  # fmt: skip
        programs.append(program)
        assert program.stderr is not None
        found = re.search(r"http(://\S+)", program.stderr.readline())
        assert found is not None
        return program, f"ws{found[1]}feed"

    yield start
    for program in programs:
        program.kill()
        program.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_cleanly_with_pages_connected(
    served: Callable[..., tuple[subprocess.Popen[str], str]], number: signal.Signals
) -> None:
    program, feed = served()
    with connect(feed) as page:
        page.recv(timeout=20)
        program.send_signal(number)
        out, err = program.communicate(timeout=20)
    assert (program.returncode, out, err) == (0, "finished\n", "")


def test_the_page_stays_up_after_a_failure_and_the_error_comes_out_at_the_end(
    served: Callable[..., tuple[subprocess.Popen[str], str]],
) -> None:
    program, feed = served(breaks_at=2)
    with connect(feed) as page:
        while '"fault": "the model file is gone"' not in str(page.recv(timeout=20)):
            pass
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=20)
    assert program.returncode == 1
    assert "RuntimeError: the model file is gone" in err
