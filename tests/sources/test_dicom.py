"""DICOM runs and stills: every transfer syntax, times, display values, damage."""

import io
from pathlib import Path
from typing import Any

import cv2
import gdcm
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.pixels.utils import set_pixel_data
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
    XRayAngiographicImageStorage,
    generate_uid,
)

from monitor.domain import RecordingError
from monitor.sources import open_recording
from tests.sources.videos import faults, frames, ramp, textured

RUN = np.stack(textured(5))
DEEP = np.repeat(np.linspace(0, 4095, 256).astype(np.uint16)[None, None], 64, axis=1)


def dataset(stored: NDArray[Any], bits: int, **elements: Any) -> Dataset:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = XRayAngiographicImageStorage, generate_uid()
    set_pixel_data(made, stored, "MONOCHROME2", bits)
    made.NumberOfFrames = len(stored)
    for name, value in elements.items():
        setattr(made, name, value)
    return made


def save(path: Path, made: Dataset, syntax: UID = ExplicitVRLittleEndian) -> Path:
    if syntax == ExplicitVRBigEndian and made.BitsAllocated == 16:
        made.PixelData = np.frombuffer(made.PixelData, "<u2").astype(">u2").tobytes()
    if syntax in (JPEGLSLossless, JPEG2000Lossless, RLELossless):
        made.compress(syntax, generate_instance_uid=False)
    made.file_meta.TransferSyntaxUID = syntax
    made.save_as(path, enforce_file_format=True)
    return path


def baseline_jpeg(path: Path, run: NDArray[np.uint8]) -> Path:
    made = dataset(run, 8)
    made.PixelData = encapsulate([cv2.imencode(".jpg", p, [cv2.IMWRITE_JPEG_QUALITY, 100])[1].tobytes() for p in run])
    made["PixelData"].VR = "OB"
    return save(path, made, JPEGBaseline8Bit)


def lossless_jpeg(path: Path, made: Dataset) -> Path:
    plain = io.BytesIO()
    made.save_as(plain, enforce_file_format=True)
    path.write_bytes(plain.getvalue())
    reader = gdcm.ImageReader()
    reader.SetFileName(str(path))
    assert reader.Read()
    change = gdcm.ImageChangeTransferSyntax()
    change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
    change.SetInput(reader.GetImage())
    assert change.Change()
    writer = gdcm.ImageWriter()
    writer.SetFileName(str(path))
    writer.SetFile(reader.GetFile())
    writer.SetImage(change.GetOutput())
    assert writer.Write()
    return path


@pytest.mark.parametrize(
    "syntax",
    [
        ImplicitVRLittleEndian,
        ExplicitVRLittleEndian,
        ExplicitVRBigEndian,
        DeflatedExplicitVRLittleEndian,
        RLELossless,
        JPEGLSLossless,
        JPEG2000Lossless,
        JPEGLosslessSV1,
    ],
    ids=lambda syntax: syntax.keyword,
)
@pytest.mark.parametrize(("run", "bits"), [(RUN, 8), (np.repeat(DEEP, 2, axis=0), 12)], ids=["8 bit", "12 bit"])
def test_lossless_transfer_syntaxes_are_exact(
    tmp_path: Path, syntax: UID, run: NDArray[np.uint8] | NDArray[np.uint16], bits: int
) -> None:
    made, path = dataset(run, bits, FrameTime=40.0), tmp_path / "run.dcm"
    if syntax == JPEGLosslessSV1:
        lossless_jpeg(path, made)
    else:
        save(path, made, syntax)
    source = open_recording(path).source
    expected = run if bits == 8 else np.round(run / 4095 * 255)
    assert np.array_equal([f.pixels for f in frames(source)], expected)
    assert [f.t_s for f in frames(source)] == pytest.approx([0.04 * n for n in range(len(run))])
    assert not any(f.still for f in frames(source))
    assert (source.size, source.frames) == ((run.shape[2], run.shape[1]), len(run))


def test_baseline_jpeg_is_close(tmp_path: Path) -> None:
    source = open_recording(baseline_jpeg(tmp_path / "run.dcm", RUN)).source
    got = np.stack([f.pixels for f in frames(source)]).astype(int)
    assert np.abs(got - RUN).max() <= 3


TIMES: dict[str, tuple[dict[str, Any], list[float]]] = {
    "vector": ({"FrameTimeVector": [0, 33, 67, 500, 33], "FrameTime": 9.0}, [0, 0.033, 0.1, 0.6, 0.633]),
    "vector of another length": ({"FrameTimeVector": [0, 33], "FrameTime": 50}, [0, 0.05, 0.1, 0.15, 0.2]),
    "frame time": ({"FrameTime": 125}, [0, 0.125, 0.25, 0.375, 0.5]),
    "cine rate": ({"CineRate": 4}, [0, 0.25, 0.5, 0.75, 1.0]),
    "nothing": ({}, [0, 1 / 15, 2 / 15, 3 / 15, 4 / 15]),
}


@pytest.mark.parametrize(("elements", "expected"), TIMES.values(), ids=TIMES.keys())
def test_times_of_a_run(tmp_path: Path, elements: dict[str, Any], expected: list[float]) -> None:
    path = save(tmp_path / "run.dcm", dataset(RUN, 8, **elements))
    assert [f.t_s for f in frames(open_recording(path).source)] == pytest.approx(expected)


def lut_item(table: NDArray[np.uint16], bits: int) -> Sequence:
    item = Dataset()
    item.LUTDescriptor = [len(table), 0, bits]
    item.LUTData = table.tobytes()
    item["LUTData"].VR = "OW"
    return Sequence([item])


X = np.linspace(0, 4095, 256).astype(int)
DISPLAYS: dict[str, tuple[dict[str, Any], NDArray[Any]]] = {
    "range of the run": ({}, X / 4095),
    "window": ({"WindowCenter": 1000.5, "WindowWidth": 1001}, (X - 1000) / 1000 + 0.5),
    "first of two windows": ({"WindowCenter": [1000.5, 9], "WindowWidth": [1001, 9]}, (X - 1000) / 1000 + 0.5),
    "exact window": (
        {"WindowCenter": 1000, "WindowWidth": 1000, "VOILUTFunction": "LINEAR_EXACT"},
        (X - 1000) / 1000 + 0.5,
    ),
    "sigmoid": (
        {"WindowCenter": 2000, "WindowWidth": 1000, "VOILUTFunction": "SIGMOID"},
        1 / (1 + np.exp(-4 * (X - 2000) / 1000)),
    ),
    "VOI LUT": ({"VOILUTSequence": lut_item(np.arange(4096, dtype=np.uint16)[::-1], 12)}, 1 - X / 4095),
    "inverted": ({"PhotometricInterpretation": "MONOCHROME1"}, 1 - X / 4095),
    "inverted window": (
        {"PhotometricInterpretation": "MONOCHROME1", "WindowCenter": 1000.5, "WindowWidth": 1001},
        0.5 - (X - 1000) / 1000,
    ),
    "linear to intensity": ({"PixelIntensityRelationship": "LIN"}, (X / 4095) ** (1 / 2.2)),
    "logarithmic, its way back left out": (
        {
            "PixelIntensityRelationship": "LOG",
            "ModalityLUTSequence": lut_item(np.zeros(4096, np.uint16), 12),
            "WindowCenter": 1000.5,
            "WindowWidth": 1001,
        },
        (X - 1000) / 1000 + 0.5,
    ),
    "for display": ({"PixelIntensityRelationship": "DISP"}, X / 4095),
    "rescaled": (
        {"RescaleSlope": 2, "RescaleIntercept": -100, "WindowCenter": 1000.5, "WindowWidth": 1001},
        (2 * X - 100 - 1000) / 1000 + 0.5,
    ),
}


@pytest.mark.parametrize(("elements", "brightness"), DISPLAYS.values(), ids=DISPLAYS.keys())
def test_what_the_display_would_show(tmp_path: Path, elements: dict[str, Any], brightness: NDArray[Any]) -> None:
    path = save(tmp_path / "run.dcm", dataset(DEEP, 12, **elements))
    (frame,) = frames(open_recording(path).source)
    expected = 255 * np.clip(brightness, 0, 1)
    assert frame.pixels.dtype == np.uint8
    assert not frame.pixels.flags.writeable
    assert np.abs(frame.pixels[0] - expected).max() <= 0.51


def test_signed_values(tmp_path: Path) -> None:
    stored = (DEEP.astype(np.int16) - 2048)[:1]
    (frame,) = frames(open_recording(save(tmp_path / "run.dcm", dataset(stored, 12))).source)
    assert np.abs(frame.pixels[0] - 255 * X / 4095).max() <= 0.51


def test_the_same_grey_means_the_same_value_all_through_a_run(tmp_path: Path) -> None:
    run = np.stack([DEEP[0] // 8, DEEP[0] // 2, DEEP[0]])
    got = frames(open_recording(save(tmp_path / "run.dcm", dataset(run, 12))).source)
    assert [int(f.pixels.max()) for f in got] == [32, 127, 255]


@pytest.mark.parametrize(("coloured", "dimensions"), [(False, 2), (True, 3)])
def test_colour_secondary_capture(tmp_path: Path, coloured: bool, dimensions: int) -> None:
    picture = np.repeat(ramp()[..., None], 3, axis=2)
    if coloured:
        picture[...] = (200, 40, 60)
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.7", generate_uid()
    set_pixel_data(made, picture, "RGB", 8)
    (frame,) = frames(open_recording(save(tmp_path / "capture.dcm", made)).source)
    assert frame.still
    assert np.array_equal(frame.pixels, picture if dimensions == 3 else picture[..., 0])


@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless, JPEGLosslessSV1], ids=lambda s: s.keyword
)
def test_a_truncated_run_gives_what_decodes_then_says_so(tmp_path: Path, syntax: UID) -> None:
    made, path = dataset(RUN, 8, FrameTime=40.0), tmp_path / "run.dcm"
    lossless_jpeg(path, made) if syntax == JPEGLosslessSV1 else save(path, made, syntax)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * 0.7)])
    deliveries = list(open_recording(path).source)
    assert len(frames(deliveries)) == 3
    assert all(np.array_equal(f.pixels, RUN[f.index]) for f in frames(deliveries))
    assert [(f.index, f.code) for f in faults(deliveries)] == [(5, "truncated")]


@pytest.mark.parametrize(
    ("syntax", "start"),
    [
        pytest.param(JPEGLSLossless, b"\xff\xd8\xff\xf7", id="JPEG-LS"),
        pytest.param(JPEG2000Lossless, b"\xff\x4f\xff\x51", id="JPEG 2000"),
    ],
)
def test_a_frame_that_cannot_be_decoded_is_left_out(tmp_path: Path, syntax: UID, start: bytes) -> None:
    path = save(tmp_path / "run.dcm", dataset(RUN, 8, FrameTime=40.0), syntax)
    data = bytearray(path.read_bytes())
    starts = [at for at in range(len(data) - 4) if data[at : at + 4] == start]
    data[starts[2] : starts[2] + 60] = bytes(60)
    path.write_bytes(data)
    deliveries = list(open_recording(path).source)
    assert [f.index for f in frames(deliveries)] == [0, 1, 3, 4]
    assert [(f.index, f.code) for f in faults(deliveries)] == [(3, "corrupt")]


def test_damage_that_ends_the_decoder_costs_one_frame(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """A precision of 234 bits makes GDCM's JPEG decoder write where it may not: its process dies."""
    path = lossless_jpeg(tmp_path / "run.dcm", dataset(RUN, 8, FrameTime=40.0))
    data = bytearray(path.read_bytes())
    starts = [at for at in range(len(data) - 2) if data[at : at + 5] == b"\xff\xc3\x00\x0b\x08"]
    data[starts[2] + 4] = 234
    path.write_bytes(data)
    deliveries = list(open_recording(path).source)
    assert [f.index for f in frames(deliveries)] == [0, 1, 3, 4]
    assert all(np.array_equal(f.pixels, RUN[f.index]) for f in frames(deliveries))
    assert [(f.index, f.code) for f in faults(deliveries)] == [(3, "corrupt")]
    assert capfd.readouterr().err == ""


def test_a_file_whose_frames_all_end_the_decoder_is_refused(tmp_path: Path) -> None:
    path = lossless_jpeg(tmp_path / "run.dcm", dataset(RUN, 8, FrameTime=40.0))
    path.write_bytes(path.read_bytes().replace(b"\xff\xc3\x00\x0b\x08", b"\xff\xc3\x00\x0b\xea"))
    with pytest.raises(
        RecordingError, match=r"expected pixel data that can be decoded; the decoder broke down on it\."
    ):
        open_recording(path)


@settings(max_examples=40, deadline=None)
@given(at=st.floats(0, 1), noise=st.binary(min_size=1, max_size=20))
def test_a_garbled_header_is_refused_or_read_but_never_worse(
    tmp_path_factory: pytest.TempPathFactory, at: float, noise: bytes
) -> None:
    path = save(tmp_path_factory.mktemp("garbled") / "run.dcm", dataset(RUN, 8, FrameTime=40.0))
    data = bytearray(path.read_bytes())
    start = 128 + int(at * (data.index(b"\xe0\x7f\x10\x00") - 128))
    data[start : start + len(noise)] = noise
    path.write_bytes(data)
    try:
        times = [delivery.t_s for delivery in open_recording(path).source]
    except RecordingError as error:
        assert "run.dcm" in str(error)
    else:
        assert times == sorted(times)


def still(folder: Path, name: str, picture: NDArray[np.uint8], **elements: Any) -> None:
    made = dataset(picture[None], 8, **elements)
    del made.NumberOfFrames
    save(folder / name, made)


def test_stills_come_in_order_of_acquisition_each_an_exposure_of_its_own(tmp_path: Path) -> None:
    a, b, c = textured(3)
    still(tmp_path, "a.dcm", c, InstanceNumber=10, ContentDate="20240102", ContentTime="000001.5")
    still(tmp_path, "b.dcm", b, InstanceNumber=9, ContentDate="20240101", ContentTime="235959")
    still(tmp_path, "c.dcm", a, InstanceNumber=2, ContentDate="20240101", ContentTime="235950")
    source = open_recording(tmp_path).source
    got = frames(source)
    assert all(np.array_equal(f.pixels, p) for f, p in zip(got, (a, b, c), strict=True))
    assert [(f.index, f.t_s, f.still) for f in got] == [(0, 0, True), (1, 9, True), (2, 11.5, True)]
    assert (source.frames, source.duration_s) == (3, 11.5)


def test_stills_without_times_are_a_second_apart(tmp_path: Path) -> None:
    for number, picture in enumerate(textured(3)):
        still(tmp_path, f"{number}.dcm", picture, InstanceNumber=number, ContentDate="20240101", ContentTime="101010")
    assert [f.t_s for f in frames(open_recording(tmp_path).source)] == [0, 1, 2]


def test_a_folder_with_one_run_is_that_run(tmp_path: Path) -> None:
    save(tmp_path / "video.dcm", dataset(RUN, 8))
    (tmp_path / "case.yaml").write_text("fps: 10\nlevel: L3\n")
    opened = open_recording(tmp_path)
    assert opened.case.level == "L3"
    assert frames(opened.source)[1].t_s == pytest.approx(0.1)


def no_pixels(path: Path) -> None:
    made = dataset(RUN, 8)
    del made.PixelData
    save(path, made)


def report(path: Path) -> None:
    made = Dataset()
    made.file_meta = FileMetaDataset()
    made.SOPClassUID, made.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.34", generate_uid()
    save(path, made)


def text(path: Path) -> None:
    path.write_text("not DICOM at all " * 20)


def nothing(path: Path) -> None:
    path.touch()


def garbled(path: Path) -> None:
    save(path, dataset(RUN[:1], 8), RLELossless)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 3])


@pytest.mark.parametrize(
    ("make", "says"),
    [
        pytest.param(no_pixels, "expected pixel data", id="no pixel data"),
        pytest.param(report, "expected a DICOM image; found no pixel data", id="a report"),
        pytest.param(text, "expected a DICOM file", id="not DICOM"),
        pytest.param(nothing, "empty", id="empty"),
        pytest.param(garbled, "expected", id="cut in the first frame"),
    ],
)
def test_what_holds_no_image_is_refused_by_name(tmp_path: Path, make: Any, says: str) -> None:
    make(tmp_path / "x.dcm")
    with pytest.raises(RecordingError, match=says) as caught:
        open_recording(tmp_path / "x.dcm")
    assert "x.dcm" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_runs_among_stills_are_refused(tmp_path: Path) -> None:
    still(tmp_path, "a.dcm", RUN[0])
    save(tmp_path / "b.dcm", dataset(RUN, 8))
    with pytest.raises(RecordingError, match=r"b\.dcm: expected single stills"):
        open_recording(tmp_path)


REAL = Path(__file__).parents[2].parent / "shared" / "data" / "oec-9900-hip"


@pytest.mark.skipif(not REAL.is_dir(), reason="the real C-arm stills of ../shared/data aren't here")
def test_real_stills_of_a_c_arm() -> None:
    opened = open_recording(REAL)
    got = frames(opened.source)
    assert len(got) == 8
    assert all(f.still and f.pixels.shape == (1024, 1024) for f in got)
    assert [f.t_s for f in got][:3] == [0, 37, 63]
    assert all(f.pixels.min() <= 2 and f.pixels.max() >= 253 for f in got)
