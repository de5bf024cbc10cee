"""Where frames come from: recordings and live sources, all through one door."""

from monitor.sources.recording import Recording, open_recording
from monitor.sources.source import Source

__all__ = ["Recording", "Source", "open_recording"]
