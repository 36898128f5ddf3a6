"""Runtime events, one class a kind, with agent-base's JSON as their wire form.

An event is written as one flat object whose ``runtimeEventType`` names the kind:
``{"runtimeEventType": "textDelta", "session_id": {…}, "text": "Hel"}``.  Unknown kinds and fields
are kept.  Source: agent-base ``RuntimeEvent`` (0.12) and its aliases for older names.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    field_validator,
)

from session_lab.errors import FormatError
from session_lab.models.checkpoints import Checkpoint, SessionIdField
from session_lab.models.ids import SessionId
from session_lab.models.jsonvalue import FrozenDict, FrozenJson, encode_json, freeze, parse_json
from session_lab.models.value import Value, format_error, slot

__all__ = [
    "ApprovalRequest",
    "AwaitingApproval",
    "CheckpointReached",
    "PlanItem",
    "PlanUpdated",
    "RunCancelled",
    "RunFinished",
    "RuntimeEvent",
    "TextDelta",
    "ThoughtDelta",
    "ToolCallDraft",
    "ToolCallFinished",
    "ToolCallStarted",
    "UnknownEvent",
    "UserEvent",
    "event_from_json",
    "event_from_wire",
]

_TAG = "runtimeEventType"


class _Part(Value):
    """A value inside an event: what was read is written back, unknown fields too."""

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value, with the fields that were given."""
        fields = {
            name: _plain(getattr(self, name))
            for name in type(self).model_fields
            if name in self.model_fields_set
        }
        return {**fields, **(self.model_extra or {})}


def _plain(value: Any) -> Any:
    if isinstance(value, (_Part, Checkpoint, SessionId)):
        return value.to_wire()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


class PlanItem(_Part):
    """One step of a plan.

    Args:
        step: what is to be done.
        status: ``pending``, ``in_progress`` or ``completed``.
    """

    step: str
    status: str


class ApprovalRequest(_Part):
    """Ask whether a tool call may run.

    Args:
        title: a short name of what is asked.
        message: what the user is told.
        action_key: what "always allow" is remembered under, or None.
        risk_level: ``Safe``, ``Sensitive`` or ``Destructive``.
        raw: anything the policy added.
    """

    title: str
    message: str
    action_key: str | None = None
    risk_level: str
    raw: FrozenJson = None


class Event(_Part):
    """The common part of all events.

    Args:
        session_id: the session it is about.
        agent_id: which agent of a tree of agents, or None.
        trace_id: the caller's trace, or None.
    """

    __slots__ = ("_raw", "_tag")
    kept_slots: ClassVar[tuple[str, ...]] = ("_tag",)
    read_slots: ClassVar[tuple[str, ...]] = ("_raw",)
    tags: ClassVar[tuple[str, ...]] = ()
    """The names of the kind on the wire; new events bear the first."""

    session_id: SessionIdField
    agent_id: str | None = None
    trace_id: str | None = None

    @property
    def tag(self) -> str:
        """Give the kind as the wire names it."""
        return slot(self, "_tag") or self.tags[0]

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value of the event, as it was read."""
        raw = slot(self, "_raw")
        if raw is not None:
            return dict(raw)
        return {_TAG: self.tag, **super().to_wire()}

    def to_json(self) -> bytes:
        """Give the event as one line of JSON."""
        return encode_json(self.to_wire())


class TextDelta(Event):
    """Stream a piece of the answer."""

    tags: ClassVar[tuple[str, ...]] = ("textDelta",)
    text: str


class ThoughtDelta(Event):
    """Stream a piece of the reasoning."""

    tags: ClassVar[tuple[str, ...]] = ("thoughtDelta",)
    text: str


class ToolCallDraft(Event):
    """Say how far a tool call has been written (crates from 0.9 or so)."""

    tags: ClassVar[tuple[str, ...]] = ("actionDraft", "toolCallDraft")
    index: int
    name: str
    args_len: int
    count: int


class ToolCallStarted(Event):
    """Say that a tool begins to run."""

    tags: ClassVar[tuple[str, ...]] = ("toolCallStarted", "actionStarted")
    tool_name: str
    args_json: str


class ToolCallFinished(Event):
    """Say how a tool call ended.

    Args:
        tool_name: the tool.
        summary: the result, or the error, as the model sees it.
        denied: true where the approval was refused.
    """

    tags: ClassVar[tuple[str, ...]] = ("toolCallFinished", "actionFinished")
    tool_name: str
    summary: str
    denied: bool = False


class AwaitingApproval(Event):
    """Say that the run waits for an approval."""

    tags: ClassVar[tuple[str, ...]] = ("awaitingApproval",)
    request: ApprovalRequest


class CheckpointReached(Event):
    """Announce a checkpoint."""

    tags: ClassVar[tuple[str, ...]] = ("checkpoint",)
    checkpoint: Annotated[Checkpoint, PlainSerializer(Checkpoint.to_wire)]


class RunFinished(Event):
    """Say that the run is over."""

    tags: ClassVar[tuple[str, ...]] = ("runFinished",)


class RunCancelled(Event):
    """Say that the run was cancelled."""

    tags: ClassVar[tuple[str, ...]] = ("runCancelled",)


def _to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class PlanUpdated(Event):
    """Show the agent's plan."""

    tags: ClassVar[tuple[str, ...]] = ("planUpdated",)
    objective: str
    explanation: str | None = None
    plan: Annotated[tuple[PlanItem, ...], BeforeValidator(_to_tuple)]


class UserEvent(Event):
    """Carry what a tool or the application wanted to tell.

    Args:
        event: a JSON object whose ``userEventType`` names its kind (``progress``, ``structured``,
            ``toolPartialResult``, …).
    """

    tags: ClassVar[tuple[str, ...]] = ("userEvent",)
    event: FrozenJson


class UnknownEvent(Value):
    """Keep an event of a kind this version does not know.

    Args:
        raw: the JSON object exactly as read.
    """

    raw: FrozenJson

    @field_validator("raw")
    @classmethod
    def _is_object(cls, raw: Any) -> Any:
        if not isinstance(raw, FrozenDict):
            raise ValueError("expected an object")  # noqa: TRY004 - pydantic reports ValueErrors
        return raw

    @property
    def tag(self) -> str:
        """Give the kind as the wire names it, ``?`` where it names none."""
        return str(self.raw.get(_TAG, "?"))

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value back."""
        return dict(self.raw)

    def to_json(self) -> bytes:
        """Give the event as one line of JSON."""
        return encode_json(self.raw)


RuntimeEvent = (
    TextDelta
    | ThoughtDelta
    | ToolCallDraft
    | ToolCallStarted
    | ToolCallFinished
    | AwaitingApproval
    | CheckpointReached
    | RunFinished
    | RunCancelled
    | PlanUpdated
    | UserEvent
    | UnknownEvent
)
"""Any event of a run."""

_KINDS: dict[str, type[Event]] = {
    tag: model
    for model in (
        TextDelta,
        ThoughtDelta,
        ToolCallDraft,
        ToolCallStarted,
        ToolCallFinished,
        AwaitingApproval,
        CheckpointReached,
        RunFinished,
        RunCancelled,
        PlanUpdated,
        UserEvent,
    )
    for tag in model.tags
}


def event_from_wire(value: Any, *, where: str = "$") -> RuntimeEvent:
    """Read an event from its JSON value.

    Args:
        value: as parsed from JSON.
        where: the JSON path to name in an error.

    Returns:
        An event of the known kind, else an ``UnknownEvent``.

    Raises:
        FormatError: no object, or a known kind of the wrong shape.

    >>> event_from_wire({"runtimeEventType": "runFinished", "session_id": {"id": 1}}).tag
    'runFinished'
    """
    if not isinstance(value, dict):
        raise FormatError(
            'expected an event, an object with "runtimeEventType"',
            where=where,
            hint="check that each line is one whole event",
        )
    tag = value.get(_TAG)
    model = _KINDS.get(tag) if isinstance(tag, str) else None
    try:
        if model is None:
            return UnknownEvent(raw=value)
        event = model.model_validate({name: item for name, item in value.items() if name != _TAG})
        if tag != model.tags[0]:
            object.__setattr__(event, "_tag", tag)
        if event.to_wire() != value:
            # Such as an id with newer fields: the class has no place for them.
            object.__setattr__(event, "_raw", freeze(value))
    except ValidationError as error:
        raise format_error(error, where) from error
    except ValueError as error:
        raise FormatError(str(error), where=where, hint="flatten the value") from error
    return event  # type: ignore[return-value]


def event_from_json(text: bytes | str, *, where: str | None = None) -> RuntimeEvent:
    """Read an event from a line of JSON.

    Args:
        text: UTF-8 bytes or text.
        where: file and line, to name in an error.

    Raises:
        FormatError: no JSON, or not the shape of an event.
    """
    try:
        return event_from_wire(parse_json(text))
    except FormatError as error:
        if where is None:
            raise
        raise error.located(where) from error
