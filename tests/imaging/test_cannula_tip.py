"""The tip that the model saw, on the band that runs on into cement."""

from typing import NamedTuple

import pytest

from monitor.domain import Cannula, polygon
from monitor.imaging.cannula_tip import with_tip

BAND = Cannula((300.0, 200.0), (100.0, 200.0))
BODY = polygon([(220.0, 140.0), (400.0, 140.0), (400.0, 260.0), (220.0, 260.0)])


class Case(NamedTuple):
    name: str
    seen: Cannula | None
    taken: bool


CASES = [
    Case("ends earlier", Cannula((250.0, 201.0), (110.0, 200.0)), True),
    Case("ends later", Cannula((310.0, 198.0), (110.0, 200.0)), True),
    Case("another cannula beside it", Cannula((250.0, 240.0), (110.0, 240.0)), False),
    Case("crosses it", Cannula((250.0, 200.0), (200.0, 100.0)), False),
    Case("comes from the other side", Cannula((250.0, 200.0), (400.0, 200.0)), False),
    Case("not seen", None, False),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_whose_tip_is_taken(case: Case) -> None:
    found = with_tip(BAND, case.seen, BODY, spacing_mm=0.25)
    assert found.tail == BAND.tail
    assert found.tip == (case.seen.tip if case.taken and case.seen else BAND.tip)


def test_once_the_cannula_is_drawn_out_it_ends_where_it_ends() -> None:
    out = Cannula((200.0, 200.0), (100.0, 200.0))
    assert with_tip(out, Cannula((260.0, 200.0), (110.0, 200.0)), BODY, spacing_mm=0.25) == out
