"""One call of a tool, as an Assistant message holds it and a checkpoint lists it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, PlainSerializer

from session_lab.errors import FormatError
from session_lab.models.jsonvalue import FrozenJson, freeze, parse_json, thaw
from session_lab.models.value import Value

__all__ = ["ToolCall", "ToolCalls"]


class ToolCall(Value):
    """Ask for one tool to be run.

    Args:
        id: what the answering ``ToolMessage`` refers to.
        name: the tool's name.
        arguments: a JSON document as text; a model wrote it, so it may be malformed.

    >>> ToolCall(id="call_1", name="search", arguments='{"q": "rust"}').parsed
    {'q': 'rust'}
    >>> ToolCall(id="call_1", name="search", arguments='{"q": ').parsed is None
    True
    """

    model_config = ConfigDict(extra="allow", strict=True)
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)

    id: str
    name: str
    arguments: str

    @property
    def parsed(self) -> Any:
        """Give the arguments as a JSON value, None where they are no JSON or nested too deeply."""
        try:
            value = parse_json(self.arguments)
            freeze(value)
        except (FormatError, ValueError):
            return None
        return value

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value of the call."""
        return {
            "id": self.id,
            "name": self.name,
            "arguments": self.arguments,
            **(self.model_extra or {}),
        }


def _to_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


ToolCalls = Annotated[
    tuple[ToolCall, ...],
    BeforeValidator(_to_tuple),
    PlainSerializer(lambda calls: [thaw(call.to_wire()) for call in calls]),
]
"""A pydantic field of tool calls that reads and writes their wire form."""
