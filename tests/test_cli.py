"""What the command line does with bad input: exit status, one clear message, nothing half-written."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, XRayAngiographicImageStorage, generate_uid

from monitor.cli import main
from monitor.domain import Case, Target, View
from monitor.simulation import SCENARIOS
from tests.imaging.fluoro import Machine
from tests.sources.videos import encode, textured

RESULTS = ["events.jsonl", "observations.jsonl", "summary.json"]
Make = Callable[[Path], Path]


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    """Run the command line within this process; gives its exit status."""
    monkeypatch.setattr(sys, "argv", ["cement-monitor", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def events(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "events.jsonl").read_text().splitlines()]


def summary(out: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return content


def fluoroscopy(path: Path, size: tuple[int, int] = (320, 384), shots: int = 2) -> Path:
    """Some shots of a second each, 25 frames/s, a key frame every half second."""
    machine = Machine(fps=25, pulses=12.5, size=size)
    machine.blank(0.5)
    for _ in range(shots):
        machine.press(1.0).wait(1.5)
    return encode(path, machine.frames, options={"preset": "ultrafast", "crf": "18", "bf": "0", "g": "12"})


def absent(folder: Path) -> Path:
    return folder / "absent.mkv"


def empty_file(folder: Path) -> Path:
    (folder / "empty.mkv").touch()
    return folder / "empty.mkv"


def no_video(folder: Path) -> Path:
    (folder / "letter.mkv").write_text("Dear colleague,\n" * 40)
    return folder / "letter.mkv"


def unreadable(folder: Path) -> Path:
    if os.geteuid() == 0:
        pytest.skip("the superuser reads files whose mode forbids it")
    path = encode(folder / "secret.mkv", textured(3))
    path.chmod(0)
    return path


def empty_folder(folder: Path) -> Path:
    (folder / "bare").mkdir()
    return folder / "bare"


def two_recordings(folder: Path) -> Path:
    encode(folder / "video.mkv", textured(3))
    (folder / "frames").mkdir()
    return folder


def no_pixels(folder: Path) -> Path:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = XRayAngiographicImageStorage, generate_uid()
    made.save_as(folder / "header.dcm", enforce_file_format=True)
    return folder / "header.dcm"


def with_case(text: str) -> Make:
    """A recording of 96 x 64 pixels and three frames with this case.yaml."""

    def make(folder: Path) -> Path:
        encode(folder / "video.mkv", textured(3))
        (folder / "case.yaml").write_text(text)
        return folder

    return make


REFUSED: dict[str, tuple[Make, str]] = {
    "missing": (absent, "absent.mkv: no such file"),
    "empty": (empty_file, "empty.mkv: expected a recording; the file is empty"),
    "no video": (no_video, "letter.mkv: expected a video"),
    "unreadable": (unreadable, "secret.mkv: "),
    "empty folder": (empty_folder, "bare: expected a recording"),
    "two recordings in one folder": (two_recordings, "expected one recording, found video.mkv and frames"),
    "DICOM without pixel data": (no_pixels, "header.dcm: expected a DICOM image; found no pixel data"),
    "case: unknown key": (with_case("title: x\nlevle: L1\n"), "case.yaml, line 2: levle: unknown key"),
    "case: wrong type": (with_case("pixel_spacing_mm: wide\n"), "case.yaml, line 1: pixel_spacing_mm: "),
    "case: unknown level": (with_case("level: C2\n"), "case.yaml, line 1: level: expected a level from T4 to L5"),
    "case: unknown view": (with_case("target:\n  oblique: {frame: 0, point: [1, 1]}\n"), "line 2: target.oblique: unk"),
    "case: point outside the image": (
        with_case("target:\n  lateral: {frame: 0, point: [97, 5]}\n"),
        "line 2: target.lateral.point: expected a point within the image of 96x64 pixels",
    ),
    "case: not YAML": (with_case("level: [L1\n"), "case.yaml: expected YAML; expected ',' or ']', but got"),
}


@pytest.mark.parametrize(("make", "says"), REFUSED.values(), ids=REFUSED.keys())
def test_a_recording_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], make: Make, says: str
) -> None:
    (tmp_path / "in").mkdir()
    out = tmp_path / "out"
    assert run(monkeypatch, "replay", make(tmp_path / "in"), "--out", out) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("cement-monitor: ")
    assert printed.err.count("\n") == 1
    assert says in printed.err
    assert not out.exists()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encode(tmp_path_factory.mktemp("short") / "short.mkv", textured(3))


def test_a_folder_with_other_files_is_not_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], short: Path
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert run(monkeypatch, "replay", short, "--out", tmp_path) == 2
    assert "found thesis.txt. Say --overwrite." in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]
    assert run(monkeypatch, "replay", short, "--out", tmp_path, "--overwrite") == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [*RESULTS, "thesis.txt"]


WRONG_WORDS: dict[str, tuple[list[str], str]] = {
    "replay to nowhere": (["replay", "{short}"], "expected --out DIR"),
    "results into a file": (["replay", "{short}", "--out", "{short}"], "expected a folder for the results"),
    "settings that aren't there": (["replay", "{short}", "--out", "new", "--config", "no.yaml"], "no.yaml: expected"),
    "unknown scenario": (["simulate", "spiral", "--out", "new"], f"expected one of {SCENARIOS[0]}"),
    "unknown difficulty": (["simulate", "easy", "--difficulty", "nasty", "--out", "new"], "difficulty: expected one"),
    "no kind of live source": (["live", "carrier-pigeon:7"], "expected a live source (v4l2:"),
    "no such device": (["live", "v4l2:/dev/video-none"], "no such capture device"),
    "a stream without a port": (["live", "udp://127.0.0.1"], "expected an address such as udp://"),
    "live from no recording": (["live", "file:absent"], "absent: no such file or folder"),
    "live at no level of the spine": (["live", "file:{short}", "--level", "C2"], "expected a level from T4 to L5"),
    "live with a case that isn't there": (["live", "file:{short}", "--case", "no.yaml"], "no.yaml: no such case file"),
    "live with a recording's target": (["live", "file:{short}", "--case", "{tapped}"], "line 2: target: expected none"),
    "live with a recording's notes": (
        ["live", "file:{short}", "--case", "{noted}"],
        "line 1: increments: expected none",
    ),
    "nothing to evaluate": (["evaluate"], "expected a RECORDING or --suite"),
}


@pytest.mark.parametrize(("words", "says"), WRONG_WORDS.values(), ids=WRONG_WORDS.keys())
def test_wrong_words_are_refused(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    short: Path,
    words: list[str],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    tapped, noted = tmp_path / "tapped.yaml", tmp_path / "noted.yaml"
    tapped.write_text("level: L1\ntarget: {ap: {frame: 1, point: [1, 1]}}\n")
    noted.write_text("increments: [{t: 3, ml: 0.5}]\n")
    assert run(monkeypatch, *(word.format(short=short, tapped=tapped, noted=noted) for word in words)) == 2
    told = " ".join(capsys.readouterr().err.replace("│", " ").split())
    assert says in told
    assert not (tmp_path / "new").exists()


KNOWN: dict[str, tuple[list[str], Case]] = {
    "nothing": (["live", "udp://127.0.0.1:5000"], Case()),
    "a level": (["live", "udp://127.0.0.1:5000", "--level", "T12"], Case(level="T12")),
    "a case file": (["live", "udp://127.0.0.1:5000", "--case", "known.yaml"], Case(level="L1", pixel_spacing_mm=0.3)),
    "both: the level said here counts": (
        ["live", "udp://127.0.0.1:5000", "--case", "known.yaml", "--level", "L2"],
        Case(level="L2", pixel_spacing_mm=0.3),
    ),
    "a rehearsal knows its own": (
        ["live", "file:played"],
        Case(level="L4", targets={View.AP: Target(1, (5.0, 5.0))}),
    ),
}


@pytest.mark.parametrize(("words", "case"), KNOWN.values(), ids=KNOWN.keys())
def test_a_live_case_is_known_as_far_as_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], case: Case
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "known.yaml").write_text("level: L1\npixel_spacing_mm: 0.3\n")
    (tmp_path / "played").mkdir()
    encode(tmp_path / "played" / "video.mkv", textured(3))
    (tmp_path / "played" / "case.yaml").write_text("level: L4\ntarget: {ap: {frame: 1, point: [5, 5]}}\n")
    watched: list[Case] = []
    monkeypatch.setattr("monitor.cli.Monitor", lambda settings, case, anatomy: watched.append(case))
    monkeypatch.setattr("monitor.cli.serve", lambda *_, **__: None)
    assert run(monkeypatch, *words) == 0
    assert watched == [case]


def test_a_mistake_in_the_settings_stops_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], short: Path
) -> None:
    settings = tmp_path / "mine.yaml"
    settings.write_text("leaks:\n  onset_cm2: 1\n")
    assert run(monkeypatch, "replay", short, "--out", tmp_path / "out", "--config", settings) == 2
    assert f"{settings}, line 2: leaks.onset_cm2: unknown key" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def cut(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def scratched(path: Path) -> None:
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = np.random.default_rng(3).integers(0, 256, 4000, np.uint8).tobytes()
    path.write_bytes(data)


@pytest.mark.parametrize(("damage", "code"), [(cut, "truncated"), (scratched, "corrupt")])
def test_a_damaged_video_is_analysed_as_far_as_it_decodes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], None],
    code: str,
) -> None:
    video, out = fluoroscopy(tmp_path / "video.mkv"), tmp_path / "out"
    damage(video)
    assert run(monkeypatch, "replay", video, "--out", out) == 1
    assert f"warning: {video}, at " in capsys.readouterr().err
    assert (code, "raised") in {(e["code"], e["state"]) for e in events(out) if e["type"] == "technical"}
    told = summary(out)
    assert 0 < told["frames"] < 138
    assert told["shots"] >= 1
    assert sorted(path.name for path in out.iterdir()) == RESULTS


def coloured(count: int) -> list[Any]:
    """A film: saturated colours on the move."""
    rng = np.random.default_rng(5)
    wide = cv2.resize(rng.integers(0, 256, (24, 40, 3), np.uint8), (480, 288), interpolation=cv2.INTER_CUBIC)
    return [np.ascontiguousarray(wide[20:260, 3 * n : 3 * n + 320]) for n in range(count)]


def black(count: int) -> list[Any]:
    return [np.zeros((240, 320), np.uint8)] * count


def card(count: int) -> list[Any]:
    """Colour bars, standing."""
    bars = [(191, 191, 191), (191, 191, 0), (0, 191, 191), (0, 191, 0), (191, 0, 191), (191, 0, 0), (0, 0, 191)]
    return [np.repeat(np.repeat(np.array([bars], np.uint8), 240, 0), 46, 1)[:, :320]] * count


@pytest.mark.parametrize(
    ("film", "code"), [(coloured, "not_fluoroscopy"), (black, "no_image"), (card, "not_fluoroscopy")]
)
def test_what_is_no_fluoroscopy_gives_no_findings_but_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, film: Callable[[int], list[Any]], code: str
) -> None:
    video, out = encode(tmp_path / "film.mkv", film(50), options={"crf": "20"}), tmp_path / "out"
    assert run(monkeypatch, "replay", video, "--out", out) == 0
    told = summary(out)
    assert (told["frames"], told["shots"], sum(told["leaks"].values())) == (50, 0, 0)
    assert {e["type"] for e in events(out)} <= {"technical", "alert"}
    assert (code, "raised") in {(e["code"], e["state"]) for e in events(out) if e["type"] == "technical"}
    assert (out / "observations.jsonl").read_text() == ""


def test_a_change_of_resolution_is_another_layout_of_the_same_case(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small, large = fluoroscopy(tmp_path / "a.ts"), fluoroscopy(tmp_path / "b.ts", size=(480, 640))
    joined, out = tmp_path / "joined.ts", tmp_path / "out"
    joined.write_bytes(small.read_bytes() + large.read_bytes())
    assert run(monkeypatch, "replay", joined, "--out", out) in {0, 1}
    started = [e["shot"] for e in events(out) if e["type"] == "shot_started"]
    assert started == [1, 2, 3, 4]


@pytest.mark.parametrize("command", ["demo", "replay", "live", "simulate", "evaluate", "bench"])
def test_every_command_explains_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert run(monkeypatch, command, "--help") == 0
    assert f"{command} [OPTIONS]" in capsys.readouterr().out


def test_the_module_is_the_command(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "monitor", "replay", str(tmp_path / "absent"), "--out", str(tmp_path / "out")]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == f"cement-monitor: {tmp_path / 'absent'}: no such file or folder.\n"
