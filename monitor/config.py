"""Settings: ``config.yaml`` and ``CEMENT_MONITOR_*`` environment variables, validated; a mistake names key and line."""

import os
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from monitor.domain import ConfigError
from monitor.yaml_lines import key_lines, line_of, yaml_fault

ENVIRONMENT: Final = "CEMENT_MONITOR_"
"""How the names of environment variables that set settings begin."""

Seconds = Annotated[float, Field(ge=0)]
PositiveSeconds = Annotated[float, Field(gt=0)]
Millimetres = Annotated[float, Field(ge=0)]
Fraction = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Section(BaseModel):
    """A frozen group of settings that refuses unknown keys."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class ViewSettings(Section):
    """Telling AP from lateral without a tap."""

    least_probability: Fraction = Field(0.8, description="Probability from which the view of a shot is believed.")


class RegistrationSettings(Section):
    """Following the target vertebra."""

    least_quality: Fraction = Field(
        0.35,
        description="Correlation with the reference below which a pulse is not judged (tracking lost), "
        "until the view's own fits tell what to expect.",
    )
    reference_pulses: Annotated[int, Field(ge=1)] = Field(
        16, description="Pulses of a view's first shot that are averaged into its reference."
    )


class CementSettings(Section):
    """Finding the bolus."""

    newest_share: Annotated[float, Field(gt=0, le=1)] = Field(
        0.35, description="Weight of the newest pulse in the running average; 1 uses it alone."
    )
    least_bolus_mm2: Annotated[float, Field(gt=0)] = Field(
        4.0, description="Projected cement inside the body, mm², from which the injection counts as begun."
    )
    tolerance_mm: Millimetres = Field(
        0.7, description="Cement this close to the outline still counts as inside: the outline's own uncertainty."
    )


class LeakSettings(Section):
    """When cement seen outside the outline is a leak, has grown, or is gone."""

    onset_mm2: Positive = Field(
        2.0, description="Projected area outside the outline from which a leak is reported, mm²."
    )
    ap_endplate_reach_mm: Millimetres = Field(
        5.0,
        description="Reach that cement beyond an endplate must have in an AP view, mm, where no lateral view has shown "
        "any in that disc: from the front a border may follow the near line of a tilted endplate.",
    )
    ap_whole_reach_mm: Millimetres = Field(
        2.0, description="The same where the border is known to be the silhouette's, as a sure model draws it, mm."
    )
    persistence_pulses: Count = Field(
        2, description="Distinct X-ray pulses of one view on which something must show before it is believed."
    )
    weak_pulses: Count = Field(
        3, description="The same for what is smaller than plain_mm2 and not behind the posterior wall."
    )
    plain_mm2: Positive = Field(6.0, description="Area from which persistence_pulses are enough anywhere, mm².")
    settling_pulses: Count = Field(
        2,
        description="First pulses of a shot, on which metal is still being found: a leak is told after them, or when "
        "the shot ends.",
    )
    single_pulse_factor: Annotated[float, Field(ge=1)] = Field(
        2.0, description="A shot too short for that many pulses reports a leak of this many times the onset area."
    )
    hysteresis: Fraction = Field(
        0.5, description="A known leak counts as seen down to this fraction of the onset area."
    )
    growth_fraction: Annotated[float, Field(gt=0)] = Field(
        0.5, description="A leak has grown when its area rose by this fraction and by growth_mm2."
    )
    growth_mm2: Positive = Field(3.0, description="Least rise of a leak's area that is reported as growth, mm².")
    match_mm: Millimetres = Field(
        3.0, description="Pieces of cement this near to a leak's last place belong to it, mm."
    )
    gone_pulses: Count = Field(3, description="Pulses of a leak's view without it before it is gone.")
    gone_s: Seconds = Field(1.0, description="Seconds between the first and the last of those pulses, at least.")


class SpreadSettings(Section):
    """What tells a run along a vein from a slow breach."""

    slenderness: Annotated[float, Field(ge=1)] = Field(
        3.0, description="Length over width from which a piece is vein-like."
    )
    reach_mm: Millimetres = Field(6.0, description="Reach beyond the outline from which a slender piece is a vein, mm.")
    off_wall_mm: Millimetres = Field(
        4.5,
        description="Distance beyond the line of its wall or endplate that a vein reaches too, mm; a sheet of cement "
        "under the ligament stays nearer, however far along it runs.",
    )
    disc_mm: Millimetres = Field(
        10.0,
        description="Height of a disc, mm: cement beyond an endplate that stays within it is in the disc, no vein, "
        "unless it crosses it.",
    )
    crossing_mm: Millimetres = Field(
        2.5, description="Mean width at most of a slender piece within a disc that is a vein crossing it, mm."
    )
    crossing_outward: Fraction = Field(0.7, description="Reach over length that such a vein has at least.")
    outward: Fraction = Field(
        0.5, description="Reach over length that a vein has at least; cement lying along the wall has less."
    )
    thin_mm: Millimetres = Field(3.2, description="Mean width of a vein that runs along the body at most, mm.")
    basivertebral: tuple[Fraction, Fraction] = Field(
        (0.33, 0.62),
        description="Part of the posterior wall's height, from its upper corner, behind which cement came by the "
        "basivertebral vein.",
    )
    fast_mm_s: Positive = Field(2.0, description="Advance of the reach that is fast, mm/s.")
    fast_advance_mm: Millimetres = Field(3.0, description="Advance that a fast run shows at least, mm.")
    fast_slenderness: Annotated[float, Field(ge=1)] = Field(
        2.0, description="Length over width of a fast run at least."
    )
    window_s: Positive = Field(2.0, description="Stretch of time over which an advance is measured, s.")


class IncrementSettings(Section):
    """How injection steps and their volume are read from the growth of the bolus."""

    step_ml: Positive = Field(0.2, description="Least growth that counts as an increment, ml.")
    step_fraction: Fraction = Field(
        0.05, description="Least growth as a fraction of all cement seen; guards large boluses."
    )
    long_step_ml: Positive = Field(1.5, description="Growth without a pause is split into increments of this much, ml.")
    smoothing_s: Positive = Field(0.5, description="Stretch of pulses whose median counts, s.")
    plateau_s: Positive = Field(1.0, description="Growth has paused when it stood still for this long, s.")
    plateau_ml: Positive = Field(0.05, description="Growth below this within plateau_s is standing still, ml.")
    view_tolerance: Fraction = Field(
        0.25, description="Doubt about growth that one view shows and another has counted already, as a fraction."
    )


class ProximitySettings(Section):
    """When the bolus' front is near a wall while still inside."""

    posterior_fraction: Fraction = Field(
        0.25, description="Part of the body's depth before the posterior wall in which the front is told."
    )
    posterior_mm: Millimetres = Field(3.0, description="Distance from the posterior wall that is medium, mm.")
    wall_mm: Millimetres = Field(2.0, description="Distance from any other wall that is told, mm.")
    wall_close_mm: Millimetres = Field(1.0, description="Distance from any other wall that is medium, mm.")
    lookahead_ml: Positive = Field(
        0.5, description="Medium where the front, at its pace, meets the wall within this, ml."
    )
    hysteresis_mm: Millimetres = Field(
        1.0, description="The front is off a wall again this much beyond its distance, mm."
    )


class AlertSettings(Section):
    """When alerts speak up again and let go. Their meanings and priorities are fixed; these are their thresholds."""

    escalate_fraction: Annotated[float, Field(gt=0)] = Field(
        1.0,
        description="A leak alert escalates when the area rose by this fraction and by escalate_mm2 since it spoke.",
    )
    escalate_mm2: Positive = Field(5.0, description="Least rise of the area that escalates a leak alert, mm².")
    clear_s: Seconds = Field(
        2.0, description="An acknowledged alert is cleared when its cause is gone for this long, s."
    )
    unseen_ml: Positive = Field(
        1.5, description="Volume given since the last AP (or lateral) shot that asks for one, ml."
    )
    technical_s: Seconds = Field(2.0, description="A technical condition shorter than this doesn't alarm, s.")
    injecting_s: Seconds = Field(180.0, description="Cement is being injected for this long after an increment, s.")


class DistributionSettings(Section):
    """How the filling pattern is read from AP views."""

    unilateral_share: Fraction = Field(
        0.2, description="One-sided where the lesser half holds less of the cement than this."
    )
    diffuse_fill: Fraction = Field(
        0.5, description="Diffuse where the pieces fill less of their bounding boxes than this fraction."
    )
    diffuse_pieces: Count = Field(
        4, description="Diffuse from this many separate pieces, none of them most of the cement."
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
    no_signal_s: Annotated[float, Field(gt=0)] = Field(
        1.0, description="Live: time without a frame from which the signal counts as lost, s."
    )
    connect_s: Annotated[float, Field(gt=0)] = Field(
        5.0, description="Live: time that one attempt to connect may take, s."
    )
    reconnect_first_s: Seconds = Field(0.5, description="Live: pause before the first attempt to connect again, s.")
    reconnect_max_s: Seconds = Field(5.0, description="Live: longest pause between attempts; each doubles the last, s.")


class ScreenSettings(Section):
    """Finding the fluoroscopic image on the captured screen."""

    image_px: Annotated[int, Field(ge=128, le=2048)] = Field(
        512, description="Longest side of the image the analysis works on, about; frames are averaged by whole factors."
    )
    min_field_share: Fraction = Field(0.04, description="Least part of the screen that a fluoroscopic field covers.")
    max_colour_share: Fraction = Field(
        0.10, description="Part of the field that may be coloured; above it the picture is no fluoroscopy."
    )
    colour_memory_s: Seconds = Field(
        10.0, description="How long after a coloured picture a grey one isn't believed to be fluoroscopy yet."
    )
    relook_s: Seconds = Field(0.2, description="Least time between two searches for the field while one is known.")
    judge_s: Seconds = Field(3.0, description="Least time between two looks for burned-in text and polarity.")


class BeamSettings(Section):
    """Telling live X-ray pulses from a held image, and shots from each other."""

    min_gap_s: Seconds = Field(
        0.25,
        description="A pause in the pulses of at least this long can end a shot; over as long, pulses must add up.",
    )
    max_gap_s: Seconds = Field(0.75, description="A pause in the pulses of this long always ends a shot.")
    gap_periods: Annotated[float, Field(gt=1)] = Field(
        2.0, description="Between these two, a pause of so many pulse periods of the shot ends it."
    )
    last_pulse_s: Seconds = Field(
        0.2, description="How long the last pulse of a shot counts as live while the time between pulses isn't known."
    )
    memory_pulses: Annotated[int, Field(ge=1)] = Field(
        8192, description="How many pulses are remembered to recognise a replayed run or a recalled image."
    )


class ModelSettings(Section):
    """The trained model that proposes outlines before anyone points."""

    use: bool = Field(True, description="Whether to use the model; without it outlines start from taps alone.")
    folder: str = Field("", description="Folder of the model, with its card; empty: the one that ships.")
    least_confidence: Fraction = Field(
        0.8, description="Confidence below which no outline is proposed; the monitor asks for a tap instead."
    )
    least_unpointed: Fraction = Field(
        0.9, description="The same while no cannula tells which body is treated: nothing in the bone does."
    )


class ServerSettings(Section):
    """The bedside page."""

    host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 lets tablets on the network connect.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8765, description="TCP port of the page; 0 picks a free one.")
    heartbeat_s: PositiveSeconds = Field(1.0, description="Time between the server's signs of life, s.")
    stale_s: PositiveSeconds = Field(
        3.0, description="Time without a sign of life or a new frame after which the page calls its image old, s."
    )
    client_timeout_s: PositiveSeconds = Field(
        10.0, description="Time without an answer after which a client is disconnected, s."
    )
    picture_px: Annotated[int, Field(ge=64)] = Field(
        1024, description="Longest side of the pictures sent to the page, pixels; larger ones are scaled down."
    )
    picture_interval_s: PositiveSeconds = Field(
        0.066, description="Shortest time between two pictures sent while the beam is on, s."
    )
    held_interval_s: PositiveSeconds = Field(
        0.5, description="Shortest time between two pictures sent while the beam is off, s."
    )


class Settings(BaseSettings):
    """All settings. Order of precedence: environment, then the file, then the defaults here."""

    model_config: ClassVar[SettingsConfigDict] = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix=ENVIRONMENT, env_nested_delimiter="__"
    )

    view: ViewSettings = Field(default_factory=ViewSettings)
    registration: RegistrationSettings = Field(default_factory=RegistrationSettings)
    cement: CementSettings = Field(default_factory=CementSettings)
    leaks: LeakSettings = Field(default_factory=LeakSettings)
    spread: SpreadSettings = Field(default_factory=SpreadSettings)
    increments: IncrementSettings = Field(default_factory=IncrementSettings)
    proximity: ProximitySettings = Field(default_factory=ProximitySettings)
    screen: ScreenSettings = Field(default_factory=ScreenSettings)
    beam: BeamSettings = Field(default_factory=BeamSettings)
    alerts: AlertSettings = Field(default_factory=AlertSettings)
    sources: SourceSettings = Field(default_factory=SourceSettings)
    distribution: DistributionSettings = Field(default_factory=DistributionSettings)
    models: ModelSettings = Field(default_factory=ModelSettings)
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
        raise ConfigError(f"{path}: expected YAML; {yaml_fault(error)}.") from error
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
    variable = ENVIRONMENT + "__".join(map(str, loc)).upper()
    where = f"environment variable {variable}" if variable in os.environ else where
    hint = "unknown key" if message.startswith("Extra inputs") else message
    return f"{where}: {'.'.join(map(str, loc))}: {hint}. The keys are listed in docs/settings.md."
