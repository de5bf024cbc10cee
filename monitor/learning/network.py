"""A small U-shaped network: maps at a part of the input's resolution, and numbers about the whole."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from monitor.imaging.anatomy_input import CHANNELS

RARE = -4.0
"""Log-odds."""


class Residual(nn.Module):
    """Two 3x3 convolutions beside a shortcut; ``stride`` 2 halves the resolution."""

    def __init__(self, inner: int, outer: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inner, outer, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outer)
        self.second = nn.Conv2d(outer, outer, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outer)
        same = stride == 1 and inner == outer
        self.shortcut = nn.Identity() if same else nn.Conv2d(inner, outer, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Map (b, inner, h, w) to (b, outer, h / stride, w / stride)."""
        y = torch.relu(self.first_norm(self.first(x)))
        y = self.second_norm(self.second(y)) + self.shortcut(x)
        return torch.relu(y)


class Eye(nn.Module):
    """Encoder and decoder with shortcuts.

    Parameters
    ----------
    stem
        Steps that halve the input before the finest level that comes out.
    widths
        Channels of each level, finest first; each is half the resolution of the one before.
    maps, numbers
        How many come out.
    """

    def __init__(self, stem: Sequence[int], widths: Sequence[int], maps: int, numbers: int) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        inner = CHANNELS
        for width in stem:
            steps += [nn.Conv2d(inner, width, 3, 2, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU()]
            inner = width
        self.stem = nn.Sequential(*steps)
        self.down = nn.ModuleList()
        for level, width in enumerate(widths):
            self.down.append(Residual(inner, width, 1 if level == 0 else 2))
            inner = width
        self.deep = Residual(inner, inner)
        self.up = nn.ModuleList()
        for width in reversed(widths[:-1]):
            self.up.append(Residual(inner + width, width))
            inner = width
        self.maps = nn.Conv2d(inner, maps, 1)
        self.numbers = nn.Sequential(nn.Linear(2 * widths[-1], 64), nn.ReLU(), nn.Linear(64, numbers))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Map (b, 3, n, n) to maps (b, maps, m, m) and numbers (b, numbers)."""
        x = self.stem(x)
        seen = []
        for step in self.down:
            x = step(x)
            seen.append(x)
        x = self.deep(x)
        whole = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        for step, beside in zip(self.up, reversed(seen[:-1]), strict=True):
            x = step(torch.cat([nn.functional.interpolate(x, scale_factor=2.0), beside], 1))
        return self.maps(x), self.numbers(whole)


def rare(eye: Eye, planes: Sequence[int]) -> Eye:
    """Begin with the belief that hardly any cell of these maps is one."""
    bias = eye.maps.bias
    if bias is not None:
        with torch.no_grad():
            bias[list(planes)] = RARE
    return eye
