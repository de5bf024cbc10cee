"""Pictures without a vertebra, through the whole monitor with the shipped model: it never proposes an outline."""

from pathlib import Path

import numpy as np
import pytest

from monitor.config import ModelSettings, Settings, SourceSettings
from monitor.domain import Case, Step
from monitor.imaging.models import load_anatomy
from monitor.pipeline import Monitor
from monitor.sources import open_recording
from tests.test_pipeline import _card, _film, frames, told

HIPS = Path(__file__).parents[2] / "shared" / "data" / "oec-9900-hip"


def grain(level: int) -> list[np.ndarray]:
    """A field of even grey with quantum noise only, a new pulse on each frame."""
    rng = np.random.default_rng(level)
    screens = []
    for _ in range(45):
        screen = np.full((480, 640), 12, np.uint8)
        screen[40:440, 120:520] = np.clip(rng.normal(level, 8, (400, 400)), 0, 255)
        screens.append(screen)
    return screens


PICTURES = {
    "black screen": [np.zeros((480, 640), np.uint8)] * 45,
    "white screen": [np.full((480, 640), 255, np.uint8)] * 45,
    "colour film": _film(),
    "test card": _card(),
    "grain on dark grey": grain(60),
    "grain on light grey": grain(190),
}


@pytest.mark.parametrize("name", PICTURES)
def test_nothing_is_proposed_on(name: str) -> None:
    monitor = Monitor(Settings(), Case(), load_anatomy(ModelSettings()))
    steps: list[Step] = [monitor.feed(frame) for frame in frames(PICTURES[name])]
    assert told([*steps, monitor.finish()], "outline") == []


@pytest.mark.skipif(not HIPS.is_dir(), reason="real hip stills aren't here (../shared/data/oec-9900-hip)")
@pytest.mark.parametrize("still", sorted(HIPS.glob("*.dcm")), ids=lambda path: path.stem)
def test_nothing_is_proposed_on_a_real_hip(still: Path) -> None:
    opened = open_recording(still, SourceSettings())
    monitor = Monitor(Settings(), opened.case, load_anatomy(ModelSettings()))
    with opened.source as source:
        steps = [monitor.feed(delivery) for delivery in source]
    assert told([*steps, monitor.finish()], "outline") == []
