"""Checkpoints: where a run stood when the runtime announced it.

Sources: agent-types ``CheckpointData`` and ``CheckpointStep``.  Crates before 0.8 or so write
``BeforeToolCalls`` with triples, newer ones ``BeforeActions`` with action objects; both are kept
as they came, and ``tool_calls`` reads either.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from session_lab.errors import FormatError
from session_lab.models.ids import SessionId
from session_lab.models.jsonvalue import FrozenDict, FrozenJson, encode_json
from session_lab.models.messages import ChatMessage, ToolCall, message_from_wire
from session_lab.models.value import Value

__all__ = ["Checkpoint", "CheckpointStep", "SessionIdField"]

_HINT = "look at the step's fields, which are as they were read"


def _read_id(value: Any) -> Any:
    if isinstance(value, SessionId):
        return value
    try:
        return SessionId.from_wire(value)
    except FormatError as error:
        # As a ValueError it becomes a part of pydantic's report, which knows the place.
        raise ValueError(error.problem) from error


SessionIdField = Annotated[SessionId, BeforeValidator(_read_id), PlainSerializer(SessionId.to_wire)]
"""A pydantic field that reads and writes agent-base's id object."""


class CheckpointStep(Value):
    """Name the step a checkpoint stands at, with what the crate wrote about it.

    Args:
        name: ``AfterUserInput``, ``BeforeLlm``, ``BeforeToolCalls``, ``AfterToolCalls``, the newer
            ``BeforeActions`` and ``AfterActions``, or a name this version does not know.
        fields: the step's JSON value, usually an object; None for a bare name.

    >>> CheckpointStep.from_wire("AfterUserInput").name
    'AfterUserInput'
    """

    name: str
    fields: FrozenJson = None

    @classmethod
    def from_wire(cls, value: Any) -> CheckpointStep:
        """Read a step from its JSON value.

        Raises:
            ValueError: neither a name nor an object with one key.
        """
        if isinstance(value, CheckpointStep):
            return value
        if isinstance(value, str):
            return cls(name=value)
        if isinstance(value, dict) and len(value) == 1:
            ((name, fields),) = value.items()
            return cls(name=name, fields=fields)
        raise ValueError('expected a step like "AfterUserInput" or {"BeforeLlm": {…}}')

    def to_wire(self) -> Any:
        """Give the JSON value back."""
        return self.name if self.fields is None else {self.name: self.fields}

    def _list(self, name: str) -> list[Any]:
        found = self.fields.get(name) if isinstance(self.fields, FrozenDict) else None
        if found is None:
            return []
        if not isinstance(found, list):
            raise FormatError("expected a list", where=f"$.step.{self.name}.{name}", hint=_HINT)
        return found

    @property
    def messages(self) -> tuple[ChatMessage, ...]:
        """Give the messages a ``BeforeLlm`` step sends to the model, none for other steps.

        Raises:
            FormatError: one of them is no message.
        """
        return tuple(
            message_from_wire(value, where=f"$.step.{self.name}.messages[{index}]")
            for index, value in enumerate(self._list("messages"))
        )

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """Give the calls of a step before or after a batch, none for other steps.

        Raises:
            FormatError: one of them is no call.

        >>> step = {"BeforeToolCalls": {"tool_calls": [["call_1", "ls", "{}"]]}}
        >>> CheckpointStep.from_wire(step).tool_calls[0].name
        'ls'
        """
        return tuple(
            self._call(value, f"{name}[{index}]")
            for name in ("tool_calls", "actions")
            for index, value in enumerate(self._list(name))
        )

    def _call(self, value: Any, where: str) -> ToolCall:
        """Read a call: three texts, or an action, whose ``args`` need not be text."""
        try:
            if isinstance(value, list):
                call_id, name, arguments = value
            else:
                call_id, name, arguments = value["id"], value["name"], value["args"]
                if not isinstance(arguments, str):
                    arguments = encode_json(arguments).decode()
            return ToolCall(id=call_id, name=name, arguments=arguments)
        except (KeyError, TypeError, ValueError) as error:
            raise FormatError(
                "expected a tool call, [id, name, arguments] or an action",
                where=f"$.step.{self.name}.{where}",
                hint=_HINT,
            ) from error


class Checkpoint(Value):
    """Say where a run stood.

    Args:
        session_id: the session of the run.
        user_input: what the user said to start the turn.
        step: the step that comes next or was just done.
        turn_count: iterations of the run's loop so far.

    Fields of newer crates (``version``, ``backend``, ``run_state``) are kept beside these.
    """

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)

    session_id: SessionIdField
    user_input: str
    step: Annotated[
        CheckpointStep,
        BeforeValidator(CheckpointStep.from_wire),
        PlainSerializer(CheckpointStep.to_wire),
    ]
    turn_count: int

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value of the checkpoint."""
        return {
            "session_id": self.session_id.to_wire(),
            "user_input": self.user_input,
            "step": self.step.to_wire(),
            "turn_count": self.turn_count,
            **(self.model_extra or {}),
        }
