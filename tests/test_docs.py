"""What the pages say is what the code does: alerts, commands, links, examples."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml
from typer.main import get_command

from monitor.cli import DEMO, app
from monitor.domain import LEVELS, View, Wall, Zone
from monitor.judgement import rules
from monitor.simulation import SCENARIOS
from monitor.sources.case_file import CaseFile

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "recordings").glob("*.md")])
COMMANDS = get_command(app)


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def triggers() -> Iterator[tuple[rules.Trigger, ...]]:
    """Every cause that the rules know, at each of its priorities, for a target at L1."""
    for zone in Zone:
        yield (rules.leak(zone, False, "L1"),)
    yield (rules.leak(Zone.LEFT, True, "L1"),)
    for wall in Wall:
        posterior = wall is Wall.POSTERIOR
        gap, before = (3.5, (0.6, 6.0)) if posterior else (1.5, None)
        yield (rules.near_wall(wall, gap, before, False), rules.near_wall(wall, gap, before, True))
    yield (rules.numbness(),)
    for view in (View.AP, View.LATERAL):
        yield (rules.view_not_seen(view, 1.5),)
    for condition in rules.TECHNICAL_WORDS:
        yield (rules.technical(condition, False), rules.technical(condition, True))


def alert_rows() -> dict[str, list[str]]:
    rows = [line.strip("| ").split(" | ") for line in text("docs/alerts.md").splitlines() if line.startswith("| `")]
    return {row[0].strip("`"): row[2:] for row in rows}


CAUSES = {cause[0].code: cause for cause in triggers()}


@pytest.mark.parametrize("code", list(CAUSES))
def test_the_table_of_alerts_says_what_the_rules_say(code: str) -> None:
    cause = CAUSES[code]
    priorities = ", ".join(trigger.priority.value for trigger in cause)
    assert alert_rows()[code] == [priorities, cause[0].text, cause[0].action]


def test_the_table_of_alerts_holds_nothing_else() -> None:
    assert set(alert_rows()) == set(CAUSES)


def test_every_zone_scenario_and_command_is_named() -> None:
    assert all(f"`{zone}`" in text("docs/recordings.md") for zone in Zone)
    assert all(f"`{scenario}`" in text("docs/make-a-case.md") for scenario in SCENARIOS)
    assert all(f"cement-monitor {name}" in text("README.md") for name in COMMANDS.commands)  # type: ignore[attr-defined]


def test_the_example_case_file_is_one(tmp_path: Path) -> None:
    example = re.findall(r"```yaml\n(.*?)```", text("docs/recordings.md"), re.DOTALL)[0]
    (tmp_path / "case.yaml").write_text(example, encoding="utf-8")
    case = CaseFile(tmp_path / "case.yaml").case
    assert case.level in LEVELS
    assert set(case.targets) == {View.AP, View.LATERAL}
    assert set(yaml.safe_load(example)) == {
        "schema", "title", "level", "approach", "cement", "pixel_spacing_mm", "fps", "target", "increments",
    }  # fmt: skip


def links() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for target in re.findall(r"(?:\]\(|src=\")([^)\"\s]+)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                yield page, target


@pytest.mark.parametrize(("page", "target"), list(links()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_links_lead_somewhere(page: Path, target: str) -> None:
    assert (page.parent / unquote(target.partition("#")[0])).exists()


def test_every_page_can_be_reached() -> None:
    reached = {(page.parent / target.partition("#")[0]).resolve() for page, target in links()}
    assert not [page for page in PAGES if page not in reached and page.name != "README.md"]


def command_lines() -> Iterator[str]:
    """The command's calls in blocks of shell."""
    for page in PAGES:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
            for line in block.splitlines():
                call = re.search(r"(?:^|[\s/])cement-monitor (\w[^#]*)", line)
                if call:
                    yield call[1].strip()


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_commands_in_the_pages_have_the_options_they_use(line: str) -> None:
    name, *words = shlex.split(line)
    known = {option for parameter in COMMANDS.commands[name].params for option in parameter.opts}  # type: ignore[attr-defined]
    assert {word for word in words if word.startswith("--")} <= known


def test_the_demo_shows_a_shipped_recording() -> None:
    case = yaml.safe_load(text(f"recordings/{DEMO}/case.yaml"))
    assert case["schema"] == 1
    assert json.loads(text(f"recordings/{DEMO}/truth.jsonl").partition("\n")[0])["frame"] == 0
