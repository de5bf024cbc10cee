"""A recording small enough for a test: noise, a square body, cement in it and, in the end, beside it."""

import json
from pathlib import Path

import cv2
import numpy as np
import yaml

from monitor.evaluation.results import save_results
from monitor.evaluation.truth import Truth
from tests.evaluation.made import CEMENT, FPS, Line, lines, perfect, truth_of, with_leak

WIDTH, HEIGHT = 360, 320
LEAK_PX = ((256, 150), (285, 170))
"""Corners of the leak, right of the body: at 0.2 mm a pixel 23 mm²."""
OUTSIDE = [[256.0, 150.0], [285.0, 150.0], [285.0, 170.0], [256.0, 170.0]]


def tiny_lines() -> list[Line]:
    """A lateral view before cement, with cement, and with a posterior leak from its third pulse on."""
    made = lines([("lateral", 12), ("lateral", 12), ("lateral", 12)], dark=6)
    made = with_leak(made, 3, "posterior", [0.0, 0.0, 23.0])
    for line in made:
        if line.get("annotated"):
            line["cement"] = {1: [], 2: [CEMENT], 3: [CEMENT, OUTSIDE]}[line["shot"]]
            line["outside"] = [OUTSIDE] if line["shot"] == 3 else []
    return made


def write_tiny(folder: Path) -> Truth:
    """Make the recording with its truth, and in ``results`` within it those of a perfect monitor."""
    (folder / "frames").mkdir(parents=True)
    made = tiny_lines()
    rng = np.random.default_rng(7)
    for line in made:
        cv2.imwrite(str(folder / "frames" / f"{line['frame']:04}.png"), _pixels(rng, line))
    (folder / "truth.jsonl").write_text("".join(json.dumps(line) + "\n" for line in made))
    case = {"schema": 1, "fps": FPS, "pixel_spacing_mm": 0.2, "target": {"lateral": {"frame": 8, "point": [175, 160]}}}
    (folder / "case.yaml").write_text(yaml.safe_dump(case))
    truth = truth_of(made)
    save_results(perfect(truth), folder / "results")
    return truth


def _pixels(rng: np.random.Generator, line: Line) -> np.ndarray:
    if not line["live"]:
        return np.zeros((HEIGHT, WIDTH), np.uint8)
    picture = np.full((HEIGHT, WIDTH), 150.0)
    cv2.rectangle(picture, (100, 100), (250, 220), 120.0, -1)
    if line["shot"] >= 2:
        cv2.rectangle(picture, (150, 140), (200, 180), 50.0, -1)
    if line["outside_mm2"]:
        cv2.rectangle(picture, *LEAK_PX, 60.0, -1)
    noise = rng.normal(0, 3, picture.shape)
    return np.clip(picture + noise, 0, 255).astype(np.uint8)
