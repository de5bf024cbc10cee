"""What the syringe gave, as people noted it."""

from bisect import insort
from collections.abc import Iterator

from monitor.domain import Case, Delivered


class Notes:
    """Noted volumes: those of the case file as their time comes, and those noted while it runs."""

    def __init__(self, case: Case) -> None:
        self._given = list(case.increments)
        self._told = 0

    def add(self, ml: float, t_s: float) -> None:
        """Take a note."""
        insort(self._given, Delivered(t_s, ml), key=lambda given: given.t_s)

    def ml(self, t_s: float) -> float | None:
        """The sum of what was noted up to ``t_s``; None where nothing was yet."""
        noted = [given.ml for given in self._given if given.t_s <= t_s]
        return sum(noted) if noted else None

    def news(self, t_s: float) -> Iterator[tuple[float, float]]:
        """The notes up to ``t_s`` not asked for before: what each says, and the sum with it, in ml."""
        while self._told < len(self._given) and self._given[self._told].t_s <= t_s:
            self._told += 1
            yield self._given[self._told - 1].ml, sum(given.ml for given in self._given[: self._told])
