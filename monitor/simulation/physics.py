"""Attenuation of what lies in the beam, by tube voltage, and how cement and metal harden the beam.

Effective linear attenuation behind a patient (tungsten spectrum, CsI response): at 70 and 80 kVp for 1 cm of material,
between and beyond them a power law of the tube voltage.
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

FloatImage = NDArray[np.float32]

SOFT_PER_CM = (0.240, 0.230)
"""Soft tissue of 1.06 g/cm³ at 70 and 80 kVp."""
BONE_PER_CM_MG = (0.00052, 0.00045)
"""What 1 mg/cm³ hydroxyapatite adds over soft tissue: from 80 to 180 mg/cm³ trabecular bone at 70 and 80 kVp."""
MARROW_MG = -53.0
"""Fatty marrow as hydroxyapatite: it attenuates less than soft tissue, so 53 mg/cm³ of trabeculae vanish in it."""
CORTICAL_MG = 1075.0
"""Cortical bone as hydroxyapatite over soft tissue: 0.80 /cm at 70 kVp."""
STEEL_PER_CM = (9.5, 7.6)
_BARIUM = {0.0: (0.244, 0.236), 0.10: (1.15, 1.00), 0.20: (2.08, 1.77), 0.30: (3.07, 2.57)}
_ZIRCONIA = {0.0: (0.244, 0.236), 0.20: (1.39, 1.17), 0.30: (2.03, 1.69)}

POWDER_TO_CEMENT = 0.64
"""Set cement holds its liquid too: 30 % radiopacifier in the powder is about 19 % of the cement."""

HARDENING_PER_MM = 0.0147
"""Cement's attenuation falls by 19 to 24 % between 1 and 20 mm."""


@dataclass(frozen=True, slots=True)
class Spectrum:
    """Effective attenuation at one tube voltage.

    Attributes
    ----------
    kvp
        Tube voltage.
    soft_per_mm, cement_per_mm, steel_per_mm
        Linear attenuation of 10 mm of the material, 1/mm; cement and steel over the soft tissue they replace.
    bone_per_mm_mg
        Attenuation that 1 mg/cm³ hydroxyapatite adds, 1/mm.
    """

    kvp: float
    soft_per_mm: float
    bone_per_mm_mg: float
    cement_per_mm: float
    steel_per_mm: float

    def cement(self, path_mm: FloatImage) -> FloatImage:
        """Attenuation exponent of a cement path, hardened."""
        return hardened(path_mm, self.cement_per_mm)

    def steel(self, path_mm: FloatImage) -> FloatImage:
        """Attenuation exponent of a steel path, hardened."""
        return hardened(path_mm, self.steel_per_mm)


def spectrum(kvp: float, radiopacifier: str, powder_fraction: float) -> Spectrum:
    """Attenuation at ``kvp`` for a cement whose powder holds ``powder_fraction`` of BaSO4 or ZrO2 by mass."""
    soft = _at(SOFT_PER_CM, kvp)
    cement = _at(cement_per_cm(radiopacifier, powder_fraction * POWDER_TO_CEMENT), kvp)
    bone, steel = _at(BONE_PER_CM_MG, kvp), _at(STEEL_PER_CM, kvp)
    return Spectrum(kvp, soft / 10, bone / 10, (cement - soft) / 10, (steel - soft) / 10)


def cement_per_cm(radiopacifier: str, mass_fraction: float) -> tuple[float, float]:
    """Attenuation of set cement at 70 and 80 kVp, by the radiopacifier's mass fraction of the whole cement."""
    table = _ZIRCONIA if radiopacifier == "ZrO2" else _BARIUM
    fractions = list(table)
    low, high = (float(np.interp(mass_fraction, fractions, [table[f][n] for f in fractions])) for n in (0, 1))
    return low, high


def hardened(path_mm: FloatImage, per_mm: float) -> FloatImage:
    """Attenuation exponent of ``path_mm``, where ``per_mm`` holds for 10 mm and thicker paths attenuate less per mm."""
    scale = per_mm * (1 + 10 * HARDENING_PER_MM)
    out: FloatImage = path_mm * np.float32(scale) / (1 + np.float32(HARDENING_PER_MM) * path_mm)
    return out


def _at(values: tuple[float, float], kvp: float) -> float:
    power = log(values[1] / values[0]) / log(80 / 70)
    return float(values[0] * (kvp / 70) ** power)
