"""Which view a shot shows, where the picture changes within what is taken for one shot."""

import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import Case, View
from monitor.imaging.study import MISSED_PULSES, Study
from tests.imaging.phantom import Scenery, image

LATERAL = image(Scenery(2).attenuation())
AP = image(np.ascontiguousarray(Scenery(7).attenuation().T))


@pytest.mark.parametrize("said", [View.AP, View.UNKNOWN])
def test_a_view_that_no_longer_fits_gives_way_to_the_one_that_does(said: View) -> None:
    study = Study(Settings(), Case())
    for picture, view in ((LATERAL, View.LATERAL), (AP, View.AP)):
        study.begin_shot()
        study.examine(picture, view)
    told = [study.examine(LATERAL, said) for _ in range(MISSED_PULSES + 1)]
    assert [examined.view for examined in told] == [View.AP] * MISSED_PULSES + [View.LATERAL]
    assert told[-1].refusal != "tracking_lost"
