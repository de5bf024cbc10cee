"""Video files: exact grey levels, exact times, and damage that is told."""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.config import SourceSettings
from monitor.domain import RecordingError
from monitor.sources import open_recording
from monitor.sources.video import VideoFile
from tests.sources.videos import H264, encode, faults, frames, ramp, textured

SETTINGS = SourceSettings()
FFV1 = {"level": "3", "g": "1", "slicecrc": "1"}


def opened(path: Path) -> VideoFile:
    return VideoFile(path, SETTINGS)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "full_range", "name"),
    [
        ("libx264", "yuv420p", False, "limited.mkv"),
        ("libx264", "yuv420p", True, "full.mkv"),
        ("libx264", "yuv444p", False, "limited444.mkv"),
        ("libx264", "yuv420p10le", False, "limited10.mkv"),
        ("ffv1", "gray", True, "grey.mkv"),
        ("ffv1", "gray16le", True, "grey16.mkv"),
        ("ffv1", "yuv420p", False, "ffv1limited.mkv"),
        ("ffv1", "bgr0", True, "rgb.mkv"),
        ("rawvideo", "nv12", False, "nv12.nut"),
        ("rawvideo", "yuyv422", False, "yuyv.nut"),
        ("libx264", "yuv420p", False, "limited.mp4"),
    ],
)
def test_grey_levels_come_out_full_range_and_exact_to_one(
    tmp_path: Path, codec: str, pix_fmt: str, full_range: bool, name: str
) -> None:
    picture = ramp()
    options = H264 if codec == "libx264" else FFV1 if codec == "ffv1" else {}
    path = encode(tmp_path / name, [picture] * 3, codec=codec, pix_fmt=pix_fmt, full_range=full_range, options=options)
    got = frames(opened(path))
    assert [f.index for f in got] == [0, 1, 2]
    for frame in got:
        assert frame.pixels.dtype == np.uint8
        assert not frame.pixels.flags.writeable
        assert np.abs(frame.pixels.astype(int) - picture).max() <= 1


def test_lines_padded_in_memory_are_cut_to_the_picture(tmp_path: Path) -> None:
    pictures = textured(2, width=70, height=50)
    path = encode(tmp_path / "odd.mkv", pictures, codec="ffv1", pix_fmt="gray", options=FFV1, full_range=True)
    for frame, picture in zip(opened(path), pictures, strict=True):
        assert np.array_equal(frames([frame])[0].pixels, picture)


def test_variable_rate_keeps_its_stamps(tmp_path: Path) -> None:
    stamps = [500, 533, 600, 1600, 1633, 4000]
    source = opened(encode(tmp_path / "vfr.mkv", textured(6), stamps_ms=stamps))
    assert [f.t_s for f in frames(source)] == pytest.approx([(s - 500) / 1000 for s in stamps], abs=1e-9)
    assert not faults(source)


@pytest.mark.parametrize(
    ("codec", "pix_fmt", "options", "redrawn"),
    [
        ("libx264", "yuv420p", {**H264, "g": "3", "qp": "20"}, [True, False, False, True, False, False]),
        ("ffv1", "gray", {"g": "3"}, [False] * 6),
        ("mjpeg", "yuvj420p", {}, [False] * 6),
    ],
)
def test_frames_say_where_lossy_compression_began_anew(
    tmp_path: Path, codec: str, pix_fmt: str, options: dict[str, str], redrawn: list[bool]
) -> None:
    path = encode(tmp_path / "v.mkv", [ramp()] * 6, codec=codec, pix_fmt=pix_fmt, options=options, full_range=True)
    assert [frame.redrawn for frame in frames(opened(path))] == redrawn


def test_a_source_can_be_read_twice(tmp_path: Path) -> None:
    with opened(encode(tmp_path / "v.mkv", textured(5))) as source:
        assert [f.t_s for f in frames(source)] == [f.t_s for f in frames(source)]
        assert source.size == (96, 64)
        assert source.duration_s == pytest.approx(0.2, abs=0.041)


@pytest.mark.parametrize(
    ("coloured_columns", "dimensions"),
    [pytest.param(0, 2, id="grey"), pytest.param(6, 2, id="an icon"), pytest.param(96, 3, id="a colour film")],
)
@pytest.mark.parametrize(("codec", "pix_fmt"), [("libx264", "yuv420p"), ("ffv1", "bgr0")])
def test_colour_is_given_only_where_the_picture_is_coloured(
    tmp_path: Path, coloured_columns: int, dimensions: int, codec: str, pix_fmt: str
) -> None:
    picture = np.repeat(textured(1)[0][..., None], 3, axis=2)
    picture[:, :coloured_columns] = (200, 40, 60)
    options = H264 if codec == "libx264" else FFV1
    path = encode(tmp_path / "c.mkv", [picture], codec=codec, pix_fmt=pix_fmt, options=options)
    (frame,) = frames(opened(path))
    assert frame.pixels.ndim == dimensions
    if dimensions == 3:
        assert np.abs(frame.pixels.astype(int) - (200, 40, 60)).max() <= 4


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.05, 0.95))
def test_a_truncated_video_gives_what_decodes_then_says_so(
    tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    folder = tmp_path_factory.mktemp("cut")
    pictures = textured(30)
    whole = encode(folder / "whole.mkv", pictures, options={**H264, "g": "10"})
    exact = {f.index: f.pixels for f in frames(opened(whole))}
    data = whole.read_bytes()
    cut = folder / "cut.mkv"
    cut.write_bytes(data[: int(len(data) * share)])
    try:
        deliveries = list(opened(cut))
    except RecordingError as error:
        assert str(cut) in str(error)
        return
    got = frames(deliveries)
    assert [f.index for f in got] == list(range(len(got)))
    assert all(np.array_equal(f.pixels, exact[f.index]) for f in got)
    if len(got) < len(pictures) - 2:
        assert [f.code for f in faults(deliveries)] == ["truncated"]
        assert deliveries[-1] == faults(deliveries)[0]


def overwritten(whole: Path, share: float, length: int) -> Path:
    """Return a copy with ``length`` bytes of noise at ``share`` of the file."""
    data = bytearray(whole.read_bytes())
    start = int(len(data) * share)
    data[start : start + length] = np.random.default_rng(3).integers(0, 256, length, np.uint8).tobytes()
    damaged = whole.with_name(f"damaged{whole.suffix}")
    damaged.write_bytes(data)
    return damaged


@pytest.mark.parametrize("suffix", ["mkv", "mp4", "ts"])
def test_decoding_goes_on_after_a_corrupt_stretch_with_sound_pictures_only(tmp_path: Path, suffix: str) -> None:
    whole = encode(tmp_path / f"whole.{suffix}", textured(90), options={**H264, "g": "10"})
    exact = {round(f.t_s, 3): f.pixels for f in frames(opened(whole))}
    deliveries = list(opened(overwritten(whole, 0.5, 3000)))
    got = frames(deliveries)
    assert [f.code for f in faults(deliveries)] == ["corrupt"]
    assert got[-1].t_s == pytest.approx(3.56, abs=0.002)
    assert 60 <= len(got) < 90
    assert all(np.array_equal(f.pixels, exact[round(f.t_s, 3)]) for f in got)
    place = deliveries.index(faults(deliveries)[0])
    assert faults(deliveries)[0].index == got[place].index > got[place - 1].index + 1
    if suffix != "ts":  # packets of a transport stream vanish uncounted
        assert [f.index for f in got] == [round(f.t_s / 0.04) for f in got]


@settings(max_examples=12, deadline=None)
@given(share=st.floats(0.1, 0.9), length=st.integers(1, 6000))
def test_no_damaged_picture_of_ffv1_gets_through(
    tmp_path_factory: pytest.TempPathFactory, share: float, length: int
) -> None:
    pictures = textured(25)
    path = tmp_path_factory.mktemp("ffv1") / "whole.mkv"
    whole = encode(path, pictures, codec="ffv1", pix_fmt="gray", options=FFV1, full_range=True)
    deliveries = list(opened(overwritten(whole, share, length)))
    assert all(np.array_equal(f.pixels, pictures[f.index]) for f in frames(deliveries))
    assert len(frames(deliveries)) == 25 or faults(deliveries)
    assert {f.code for f in faults(deliveries)} <= {"corrupt", "truncated"}


def test_a_lost_cluster_is_told_and_counted(tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.mkv", textured(400), options={**H264, "g": "25"}, stamps_ms=range(0, 40 * 400, 40))
    data = whole.read_bytes()
    start = data.index(b"\x1f\x43\xb6\x75", len(data) // 3)
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(data[: start + 8] + bytes(3000) + data[start + 3008 :])
    deliveries = list(opened(damaged))
    assert [f.code for f in faults(deliveries)] == ["corrupt"]
    assert frames(deliveries)[-1].index == 399
    assert frames(deliveries)[-1].t_s == pytest.approx(399 * 0.04, abs=0.002)


def test_a_change_of_resolution_gives_frames_of_another_size(tmp_path: Path) -> None:
    first = encode(tmp_path / "a.ts", textured(10, 96, 64), stamps_ms=range(0, 400, 40))
    second = encode(tmp_path / "b.ts", textured(10, 128, 96), stamps_ms=range(400, 800, 40))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(first.read_bytes() + second.read_bytes())
    got = frames(opened(joined))
    assert {f.pixels.shape for f in got} == {(64, 96), (96, 128)}
    assert len(got) >= 19
    assert all(b.t_s > a.t_s for a, b in itertools.pairwise(got))


def test_two_recordings_joined_never_go_back_in_time(tmp_path: Path) -> None:
    part = encode(tmp_path / "a.ts", textured(10))
    joined = tmp_path / "joined.ts"
    joined.write_bytes(part.read_bytes() * 2)
    got = frames(opened(joined))
    steps = np.diff([f.t_s for f in got])
    assert len(got) >= 19
    assert steps == pytest.approx(np.full(len(steps), 0.04), abs=0.041)
    assert steps.min() > 0


def wav(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), layout="mono")
        sound.sample_rate = 8000
        container.mux(stream.encode(sound))
    return path


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        pytest.param("missing.mkv", None, "no such file", id="missing"),
        pytest.param("empty.mkv", b"", "empty", id="empty"),
        pytest.param("noise.mkv", bytes(range(256)) * 40, "expected a video", id="not a video"),
        pytest.param("notes.txt", b"dear diary\n" * 50, "expected a video", id="text that FFmpeg would draw"),
        pytest.param("list.m3u8", b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1/a.ts\n", "expected a video", id="playlist"),
    ],
)
def test_what_is_no_video_is_refused_by_name(tmp_path: Path, name: str, content: bytes | None, says: str) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordingError, match=says) as caught:
        open_recording(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_sound_alone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"sound\.wav: expected a video; found none"):
        open_recording(wav(tmp_path / "sound.wav"))
