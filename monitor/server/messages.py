"""What a page says to the server. Anything else is refused with a reason."""

from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from monitor.domain import (
    LEVELS,
    AcceptOutline,
    Acknowledge,
    Act,
    MoveCorner,
    NameLevel,
    NoteVolume,
    SayView,
    Tap,
    View,
)


def _level(name: str) -> str:
    if name not in LEVELS:
        raise ValueError(f"expected one of {', '.join(LEVELS)}")
    return name


Pixels = Annotated[float, Field(allow_inf_nan=False)]
Level = Annotated[str, AfterValidator(_level)]


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


class AcceptOutlineMessage(Message):
    """A person took the outline shown in this view for right."""

    type: Literal["accept_outline"]
    view: Literal[View.AP, View.LATERAL]

    def act(self) -> Act:
        """The act it stands for."""
        return AcceptOutline(self.view)


class MoveCornerMessage(Message):
    """A person moved a corner of the outline; ``point`` is [x, y] in frame pixels."""

    type: Literal["move_corner"]
    name: Annotated[str, Field(pattern=r"^(superior|inferior)_(anterior|posterior|left|right)$")]
    point: tuple[Pixels, Pixels]

    def act(self) -> Act:
        """The act it stands for."""
        return MoveCorner(self.name, self.point)


class NameLevelMessage(Message):
    """A person named the target, or the vertebra at ``point`` ([x, y] in frame pixels)."""

    type: Literal["name_level"]
    level: Level
    point: tuple[Pixels, Pixels] | None = None

    def act(self) -> Act:
        """The act it stands for."""
        return NameLevel(self.level, self.point)


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
    AcknowledgeMessage
    | TapMessage
    | SayViewMessage
    | AcceptOutlineMessage
    | MoveCornerMessage
    | NameLevelMessage
    | NoteVolumeMessage
    | ShownMessage
    | PongMessage,
    Field(discriminator="type"),
]
_ADAPTER: TypeAdapter[ClientMessage] = TypeAdapter(ClientMessage)


def parse(text: str | bytes) -> ClientMessage:
    """Read one message; raises ``pydantic.ValidationError`` for anything that isn't one."""
    return _ADAPTER.validate_json(text)
