"""Live sources, against a real FFmpeg sender and against feeds that fail on purpose."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import numpy as np
import pytest

from monitor.config import SourceSettings
from monitor.domain import Case, Delivery, Fault, Frame, RecordingError, SourceError
from monitor.sources import LiveSource, open_live, paced
from monitor.sources.slot import EndOfSignal, LatestSlot
from tests.sources.rtsp import RtspServer
from tests.sources.videos import encode, faults, frames, textured

SETTINGS = SourceSettings(no_signal_s=0.4, connect_s=2, reconnect_first_s=0.05, reconnect_max_s=0.2)
PICTURE = np.zeros((4, 6), np.uint8)


def frame(t_s: float) -> Frame:
    return Frame(0, t_s, PICTURE)


class ScriptedFeed:
    """Each connection plays the next part of a script: frames at their times, errors, or silence for some seconds."""

    name = "scripted"
    case = Case()

    def __init__(self, *connections: list[Delivery | Exception | float], ends: bool = False) -> None:
        self._connections = iter(connections)
        self.ends = ends
        self.connected = 0

    def deliveries(self, stopped: Event) -> Iterator[Delivery]:
        self.connected += 1
        for item in next(self._connections, [60.0]):
            if isinstance(item, Exception):
                raise item
            if isinstance(item, float):
                stopped.wait(item)
            else:
                yield item


def listen(source: LiveSource, until: int) -> list[Delivery]:
    """Return the first ``until`` deliveries."""
    heard = []
    with source:
        for delivery in source:
            heard.append(delivery)
            if len(heard) == until:
                break
    return heard


def codes(heard: list[Delivery]) -> list[str]:
    return ["frame" if isinstance(d, Frame) else d.code for d in heard]


def test_silence_is_told_then_recovery() -> None:
    feed = ScriptedFeed([frame(0.0), 0.8, frame(0.1), 60.0])
    heard = listen(LiveSource(feed, SETTINGS), until=4)
    assert codes(heard) == ["frame", "no_signal", "recovered", "frame"]
    assert [d.index for d in heard] == [0, 1, 1, 1]
    assert heard[1].t_s == pytest.approx(0.4, abs=0.3)
    assert all(later.t_s >= earlier.t_s for earlier, later in pairwise(heard))


@pytest.mark.parametrize("error", [OSError("unplugged"), SourceError("no video"), None], ids=["os", "source", "end"])
def test_a_feed_that_fails_is_opened_again_and_indices_keep_growing(error: Exception | None) -> None:
    failing: list[Delivery | Exception | float] = [] if error is None else [error]
    feed = ScriptedFeed([frame(0.0), 0.1, *failing], failing, failing, [frame(1.0), 60.0])
    heard = listen(LiveSource(feed, SETTINGS), until=4)
    assert codes(heard) == ["frame", "no_signal", "recovered", "frame"]
    assert [d.index for d in heard] == [0, 1, 1, 1]
    assert feed.connected == 4
    assert "scripted: " + (str(error) if error else "the stream ended") in faults(heard)[0].text


def test_an_error_nobody_foresaw_reaches_the_one_who_reads() -> None:
    with pytest.raises(ZeroDivisionError), LiveSource(ScriptedFeed([ZeroDivisionError()]), SETTINGS) as source:
        list(source)


def test_a_source_that_never_speaks_says_so_and_can_be_stopped() -> None:
    source = LiveSource(ScriptedFeed([60.0]), SETTINGS)
    with source:
        heard = iter(source)
        assert codes([next(heard)]) == ["no_signal"]
        source.stop()
        assert list(heard) == []


def test_other_faults_pass_through() -> None:
    feed = ScriptedFeed([frame(0.0), 0.1, Fault(9, 0.5, "corrupt", "x"), 0.1, frame(0.6), 60.0])
    heard = listen(LiveSource(feed, SETTINGS), until=3)
    assert codes(heard) == ["frame", "corrupt", "frame"]
    assert [d.index for d in heard] == [0, 1, 1]


def test_a_slow_reader_gets_the_newest_frame_and_every_frame_is_accounted_for() -> None:
    feed = ScriptedFeed([*(item for n in range(40) for item in (frame(n * 0.01), 0.01))], ends=True)
    heard = []
    with LiveSource(feed, SETTINGS) as source:
        for delivery in source:
            heard.append(delivery)
            sleep(0.05)
        counters = source.counters
    assert counters.received == 40
    assert counters.delivered == len(frames(heard)) < 40
    assert counters.skipped == 40 - counters.delivered
    assert counters.waiting == 0
    assert heard[-1].index == 39
    assert all(later.index > earlier.index for earlier, later in pairwise(heard))


def test_a_skipped_key_frame_is_told_with_the_frame_that_rests_on_it() -> None:
    slot, pixels = LatestSlot(), np.zeros((2, 2), np.uint8)
    for n in range(3):
        slot.put(Frame(n, n / 25, pixels, redrawn=n == 1))
    newest = slot.take(None)
    assert isinstance(newest, Frame)
    assert (newest.index, newest.redrawn) == (2, True)


def test_the_slot_ends_only_after_what_it_holds() -> None:
    slot = LatestSlot()
    slot.put(frame(0.0))
    slot.tell(Fault(1, 0.0, "corrupt", "x"))
    slot.end(EndOfSignal())
    assert [type(slot.take(None)) for _ in range(2)] == [Fault, Frame]
    with pytest.raises(EndOfSignal):
        slot.take(None)


def test_pacing_waits_for_each_time() -> None:
    waits: list[float] = []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        return False

    assert len(list(paced([frame(0), frame(0.1), frame(100.0)], wait, speed=2))) == 3
    assert waits == pytest.approx([0.05, 50], abs=0.04)


def test_a_recording_plays_as_if_live(tmp_path: Path) -> None:
    path = encode(tmp_path / "v.mkv", textured(15))
    started = monotonic()
    with open_live(f"file:{path}", SETTINGS) as source:
        heard = list(source)
    assert monotonic() - started >= 14 * 0.04 - 0.01
    assert frames(heard)[-1].t_s == pytest.approx(0.56, abs=0.002)
    assert not faults(heard)
    assert source.live
    assert source.size == (96, 64)
    assert source.counters.received == 15


@pytest.mark.parametrize(
    ("uri", "error", "says"),
    [
        ("ftp://somewhere/x", SourceError, "expected a live source"),
        ("/dev/video0", SourceError, "expected a live source"),
        ("v4l2:/dev/video987", SourceError, "no such capture device"),
        ("udp://127.0.0.1", SourceError, "expected an address such as udp://"),
        ("udp://127.0.0.1:port", SourceError, "expected an address such as udp://"),
        ("rtsp:///stream", SourceError, "expected an address such as rtsp://"),
        ("file:nowhere.mkv", RecordingError, "no such file"),
    ],
)
def test_addresses_that_cannot_work_are_refused(uri: str, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says) as caught:
        open_live(uri)
    assert uri.removeprefix("file:") in str(caught.value)


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def test_an_rtsp_server_that_refuses_is_no_signal_and_is_tried_again() -> None:
    heard = listen(open_live(f"rtsp://127.0.0.1:{free_port()}/x", SETTINGS), until=1)
    assert codes(heard) == ["no_signal"]
    assert "refused" in faults(heard)[0].text


@contextmanager
def sender(video: Path, port: int) -> Iterator[None]:
    """FFmpeg sending ``video`` at its pace, over and over, as MPEG-TS; killed at the end."""
    target = f"udp://127.0.0.1:{port}?pkt_size=1316"
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-re",
        "-stream_loop",
        "-1",
        "-i",
        str(video),
        "-c",
        "copy",
        "-f",
        "mpegts",
        target,
    ]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def hear(deliveries: Iterator[Delivery], code: str, count: int = 1) -> list[Delivery]:
    """Listen until ``code`` has come ``count`` times."""
    heard: list[Delivery] = []
    while codes(heard).count(code) < count:
        heard.append(next(deliveries))
    return heard


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg here to send a stream")
def test_a_real_stream_is_lost_and_comes_back(tmp_path: Path) -> None:
    video = encode(tmp_path / "v.mkv", textured(50), options={"preset": "ultrafast", "g": "5", "bf": "0"})
    port = free_port()
    with open_live(f"udp://127.0.0.1:{port}", SETTINGS) as source:
        deliveries = iter(source)
        with sender(video, port):
            before = hear(deliveries, "frame", count=20)
        lost = hear(deliveries, "no_signal")
        sleep(3 * SETTINGS.no_signal_s)  # what the lost stream left in the decoder must not look like a return
        with sender(video, port):
            after = hear(deliveries, "frame", count=20)
    heard = before + lost + after
    assert codes(heard).count("recovered") == 1 + ("no_signal" in codes(before))
    assert codes(after)[:2] == ["recovered", "frame"]
    assert all(f.pixels.shape == (64, 96) for f in frames(heard))
    assert all(later.index > earlier.index for earlier, later in pairwise(frames(heard)))
    assert all(later.t_s >= earlier.t_s for earlier, later in pairwise(heard))
    steps = np.diff([f.t_s for f in frames(after)]) / np.diff([f.index for f in frames(after)])
    assert np.median(steps) == pytest.approx(0.04, abs=0.005)
    counters = source.counters
    assert counters.received == counters.delivered + counters.skipped + counters.waiting


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg here to make a stream")
def test_an_rtsp_camera_is_lost_and_comes_back(tmp_path: Path) -> None:
    video = encode(tmp_path / "v.mkv", textured(50), options={"preset": "ultrafast", "g": "5", "bf": "0"})
    with RtspServer(video) as camera:
        source = open_live(f"rtsp://127.0.0.1:{camera.port}/stream", SETTINGS)
        with source:
            deliveries = iter(source)
            before = hear(deliveries, "frame", count=20)
            camera.hang_up()
            after = hear(deliveries, "recovered")
            after += hear(deliveries, "frame", count=20)
    heard = before + after
    assert "no_signal" in codes(after)
    assert all(f.pixels.shape == (64, 96) for f in frames(heard))
    assert all(later.index > earlier.index for earlier, later in pairwise(frames(heard)))
    assert all(later.t_s >= earlier.t_s for earlier, later in pairwise(heard))
    steps = np.diff([f.t_s for f in frames(before)]) / np.diff([f.index for f in frames(before)])
    assert np.median(steps) == pytest.approx(0.04, abs=0.005)
