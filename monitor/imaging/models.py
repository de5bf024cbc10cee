"""Which trained model is in use: the one that ships, another, or none."""

from importlib.util import find_spec
from pathlib import Path

from monitor.config import ModelSettings
from monitor.domain import ModelError
from monitor.imaging.anatomy import Anatomist

_PACKAGE = Path(__file__).parents[1]
RUNTIME = "onnxruntime"


def anatomy_folder(settings: ModelSettings) -> Path:
    """Folder of the model: the one set, else the one that ships, inside an installed package or beside a checkout's."""
    if settings.folder:
        return Path(settings.folder)
    inside, beside = (base / "models" / "anatomy" for base in (_PACKAGE, _PACKAGE.parent))
    return inside if inside.exists() else beside


def why_none(settings: ModelSettings) -> str | None:
    """Why no model is used and outlines start from taps alone; None where one is."""
    if not settings.use:
        return "models.use is false"
    if settings.folder:
        return None
    if find_spec(RUNTIME) is None:
        return f"{RUNTIME} isn't installed"
    return None if anatomy_folder(settings).exists() else "no model came with this installation"


def load_anatomy(settings: ModelSettings) -> Anatomist | None:
    """The model that proposes outlines, or None where ``why_none`` has a reason.

    Raises
    ------
    ModelError
        The folder set isn't there, or a model isn't the one that its card describes.
    """
    if why_none(settings) is not None:
        return None
    if find_spec(RUNTIME) is None:
        raise ModelError(f"models.folder: expected {RUNTIME} to run {settings.folder}; it isn't installed.")
    return Anatomist.load(anatomy_folder(settings))
