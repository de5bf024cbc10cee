"""What the syringe gave, as people noted it."""

from monitor.domain import Case, Delivered


class Notes:
    """Noted volumes: those of the case file as their time comes, and those noted while it runs."""

    def __init__(self, case: Case) -> None:
        self._given = list(case.increments)

    def add(self, ml: float, t_s: float) -> None:
        """Take a note."""
        self._given.append(Delivered(t_s, ml))

    def ml(self, t_s: float) -> float | None:
        """The sum of what was noted up to ``t_s``; None where nothing was yet."""
        noted = [given.ml for given in self._given if given.t_s <= t_s]
        return sum(noted) if noted else None
