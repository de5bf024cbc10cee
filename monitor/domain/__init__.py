"""The words everyone uses: frozen values with units in their names. Imports nothing of ours and no image library."""

from monitor.domain.acts import AcceptOutline, Acknowledge, Act, MoveCorner, NameLevel, NoteVolume, SayView, Tap
from monitor.domain.case import Case, Cement, Delivered, Target
from monitor.domain.errors import ConfigError, ModelError, MonitorError, OutputError, RecordingError, SourceError
from monitor.domain.events import (
    Alert,
    Event,
    Increment,
    Leak,
    OutlineFound,
    ShotEnded,
    ShotStarted,
    Technical,
    VolumeNoted,
)
from monitor.domain.frame import Delivery, Fault, Frame
from monitor.domain.geometry import Motion, Point, Polygon, polygon, polygon_area
from monitor.domain.image import Image
from monitor.domain.observation import Cannula, Extravasate, Neighbour, Observation, Outline, point_json, points_json
from monitor.domain.proposal import Proposal
from monitor.domain.step import Step
from monitor.domain.words import LEVELS, Beam, Priority, View, Wall, Zone, level_below

__all__ = [
    "LEVELS",
    "AcceptOutline",
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
    "MoveCorner",
    "NameLevel",
    "Neighbour",
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
    "VolumeNoted",
    "Wall",
    "Zone",
    "level_below",
    "point_json",
    "points_json",
    "polygon",
    "polygon_area",
]
