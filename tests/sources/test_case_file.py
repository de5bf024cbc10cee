"""case.yaml: everything optional, nothing guessed, each mistake named by file, line and key."""

from pathlib import Path

import pytest

from monitor.domain import Case, Cement, Delivered, RecordingError, Target, View
from monitor.sources import open_recording
from monitor.sources.case_file import CaseFile
from tests.sources.videos import encode, textured

FULL = """\
schema: 1
title: L1 osteoporotic fracture, left unilateral
level: L1
approach: left
cement: {name: "", radiopacifier: BaSO4, mass_fraction: 0.30}
pixel_spacing_mm: 0.24
target:
  lateral: {frame: 4, point: [61, 43]}
  ap: {frame: 0, point: [59.8, 44.7]}
increments:
  - {t: 63.0, ml: 0.5}
  - {t: 63.0, ml: 1}
"""


def recording(folder: Path, case: str) -> Path:
    encode(folder / "video.mkv", textured(5))
    (folder / "case.yaml").write_text(case, encoding="utf-8")
    return folder


def test_every_key_arrives(tmp_path: Path) -> None:
    opened = open_recording(recording(tmp_path, FULL))
    assert opened.title == "L1 osteoporotic fracture, left unilateral"
    assert opened.case == Case(
        title=opened.title,
        level="L1",
        approach="left",
        cement=Cement(),
        pixel_spacing_mm=0.24,
        targets={View.LATERAL: Target(4, (61, 43)), View.AP: Target(0, (59.8, 44.7))},
        increments=(Delivered(63.0, 0.5), Delivered(63.0, 1.0)),
    )


@pytest.mark.parametrize("text", ["", "schema: 1\n", "# nothing known\n"])
def test_everything_is_optional(tmp_path: Path, text: str) -> None:
    opened = open_recording(recording(tmp_path, text))
    assert opened.case == Case()
    assert opened.title == tmp_path.name


def test_no_case_file_is_a_case_too(tmp_path: Path) -> None:
    assert CaseFile(tmp_path / "case.yaml").case == Case()


BROKEN = {
    "unknown key": ("schema: 1\nlevle: L1\n", 2, "levle: unknown key"),
    "unknown key below": ("cement:\n  brand: X\n", 2, "cement.brand: unknown key"),
    "unknown view": ("target:\n  oblique: {frame: 1, point: [1, 1]}\n", 2, "target.oblique: unknown key"),
    "another schema": ("schema: 2\n", 1, "schema: Input should be 1"),
    "level above T4": ("title: x\nlevel: T3\n", 2, "level: expected a level from T4 to L5, found 'T3'"),
    "level as a number": ("level: 1\n", 1, "level: Input should be a valid string"),
    "unknown approach": ("approach: both\n", 1, "approach: Input should be 'left', 'right' or 'bilateral'"),
    "spacing in words": ("pixel_spacing_mm: wide\n", 1, "pixel_spacing_mm: Input should be a valid number"),
    "spacing nought": ("pixel_spacing_mm: 0\n", 1, "pixel_spacing_mm: Input should be greater than 0"),
    "spacing not a number": ("pixel_spacing_mm: .nan\n", 1, "pixel_spacing_mm: Input should be a finite number"),
    "truth for a number": ("fps: yes\n", 1, "fps: Input should be a valid number"),
    "fraction above one": ("cement: {mass_fraction: 30}\n", 1, "cement.mass_fraction: Input should be less than"),
    "frame negative": ("target:\n  ap:\n    frame: -1\n    point: [1, 1]\n", 3, "target.ap.frame: Input should be gr"),
    "frame in parts": ("target: {ap: {frame: 1.5, point: [1, 1]}}\n", 1, "target.ap.frame: Input should be a valid"),
    "point without y": ("target:\n  ap:\n    frame: 1\n    point: [1]\n", 4, "target.ap.point: List should have at"),
    "point missing": ("target:\n  ap: {frame: 1}\n", 2, "target.ap.point: Field required"),
    "point outside": ("target:\n  ap: {frame: 1, point: [96, 4]}\n", 2, "target.ap.point: expected a point within"),
    "point above": ("target:\n  ap: {frame: 1, point: [9, -1]}\n", 2, "target.ap.point: expected a point within"),
    "increments unordered": ("increments:\n  - {t: 2, ml: 1}\n  - {t: 1, ml: 1}\n", 1, "increments: expected them in"),
    "increment of nothing": ("increments:\n  - {t: 2, ml: 1}\n  - {t: 3, ml: 0}\n", 3, "increments.1.ml: Input should"),
    "increment before the start": ("increments:\n  - {t: -2, ml: 1}\n", 2, "increments.0.t: Input should be gr"),
    "a list": ("- 1\n", None, "expected keys such as 'level:', found list"),
    "a word": ("hello\n", None, "expected keys such as 'level:', found str"),
    "no YAML": ("level: [L1\n", None, "expected YAML"),
    "a tab": ("cement:\n\tname: x\n", None, "expected YAML"),
    "no text": ("\udcff", None, "expected a readable case file"),
}


@pytest.mark.parametrize(("text", "line", "says"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_wrong_is_named(tmp_path: Path, text: str, line: int | None, says: str) -> None:
    folder = recording(tmp_path, "")
    (folder / "case.yaml").write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(RecordingError) as caught:
        open_recording(folder)
    where = f"case.yaml, line {line}: " if line else "case.yaml: "
    assert where + says in str(caught.value)


def test_a_target_on_a_frame_that_is_not_there_is_refused(tmp_path: Path) -> None:
    case = CaseFile(recording(tmp_path, "target:\n  ap: {frame: 5, point: [1, 1]}\n") / "case.yaml")
    case.check_fits(size=(96, 64), frames=6)
    with pytest.raises(RecordingError, match=r"line 2: target\.ap\.frame: expected one of the recording's 5 frames"):
        case.check_fits(size=(96, 64), frames=5)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(RecordingError) as caught:
        open_recording(recording(tmp_path, "level: L9\nfps: -1\n"))
    assert len(str(caught.value).splitlines()) == 2
