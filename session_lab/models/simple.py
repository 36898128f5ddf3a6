"""agent-base's simplified view of a session: role and text only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.models.messages import (
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    UnknownMessage,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["simple_messages"]


def simple_messages(messages: Sequence[ChatMessage]) -> list[dict[str, str]]:
    """Give role and text of the messages that have words.

    Assistant messages that only call tools are left out, and a Custom message counts as the
    user's (both as in the crate's method of the same name).

    >>> from session_lab.models.messages import UserMessage
    >>> simple_messages([UserMessage(content="hi")])
    [{'role': 'User', 'content': 'hi'}]
    """
    return [
        {"role": _role(message), "content": message.text}
        for message in messages
        if not _only_calls(message)
    ]


def _role(message: ChatMessage) -> str:
    match message:
        case CustomMessage():
            return "User"
        case UnknownMessage():
            return message.role
        case _:
            return message.variant


def _only_calls(message: ChatMessage) -> bool:
    if not isinstance(message, AssistantMessage):
        return False
    return message.content is None or (message.content == "" and bool(message.tool_calls))
