"""Where frames come from: recordings and live sources, all through one door."""

from monitor.sources.case_file import read_live_case
from monitor.sources.live import LiveSource
from monitor.sources.live_kinds import open_live
from monitor.sources.playback import paced
from monitor.sources.recording import Recording, open_recording
from monitor.sources.slot import Counters
from monitor.sources.source import Source

__all__ = ["Counters", "LiveSource", "Recording", "Source", "open_live", "open_recording", "paced", "read_live_case"]
