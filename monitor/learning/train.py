"""Fit a network to pictures and write it as ONNX."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, pi
from pathlib import Path
from time import monotonic

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, IterableDataset

from monitor.learning.network import Eye
from monitor.learning.picture import Picture

Sample = tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn.

    Attributes
    ----------
    steps, batch
        Number of updates, pictures in each.
    rate
        Highest learning rate; it rises over the first ``WARM`` part and falls by a half cosine.
    seed
        Of everything random.
    seconds
        Time after which the rate has fallen to nothing even if there are steps left; None: all steps.
    """

    steps: int
    batch: int = 16
    rate: float = 2e-3
    seed: int = 0
    seconds: float | None = None


WARM = 0.03
AVERAGED = 0.998
"""What ships is a running mean of the weights (Polyak averaging); this part of it stays at each step."""


class Windows(IterableDataset[Sample]):
    """Endless random samples of pictures; each draws its number of pictures evenly over sources."""

    def __init__(
        self,
        sources: Sequence[Sequence[Picture]],
        shares: Sequence[float],
        sample: Callable[..., tuple[object, ...]],
        seed: int,
    ) -> None:
        super().__init__()
        self._sources, self._shares, self._sample, self._seed = sources, shares, sample, seed

    def __iter__(self) -> Iterator[Sample]:
        cv2.setNumThreads(1)
        info = torch.utils.data.get_worker_info()
        rng = np.random.default_rng([self._seed, 0 if info is None else info.id])
        shares = np.array(self._shares) / sum(self._shares)
        while True:
            source = self._sources[int(rng.choice(len(shares), p=shares))]
            drawn = self._sample(rng, source[int(rng.integers(len(source)))])
            yield tuple(torch.as_tensor(part) for part in drawn)


def train(
    network: Eye,
    windows: Windows,
    loss: Callable[..., Tensor],
    plan: Plan,
    told: Callable[[int, float, nn.Module], None],
) -> nn.Module:
    """Fit the network; returns the running mean of its weights, ready to use.

    ``told`` is called every hundred steps with the step, the mean loss since, and that running mean.
    """
    network = network.to(memory_format=torch.channels_last).train()
    mean = torch.optim.swa_utils.AveragedModel(network, multi_avg_fn=_averaged, use_buffers=True)
    optimiser = torch.optim.AdamW(network.parameters(), plan.rate, weight_decay=1e-2)
    batches = iter(DataLoader(windows, plan.batch, num_workers=1, prefetch_factor=4))
    start, recent = monotonic(), []
    for step in range(plan.steps):
        done = _done(step, plan, monotonic() - start)
        if done >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = plan.rate * _rate(done)
        pictures, *truth = next(batches)
        maps, numbers = network(pictures.contiguous(memory_format=torch.channels_last))
        missed = loss(maps, numbers, *truth)
        optimiser.zero_grad(set_to_none=True)
        missed.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        mean.update_parameters(network)
        recent.append(float(missed))
        if step % 100 == 99:
            told(step + 1, float(np.mean(recent)), mean.module.eval())
            recent = []
    return mean.module.eval()


def _averaged(mean: Sequence[Tensor], now: Sequence[Tensor], count: Tensor) -> None:
    keep = min(AVERAGED, float(count) / (float(count) + 10))
    for a, b in zip(mean, now, strict=True):
        if a.is_floating_point():
            a.lerp_(b, 1 - keep)
        else:
            a.copy_(b)


def _done(step: int, plan: Plan, spent_s: float) -> float:
    by_time = 0.0 if plan.seconds is None else spent_s / plan.seconds
    return max(step / plan.steps, by_time)


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
