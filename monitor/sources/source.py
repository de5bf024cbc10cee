"""What every source of frames offers, recorded or live."""

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self

from monitor.domain import Delivery


class Source(Protocol):
    """An iterable of ``Frame | Fault``, in order of time, and what is known of it beforehand.

    Attributes
    ----------
    size
        (width, height) of the first frame in pixels, or None while no frame has been seen.
    frames, duration_s
        How much there is to come, for a progress bar; None where the source doesn't say. Never relied upon.
    live
        True where frames come at their own pace and may be skipped.
    """

    @property
    def size(self) -> tuple[int, int] | None: ...  # noqa: D102

    @property
    def frames(self) -> int | None: ...  # noqa: D102

    @property
    def duration_s(self) -> float | None: ...  # noqa: D102

    @property
    def live(self) -> bool: ...  # noqa: D102

    def __iter__(self) -> Iterator[Delivery]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FileSource:
    """Base of the sources read from files: each iteration reads from the start and closes what it opened."""

    size: tuple[int, int] | None = None
    frames: int | None = None
    duration_s: float | None = None
    live: bool = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None
