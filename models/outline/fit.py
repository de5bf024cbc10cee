"""Fit ``monitor/imaging/outline_borders.json``: ``python models/outline/fit.py SHARED_DATA`` (about half an hour)."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from truth import TrueBorder, described

from monitor.domain import View
from monitor.imaging import outline_evidence
from monitor.imaging.outline_evidence import FINE, SEGMENTS, patch, profiles
from monitor.imaging.outline_shape import PARAMETERS, PER_SIDE, contour, prior
from monitor.learning.examples import Example, simulated
from monitor.learning.mesh import column, draw, soft_tissue

Array = NDArray[np.float64]

POINTS = 4 * PER_SIDE
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 12, 14, 512, 5e-3, 3e-4
MIRRORED = (2, 1, 0, 11, 10, 9, 8, 7, 6, 5, 4, 3)
"""The segment on the other side: an AP view looks the same in a mirror, so both share their model."""
BADLY_DESCRIBED_MM = 0.9
NEAR_MM = 0.9


def samples(example: Example, rng: Generator) -> tuple[Array, Array] | None:
    """Profiles (k, points, features) and whether they lie on the border: 1, 0, or -1 for neither."""
    border = TrueBorder(example)
    body, facing, error = described(example, border)
    seen = patch(example.image, tuple(example.tap), example.spacing_mm)
    if error > BADLY_DESCRIBED_MM or seen is None:
        return None
    points, out = (a[0] for a in contour(body, facing))
    points = points - out * border.at(points)[:, None]
    places, normals, labels = [], [], []
    for number in range(13):
        true = number < 4
        reach = rng.normal(0, 0.2, POINTS) if true else _away(rng, (6, 14, 10)[number % 3])
        places.append(points + out * reach[:, None])
        normals.append(_tilted(rng, out, 0.08 if true else 0.12))
        labels.append(np.full(POINTS, float(true)))
    for _ in range(6):
        other = body + prior(example.view).sd * rng.normal(size=PARAMETERS)
        place, normal = (a[0] for a in contour(other, facing))
        places.append(place)
        normals.append(normal)
        labels.append(np.where(np.abs(border.at(place)) > NEAR_MM, 0.0, -1.0))
    features, known = profiles(seen, np.stack(places), np.stack(normals), FINE)
    return features[:, :, 0].astype(np.float32), np.where(known, np.stack(labels), -1)


def _away(rng: Generator, most_mm: float) -> Array:
    return rng.uniform(1, most_mm, POINTS) * np.where(rng.random(POINTS) < 0.6, 1, -1)


def _tilted(rng: Generator, normals: Array, spread: float) -> Array:
    angle = rng.normal(0, spread, POINTS)
    c, s = np.cos(angle), np.sin(angle)
    return np.stack([c * normals[:, 0] - s * normals[:, 1], s * normals[:, 0] + c * normals[:, 1]], axis=1)


def perceptron(features: Array, label: Array) -> tuple[Array, Array]:
    """Fit by Adam; both classes count the same, so that the output is log-odds against an even chance."""
    rng = np.random.default_rng(0)
    x, y = features.astype(np.float32), label.astype(np.float32)
    inner = rng.normal(0, 1 / np.sqrt(x.shape[1]), (x.shape[1] + 1, HIDDEN)).astype(np.float32)
    outer = rng.normal(0, 1 / np.sqrt(HIDDEN), HIDDEN + 1).astype(np.float32)
    inner[-1], outer[-1] = 0, 0
    weight = np.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    state = [(np.zeros_like(p), np.zeros_like(p)) for p in (inner, outer)]
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        for rows in np.array_split(rng.permutation(len(x)), max(1, len(x) // BATCH)):
            step += 1
            for place, (value, slope) in enumerate(
                zip((inner, outer), _slopes(inner, outer, x[rows], y[rows], weight[rows]), strict=True)
            ):
                first, second = state[place]
                first += 0.1 * (slope - first)
                second += 0.001 * (slope**2 - second)
                value -= rate * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return inner, outer


def _slopes(inner: Array, outer: Array, x: Array, y: Array, weight: Array) -> tuple[Array, Array]:
    hidden = np.tanh(x @ inner[:-1] + inner[-1])
    miss = weight * (1 / (1 + np.exp(-(hidden @ outer[:-1] + outer[-1]))) - y) / len(x)
    back = np.outer(miss, outer[:-1]) * (1 - hidden**2)
    decayed = [DECAY * values[:-1] for values in (inner, outer)]
    return np.vstack([x.T @ back + decayed[0], back.sum(0)]), np.append(hidden.T @ miss + decayed[1], miss.sum())


def fit(view: View, examples: Iterable[Example]) -> dict[str, list[object]]:
    """Fit the perceptron of each segment."""
    rng = np.random.default_rng(0)
    taken = [s for example in examples if example.view is view if (s := samples(example, rng)) is not None]
    inner, outer = [], []
    for segment in range(SEGMENTS):
        both = {segment, MIRRORED[segment]} if view is View.AP else {segment}
        chosen = np.isin(np.arange(POINTS) * SEGMENTS // POINTS, list(both))
        features = np.concatenate([f[:, chosen][label[:, chosen] >= 0] for f, label in taken])
        label = np.concatenate([label[:, chosen][label[:, chosen] >= 0] for _, label in taken])
        first, second = perceptron(features, label)
        inner.append(np.round(first.astype(float), 3).tolist())
        outer.append(np.round(second.astype(float), 3).tolist())
    return {"inner": inner, "outer": outer}


def main(shared: Path) -> None:
    """Draw the examples and fit both views."""
    spine = column(shared / "lumbar-mean-mesh" / "mean_L2-L5.stl")
    trunk = soft_tissue(shared / "abdomen-ct")
    examples = [draw(seed, spine, trunk) for seed in range(300)]
    examples += [*simulated(range(400), "typical"), *simulated(range(120), "hard")]
    fitted = {view.value: fit(view, examples) for view in (View.LATERAL, View.AP)}
    target = Path(outline_evidence.__file__).with_name("outline_borders.json")
    target.write_text(json.dumps(fitted), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
