"""What works on this machine and what doesn't, in plain words."""

import os
import platform
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import av
import cv2
import numpy as np

from monitor import __version__
from monitor.config import Settings
from monitor.domain import Image, ModelError
from monitor.imaging.models import RUNTIME, anatomy_folder, load_anatomy, why_none

DECODERS: Final = {"ffv1": "our recordings", "h264": "H.264 video"}
FORMATS: Final = {
    "matroska": "our recordings",
    "v4l2": "capture cards",
    "mpegts": "UDP streams",
    "rtsp": "RTSP streams",
}
OK, NOTE, PROBLEM = "ok", "note", "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report: ``state`` is ``ok``, ``note`` or ``problem``."""

    state: str
    text: str


def examine(settings: Settings, folder: Path) -> Iterator[Finding]:
    """Look at everything that a case needs; results are to be written below ``folder``."""
    yield _versions()
    yield _model(settings)
    yield from _video()
    yield _devices()
    yield _writable(folder)


def _versions() -> Finding:
    packages = {"OpenCV": "opencv-python", "NumPy": "numpy", "PyAV": "av", RUNTIME: RUNTIME}
    named = [f"{name} {_version(package)}" for name, package in packages.items()]
    return Finding(OK, f"cement-monitor {__version__}, Python {platform.python_version()}, {', '.join(named)}.")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def _model(settings: Settings) -> Finding:
    reason = why_none(settings.models)
    if reason is not None:
        return Finding(NOTE, f"No model: {reason}. Outlines start from a tap on the target; everything else works.")
    try:
        anatomy = load_anatomy(settings.models)
    except ModelError as error:
        return Finding(PROBLEM, f"The model can't be used: {error}")
    if anatomy is None or anatomy.propose(_nothing()).target is not None:
        return Finding(PROBLEM, f"The model in {anatomy_folder(settings.models)} sees a vertebra in an empty picture.")
    where = f"{anatomy_folder(settings.models)}, sha256 {anatomy.sha256}"
    return Finding(OK, f"Model {anatomy.name}: outlines are proposed without a tap. It is in {where}.")


def _nothing() -> Image:
    return Image(0, 0.0, np.zeros((256, 256), np.float32), np.ones((256, 256), bool), 1.0, (0.0, 0.0), 0)


def _video() -> Iterator[Finding]:
    for what, needed, known in (("decoder", DECODERS, av.codecs_available), ("format", FORMATS, av.formats_available)):
        for name, use in needed.items():
            if not any(name in entry.split(",") for entry in known):
                yield Finding(
                    PROBLEM, f"FFmpeg has no {what} {name}: {use} can't be read. Reinstall PyAV (pip install av)."
                )
    yield Finding(OK, f"Video through PyAV {av.__version__} and OpenCV {cv2.__version__}.")


def _devices() -> Finding:
    found = sorted(str(path) for path in Path("/dev").glob("video*"))
    if not found:
        return Finding(NOTE, "No capture card is plugged in (/dev/video*). Recordings and streams work without one.")
    closed = [path for path in found if not os.access(path, os.R_OK | os.W_OK)]
    if closed:
        return Finding(PROBLEM, f"{', '.join(closed)}: may not be read. Add your user to the group that may (video).")
    return Finding(OK, f"Capture devices: {', '.join(found)}.")


def _writable(folder: Path) -> Finding:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding(OK, f"Results can be written in {folder}.")
    except OSError as error:
        return Finding(PROBLEM, f"Results can't be written in {folder} ({error.strerror}). Run from another folder.")
