"""Suites of simulated recordings, made when they are first asked for and kept until the simulator changes."""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import monitor.simulation
from monitor.domain import ConfigError

Simulate: TypeAlias = Callable[[str, int, Path], object]
"""Scenario, seed, folder to make."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A recording that the simulator makes from a scenario and a seed."""

    scenario: str
    seed: int

    def folder(self, cache: Path) -> Path:
        """Where it is kept; another place for every version of the simulator."""
        return cache / f"{self.scenario}-{self.seed}-{simulator_version()}"

    def ensure(self, cache: Path, simulate: Simulate) -> Path:
        """The recording's folder, made if it isn't there yet; never half-made."""
        folder = self.folder(cache)
        if not folder.exists():
            cache.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=cache) as made:
                simulate(self.scenario, self.seed, Path(made) / "recording")
                _settle(Path(made) / "recording", folder)
        return folder


def _settle(made: Path, folder: Path) -> None:
    """Move into place; another run that was faster made the same bytes."""
    try:
        made.rename(folder)
    except OSError:
        if not folder.exists():
            raise


def parse_suite(text: str) -> list[Simulated]:
    """Recordings of ``SCENARIO:FIRST-LAST`` or ``SCENARIO:SEED``.

    Raises
    ------
    ConfigError
        The text is neither.
    """
    match = re.fullmatch(r"([\w-]+):(\d+)(?:-(\d+))?", text)
    first, last = (int(match[2]), int(match[3] or match[2])) if match else (1, 0)
    if match is None or last < first:
        raise ConfigError(f"--suite {text}: expected SCENARIO:FIRST-LAST, such as typical:1-60.")
    return [Simulated(match[1], seed) for seed in range(first, last + 1)]


def default_cache() -> Path:
    """``cement-monitor`` within the user's cache folder (XDG base directories)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "cement-monitor"


def simulator_version() -> str:
    """Hash of the simulator's source: a changed simulator makes its recordings anew."""
    folder = Path(str(monitor.simulation.__file__)).parent
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        digest.update(str(path.relative_to(folder)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]
