"""Places on the target, whatever the view's motion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain import Motion, Observation, View, polygon
from monitor.judgement.footprint import footprint

BOX = polygon([(0, 0), (20, 0), (20, 12), (0, 12)])


def _seen(motion: Motion | None, spacing_mm: float = 0.25) -> Observation:
    return Observation(t_s=0, frame=0, shot=1, view=View.AP, motion=motion, spacing_mm=spacing_mm)


@given(
    st.builds(
        Motion,
        dx_px=st.floats(-100, 100),
        dy_px=st.floats(-100, 100),
        degrees=st.floats(-10, 10),
        scale=st.floats(0.6, 1.6),
        centre=st.just((300.0, 200.0)),
    )
)
def test_a_piece_is_found_again_after_any_motion(motion: Motion) -> None:
    before = footprint(_seen(None), BOX)
    after = footprint(_seen(motion, 0.25 / motion.scale), motion.apply(BOX))
    assert abs(before.points_mm - after.points_mm).max() < 0.05


def test_nearness_is_between_borders() -> None:
    box = footprint(_seen(None), BOX)
    for shift_px, near in ((0, True), (20 + 11, True), (20 + 13, False)):
        other = footprint(_seen(None), polygon(np.add(BOX, (shift_px, 0))))
        assert box.touches(other, 3.0) is near
        assert other.touches(box, 3.0) is near


def test_a_small_piece_inside_a_large_one_touches_it() -> None:
    large = footprint(_seen(None), polygon(BOX * 20))
    small = footprint(_seen(None), polygon(np.add(BOX, (200, 120))))
    assert large.touches(small, 1.0)
    assert small.touches(large, 1.0)
