"""What the doctor says of a machine that lacks one thing at a time."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from typer.testing import CliRunner

import monitor.imaging.models
from monitor.cli import app
from monitor.config import ModelSettings, Settings
from monitor.doctor import NOTE, OK, PROBLEM, Finding, examine
from monitor.domain import ModelError
from monitor.imaging.models import anatomy_folder, load_anatomy, why_none

SHIPPED = anatomy_folder(ModelSettings())


def findings(settings: Settings | None = None, folder: Path = Path()) -> list[Finding]:
    return list(examine(settings or Settings(), folder))


def about(found: list[Finding], word: str) -> Finding:
    (finding,) = [f for f in found if word in f.text]
    return finding


@pytest.fixture
def no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(monitor.imaging.models, "find_spec", lambda name: None)


def test_this_machine_is_fit(tmp_path: Path) -> None:
    assert [f for f in findings(folder=tmp_path) if f.state == PROBLEM] == []


def test_the_model_in_use_is_named() -> None:
    found = about(findings(), "sha256")
    model = load_anatomy(ModelSettings())
    assert model is not None
    assert found.state == OK
    assert model.name in found.text
    assert model.sha256 in found.text
    assert str(SHIPPED) in found.text


def test_without_its_runtime_outlines_start_from_taps(no_runtime: None) -> None:
    found = about(findings(), "No model")
    assert found.state == NOTE
    assert "onnxruntime isn't installed" in found.text
    assert load_anatomy(ModelSettings()) is None


def test_the_model_can_be_switched_off() -> None:
    settings = Settings(models=ModelSettings(use=False))
    assert load_anatomy(settings.models) is None
    assert about(findings(settings), "No model").text.startswith("No model: models.use is false.")


class Wrong(NamedTuple):
    name: str
    folder: Path
    word: str


@pytest.fixture
def altered(tmp_path: Path) -> Path:
    """The shipped model with one byte changed."""
    folder = tmp_path / "altered"
    shutil.copytree(SHIPPED, folder)
    weights = max(folder.rglob("*.onnx"), key=lambda path: path.stat().st_size)
    data = bytearray(weights.read_bytes())
    data[len(data) // 2] ^= 1
    weights.write_bytes(bytes(data))
    return folder


def test_an_altered_model_is_refused(altered: Path) -> None:
    settings = Settings(models=ModelSettings(folder=str(altered)))
    assert about(findings(settings), "can't be used").state == PROBLEM
    with pytest.raises(ModelError, match="sha256"):
        load_anatomy(settings.models)


def test_a_model_that_is_not_there_is_refused(tmp_path: Path) -> None:
    settings = ModelSettings(folder=str(tmp_path / "none"))
    assert why_none(settings) is None
    with pytest.raises(ModelError, match="none"):
        load_anatomy(settings)


def test_a_named_model_needs_its_runtime(no_runtime: None) -> None:
    with pytest.raises(ModelError, match="onnxruntime"):
        load_anatomy(ModelSettings(folder=str(SHIPPED)))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    assert about(findings(folder=tmp_path / "none"), "can't be written").state == PROBLEM


def test_a_missing_decoder_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("av.codecs_available", frozenset({"h264"}))
    assert about(findings(), "no decoder ffv1").state == PROBLEM


@pytest.fixture
def in_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def test_the_command_ends_with_0_where_all_is_well(in_empty_folder: Path) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0
    assert {line.split()[0] for line in result.output.splitlines()} <= {OK, NOTE}


def test_the_command_ends_with_1_where_something_is_wrong(in_empty_folder: Path) -> None:
    (in_empty_folder / "config.yaml").write_text("models: {folder: nowhere}\n")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "problem" in result.output
