"""Settings: the shipped file and the reference hold every key; a mistake names key and line; the environment wins."""

from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from monitor import config_reference
from monitor.config import Settings, load_settings
from monitor.domain import ConfigError

ROOT = Path(__file__).parents[1]
WRITE = "run: python -m monitor.config_reference"


def keys() -> list[tuple[str, str]]:
    sections = {name: field.annotation for name, field in Settings.model_fields.items()}
    return [
        (name, key)
        for name, section in sections.items()
        if isinstance(section, type) and issubclass(section, BaseModel)
        for key in section.model_fields
    ]


@pytest.mark.parametrize(
    ("file", "text"),
    [("config.yaml", config_reference.as_yaml()), ("docs/settings.md", config_reference.as_markdown())],
    ids=["config.yaml", "docs/settings.md"],
)
def test_what_ships_is_what_the_model_says(file: str, text: str) -> None:
    assert (ROOT / file).read_text(encoding="utf-8") == text, WRITE


def test_the_shipped_file_holds_every_key_with_its_default() -> None:
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    assert [(section, key) for section, values in shipped.items() for key in values] == keys()
    assert load_settings(ROOT / "config.yaml") == Settings()


@pytest.mark.parametrize(("section", "key"), keys())
def test_every_key_says_what_it_means(section: str, key: str) -> None:
    description = getattr(Settings(), section).__class__.model_fields[key].description
    assert description and description.endswith(".")
    row = next(line for line in _section(section) if line.startswith(f"| `{key}` |"))
    assert description in row
    assert row.count("|") == 6, "a bar in a description breaks the table"


def _section(name: str) -> list[str]:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    return page.split(f"\n## {name}\n")[1].split("\n## ")[0].splitlines()


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("fast_mm_s", "mm/s"),
        ("onset_mm2", "mm²"),
        ("match_mm", "mm"),
        ("step_ml", "ml"),
        ("picture_px", "px"),
        ("frames_fps", "1/s"),
        ("gone_s", "s"),
        ("gone_pulses", ""),
        ("hysteresis", ""),
    ],
)
def test_units_are_read_from_names(key: str, unit: str) -> None:
    assert config_reference.unit(key) == unit


WRONG = {
    "unknown key": ("server:\n  port: 1\nalerts:\n  clear_s: 1\n  clear_z: 2\n", 5, "alerts.clear_z: unknown key"),
    "unknown section": ("view: {}\nvoice: {}\n", 2, "voice: unknown key"),
    "wrong type": ("server:\n\n  port: soon\n", 3, "server.port: Input should be a valid integer"),
    "out of bounds": ("leaks: {hysteresis: 1.5}\n", 1, "leaks.hysteresis: Input should be less than or equal to 1"),
    "a list for a section": ("server: [1]\n", 1, "server: Input should be a valid dictionary"),
    "not YAML": ("server: {port: 1\n", None, "expected YAML"),
    "no sections": ("8765\n", None, "expected sections such as 'alerts:', found int"),
}


@pytest.mark.parametrize(("text", "line", "says"), WRONG.values(), ids=WRONG.keys())
def test_a_mistake_names_file_key_and_line(tmp_path: Path, text: str, line: int | None, says: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert str(caught.value).startswith(f"{path}" if line is None else f"{path}, line {line}: ")
    assert says in str(caught.value)


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("leaks: {hysteresis: 2}\nserver: {prot: 1}\n")
    with pytest.raises(ConfigError) as caught:
        load_settings(path)
    assert [part.split(": ")[1] for part in str(caught.value).splitlines()] == ["leaks.hysteresis", "server.prot"]


def test_a_named_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"absent\.yaml: expected a readable"):
        load_settings(tmp_path / "absent.yaml")


def test_without_a_name_the_file_here_counts_if_there_is_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_settings() == Settings()
    Path("config.yaml").write_text("server: {port: 1234}\n")
    assert load_settings().server.port == 1234


def test_what_a_file_leaves_out_keeps_its_default(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("alerts:\n  clear_s: 9\n")
    assert load_settings(path).alerts == Settings().alerts.model_copy(update={"clear_s": 9.0})


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("server: {port: 1234, stale_s: 5}\n")
    monkeypatch.setenv("CEMENT_MONITOR_SERVER__PORT", "4321")
    server = load_settings(path).server
    assert (server.port, server.stale_s) == (4321, 5.0)


def test_a_mistake_in_the_environment_names_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("server: {port: 1234}\n")
    monkeypatch.setenv("CEMENT_MONITOR_SERVER__PORT", "soon")
    with pytest.raises(ConfigError, match=r"variable CEMENT_MONITOR_SERVER__PORT: server\.port: Input should be"):
        load_settings(path)
