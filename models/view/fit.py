"""Fit ``monitor/imaging/view_logistic.json``: ``python models/view/fit.py SHARED_DATA`` (about ten minutes)."""

import json
import sys
from dataclasses import fields
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from monitor.domain import Image, View
from monitor.imaging import view
from monitor.imaging.view_features import ViewFeatures, view_features
from monitor.learning.examples import simulated
from monitor.learning.mesh import column, draw, soft_tissue

Array = NDArray[np.float64]

LEFT_OUT = "detail"
"""Fine structure against coarse says more of the machine than of the view."""
DECAY = 4.0
SPINE_LOG_ODDS = 1.0
"""More of what a C-arm in this theatre shows is spine than the even chance of the fit."""
SIZE = 400


def main(shared: Path) -> None:
    """Draw spines and other things, fit both questions."""
    spine, trunk = column(shared / "lumbar-mean-mesh" / "mean_L2-L5.stl"), soft_tissue(shared / "abdomen-ct")
    examples = [draw(seed, spine, trunk) for seed in range(300)]
    examples += [*simulated(range(400), "typical", cement=True), *simulated(range(120), "hard", cement=True)]
    spines = np.array([_vector(example.image) for example in examples])
    others = np.array([_vector(something(np.random.default_rng(seed), seed % 5)) for seed in range(300)])
    lateral = np.array([example.view is View.LATERAL for example in examples])
    is_spine = np.repeat([True, False], [len(spines), len(others)])
    fitted = {
        "spine": _logistic(np.concatenate([spines, others]), is_spine, SPINE_LOG_ODDS),
        "lateral": _logistic(spines, lateral, 0.0),
    }
    target = Path(view.__file__).with_name("view_logistic.json")
    target.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")


def _names() -> list[str]:
    return [f.name for f in fields(ViewFeatures) if f.name != LEFT_OUT]


def _vector(image: Image) -> list[float]:
    features = view_features(image)
    if features is None:
        raise ValueError("an example shows nothing")
    return [getattr(features, name) for name in _names()]


def _logistic(features: Array, label: NDArray[np.bool_], offset: float) -> dict[str, object]:
    """Newton's method with weight decay on standardised features; both classes count the same."""
    middle, spread = features.mean(0), features.std(0)
    x = np.column_stack([(features - middle) / spread, np.ones(len(features))])
    weight = np.where(label, 0.5 / label.mean(), 0.5 / (1 - label.mean()))
    decay, beta = np.append(np.full(features.shape[1], DECAY), 1e-3), np.zeros(x.shape[1])
    for _ in range(15):
        chance = 1 / (1 + np.exp(-x @ beta))
        slope = x.T @ (weight * (chance - label)) + decay * beta
        bend = (x * (weight * chance * (1 - chance))[:, None]).T @ x + np.diag(decay)
        beta -= np.linalg.solve(bend, slope)
    weights = beta[:-1] / spread
    names = zip(_names(), weights, strict=True)
    return {
        "offset": round(float(beta[-1] - weights @ middle) + offset, 4),
        "weights": {name: round(float(w), 4) for name, w in names},
    }


def something(rng: Generator, kind: int) -> Image:
    """No spine: 0 clouds, 1 long bones, 2 rounded organs, 3 bars, 4 a slope; noise of any grain over each."""
    soft = cv2.GaussianBlur(rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), rng.uniform(15, 60))
    picture = soft / soft.std() * rng.uniform(0.05, 0.5)
    y, x = np.mgrid[:SIZE, :SIZE]
    if kind == 4:
        picture = picture + rng.uniform(0, 3) * x / SIZE
    for _ in range({1: 3, 2: 8, 3: 5}.get(kind, 0)):
        picture = picture + rng.uniform(-0.2, 1.2) * (_organ(rng) if kind == 2 else _bar(rng, x, y, hollow=kind == 1))
    noise = cv2.GaussianBlur(rng.normal(0, 1, picture.shape).astype(np.float32), (0, 0), rng.choice([0.5, 0.8, 1.5, 4]))
    usable = np.hypot(x - SIZE / 2, y - SIZE / 2) < SIZE * (0.49 if rng.random() < 0.6 else 1)
    return Image(0, 0.0, np.asarray(picture + rng.uniform(0.02, 0.4) * noise, np.float32), usable, 1.0, (0.0, 0.0), 0)


def _bar(rng: Generator, x: Array, y: Array, hollow: bool) -> Array:
    turn, (px, py), half = (
        rng.uniform(0, np.pi),
        rng.uniform(100, 300, 2),
        rng.uniform(15, 50) if hollow else rng.uniform(1, 12),
    )
    across = np.abs((x - px) * np.cos(turn) + (y - py) * np.sin(turn))
    filled = np.sqrt(np.clip(1 - (across / half) ** 2, 0, None))
    return 0.3 * filled + 0.5 * np.exp(-(((across - half) / 4) ** 2)) if hollow else (across < half).astype(float)


def _organ(rng: Generator) -> Array:
    drawn = np.zeros((SIZE, SIZE), np.float32)
    centre, axes = rng.integers(0, SIZE, 2).tolist(), rng.integers(10, 70, 2).tolist()
    turn = rng.uniform(0, 360)
    cv2.ellipse(drawn, centre, axes, turn, 0, 360, 1.0, -1)
    cv2.ellipse(drawn, centre, axes, turn, 0, 360, 2.0, 3)
    return cv2.GaussianBlur(drawn, (0, 0), 1.5)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
