"""Settings: ``config.yaml`` and ``CEMENT_MONITOR_*`` environment variables, validated; a mistake names key and line."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.domain import ConfigError

Seconds = Annotated[float, Field(ge=0)]
Millimetres = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A frozen group of settings that refuses unknown keys."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class AlertSettings(Section):
    """When the monitor speaks up. The meanings and priorities of alerts are fixed; these are their thresholds."""

    persistence_pulses: Annotated[int, Field(ge=1)] = Field(
        2, description="Distinct X-ray pulses on which cement outside must be seen before it is a leak."
    )
    onset_mm2: Annotated[float, Field(gt=0)] = Field(
        2.0, description="Projected area outside the outline from which a leak is reported, mm²."
    )


class ServerSettings(Section):
    """The bedside page."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 lets tablets on the network connect.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8765, description="TCP port of the page; 0 picks a free one.")


class Settings(BaseSettings):
    """All settings. Order of precedence: environment, then the file, then the defaults here."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="CEMENT_MONITOR_", env_nested_delimiter="__"
    )

    alerts: AlertSettings = Field(default_factory=AlertSettings)
    server: ServerSettings = Field(default_factory=ServerSettings)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment over the file's values, which arrive as init arguments."""
        return (env_settings, init_settings)


def load_settings(path: Path | None = None) -> Settings:
    """Read the settings file, or take the defaults when none is named and ``config.yaml`` isn't here.

    Raises
    ------
    ConfigError
        The named file is missing, isn't YAML, or has an unknown key or a value of the wrong kind.
    """
    if path is None:
        path = Path("config.yaml")
        if not path.exists():
            return _validated({}, {}, "the environment")
    try:
        text = path.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: expected a readable settings file; {error}. Name another with --config.") from error
    except yaml.YAMLError as error:
        raise ConfigError(f"{path}: expected YAML; {error}") from error
    if not isinstance(values, dict):
        raise ConfigError(f"{path}: expected sections such as 'alerts:', found {type(values).__name__}.")
    return _validated(values, _lines(tree), str(path))


def _validated(values: dict[str, Any], lines: dict[tuple[str, ...], int], origin: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        faults = [_fault(e["loc"], e["msg"], lines, origin) for e in error.errors()]
        raise ConfigError("\n".join(faults)) from error


def _fault(loc: tuple[int | str, ...], message: str, lines: dict[tuple[str, ...], int], origin: str) -> str:
    path = tuple(str(part) for part in loc)
    line = next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)
    where = origin if line is None else f"{origin}, line {line}"
    hint = "unknown key" if message.startswith("Extra inputs") else message
    return f"{where}: {'.'.join(path)}: {hint}. The keys are listed in docs/settings.md."


def _lines(node: yaml.Node | None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    found: dict[tuple[str, ...], int] = {}
    for key, value in node.value:
        here = (*path, str(key.value))
        found[here] = key.start_mark.line + 1
        found.update(_lines(value, here))
    return found
