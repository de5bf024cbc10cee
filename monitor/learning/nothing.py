"""Pictures without a spine: other bones, organs, clouds, test cards, text, an empty beam."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import View
from monitor.learning.picture import SIZE, Picture

Array = NDArray[np.float32]


def nothing(seed: int) -> Picture:
    """Draw one; the same seed gives the same."""
    rng = np.random.default_rng([seed, 7])
    kinds: tuple[Callable[[Generator], Array], ...] = (_clouds, _limb, _hip, _hip, _organs, _tools, _card, _text, _dark)
    light = kinds[seed % len(kinds)](rng)
    light = light + np.float32(rng.uniform(0.001, 0.06)) * _grain(rng)
    grey = np.clip(255 * light, 1, 255).astype(np.uint8)
    return Picture(np.where(_field(rng), grey, 0).astype(np.uint8), View.UNKNOWN)


def _field(rng: Generator) -> NDArray[np.bool_]:
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    inside = np.hypot(x, y) < 0.495 if rng.random() < 0.6 else np.ones((SIZE, SIZE), bool)
    if rng.random() < 0.3:
        angle = rng.uniform(0, 2 * np.pi)
        inside &= x * np.cos(angle) + y * np.sin(angle) < rng.uniform(0.15, 0.45)
    return inside


def _grain(rng: Generator) -> Array:
    drawn = rng.standard_normal((SIZE, SIZE), np.float32)
    return np.asarray(cv2.GaussianBlur(drawn, (0, 0), float(rng.choice([0.5, 0.8, 1.5, 3]))), np.float32)


def _soft(rng: Generator, cells: int, depth: float) -> Array:
    """Slow variation with a standard deviation of ``depth``."""
    drawn = rng.normal(0, depth, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(drawn, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC), np.float32)


def _shown(rng: Generator, attenuation: Array) -> Array:
    """Light behind something."""
    light = np.exp(np.median(attenuation) - attenuation) * rng.uniform(0.3, 0.7)
    return np.asarray(np.clip(light, 0, 1), np.float32)


def _clouds(rng: Generator) -> Array:
    return _shown(rng, _soft(rng, int(rng.integers(3, 40)), rng.uniform(0.05, 0.5)) + _soft(rng, 3, 0.3))


def _limb(rng: Generator) -> Array:
    """Long bones side by side: thigh, leg, forearm, hand, ribs."""
    out, turn = _soft(rng, 4, 0.2), rng.uniform(0, np.pi)
    count, half = [(1, 60), (2, 40), (2, 22), (5, 14), (8, 7)][int(rng.integers(5))]
    gap = half * rng.uniform(2.3, 4.5)
    for k in range(count):
        out = out + _bone(rng, turn + rng.normal(0, 0.06), (k - (count - 1) / 2) * gap + rng.normal(0, 5), half)
    return _shown(rng, out)


def _bone(rng: Generator, turn: float, shift: float, half: float) -> Array:
    """A hollow cylinder right across the picture."""
    y, x = (np.mgrid[:SIZE, :SIZE] - SIZE / 2).astype(np.float32)
    along = x * np.sin(turn) - y * np.cos(turn)
    bend = rng.normal(0, 3e-4) * along**2
    width = half * (1 + rng.uniform(-0.3, 0.3) * along / SIZE)
    return _ring(rng, np.abs(x * np.cos(turn) + y * np.sin(turn) - shift + bend) / width)


def _ring(rng: Generator, radius: Array) -> Array:
    """Path through a round shell; ``radius`` is 1 at its surface."""
    inner = rng.uniform(0.7, 0.95)
    outer_path = np.sqrt(np.clip(1 - radius**2, 0, None))
    inner_path = np.sqrt(np.clip(inner**2 - radius**2, 0, None))
    return np.asarray(rng.uniform(0.5, 2) * (outer_path - rng.uniform(0.6, 0.95) * inner_path), np.float32)


def _hip(rng: Generator) -> Array:
    """A head in its cup, a neck, a shaft, the ring of the pelvis; often wires, nails, screws."""
    y, x = np.mgrid[:SIZE, :SIZE].astype(np.float32)
    head, size = rng.uniform(150, 360, 2), rng.uniform(45, 100)
    turn = rng.uniform(0, 2 * np.pi)
    out = _soft(rng, 4, 0.25) + _ring(rng, np.hypot(x - head[0], y - head[1]) / size)
    out = out + 0.5 * _ring(rng, np.hypot(x - head[0] - rng.normal(0, 8), y - head[1]) / (size * rng.uniform(1.1, 1.4)))
    for k, (reach, half) in enumerate(((1.6, 0.6), (5.0, 0.55))):
        start = head if k == 0 else head + 1.5 * size * np.array([np.cos(turn), np.sin(turn)])
        direction = turn if k == 0 else turn + rng.choice([-1, 1]) * rng.uniform(0.5, 1.1)
        out = out + _stub(rng, x - start[0], y - start[1], direction, reach * size, half * size)
    arc = head + rng.normal(0, 2.5, 2) * size
    out = out + rng.uniform(0.2, 0.7) * _ring(
        rng, np.hypot(x - arc[0], (y - arc[1]) * rng.uniform(0.6, 1.6)) / (1.5 * size)
    )
    return _shown(rng, out + (_wires(rng) if rng.random() < 0.6 else 0))


def _stub(rng: Generator, x: Array, y: Array, turn: float, length: float, half: float) -> Array:
    """A hollow cylinder of some length from the origin along ``turn``."""
    along, across = x * np.cos(turn) + y * np.sin(turn), np.abs(y * np.cos(turn) - x * np.sin(turn))
    ends = np.clip((along + 5) / 10, 0, 1) * np.clip((length - along) / 12, 0, 1)
    return np.asarray(_ring(rng, across / half) * ends, np.float32)


def _wires(rng: Generator) -> Array:
    drawn = np.zeros((SIZE, SIZE), np.uint8)
    for _ in range(int(rng.integers(1, 6))):
        a, b = rng.integers(0, SIZE, 2).tolist(), rng.integers(0, SIZE, 2).tolist()
        cv2.line(drawn, a, b, 255, int(rng.integers(2, 16)), cv2.LINE_AA)
    return np.asarray(drawn / 255 * rng.uniform(0.5, 2.5), np.float32)


def _tools(rng: Generator) -> Array:
    return _shown(rng, _soft(rng, 4, 0.3) + _wires(rng))


def _organs(rng: Generator) -> Array:
    out = _soft(rng, 5, 0.3)
    for _ in range(int(rng.integers(2, 10))):
        drawn = np.zeros((SIZE, SIZE), np.float32)
        centre, axes = rng.integers(0, SIZE, 2).tolist(), rng.integers(12, 110, 2).tolist()
        turn = rng.uniform(0, 360)
        cv2.ellipse(drawn, centre, axes, turn, 0, 360, 1.0, -1)
        cv2.ellipse(drawn, centre, axes, turn, 0, 360, 2.0, int(rng.integers(1, 6)))
        out = out + rng.uniform(-0.3, 0.6) * cv2.GaussianBlur(drawn, (0, 0), rng.uniform(1, 8))
    return _shown(rng, out)


def _card(rng: Generator) -> Array:
    """A test card: bars, steps, a grid, a chequered board, rings."""
    y, x = np.mgrid[:SIZE, :SIZE]
    cell, kind = int(rng.integers(10, 120)), int(rng.integers(5))
    if kind == 0:
        level = rng.permutation(9)[x // cell % 9] / 8
    elif kind == 1:
        level = np.where(y < SIZE * 0.7, x // cell % 9 / 8, (x // 3 % 2))
    elif kind == 2:
        level = ((x % cell < 3) | (y % cell < 3)).astype(float)
    elif kind == 3:
        level = (x // cell + y // cell) % 2
    else:
        level = 0.5 + 0.5 * np.cos(np.hypot(x - 256, y - 256) / cell * 4)
    return np.asarray(rng.uniform(0.3, 0.9) * level + 0.05, np.float32)


def _text(rng: Generator) -> Array:
    """A page, a menu, a report."""
    drawn = np.full((SIZE, SIZE), rng.uniform(0, 0.3) if rng.random() < 0.6 else 0.9, np.float32)
    ink = float(1 - drawn[0, 0])
    for row in range(30, SIZE, int(rng.integers(18, 50))):
        words = "".join(rng.choice(list("abcdefghijklmno PQRSTU 0123456789:./"), int(rng.integers(4, 40))))
        _write(drawn, words, row, ink)
    return drawn


def _write(drawn: Array, words: str, row: int, ink: float) -> None:
    board = np.zeros(drawn.shape, np.uint8)
    cv2.putText(board, words, (20, row), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1, cv2.LINE_AA)
    drawn += (ink - drawn) * (board / np.float32(255))


def _dark(rng: Generator) -> Array:
    """An empty beam or none at all: even, or brighter towards one side."""
    y, x = (np.mgrid[:SIZE, :SIZE] / SIZE - 0.5).astype(np.float32)
    turn, slope = rng.uniform(0, 2 * np.pi), rng.choice([0.0, rng.uniform(0, 1)])
    even = rng.uniform(0, 1) + _soft(rng, 3, rng.uniform(0, 0.03))
    return np.asarray(np.clip(even + slope * (x * np.cos(turn) + y * np.sin(turn)), 0, 1), np.float32)
