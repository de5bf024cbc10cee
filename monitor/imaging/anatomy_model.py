"""The two networks as they lie on disk: loaded by hash, run on one thread."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from monitor.domain import ModelError
from monitor.imaging.anatomy_input import Array

CARD = "card.md"
FILES = ("field.onnx", "body.onnx")


@dataclass(frozen=True, slots=True, eq=False)
class Networks:
    """The loaded networks; ``sha256`` is that of both files one after the other, as the card gives it."""

    name: str
    sha256: str
    field: Any
    body: Any

    @classmethod
    def load(cls, folder: Path) -> "Networks":
        """Read a model's folder.

        Raises
        ------
        ModelError
            A file is missing, isn't the one that the card describes, or can't be used.
        """
        name, expected = _card(folder / CARD)
        contents = [_read(folder / file) for file in FILES]
        found = hashlib.sha256(b"".join(contents)).hexdigest()
        if found != expected:
            raise ModelError(
                f"{folder}: expected {' and '.join(FILES)} with the sha256 {expected} of {CARD}, found {found}. "
                "Restore the folder as it was shipped, or switch the model off (settings: models)."
            )
        field, body = (_session(folder / file, content) for file, content in zip(FILES, contents, strict=True))
        return cls(name, found, field, body)


def run(session: Any, windows: Array) -> tuple[Array, Array]:
    """Maps (n, maps, m, m) and numbers (n, numbers) of windows (n, 3, side, side)."""
    maps, numbers = session.run(["maps", "numbers"], {"windows": windows})
    return np.asarray(maps, np.float32), np.asarray(numbers, np.float32)


def _card(path: Path) -> tuple[str, str]:
    """Name and sha256 from the card's head, the YAML between two lines of dashes."""
    try:
        _, head, _ = _read(path).decode("utf-8").split("---\n", 2)
        fields = yaml.safe_load(head)
        return str(fields["name"]), str(fields["sha256"])
    except (ValueError, KeyError, TypeError, yaml.YAMLError) as error:
        raise ModelError(
            f"{path}: expected a head with name and sha256 between two lines of ---, found none."
        ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: expected a file of the model, found none that can be read ({error.strerror}). "
            "Restore the folder as it was shipped, or name another one (settings: models)."
        ) from error


def _session(path: Path, content: bytes) -> Any:
    """One thread that sleeps between runs: the live loop must not wait for it."""
    try:
        import onnxruntime
    except ImportError as error:
        raise ModelError("The model needs onnxruntime, which isn't installed: pip install onnxruntime.") from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's own errors share no base but this
        raise ModelError(f"{path}: expected a network that onnxruntime can run, found: {error}") from error
