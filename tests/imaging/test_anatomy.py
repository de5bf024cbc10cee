"""The trained model as it is asked at the bedside."""

import hashlib
import shutil
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray

from monitor.config import ModelSettings
from monitor.domain import Image, ModelError, Proposal, View
from monitor.imaging.anatomy import Anatomist
from monitor.imaging.proposer import Proposer
from monitor.imaging.screen_image import turned_over
from monitor.simulation.still import Still, still

SHIPPED = Path(__file__).parents[2] / "models" / "anatomy"
HIPS = Path(__file__).parents[3] / "shared" / "data" / "oec-9900-hip"
FRESH = (*range(8000, 8006), *range(8040, 8046), *range(8120, 8126))
"""Three patients that the model wasn't trained on (``monitor.learning.make.KEPT_BACK``)."""


def image_of(attenuation: NDArray[np.floating], usable: NDArray[np.bool_] | None = None) -> Image:
    whole = np.ones(attenuation.shape, np.bool_)
    return Image(0, 0.0, attenuation.astype(np.float32), whole if usable is None else usable, 1.0, (0.0, 0.0), 0)


def seen(picture: Still) -> Image:
    grey = picture.image.astype(np.float32)
    return image_of(-np.log(((255 - grey if picture.inverted else grey) + 8) / 263), picture.usable)


@pytest.fixture(scope="module")
def anatomist() -> Anatomist:
    return Anatomist.load(SHIPPED)


@pytest.fixture(scope="module")
def stills() -> list[Still]:
    return [still(seed) for seed in FRESH]


@pytest.fixture(scope="module")
def answers(anatomist: Anatomist, stills: list[Still]) -> list[Proposal]:
    return [anatomist.propose(seen(picture), None, picture.spacing_mm) for picture in stills]


def is_right(picture: Still, proposal: Proposal) -> bool:
    if proposal.target is None:
        return False
    x, y = proposal.target.polygon.mean(0)
    return cv2.pointPolygonTest(picture.outline, (float(x), float(y)), False) >= 0


def dice(picture: Still, proposal: Proposal) -> float:
    assert proposal.target is not None
    one, two = np.zeros(picture.usable.shape, np.uint8), np.zeros(picture.usable.shape, np.uint8)
    for mask, ring in ((one, picture.outline), (two, proposal.target.polygon)):
        cv2.fillPoly(mask, [np.round(ring * 16).astype(np.int32)], (1,), shift=4)
    return float(2 * (one & two).sum() / (one.sum() + two.sum()))


def test_the_view_of_fresh_stills_is_right(stills: list[Still], answers: list[Proposal]) -> None:
    assert [answer.view for answer in answers] == [picture.view for picture in stills]


def test_a_spine_shows_in_one_polarity_only(anatomist: Anatomist, stills: list[Still]) -> None:
    proposer = Proposer(anatomist, ModelSettings())
    assert not any(proposer.is_negative(seen(picture)) for picture in stills)
    turned = [proposer.is_negative(turned_over(seen(picture))) for picture in stills]
    assert sum(turned) >= 0.9 * len(turned)


def test_the_body_under_the_cannula_is_proposed(stills: list[Still], answers: list[Proposal]) -> None:
    pointed = [is_right(p, a) for p, a in zip(stills, answers, strict=True) if a.pointed]
    assert len(pointed) >= len(stills) // 3
    assert all(pointed)


@pytest.mark.parametrize(("view", "least"), [(View.LATERAL, 0.95), (View.AP, 0.93)])
def test_outlines_are_as_good_as_the_card_says(
    stills: list[Still], answers: list[Proposal], view: View, least: float
) -> None:
    pairs = [(p, a) for p, a in zip(stills, answers, strict=True) if p.view is view and is_right(p, a)]
    assert np.median([dice(p, a) for p, a in pairs]) >= least


def test_corners_and_tips_are_near(stills: list[Still], answers: list[Proposal]) -> None:
    corners, tips = [], []
    for picture, answer in zip(stills, answers, strict=True):
        if is_right(picture, answer) and answer.target is not None:
            assert set(answer.target.corners) == set(picture.corners)
            off = [np.subtract(answer.target.corners[n], at) for n, at in picture.corners.items()]
            corners.append(float(np.mean(np.hypot(*np.transpose(off)))) * picture.spacing_mm)
        if answer.pointed and answer.cannula is not None:
            apart = min(np.hypot(*np.subtract(c.tip, answer.cannula.tip)) for c in picture.cannulas)
            tips.append(float(apart) * picture.spacing_mm)
    assert np.median(corners) <= 1.2
    assert np.median(tips) <= 0.8


def test_pedicles_are_proposed_in_ap_views_only(answers: list[Proposal]) -> None:
    assert all(len(answer.pedicles) == 2 * (answer.view is View.AP) for answer in answers if answer.target)


def test_neighbours_come_from_the_head_down(answers: list[Proposal]) -> None:
    for answer in answers:
        if answer.target is not None:
            corners = {name: np.array(at) for name, at in answer.target.corners.items()}
            down = sum(at * (1 if name.startswith("inferior") else -1) for name, at in corners.items())
            along = [float(ring.mean(0) @ down) for ring in answer.neighbours]
            assert along == sorted(along)


def test_a_tap_chooses_the_body(anatomist: Anatomist, stills: list[Still]) -> None:
    """A tap on a neighbour gives the neighbour, and says that someone pointed."""
    right = 0
    for picture in stills[:6]:
        middles = [ring.mean(0) for ring in picture.neighbours.values()]
        middle = min(middles, key=lambda at: float(np.hypot(*(at - 256))))
        answer = anatomist.propose(seen(picture), (float(middle[0]), float(middle[1])))
        assert answer.target is None or answer.pointed
        right += answer.target is not None and np.hypot(*(answer.target.polygon.mean(0) - middle)) < 25
    assert right >= 5


def test_a_tap_beside_the_spine_gives_no_body(anatomist: Anatomist, stills: list[Still]) -> None:
    assert anatomist.propose(seen(stills[0]), (2.0, 256.0)).target is None


def test_the_answer_is_in_frame_pixels(anatomist: Anatomist, stills: list[Still]) -> None:
    image = seen(stills[1])
    moved = anatomist.propose(replace(image, scale=2.0, origin=(300.0, 40.0)))
    plain = anatomist.propose(image)
    assert plain.target is not None
    assert moved.target is not None
    assert moved.target.polygon == pytest.approx(plain.target.polygon * 2 + [300, 40], abs=0.01)


def test_the_same_picture_gives_the_same_answer(anatomist: Anatomist, stills: list[Still]) -> None:
    one, two = (anatomist.propose(seen(stills[2])) for _ in range(2))
    assert one.target is not None
    assert two.target is not None
    assert np.array_equal(one.target.polygon, two.target.polygon)


def test_contrast_and_brightness_dont_matter(anatomist: Anatomist, stills: list[Still]) -> None:
    image = seen(stills[3])
    plain, other = anatomist.propose(image), anatomist.propose(replace(image, attenuation=0.5 * image.attenuation + 2))
    assert plain.target is not None
    assert other.target is not None
    assert other.target.polygon.mean(0) == pytest.approx(plain.target.polygon.mean(0), abs=0.5)


def test_nothing_of_a_wrong_size_is_proposed(anatomist: Anatomist, stills: list[Still]) -> None:
    """Told a scale at which everything is a tenth of a vertebra, it proposes nothing."""
    answer = anatomist.propose(seen(stills[0]), None, stills[0].spacing_mm / 10)
    assert answer.view is stills[0].view
    assert answer.target is None


def noise(grain: float, height: int = 512, width: int = 512) -> NDArray[np.float32]:
    rough = np.random.default_rng(5).normal(0, 0.1, (height, width)).astype(np.float32)
    return np.asarray(cv2.GaussianBlur(rough, (0, 0), grain), np.float32)


def bars() -> NDArray[np.float32]:
    return np.tile(np.repeat(np.linspace(0.1, 3, 8), 64), (512, 1)).astype(np.float32)


NOTHING: dict[str, Image] = {
    "constant": image_of(np.ones((512, 512))),
    "black": image_of(np.full((512, 512), 3.5) + noise(0.5) * 0.02),
    "slope": image_of(np.tile(np.linspace(0, 3, 512), (512, 1))),
    "white noise": image_of(noise(0.3)),
    "grain": image_of(noise(2.0)),
    "clouds": image_of(noise(16.0)),
    "colour bars": image_of(bars()),
    "chequered": image_of(np.kron(np.indices((8, 8)).sum(0) % 2, np.ones((64, 64)))),
    "not finite": image_of(np.full((512, 512), np.nan)),
    "infinite": image_of(np.full((512, 512), np.inf)),
    "a few pixels": image_of(np.ones((4, 3))),
    "no pixels": image_of(np.ones((0, 0))),
    "one row": image_of(np.ones((1, 512))),
    "long and thin": image_of(noise(2.0, 64, 4000)),
    "nothing usable": image_of(noise(2.0), np.zeros((512, 512), np.bool_)),
    "mask of another size": image_of(noise(2.0), np.ones((100, 100), np.bool_)),
    "colour": image_of(np.ones((512, 512, 3))),
}


@pytest.mark.parametrize("tap", [None, (256.0, 256.0), (-1e9, np.nan)])
@pytest.mark.parametrize("name", NOTHING)
def test_a_picture_of_nothing_gives_no_body(anatomist: Anatomist, name: str, tap: tuple[float, float] | None) -> None:
    answer = anatomist.propose(NOTHING[name], tap, 0.2)
    assert answer.view is View.UNKNOWN
    assert answer.target is None


def test_a_spine_with_holes_of_nan_is_still_seen(anatomist: Anatomist, stills: list[Still]) -> None:
    image = seen(stills[4])
    broken = image.attenuation.copy()
    broken[10:40, 200:320] = np.nan
    assert anatomist.propose(replace(image, attenuation=broken)).view is stills[4].view


@pytest.mark.skipif(not HIPS.is_dir(), reason="real hip stills aren't here (../shared/data/oec-9900-hip)")
def test_real_hip_stills_show_no_vertebra(anatomist: Anatomist) -> None:
    for path in sorted(HIPS.glob("*.dcm")):
        pixels = pydicom.dcmread(path).pixel_array.astype(np.float32)
        grey = 255 * (pixels - pixels.min()) / np.ptp(pixels)
        answer = anatomist.propose(image_of(-np.log((grey + 8) / 263), grey > 3))
        assert answer.view is View.UNKNOWN, path.name
        assert answer.target is None


def copied(folder: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, folder / "anatomy"))


def test_the_card_names_what_is_shipped(anatomist: Anatomist) -> None:
    both = b"".join((SHIPPED / file).read_bytes() for file in ("field.onnx", "body.onnx"))
    assert anatomist.sha256 == hashlib.sha256(both).hexdigest()
    assert len(both) <= 10_000_000
    assert anatomist.sha256 in (SHIPPED / "card.md").read_text(encoding="utf-8")
    assert anatomist.name


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"card\.md: expected a file of the model, found none"):
        Anatomist.load(tmp_path / "nowhere")


@pytest.mark.parametrize("file", ["card.md", "field.onnx", "body.onnx"])
def test_a_missing_file_is_refused(tmp_path: Path, file: str) -> None:
    folder = copied(tmp_path)
    (folder / file).unlink()
    with pytest.raises(ModelError, match=f"{file}: expected a file of the model, found none"):
        Anatomist.load(folder)


@pytest.mark.parametrize("file", ["field.onnx", "body.onnx"])
def test_another_file_than_the_cards_is_refused(tmp_path: Path, file: str) -> None:
    folder = copied(tmp_path)
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= 1
    (folder / file).write_bytes(content)
    with pytest.raises(ModelError, match=r"expected field\.onnx and body\.onnx with the sha256"):
        Anatomist.load(folder)


@pytest.mark.parametrize("card", ["", "# no head\n", "---\nname: x\n---\n", "---\n[\n---\n", "---\n- a\n---\n"])
def test_a_card_without_a_head_is_refused(tmp_path: Path, card: str) -> None:
    folder = copied(tmp_path)
    (folder / "card.md").write_text(card, encoding="utf-8")
    with pytest.raises(ModelError, match="expected a head with name and sha256"):
        Anatomist.load(folder)


def test_what_is_no_network_is_refused(tmp_path: Path) -> None:
    for file in ("field.onnx", "body.onnx"):
        (tmp_path / file).write_bytes(b"nonsense")
    digest = hashlib.sha256(b"nonsensenonsense").hexdigest()
    (tmp_path / "card.md").write_text(f"---\nname: x\nsha256: {digest}\n---\n", encoding="utf-8")
    with pytest.raises(ModelError, match="expected a network that onnxruntime can run"):
        Anatomist.load(tmp_path)
