"""Where each key of a YAML text stands and where it stops being YAML, so that a mistake can be shown by its line."""

import yaml


def key_lines(node: yaml.Node | None, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], int]:
    """Line (from 1) of every key and list item, by its path such as ``("increments", "0", "ml")``."""
    found: dict[tuple[str, ...], int] = {}
    if isinstance(node, yaml.MappingNode):
        children = [(str(key.value), key.start_mark.line, value) for key, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = [(str(n), value.start_mark.line, value) for n, value in enumerate(node.value)]
    else:
        children = []
    for name, line, value in children:
        found[(*path, name)] = line + 1
        found.update(key_lines(value, (*path, name)))
    return found


def line_of(location: tuple[int | str, ...], lines: dict[tuple[str, ...], int]) -> int | None:
    """Line of a location, or of the nearest key above it that the text has."""
    path = tuple(str(part) for part in location)
    return next((lines[path[:n]] for n in range(len(path), 0, -1) if path[:n] in lines), None)


def yaml_fault(error: yaml.YAMLError) -> str:
    """What is wrong with a text that isn't YAML, and where, in one line."""
    mark, problem = getattr(error, "problem_mark", None), getattr(error, "problem", None)
    if mark is None or problem is None:
        return " ".join(str(error).split())
    return f"{problem} in line {mark.line + 1}, column {mark.column + 1}"
