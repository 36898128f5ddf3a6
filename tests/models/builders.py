"""Short names for messages, so that a table of sequences can be read."""

from __future__ import annotations

from session_lab.models import (
    AssistantMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UserMessage,
)

S = SystemMessage(content="s")
U = UserMessage(content="u")
A = AssistantMessage(content="a")
C = CustomMessage(role="note", data=None)
X = UnknownMessage(raw={"Later": {"content": "x"}})


def calls(*ids: str, text: str | None = None) -> AssistantMessage:
    """Give an Assistant message with one batch of calls."""
    batch = [ToolCall(id=call_id, name="ls", arguments="{}") for call_id in ids]
    return AssistantMessage(content=text, tool_calls=batch)


def answer(call_id: str, text: str = "ok") -> ToolMessage:
    """Give the answer to a call."""
    return ToolMessage(tool_call_id=call_id, content=text)
