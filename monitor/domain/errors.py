"""Errors by who can mend them. Each message says what was expected, what was found and what to do."""


class MonitorError(Exception):
    """An error whose message is written for the person at the machine."""


class SourceError(MonitorError):
    """A video source can't be opened or read."""


class RecordingError(MonitorError):
    """A recording, or a file that belongs to it, doesn't keep to the format."""


class OutputError(MonitorError):
    """Results can't be written where they were wanted."""


class ConfigError(MonitorError):
    """The settings are wrong."""


class ModelError(MonitorError):
    """A trained model is missing or isn't the one its card describes."""
