"""Run a whole recording through the pipeline, as fast as the machine can."""

from collections.abc import Callable, Iterable

from monitor.case.files import ResultFiles
from monitor.config import Settings
from monitor.domain import Case, Delivery, Fault
from monitor.imaging.models import load_anatomy
from monitor.pipeline import Monitor


def analyse(
    source: Iterable[Delivery], case: Case, settings: Settings, files: ResultFiles, each: Callable[[], None]
) -> tuple[Fault, ...]:
    """Analyse a source to its end and write the results.

    Parameters
    ----------
    each
        Called after every delivery, to show progress.

    Returns
    -------
    The stretches of the recording that could not be read.
    """
    monitor, damage = Monitor(settings, case, load_anatomy(settings.models)), []
    with files:
        for delivery in source:
            if isinstance(delivery, Fault):
                damage.append(delivery)
            files.write(monitor.feed(delivery))
            each()
        files.write(monitor.finish())
        files.summarise(monitor.distribution)
    return tuple(damage)
