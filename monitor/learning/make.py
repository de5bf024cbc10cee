"""Make the pictures to learn from: shards in a folder, each made once, so that a run that was stopped goes on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2

from monitor.learning.mesh import column, soft_tissue
from monitor.learning.nothing import nothing
from monitor.learning.picture import Picture, write_shard
from monitor.learning.projected import FILMS, projected
from monitor.learning.simulated import simulated
from monitor.simulation.still import PER_ANATOMY

SHARD = 256
REPORTED = range(1000, 1064)
"""Anatomies of the simulator that figures are reported on."""
KEPT_BACK = frozenset((*REPORTED, *range(1001 // PER_ANATOMY, 1060 // PER_ANATOMY + 1)))
"""Anatomies that nothing is trained on; those of stills with the seeds of reported recordings among them."""
MESH_FROM = 1025
"""First seed of projections; seeds before 300 fitted the classical outline, 1000 to 1024 are kept back."""


@dataclass(frozen=True)
class Amounts:
    """How many pictures of each kind; the shipped networks learnt from the defaults."""

    typical: int = 16000
    hard: int = 1600
    projections: int = 200
    nothing: int = 1080


def make(folder: Path, amounts: Amounts, shared: Path | None) -> None:
    """Write every shard that isn't there yet; projections only where ``shared`` (the folder of real data) is given."""
    cv2.setNumThreads(1)
    for difficulty, count in (("typical", amounts.typical), ("hard", amounts.hard)):
        for seeds in _parts(range(count), SHARD):
            taken = (seed for seed in seeds if seed // PER_ANATOMY not in KEPT_BACK)
            _shard(folder, f"{difficulty}-{seeds[0]:06d}", (simulated(seed, difficulty) for seed in taken))
    for seeds in _parts(range(amounts.nothing), SHARD):
        _shard(folder, f"nothing-{seeds[0]:06d}", (nothing(seed) for seed in seeds))
    if shared is not None and amounts.projections:
        _project(folder, amounts.projections, shared)


def _project(folder: Path, count: int, shared: Path) -> None:
    spine = column(shared / "lumbar-mean-mesh" / "mean_L2-L5.stl")
    trunk = soft_tissue(shared / "abdomen-ct")
    for seeds in _parts(range(MESH_FROM, MESH_FROM + count), SHARD // FILMS):
        every = (picture for seed in seeds for picture in projected(seed, spine, trunk))
        _shard(folder, f"mesh-{seeds[0]:06d}", every)


def _parts(seeds: range, size: int) -> Iterator[range]:
    return (seeds[first : first + size] for first in range(0, len(seeds), size))


def _shard(folder: Path, name: str, pictures: Iterable[Picture]) -> None:
    """Write a shard; ``pictures`` are drawn as they are asked for, so that none are where it is there already."""
    if not (folder / f"{name}.npy").exists():
        write_shard(folder, name, pictures)
