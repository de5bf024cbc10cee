"""Fit a network to pictures and write it as ONNX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from monitor.learning.network import Eye
from monitor.learning.picture import Picture

Sample = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Task:
    """What a network learns: the untrained network, how a sample is drawn from a picture, how far off its answer is."""

    network: Callable[[], Eye]
    sample: Callable[[Generator, Picture], tuple[object, ...]]
    loss: Callable[..., Tensor]


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn.

    Attributes
    ----------
    steps, batch
        Number of updates, pictures in each.
    rate
        Highest learning rate; it rises over the first ``WARM`` part and falls by a half cosine.
    seed
        Of what is drawn.
    workers
        Processes that draw samples beside the one that learns; 0: it draws them itself.
    """

    steps: int = 3500
    batch: int = 16
    rate: float = 2e-3
    seed: int = 0
    workers: int = 1


DECAY = 1e-2
STEEPEST = 5.0
TELL = 100
WARM = 0.03
AVERAGED = 0.998
"""What ships is a running mean of the weights (Polyak averaging); this part of it stays at each step."""


class Windows(IterableDataset[Sample]):
    """Endless random samples of a task; a source of pictures is drawn from as often as its share says."""

    def __init__(self, task: Task, sources: Sequence[Sequence[Picture]], shares: Sequence[float], seed: int) -> None:
        super().__init__()
        self._sample, self._sources, self._shares, self._seed = task.sample, sources, shares, seed

    def __iter__(self) -> Iterator[Sample]:
        cv2.setNumThreads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, 0 if info is None else info.id])
        shares = np.array(self._shares) / sum(self._shares)
        while True:
            source = self._sources[int(rng.choice(len(shares), p=shares))]
            drawn = self._sample(rng, source[int(rng.integers(len(source)))])
            yield tuple(torch.as_tensor(part) for part in drawn)


def train(task: Task, windows: Windows, plan: Plan, told: Callable[[int, float], None], tell: int = TELL) -> nn.Module:
    """Fit a network from nothing; returns the running mean of its weights, ready to use.

    ``told`` is called every ``tell`` steps with the step and the mean loss since.
    """
    network = task.network().to(memory_format=torch.channels_last).train()
    mean = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=_averaged, use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, weight_decay=DECAY)
    batches = iter(DataLoader(windows, plan.batch, num_workers=plan.workers))
    recent: list[float] = []
    for step in range(plan.steps):
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * _rate(step / plan.steps)
        recent.append(_update(network, task, optimiser, next(batches)))
        mean.update_parameters(network)
        if (step + 1) % tell == 0:
            told(step + 1, sum(recent) / len(recent))
            recent = []
    return mean.module.eval()


def _update(network: nn.Module, task: Task, optimiser: torch.optim.Optimizer, batch: Sample) -> float:
    pictures, *truth = batch
    maps, numbers = network(pictures.contiguous(memory_format=torch.channels_last))
    missed = task.loss(maps, numbers, *truth)
    optimiser.zero_grad(set_to_none=True)
    missed.backward()
    nn.utils.clip_grad_norm_(network.parameters(), STEEPEST)
    optimiser.step()
    return float(missed.detach())


def _averaged(mean: Sequence[Tensor], now: Sequence[Tensor], count: Tensor) -> None:
    keep = min(AVERAGED, float(count) / (float(count) + 10))
    for a, b in zip(mean, now, strict=True):
        if a.is_floating_point():
            a.lerp_(b, 1 - keep)
        else:
            a.copy_(b)


def _rate(done: float) -> float:
    return min(1.0, done / WARM + 0.02) * 0.5 * (1 + cos(pi * done))


def write_onnx(network: nn.Module, path: Path, side: int) -> None:
    """Write a network that takes windows of ``side`` pixels, any number at once."""
    network.eval()
    example = torch.zeros(1, 3, side, side)
    torch.onnx.export(
        network, (example,), path, dynamo=False, opset_version=17, input_names=["windows"],
        output_names=["maps", "numbers"], dynamic_axes={name: {0: "n"} for name in ("windows", "maps", "numbers")},
    )  # fmt: skip
