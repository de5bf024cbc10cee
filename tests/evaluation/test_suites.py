"""Suites: named, made once, never left half-made."""

from pathlib import Path

import pytest

from monitor.domain import ConfigError
from monitor.evaluation.suites import Simulated, default_cache, parse_suite


def make(scenario: str, seed: int, out: Path) -> None:
    out.mkdir()
    (out / "made").write_text(f"{scenario} {seed}")


def fail(scenario: str, seed: int, out: Path) -> None:
    out.mkdir()
    raise RuntimeError("half-made")


def test_ranges() -> None:
    assert parse_suite("typical:3-5") == [Simulated("typical", seed) for seed in (3, 4, 5)]
    assert parse_suite("posterior-leak:7") == [Simulated("posterior-leak", 7)]


@pytest.mark.parametrize("text", ["typical", "typical:", "typical:5-3", ":1-2", "typical:a-b"])
def test_what_is_no_suite(text: str) -> None:
    with pytest.raises(ConfigError, match="SCENARIO:FIRST-LAST"):
        parse_suite(text)


def test_made_once(tmp_path: Path) -> None:
    recording = Simulated("typical", 4)
    folder = recording.ensure(tmp_path / "cache", make)
    assert (folder / "made").read_text() == "typical 4"
    assert recording.ensure(tmp_path / "cache", fail) == folder


def test_never_half_made(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError):
        Simulated("typical", 4).ensure(tmp_path, fail)
    assert list(tmp_path.iterdir()) == []


def test_a_changed_simulator_makes_its_recordings_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Simulated("typical", 4).ensure(tmp_path, make)
    monkeypatch.setattr("monitor.evaluation.suites.simulator_version", lambda: "other")
    assert Simulated("typical", 4).ensure(tmp_path, make) != before


def test_cache_follows_xdg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "cement-monitor"
