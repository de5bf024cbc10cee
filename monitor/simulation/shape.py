"""Sizes of a vertebra: by level, by person, and by how it broke.

Typical sizes after Panjabi's and Zhou's measurements of adult vertebrae, rounded; persons scale them by a tenth or so.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

SPINE_LEVELS = ("T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1")

# width, depth, height of the body, disc below, pedicle width and height, mm
_SIZES = {
    "T5": (27, 25, 19.0, 3.8, 5.0, 11.5),
    "T6": (28, 26, 19.5, 3.8, 4.8, 11.8),
    "T7": (29, 27, 20.0, 4.0, 5.0, 12.2),
    "T8": (30.5, 28, 20.5, 4.2, 5.4, 12.6),
    "T9": (32, 29.5, 21.2, 4.5, 5.9, 13.5),
    "T10": (34.5, 30.5, 22.2, 5.0, 6.6, 14.8),
    "T11": (37.5, 31.5, 23.2, 5.8, 7.9, 16.2),
    "T12": (40.5, 32, 24.6, 6.8, 7.6, 15.8),
    "L1": (42.5, 33, 26.0, 8.0, 7.4, 15.4),
    "L2": (44.5, 34, 27.0, 9.0, 8.0, 15.0),
    "L3": (46.5, 34.5, 27.4, 10.0, 9.5, 14.6),
    "L4": (48.5, 35, 27.4, 10.8, 11.5, 14.6),
    "L5": (50.5, 35, 26.6, 10.5, 15.0, 14.4),
    "S1": (50, 33, 26.0, 4.0, 15.0, 14.0),
}


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One vertebra in its own axes (origin in the middle of the body), sizes in mm.

    Attributes
    ----------
    width, depth
        Of the body at its endplates.
    posterior_height, anterior_height
        Of the body at its two walls; the loss is taken from the superior endplate.
    disc
        Space below it.
    waist
        How much narrower the body is at mid-height, as a fraction.
    superior_cup, inferior_cup
        Depth of the endplates' concavity.
    dent
        Centre x, y and depth of a broken-in piece of the superior endplate.
    retropulsion
        How far the upper posterior wall was pushed back.
    beaks
        Osteophytes: (azimuth in radians from the left, +1 top or -1 bottom, reach).
    pedicle_width, pedicle_height, canal
        Of the pedicle, and half the width of the canal between the pedicles.
    wall, endplate, arch_wall
        Thickness of cortical bone: of the body's sides, its endplates, and the arch with its processes.
    trabecular_mg
        Hydroxyapatite in the marrow space, mg/cm³.
    thoracic
        Whether it carries ribs and long slanted spinous processes.
    ripple
        float32 (3, 32, 32): unevenness of its surface along x, y, z over 120 mm, in mm.
    """

    width: float
    depth: float
    posterior_height: float
    anterior_height: float
    disc: float
    waist: float
    superior_cup: float
    inferior_cup: float
    dent: tuple[float, float, float]
    retropulsion: float
    beaks: tuple[tuple[float, int, float], ...]
    pedicle_width: float
    pedicle_height: float
    canal: float
    wall: float
    endplate: float
    arch_wall: float
    trabecular_mg: float
    thoracic: bool
    ripple: NDArray[np.float32]

    @property
    def pedicle_x(self) -> float:
        """Distance of the pedicle's middle from the midline."""
        return self.canal + self.pedicle_width / 2

    @property
    def pedicle_z(self) -> float:
        """Height of the pedicle's middle over the middle of the body: it springs from the upper half."""
        return self.posterior_height * 0.5 - self.pedicle_height * 0.5 - 0.5

    @property
    def wedge(self) -> float:
        """Height lost in front, as a fraction."""
        return 1 - self.anterior_height / self.posterior_height


@dataclass(frozen=True, slots=True)
class Person:
    """What all vertebrae of one person share: size, bone density, wear (0 none, 1 much)."""

    size: float
    trabecular_mg: float
    wear: float


def healthy(rng: Generator, level: str, person: Person) -> Shape:
    """Draw an unbroken vertebra of a level."""
    w, d, h, disc, pw, ph = (value * person.size for value in _SIZES[level])
    thin = 1 - 0.45 * person.wear * rng.uniform(0.3, 1)
    posterior = h * rng.normal(1, 0.02)
    return Shape(
        width=w * rng.normal(1, 0.02),
        depth=d * rng.normal(1, 0.02),
        posterior_height=posterior,
        anterior_height=posterior * rng.uniform(0.93, 1.03),
        disc=disc * thin,
        waist=rng.uniform(0.09, 0.16),
        superior_cup=rng.uniform(0.8, 2.4),
        inferior_cup=rng.uniform(1.0, 2.8),
        dent=(0.0, 0.0, 0.0),
        retropulsion=0.0,
        beaks=_beaks(rng, person.wear),
        pedicle_width=pw * rng.normal(1, 0.06),
        pedicle_height=ph * rng.normal(1, 0.03),
        canal=(11.5 if level.startswith("L") else 9.0) * person.size * rng.normal(1, 0.04),
        wall=rng.uniform(0.3, 0.5),
        endplate=rng.uniform(0.4, 0.9),
        arch_wall=rng.uniform(0.5, 0.95),
        trabecular_mg=person.trabecular_mg * rng.normal(1, 0.06),
        thoracic=level.startswith("T"),
        ripple=(rng.standard_normal((3, 32, 32)) * 0.45).astype(np.float32),
    )


def fractured(rng: Generator, shape: Shape, kind: str) -> Shape:
    """Break a vertebra: ``wedge``, ``biconcave``, ``crush`` or ``none``."""
    h = shape.posterior_height
    if kind == "wedge":
        loss = rng.uniform(0.18, 0.5)
        dent = (rng.uniform(-8, 8), rng.uniform(0, 8), rng.uniform(0, 2.5))
        return _impacted(rng, replace(shape, anterior_height=h * (1 - loss), dent=dent))
    if kind == "biconcave":
        upper, lower = rng.uniform(0.14, 0.27) * h, rng.uniform(0.14, 0.27) * h
        return _impacted(rng, replace(shape, superior_cup=upper, inferior_cup=lower, anterior_height=h * 0.9))
    if kind == "crush":
        low = h * rng.uniform(0.6, 0.8)
        dent = (rng.uniform(-8, 8), rng.uniform(-4, 6), rng.uniform(0.5, 3))
        front = low * rng.uniform(0.6, 0.85)
        return _impacted(rng, replace(shape, posterior_height=low, anterior_height=front, dent=dent))
    return shape


def _impacted(rng: Generator, shape: Shape) -> Shape:
    """Broken trabeculae pack together, the wall may bulge into the canal, the surface is rough."""
    ripple = (shape.ripple * rng.uniform(1.0, 1.8)).astype(np.float32)
    denser = shape.trabecular_mg * rng.uniform(1.1, 1.5)
    return replace(shape, ripple=ripple, trabecular_mg=denser, retropulsion=max(0.0, rng.normal(0.6, 1.0)))


def _beaks(rng: Generator, wear: float) -> tuple[tuple[float, int, float], ...]:
    count = rng.poisson(2.2 * wear)
    return tuple(
        (float(rng.normal(np.pi / 2, 0.9)), int(rng.choice((-1, 1))), float(rng.uniform(1.5, 5.5)))
        for _ in range(count)
    )
