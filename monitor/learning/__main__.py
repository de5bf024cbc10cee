"""``python -m monitor.learning``: from nothing to the networks in ``models/anatomy``, and what they are worth."""

import hashlib
from pathlib import Path
from typing import Annotated

import torch
import typer

from monitor.imaging import anatomy_maps as maps
from monitor.imaging.anatomy import Anatomist
from monitor.imaging.anatomy_model import FILES
from monitor.learning import body_task, field_task
from monitor.learning.figures import score, table
from monitor.learning.make import REPORTED, Amounts, make
from monitor.learning.nothing import nothing
from monitor.learning.picture import Picture, read_shard, upside_down
from monitor.learning.simulated import simulated
from monitor.learning.train import Plan, Task, Windows, train, write_onnx
from monitor.simulation.still import PER_ANATOMY

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

NOTHING_FROM = 9000
"""First seed of pictures of nothing that nothing was trained on."""
SHARES = {"typical": 0.62, "hard": 0.18, "mesh": 0.12, "nothing": 0.08}
"""How often a picture of each kind is learnt from."""


@app.command()
def figures(
    model: Annotated[Path, typer.Argument(metavar="MODEL", help="A model's folder.")],
    anatomies: Annotated[int, typer.Option(help="Patients, eight pictures each.")] = len(REPORTED),
) -> None:
    """Measure a model on stills that nothing was trained on, and on pictures of nothing; a table in Markdown."""
    anatomist = Anatomist.load(model)
    seeds = (seed for group in REPORTED[:anatomies] for seed in range(group * PER_ANATOMY, (group + 1) * PER_ANATOMY))
    stills = [simulated(seed, "typical") for seed in seeds]
    scores = [score(anatomist, still) for still in stills]
    scores += [score(anatomist, nothing(NOTHING_FROM + seed)) for seed in range(2 * anatomies)]
    typer.echo("\n".join(table(scores, [score(anatomist, upside_down(still)) for still in stills])))


@app.command()
def learn(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for the networks.")],
    pictures: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the pictures; what is there is used.")],
    shared: Annotated[Path | None, typer.Option(metavar="DIR", help="Real data to project, if any.")] = None,
    steps: Annotated[int, typer.Option(help="Updates of each network.")] = Plan.steps,
    typical: Annotated[int, typer.Option(help="Stills of the simulator.")] = Amounts.typical,
    hard: Annotated[int, typer.Option(help="Hard stills of it.")] = Amounts.hard,
    projections: Annotated[int, typer.Option(help="Projections of the mesh.")] = Amounts.projections,
    empty: Annotated[int, typer.Option(help="Pictures without a spine.")] = Amounts.nothing,
) -> None:
    """Make the pictures, train both networks, write them and print their sha256 for the card."""
    torch.set_num_threads(1)
    make(pictures, Amounts(typical, hard, projections, empty), shared)
    kinds = sources(pictures)
    out.mkdir(parents=True, exist_ok=True)
    fit(field_task.TASK, kinds, steps, out / FILES[0], maps.FIELD_PX)
    fit(body_task.TASK, {k: v for k, v in kinds.items() if k != "nothing"}, steps, out / FILES[1], maps.BODY_PX)
    typer.echo(hashlib.sha256(b"".join((out / file).read_bytes() for file in FILES)).hexdigest())


def sources(folder: Path) -> dict[str, list[Picture]]:
    """Pictures of each kind."""
    found: dict[str, list[Picture]] = {}
    for path in sorted(folder.glob("*.npy")):
        kind = path.name.split("-")[0]
        if kind in SHARES:
            found.setdefault(kind, []).extend(read_shard(path))
    return found


def fit(task: Task, kinds: dict[str, list[Picture]], steps: int, path: Path, side: int) -> None:
    """Train one network from nothing and write it."""
    torch.manual_seed(0)
    windows = Windows(task, list(kinds.values()), [SHARES[kind] for kind in kinds], seed=0)
    network = train(task, windows, Plan(steps), lambda step, missed: typer.echo(f"{path.name} {step} {missed:.4f}"))
    write_onnx(network, path, side)


if __name__ == "__main__":
    app()
