"""What the pipeline gives back for one delivery."""

from dataclasses import dataclass

from monitor.domain.events import Event
from monitor.domain.frame import Frame
from monitor.domain.observation import Observation
from monitor.domain.words import Beam, View


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The outcome of one frame or fault.

    Attributes
    ----------
    frame
        The frame itself, or None for a fault.
    beam
        What the beam is doing, as far as is known at this frame.
    view
        View of the current shot, or of the image held.
    shown
        What to draw over this frame: the newest observation of the image it shows; None before the first shot.
    observations
        Observations that became final, in order of frame. Frames that repeat a pulse become final only when the next
        pulse proves that the beam was still on.
    events
        What happened, in the order it became known. ``t_s`` of a shot's end lies in the past.
    field
        Bounding box of the fluoroscopic image within the frame, ``(left, top, right, bottom)`` in frame pixels, right
        and bottom exclusive; None while it isn't known. The page leaves out what lies beyond it (patient data, menus).
    """

    frame: Frame | None
    beam: Beam
    view: View = View.UNKNOWN
    shown: Observation | None = None
    observations: tuple[Observation, ...] = ()
    events: tuple[Event, ...] = ()
    field: tuple[int, int, int, int] | None = None
