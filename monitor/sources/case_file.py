"""``case.yaml``: what was known of a recording before its first frame."""

from math import inf
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from monitor.domain import LEVELS, Case, Cement, Delivered, RecordingError, Target, View
from monitor.yaml_lines import key_lines, line_of, yaml_fault

NonNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    """Strict, so that ``yes`` is no number and ``"0.3"`` no fraction."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class _Cement(_Section):
    name: str = ""
    radiopacifier: str = "BaSO4"
    mass_fraction: Annotated[float, Field(ge=0, le=1)] = 0.30


class _Target(_Section):
    frame: Annotated[int, Field(ge=0)]
    point: Annotated[list[float], Field(min_length=2, max_length=2)]


class _Targets(_Section):
    lateral: _Target | None = None
    ap: _Target | None = None


class _Increment(_Section):
    t: NonNegative
    ml: Positive


class _CaseFile(_Section):
    schema_version: Literal[1] = Field(1, alias="schema")
    title: str = ""
    level: str | None = None
    approach: Literal["left", "right", "bilateral"] | None = None
    cement: _Cement = Field(default_factory=_Cement)
    pixel_spacing_mm: Positive | None = None
    fps: Positive | None = None
    target: _Targets = Field(default_factory=_Targets)
    increments: list[_Increment] = Field(default_factory=list)

    @field_validator("level")
    @classmethod
    def _known_level(cls, level: str | None) -> str | None:
        if level is not None and level not in LEVELS:
            raise ValueError(f"expected a level from {LEVELS[0]} to {LEVELS[-1]}, found {level!r}")
        return level

    @field_validator("increments")
    @classmethod
    def _in_order(cls, increments: list[_Increment]) -> list[_Increment]:
        last_s = -inf
        for increment in increments:
            if increment.t < last_s:
                raise ValueError(f"expected them in order of time, found {increment.t:g} s after {last_s:g} s")
            last_s = increment.t
        return increments


class CaseFile:
    """A case file that was read and found right in itself; ``check_fits`` holds it against the recording.

    Parameters
    ----------
    path
        The file; where there is none everything takes its default.

    Raises
    ------
    RecordingError
        It can't be read, isn't YAML, or breaks the format: one line for each fault, with the key and its line.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines: dict[tuple[str, ...], int] = {}
        values = self._read() if path.exists() else {}
        try:
            content = _CaseFile.model_validate(values)
        except ValidationError as error:
            faults = [self._fault(e["loc"], _worded(e["msg"])) for e in error.errors()]
            raise RecordingError("\n".join(faults)) from error
        self.case = _case(content)

    def check_fits(self, size: tuple[int, int] | None, frames: int | None) -> None:
        """Refuse a target outside the image of ``size`` (width, height), or on a frame the recording doesn't have."""
        for view, target in self.case.targets.items():
            x, y = target.point
            if size is not None and not (-0.5 <= x < size[0] - 0.5 and -0.5 <= y < size[1] - 0.5):
                found = f"expected a point within the image of {size[0]}x{size[1]} pixels, found [{x:g}, {y:g}]"
                raise RecordingError(self._fault(("target", view.value, "point"), found))
            if frames is not None and target.frame >= frames:
                found = f"expected one of the recording's {frames} frames, found {target.frame}"
                raise RecordingError(self._fault(("target", view.value, "frame"), found))

    def check_live(self) -> None:
        """Refuse what only a recording can be told beforehand: places in its pictures, and times in it."""
        for key, found in {"target": self.case.targets, "increments": self.case.increments}.items():
            if found:
                instead = "expected none for a live source; say it on the page while it runs"
                raise RecordingError(self._fault((key,), instead))

    def _read(self) -> dict[str, Any]:
        try:
            text = self._path.read_text(encoding="utf-8")
            self._lines = key_lines(yaml.compose(text, Loader=yaml.SafeLoader))
            values = yaml.safe_load(text)
        except (OSError, UnicodeDecodeError) as error:
            raise RecordingError(f"{self._path}: expected a readable case file; {error}.") from error
        except yaml.YAMLError as error:
            raise RecordingError(f"{self._path}: expected YAML; {yaml_fault(error)}.") from error
        if values is not None and not isinstance(values, dict):
            raise RecordingError(f"{self._path}: expected keys such as 'level:', found {type(values).__name__}.")
        return values or {}

    def _fault(self, loc: tuple[int | str, ...], message: str) -> str:
        line = line_of(loc, self._lines)
        where = f"{self._path}, line {line}" if line else f"{self._path}"
        return f"{where}: {'.'.join(map(str, loc))}: {message}."


def read_live_case(path: Path) -> Case:
    """Read what is known of a case that is about to begin; raises ``RecordingError`` as ``CaseFile`` does."""
    if not path.is_file():
        raise RecordingError(f"{path}: no such case file.")
    file = CaseFile(path)
    file.check_live()
    return file.case


def _worded(message: str) -> str:
    return "unknown key" if message.startswith("Extra inputs") else message.removeprefix("Value error, ")


def _case(content: _CaseFile) -> Case:
    targets = {View.LATERAL: content.target.lateral, View.AP: content.target.ap}
    return Case(
        title=content.title,
        level=content.level,
        approach=content.approach,
        cement=Cement(**content.cement.model_dump()),
        pixel_spacing_mm=content.pixel_spacing_mm,
        fps=content.fps,
        targets=MappingProxyType({v: Target(t.frame, (t.point[0], t.point[1])) for v, t in targets.items() if t}),
        increments=tuple(Delivered(i.t, i.ml) for i in content.increments),
    )
