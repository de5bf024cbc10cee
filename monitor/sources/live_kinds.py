"""Every kind of live source by the first word of its address; a new one needs one entry here."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from urllib.parse import urlsplit

from monitor.config import SourceSettings
from monitor.domain import SourceError
from monitor.sources.live import Feed, LiveSource
from monitor.sources.playback import PlaybackFeed
from monitor.sources.recording import open_recording
from monitor.sources.stream import Address, StreamFeed

PROBING = {"analyzeduration": "1000000"}
"""Microseconds in which FFmpeg may look ahead before the first frame of a stream."""


def open_live(uri: str, settings: SourceSettings | None = None) -> LiveSource:
    """Open a live source; it connects, and connects again, within its ``with`` block.

    Parameters
    ----------
    uri
        ``v4l2:/dev/video0``, ``udp://host:port``, ``rtsp://host/path`` or ``file:RECORDING``.
    settings
        Defaults when None.

    Raises
    ------
    SourceError
        An address of no known kind, an incomplete one, or a device that isn't there.
    RecordingError
        What ``file:`` names is no recording.
    """
    settings = settings or SourceSettings()
    scheme = uri.partition(":")[0]
    if scheme not in LIVE:
        raise SourceError(f"{uri}: expected a live source ({', '.join(f'{s}:...' for s in LIVE)}).")
    return LiveSource(LIVE[scheme](uri, settings), settings)


def _v4l2(uri: str, settings: SourceSettings) -> Feed:
    device = Path(uri.removeprefix("v4l2:"))
    if not device.exists():
        found = ", ".join(sorted(str(path) for path in Path("/dev").glob("video*"))) or "none"
        raise SourceError(f"{uri}: no such capture device. Devices found: {found}.")
    return StreamFeed(Address(uri, str(device), format="v4l2"), settings)


def _udp(uri: str, settings: SourceSettings) -> Feed:
    _check_host(uri, needs_port=True)
    return StreamFeed(Address(uri, uri, format="mpegts", options={**PROBING, "overrun_nonfatal": "1"}), settings)


def _rtsp(uri: str, settings: SourceSettings) -> Feed:
    _check_host(uri, needs_port=False)
    return StreamFeed(Address(uri, uri, options={**PROBING, "rtsp_transport": "tcp"}), settings)


def _file(uri: str, settings: SourceSettings) -> Feed:
    return PlaybackFeed(open_recording(Path(uri.removeprefix("file:")), settings))


def _check_host(uri: str, needs_port: bool) -> None:
    try:
        parts = urlsplit(uri)
        complete = parts.hostname is not None and (parts.port is not None or not needs_port)
    except ValueError:
        complete = False
    if not complete:
        raise SourceError(f"{uri}: expected an address such as {uri.partition(':')[0]}://192.168.0.10:5000.")


LIVE: Mapping[str, Callable[[str, SourceSettings], Feed]] = MappingProxyType(
    {"v4l2": _v4l2, "udp": _udp, "rtsp": _rtsp, "file": _file}
)
