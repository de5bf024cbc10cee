"""What was known of a case before its first frame."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from monitor.domain.geometry import Point
from monitor.domain.words import View


@dataclass(frozen=True, slots=True)
class Cement:
    """The cement in use: product name, radiopacifier (``BaSO4``, ``ZrO2``) and its mass fraction in the powder."""

    name: str = ""
    radiopacifier: str = "BaSO4"
    mass_fraction: float = 0.30


@dataclass(frozen=True, slots=True)
class Target:
    """A point inside the target body, as a user taps it, and the frame on which it was tapped."""

    frame: int
    point: Point


@dataclass(frozen=True, slots=True)
class Delivered:
    """``ml`` given by the syringe at ``t_s``."""

    t_s: float
    ml: float


@dataclass(frozen=True, slots=True)
class Case:
    """The content of ``case.yaml``; everything is optional.

    ``pixel_spacing_mm`` is millimetres per frame pixel at the depth of the target; None until calibrated.
    """

    title: str = ""
    level: str | None = None
    approach: str | None = None
    cement: Cement = field(default_factory=Cement)
    pixel_spacing_mm: float | None = None
    fps: float | None = None
    targets: Mapping[View, Target] = field(default_factory=lambda: MappingProxyType({}))
    increments: tuple[Delivered, ...] = ()
