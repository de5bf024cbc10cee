"""Which kind a path is, and folders of PNGs."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.domain import RecordingError
from monitor.sources import open_recording
from tests.sources.videos import Grey, encode, faults, frames, textured


def pngs(folder: Path, pictures: dict[str, Grey]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        cv2.imwrite(str(folder / name), picture)
    return folder


def test_frames_come_in_order_of_number_at_the_rate_of_the_case(tmp_path: Path) -> None:
    pictures = textured(3)
    pngs(tmp_path / "frames", {"f10.png": pictures[2], "f9.png": pictures[1], "f1.png": pictures[0]})
    (tmp_path / "case.yaml").write_text("fps: 7.5\n")
    source = open_recording(tmp_path).source
    got = frames(source)
    assert [(f.index, f.t_s) for f in got] == [(0, 0.0), (1, 1 / 7.5), (2, 2 / 7.5)]
    assert all(np.array_equal(f.pixels, p) and not f.pixels.flags.writeable for f, p in zip(got, pictures, strict=True))
    assert (source.size, source.frames, source.duration_s, source.live) == ((96, 64), 3, 0.4, False)


def test_a_bare_folder_of_pngs_is_a_recording(tmp_path: Path) -> None:
    opened = open_recording(pngs(tmp_path / "case7", {"0.png": textured(1)[0], "1.png": textured(1)[0]}))
    assert [f.t_s for f in frames(opened.source)] == [0.0, pytest.approx(1 / 15)]
    assert opened.title == "case7"


@pytest.mark.parametrize("coloured", [False, True])
def test_colour_pngs(tmp_path: Path, coloured: bool) -> None:
    picture = np.repeat(textured(1)[0][..., None], 3, axis=2)
    if coloured:
        picture[:] = (60, 40, 200)  # BGR
    (frame,) = frames(open_recording(pngs(tmp_path / "frames", {"0.png": picture}).parent).source)
    expected = np.full_like(picture, (200, 40, 60)) if coloured else picture[..., 0]
    assert np.array_equal(frame.pixels, expected)


@pytest.mark.parametrize("content", [b"", b"\x89PNG but no more"])
def test_a_png_that_cannot_be_decoded_is_a_fault_and_keeps_its_place(tmp_path: Path, content: bytes) -> None:
    folder = pngs(tmp_path / "frames", {f"{n}.png": p for n, p in enumerate(textured(3))})
    (folder / "1.png").write_bytes(content)
    deliveries = list(open_recording(tmp_path).source)
    assert [f.index for f in frames(deliveries)] == [0, 2]
    assert [(f.index, f.code) for f in faults(deliveries)] == [(2, "corrupt")]


def video(folder: Path) -> None:
    encode(folder / "video.mkv", textured(1))


def nothing(folder: Path) -> None:
    folder.joinpath("notes.txt").write_text("none")


def both(folder: Path) -> None:
    video(folder)
    pngs(folder / "frames", {"0.png": textured(1)[0]})


def empty_frames(folder: Path) -> None:
    (folder / "frames").mkdir()


def unnumbered(folder: Path) -> None:
    pngs(folder / "frames", {"first.png": textured(1)[0]})


def broken_first(folder: Path) -> None:
    pngs(folder / "frames", {}).joinpath("0.png").write_bytes(b"no png")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(nothing, "expected a recording", id="nothing known"),
        pytest.param(both, "expected one recording, found video.mkv and frames", id="two at once"),
        pytest.param(empty_frames, "expected numbered PNGs; found none", id="no PNG"),
        pytest.param(unnumbered, "first.png: expected a number", id="no number"),
        pytest.param(broken_first, "0.png: expected a PNG", id="first PNG broken"),
    ],
)
def test_folders_that_are_no_recording_are_refused(tmp_path: Path, make: object, says: str) -> None:
    assert callable(make)
    make(tmp_path)
    with pytest.raises(RecordingError, match=says):
        open_recording(tmp_path)


def test_a_missing_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="nowhere: no such file or folder"):
        open_recording(tmp_path / "nowhere")
