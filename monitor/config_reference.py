"""The reference of the settings, written from their model: ``python -m monitor.config_reference``.

Writes ``config.yaml`` and ``docs/settings.md`` in the working directory, a checkout of the project. A test holds both
files against what this module would write.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic.fields import FieldInfo

from monitor.config import Section, Settings

UNITS: Final = {"_mm_s": "mm/s", "_mm2": "mm²", "_mm": "mm", "_ml": "ml", "_px": "px", "_fps": "1/s", "_s": "s"}
"""By the end of a key's name; the first that fits holds. Other keys are counts, shares and ratios without a unit."""
_BOUNDS: Final = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_FILE_HEAD: Final = """\
# Every setting with its default. Keep only what you change: what is missing here keeps its default.
# An unknown key or a wrong value is refused, naming the key and its line. Durations are in seconds, never in frames.
# An environment variable goes before this file: CEMENT_MONITOR_SERVER__PORT=9000 sets server.port.
# docs/settings.md lists units and bounds. This file and that one are written by: python -m monitor.config_reference
"""
_PAGE_HEAD: Final = """\
# Settings

`cement-monitor` reads the file named with `--config`, else `config.yaml` in the working directory, else the defaults
below; [config.yaml](../config.yaml) holds them all. Keep only the keys that you change. An environment variable goes
before the file: `CEMENT_MONITOR_SERVER__PORT=9000` sets `server.port`. An unknown key, a value of the wrong kind or out
of bounds, and a named file that isn't there are errors (exit status 2) that name the key and its line.

Settings hold thresholds. What an alert means, its priority and its words are fixed ([alerts](alerts.md)).

Written from the model by `python -m monitor.config_reference`; don't edit by hand.
"""


def unit(key: str) -> str:
    """The unit that a key's name ends in; empty where it has none."""
    return next((unit for end, unit in UNITS.items() if key.endswith(end)), "")


def as_yaml() -> str:
    """The text of ``config.yaml``: every key with its default, its description above it."""
    return "\n".join([_FILE_HEAD, *(_yaml_section(name, section) for name, section in _sections())])


def as_markdown() -> str:
    """The text of ``docs/settings.md``: one table for each section."""
    return "\n".join([_PAGE_HEAD, *(_markdown_section(name, section) for name, section in _sections())])


def _sections() -> Iterator[tuple[str, type[Section]]]:
    for name, field in Settings.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, Section)):
            raise TypeError(f"Settings.{name}: expected a Section, found {field.annotation}.")
        yield name, field.annotation


def _yaml_section(name: str, section: type[Section]) -> str:
    lines = [f"# {_summary(section)}", f"{name}:"]
    for key, field in section.model_fields.items():
        lines += [f"  # {field.description}", f"  {key}: {_yaml_value(field.default)}"]
    return "\n".join(lines) + "\n"


def _yaml_value(value: Any) -> str:
    return yaml.safe_dump(value, default_flow_style=True).removesuffix("\n...\n").strip()


def _markdown_section(name: str, section: type[Section]) -> str:
    rows = [_row(key, field) for key, field in section.model_fields.items()]
    head = ["| key | default | unit | bounds | what |", "| --- | --- | --- | --- | --- |"]
    return "\n".join([f"## {name}", "", _summary(section), "", *head, *rows]) + "\n"


def _row(key: str, field: FieldInfo) -> str:
    return f"| `{key}` | {_yaml_value(field.default)} | {unit(key)} | {_bounds(field)} | {field.description} |"


def _bounds(field: FieldInfo) -> str:
    found = ((sign, getattr(rule, name, None)) for rule in field.metadata for name, sign in _BOUNDS.items())
    return ", ".join(f"{sign} {bound:g}" for sign, bound in found if bound is not None)


def _summary(section: type[Section]) -> str:
    return (section.__doc__ or "").strip().partition("\n")[0]


def main() -> None:
    """Write both files."""
    Path("config.yaml").write_text(as_yaml(), encoding="utf-8")
    Path("docs/settings.md").write_text(as_markdown(), encoding="utf-8")


if __name__ == "__main__":
    main()
