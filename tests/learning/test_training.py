"""Training, on a scale that takes seconds."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="PyTorch isn't installed (extra: learn)")

import torch
from typer.testing import CliRunner

from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy import Anatomist
from monitor.imaging.anatomy_input import CHANNELS
from monitor.learning import body_task, field_task
from monitor.learning.__main__ import app
from monitor.learning.picture import Picture
from monitor.learning.simulated import simulated
from monitor.learning.train import Plan, Windows, train

TASKS = {"field": field_task.TASK, "body": body_task.TASK}


@pytest.fixture(scope="module")
def pictures() -> list[Picture]:
    return [simulated(seed, "typical") for seed in range(8002, 8006)]


@pytest.mark.parametrize("name", TASKS)
def test_a_network_learns(pictures: list[Picture], name: str) -> None:
    """In a few steps on a few pictures the loss falls by a third."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    task = TASKS[name]
    told: list[float] = []
    plan = Plan(steps=24, batch=8, workers=0)
    train(task, Windows(task, [pictures], [1.0], 0), plan, lambda _, missed: told.append(missed), tell=8)
    assert len(told) == 3
    assert told[-1] < 0.67 * told[0]


@pytest.mark.parametrize("name", TASKS)
def test_the_truth_has_no_loss_to_speak_of(pictures: list[Picture], name: str) -> None:
    """Maps that say what the truth says are much better than maps that say nothing."""
    task = TASKS[name]
    windows, truth, *rest = (
        torch.as_tensor(np.asarray(part)[None]) for part in task.sample(np.random.default_rng(1), pictures[0])
    )
    count = maps.FIELD_MAPS if name == "field" else maps.BODY_MAPS
    numbers = torch.zeros(1, 3 if name == "field" else 1)
    perfect = truth[:, :count].clone()
    for plane in (maps.BODY, maps.CENTRE, maps.TIP, maps.SHAFT, maps.TARGET) if name == "field" else range(count):
        perfect[:, plane] = 12 * perfect[:, plane] - 6
    assert windows.shape[1] == CHANNELS
    assert task.loss(perfect, numbers, truth, *rest) < 0.6 * task.loss(torch.zeros_like(perfect), numbers, truth, *rest)


@pytest.mark.parametrize("seed", range(6))
def test_all_bodies_of_a_spine_have_their_heads_on_the_same_side(pictures: list[Picture], seed: int) -> None:
    """The target's, as the picture has it turned; a neighbour's follows the curve of the spine."""
    _, truth, _ = field_task.sample(np.random.default_rng(seed), pictures[seed % len(pictures)])
    up = truth[maps.UP][:, truth[maps.BODY] > 0.5]
    assert np.hypot(*up) == pytest.approx(1.0, abs=1e-3)
    assert (up.T @ up.mean(1)).min() > 0.7


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of PyTorch's older export; the newer needs more packages
def test_one_command_makes_networks_that_can_be_asked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    amounts = ["--typical", "4", "--hard", "0", "--projections", "0", "--empty", "2", "--steps", "2"]
    result = CliRunner().invoke(app, ["learn", str(out), "--pictures", str(tmp_path / "pictures"), *amounts])
    assert result.exit_code == 0, result.output
    digest = result.output.split()[-1]
    (out / "card.md").write_text(f"---\nname: tiny\nsha256: {digest}\n---\n", encoding="utf-8")
    assert Anatomist.load(out).sha256 == digest
    figures = CliRunner().invoke(app, ["figures", str(out), "--anatomies", "1"])
    assert figures.exit_code == 0, figures.output
    assert "| view right | 10 |" in figures.output
