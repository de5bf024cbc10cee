"""What a fit must reach follows what right fits of the view reach."""

import pytest

from monitor.imaging.trust import Trust


@pytest.mark.parametrize(
    ("usual", "least"),
    [
        pytest.param(0.9, 0.40, id="clear pictures: no more than this is asked"),
        pytest.param(0.55, 0.34, id="noise"),
        pytest.param(0.40, 0.25, id="a starved dose"),
        pytest.param(0.25, 0.22, id="chance fits reach so much"),
    ],
)
def test_least_quality_is_a_part_of_the_usual(usual: float, least: float) -> None:
    trust = Trust(0.35)
    assert trust.least == 0.35
    for n in range(40):
        trust.learn(usual + 0.02 * (-1) ** n)
    assert trust.least == pytest.approx(least, abs=0.01)
