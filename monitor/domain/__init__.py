"""The words everyone uses: frozen values with units in their names. Imports nothing of ours and no image library."""

from monitor.domain.acts import Acknowledge, Act, NoteVolume, SayView, Tap
from monitor.domain.case import Case, Cement, Delivered, Target
from monitor.domain.errors import ConfigError, ModelError, MonitorError, OutputError, RecordingError, SourceError
from monitor.domain.events import Alert, Event, Increment, Leak, OutlineFound, ShotEnded, ShotStarted, Technical
from monitor.domain.frame import Delivery, Fault, Frame
from monitor.domain.geometry import Motion, Point, Polygon, polygon, polygon_area
from monitor.domain.image import Image
from monitor.domain.observation import Cannula, Extravasate, Observation, Outline, point_json, points_json
from monitor.domain.proposal import Proposal
from monitor.domain.step import Step
from monitor.domain.words import LEVELS, Beam, Priority, View, Wall, Zone

__all__ = [
    "LEVELS",
    "Acknowledge",
    "Act",
    "Alert",
    "Beam",
    "Cannula",
    "Case",
    "Cement",
    "ConfigError",
    "Delivered",
    "Delivery",
    "Event",
    "Extravasate",
    "Fault",
    "Frame",
    "Image",
    "Increment",
    "Leak",
    "ModelError",
    "MonitorError",
    "Motion",
    "NoteVolume",
    "Observation",
    "Outline",
    "OutlineFound",
    "OutputError",
    "Point",
    "Polygon",
    "Priority",
    "Proposal",
    "RecordingError",
    "SayView",
    "ShotEnded",
    "ShotStarted",
    "SourceError",
    "Step",
    "Tap",
    "Target",
    "Technical",
    "View",
    "Wall",
    "Zone",
    "point_json",
    "points_json",
    "polygon",
    "polygon_area",
]
