"""What a page says to the server. Anything else is refused with a reason."""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from monitor.domain import Acknowledge, Act, NoteVolume, SayView, Tap, View

Pixels = Annotated[float, Field(allow_inf_nan=False)]


class Message(BaseModel):
    """A frozen message without unknown keys."""

    model_config: ClassVar[ConfigDict] = ConfigDict(frozen=True, extra="forbid")


class AcknowledgeMessage(Message):
    """A person acknowledged an alert."""

    type: Literal["acknowledge"]
    alert: Annotated[str, Field(min_length=1, max_length=200)]

    def act(self) -> Act:
        """The act it stands for."""
        return Acknowledge(self.alert)


class TapMessage(Message):
    """A person pointed at the target; ``point`` is [x, y] in frame pixels."""

    type: Literal["tap"]
    point: tuple[Pixels, Pixels]

    def act(self) -> Act:
        """The act it stands for."""
        return Tap(self.point)


class SayViewMessage(Message):
    """A person said which view the shot is."""

    type: Literal["say_view"]
    view: Literal[View.AP, View.LATERAL]

    def act(self) -> Act:
        """The act it stands for."""
        return SayView(self.view)


class NoteVolumeMessage(Message):
    """A person noted what the syringe gave, ml."""

    type: Literal["note_volume"]
    ml: Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]

    def act(self) -> Act:
        """The act it stands for."""
        return NoteVolume(self.ml)


class ShownMessage(Message):
    """The picture of this frame is on the glass."""

    type: Literal["shown"]
    frame: int


class PongMessage(Message):
    """The answer to a heartbeat: whether this page sounds alarms and keeps its screen awake."""

    type: Literal["pong"]
    sound: bool
    awake: bool


ClientMessage = Annotated[
    AcknowledgeMessage | TapMessage | SayViewMessage | NoteVolumeMessage | ShownMessage | PongMessage,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


def parse(text: str | bytes) -> ClientMessage:
    """Read one message; raises ``pydantic.ValidationError`` for anything that isn't one."""
    return _ADAPTER.validate_json(text)
