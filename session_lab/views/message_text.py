"""What one message says in a line and in a text of its own, apart from the messages around it.

Plain functions; ``entries.py`` shows messages in parts and with their answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from session_lab.models import (
    AssistantMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UserMessage,
)
from session_lab.views.entries import Reader, pretty_arguments, pretty_json
from session_lab.views.text import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session_lab.models import ChatMessage

__all__ = ["calls_text", "message_text", "message_title"]

_NAMED_CALLS = 3


def message_title(message: ChatMessage, reader: Reader) -> str:
    """Give a message's role, and what tells it from others of that role, in one line.

    Args:
        message: any message.
        reader: how texts are brought in.

    >>> message_title(ToolMessage(tool_call_id="c1", content="ok"), Reader())
    'tool · answer to c1'
    """
    match message:
        case SystemMessage() | UserMessage():
            parts = [message.kind]
        case AssistantMessage():
            calls = message.tool_calls or ()
            parts = [message.kind, *(f"calls {call.name}" for call in calls[:_NAMED_CALLS])]
            if len(calls) > _NAMED_CALLS:
                parts.append(f"{len(calls) - _NAMED_CALLS:,} more")
        case ToolMessage():
            name = f" {message.name}" if message.name else ""
            parts = [f"{message.kind}{name}", f"answer to {message.tool_call_id}"]
        case CustomMessage() | UnknownMessage():
            parts = [message.kind, message.role]
        case _:
            assert_never(message)
    return " · ".join(reader.line(part) for part in parts)


def message_text(message: ChatMessage) -> str:
    r"""Give what a message says, reasoning and tool calls too, whole and not escaped.

    Args:
        message: any message.

    >>> message_text(AssistantMessage(content="Done.", reasoning_content="hm"))
    '(reasoning) hm\nDone.'
    """
    match message:
        case SystemMessage() | UserMessage() | ToolMessage():
            parts = [message.content]
        case AssistantMessage():
            reasoning = message.reasoning_content
            parts = [f"(reasoning) {reasoning}"] if reasoning else []
            parts += [message.content or "", calls_text(message.tool_calls or ())]
        case CustomMessage():
            parts = [pretty_json(message.data)]
        case UnknownMessage():
            parts = [pretty_json(message.raw)]
        case _:
            assert_never(message)
    if isinstance(message, (UserMessage, ToolMessage)) and message.images:
        parts.append(f"({count(len(message.images), 'image')})")
    return "\n".join(part for part in parts if part)


def calls_text(calls: Sequence[ToolCall]) -> str:
    """Give tool calls with their arguments as indented JSON, whole and not escaped.

    Args:
        calls: any calls, malformed ones too.

    >>> print(calls_text([ToolCall(id="c1", name="ls", arguments='{"path":"."}')]))
    → ls · c1
    {
      "path": "."
    }
    """
    lines = []
    for call in calls:
        lines.append(f"→ {call.name} · {call.id}")
        lines.append(pretty_arguments(call.arguments)[0])
        if call.model_extra:
            lines.append(f"(unknown fields) {pretty_json(call.model_extra)}")
    return "\n".join(lines)
