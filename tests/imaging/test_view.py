"""The view guessed from the picture alone."""

from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from monitor.domain import Image, View
from monitor.imaging.view import ViewGuess, classify_view
from monitor.simulation.still import Still, still
from tests.imaging.outline_phantom import draw

HIPS = Path(__file__).parents[3] / "shared" / "data" / "oec-9900-hip"


def image_of(attenuation: NDArray[np.floating], usable: NDArray[np.bool_] | None = None) -> Image:
    whole = np.ones(attenuation.shape, np.bool_)
    return Image(0, 0.0, attenuation.astype(np.float32), whole if usable is None else usable, 1.0, (0.0, 0.0), 0)


def seen(picture: Still) -> Image:
    grey = picture.image.astype(np.float32)
    return image_of(-np.log(((255 - grey if picture.inverted else grey) + 2) / 257), picture.usable)


@pytest.fixture(scope="module")
def stills() -> list[Still]:
    """Two patients that the models weren't fitted on; metal, cement, noise and all."""
    return [still(seed) for seed in (*range(800, 806), *range(816, 822))]


def test_simulated_stills_are_told_apart(stills: list[Still]) -> None:
    guesses = [(classify_view(seen(picture)), picture.view) for picture in stills]
    sure = [(guess, view) for guess, view in guesses if guess.view is not View.UNKNOWN and guess.probability >= 0.8]
    assert len(sure) >= len(guesses) // 2
    assert sum(guess.view is view for guess, view in sure) >= 0.8 * len(sure)


@pytest.mark.parametrize("seed", range(4))
def test_a_drawn_ap_spine_is_ap(seed: int) -> None:
    guess = classify_view(draw(View.AP, seed).image)
    assert guess.view is View.AP
    assert guess.probability > 0.7


def test_mirroring_doesnt_change_the_guess(stills: list[Still]) -> None:
    for picture in stills[:4]:
        image = seen(picture)
        mirrored = image_of(image.attenuation[:, ::-1], np.ascontiguousarray(image.usable[:, ::-1]))
        one, two = classify_view(image), classify_view(mirrored)
        assert two.probability == pytest.approx(one.probability, abs=0.1)


def test_contrast_and_brightness_dont_change_the_guess(stills: list[Still]) -> None:
    image = seen(stills[0])
    other = classify_view(image_of(3 * image.attenuation + 5, image.usable))
    assert other.view is classify_view(image).view
    assert other.probability == pytest.approx(classify_view(image).probability, abs=0.02)


def noise(grain: float) -> NDArray[np.float32]:
    rough = np.random.default_rng(5).normal(0, 0.1, (512, 512)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), grain), np.float32)


NO_SPINE: dict[str, NDArray[np.floating]] = {
    "constant": np.ones((512, 512)),
    "slope": np.tile(np.linspace(0, 3, 512), (512, 1)),
    "white noise": noise(0.3),
    "grain": noise(2.0),
    "clouds": noise(16.0),
    "not finite": np.full((512, 512), np.nan),
    "a few pixels": np.ones((4, 3)),
}


@pytest.mark.parametrize("name", NO_SPINE)
def test_no_spine_is_unknown(name: str) -> None:
    guess = classify_view(image_of(NO_SPINE[name]))
    assert guess.view is View.UNKNOWN
    assert 0.5 <= guess.probability <= 1.0


def test_nothing_usable_is_unknown() -> None:
    nothing = np.zeros((512, 512), np.bool_)
    assert classify_view(image_of(noise(1.0), nothing)) == ViewGuess(View.UNKNOWN, 1.0)


@pytest.mark.parametrize("share", [0.2, 0.3, 0.5])
def test_a_field_in_shreds_is_unknown(share: float) -> None:
    """Noise that the display cuts off at white and black leaves such a field: no place in it has surroundings."""
    grain = noise(2.0)
    shreds = np.asarray(grain > np.quantile(grain, 1 - share), np.bool_)
    assert classify_view(image_of(noise(1.0), shreds)) == ViewGuess(View.UNKNOWN, 1.0)


@pytest.mark.skipif(not HIPS.is_dir(), reason="real hip stills aren't here (../shared/data/oec-9900-hip)")
def test_real_hip_stills_show_no_spine() -> None:
    for path in sorted(HIPS.glob("*.dcm")):
        raw = pydicom.dcmread(path).pixel_array.astype(np.float32)
        low, high = np.percentile(raw, [0.2, 99.8])
        grey = cv2.resize(np.clip((raw - low) / (high - low), 0, 1) * 255, (512, 512), interpolation=cv2.INTER_AREA)
        lit = cv2.morphologyEx((grey > 8).astype(np.uint8), cv2.MORPH_CLOSE, np.ones((15, 15), np.uint8))
        usable = cv2.erode(lit, np.ones((9, 9), np.uint8)) > 0
        assert classify_view(image_of(-np.log((grey + 2) / 257), usable)).view is View.UNKNOWN, path.name
