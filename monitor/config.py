"""Settings: ``config.yaml`` and ``CEMENT_MONITOR_*`` environment variables, validated; a mistake names key and line."""

from pathlib import Path
from typing import Annotated, Any, ClassVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.domain import ConfigError
from monitor.yaml_lines import key_lines, line_of

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


class SourceSettings(Section):
    """Reading frames."""

    coloured_share: Fraction = Field(
        0.25,
        description="Share of coloured pixels from which a picture is taken as a colour picture, not as grey luma.",
    )
    resync_s: Seconds = Field(
        5.0,
        description="Longest stretch of a video left out after damage while waiting for its next key frame, s.",
    )
    frames_fps: Annotated[float, Field(gt=0)] = Field(
        15.0, description="Frames per second of numbered PNGs, or of a DICOM run, that don't say their own."
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
    sources: SourceSettings = Field(default_factory=SourceSettings)
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
    return _validated(values, key_lines(tree), str(path))


def _validated(values: dict[str, Any], lines: dict[tuple[str, ...], int], origin: str) -> Settings:
    try:
        return Settings(**values)
    except ValidationError as error:
        faults = [_fault(e["loc"], e["msg"], lines, origin) for e in error.errors()]
        raise ConfigError("\n".join(faults)) from error


def _fault(loc: tuple[int | str, ...], message: str, lines: dict[tuple[str, ...], int], origin: str) -> str:
    line = line_of(loc, lines)
    where = origin if line is None else f"{origin}, line {line}"
    hint = "unknown key" if message.startswith("Extra inputs") else message
    return f"{where}: {'.'.join(map(str, loc))}: {hint}. The keys are listed in docs/settings.md."
