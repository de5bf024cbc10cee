"""Which view a shot shows, where the picture changes within what is taken for one shot."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.config import Settings
from monitor.domain import Case, View
from monitor.imaging.screen_image import turned_over
from monitor.imaging.study import MISSED_PULSES, Study
from monitor.imaging.zones import filled
from tests.imaging.phantom import CENTRE, SPACING_MM, Scenery, body_outline, image, noisy

LATERAL = image(Scenery(2).attenuation())
AP = image(np.ascontiguousarray(Scenery(7).attenuation().T))


@pytest.mark.parametrize(("said", "pulses"), [(View.AP, MISSED_PULSES), (View.UNKNOWN, 0)])
def test_a_view_that_no_longer_fits_gives_way_to_the_one_that_does(said: View, pulses: int) -> None:
    """At once, or after some pulses where people said something else."""
    study = Study(Settings(), Case())
    for picture, view in ((LATERAL, View.LATERAL), (AP, View.AP)):
        study.begin_shot()
        study.examine(picture, view)
    told = [study.examine(LATERAL, said) for _ in range(MISSED_PULSES + 1)]
    assert [examined.view for examined in told] == [View.AP] * pulses + [View.LATERAL] * (MISSED_PULSES + 1 - pulses)
    assert told[-1].refusal != "tracking_lost"


def test_a_field_that_is_seen_whole_only_later_is_begun_with_anew() -> None:
    part = replace(LATERAL, attenuation=LATERAL.attenuation[:90, :200], usable=LATERAL.usable[:90, :200])
    study = Study(Settings(), Case())
    study.begin_shot()
    told = [study.examine(picture, View.LATERAL) for picture in (part, replace(AP, layout=1), replace(AP, layout=1))]
    assert {examined.refusal for examined in told} == {"no_outline"}, "it waits for an outline only"


def dice(one: np.ndarray, other: np.ndarray) -> float:
    a, b = (filled([points], (512, 512)) for points in (one, other))
    return 2 * float((a & b).sum()) / float(a.sum() + b.sum())


def test_a_polarity_that_was_mistaken_costs_no_more_than_the_outline_found_anew() -> None:
    study = Study(Settings(), Case(pixel_spacing_mm=SPACING_MM))
    study.begin_shot()
    for seed in range(6):
        study.examine(turned_over(image(noisy(Scenery(2).attenuation(), seed, 0.01))), View.LATERAL)
    study.tap((float(CENTRE[0]), float(CENTRE[1])))
    study.end_shot()
    study.turn_over()
    study.begin_shot()
    told = [study.examine(image(noisy(Scenery(2).attenuation(), 10 + seed, 0.01))) for seed in range(4)]
    assert {examined.refusal for examined in told} == {None}
    assert dice(study.outlines[View.LATERAL].polygon, body_outline()) > 0.9


def test_turning_a_picture_over_is_what_the_other_polarity_shows() -> None:
    grey = np.arange(256, dtype=np.float64)
    usual, inverted = (-np.log((shown + 8) / 263) for shown in (grey, 255 - grey))
    picture = image(np.asarray(np.tile(usual, (256, 1)), np.float32))
    assert turned_over(picture).attenuation[0] == pytest.approx(inverted, abs=1e-5)
    assert turned_over(turned_over(picture)).attenuation == pytest.approx(picture.attenuation, abs=1e-4)
