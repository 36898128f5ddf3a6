"""Which sequences of messages are well-formed, by agent-base's rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.errors import FormatError
from session_lab.models.messages import (
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    SystemMessage,
    ToolMessage,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["validate_message_sequence"]

_HINT = "close the call with close_dangling_tool_calls, or remove the messages named"


def validate_message_sequence(messages: Sequence[ChatMessage]) -> None:
    """Check that a sequence of messages can be sent to a model.

    The rules, from the crate's function of the same name: something besides System and Custom
    messages is there; a Tool message answers a call of the last Assistant batch exactly once; a
    batch is fully answered before the next batch and before the end.

    Args:
        messages: oldest first.

    Raises:
        FormatError: the sequence breaks a rule; ``where`` is ``$.chat_messages[i]``.

    >>> from session_lab.models.messages import UserMessage
    >>> validate_message_sequence([UserMessage(content="hi")])
    """
    if not any(not isinstance(m, (SystemMessage, CustomMessage)) for m in messages):
        raise FormatError(
            "no message that can be sent: System and Custom messages alone leave the model "
            "nothing to answer",
            where="$.chat_messages",
            hint="add a User message",
        )
    pending: set[str] = set()
    for index, message in enumerate(messages):
        where = f"$.chat_messages[{index}]"
        if isinstance(message, ToolMessage):
            _answer(message.tool_call_id, pending, where)
        elif isinstance(message, AssistantMessage) and message.tool_calls is not None:
            if pending:
                raise FormatError(
                    f"new tool calls before {_names(pending)} were answered",
                    where=where,
                    hint=_HINT,
                )
            pending = {call.id for call in message.tool_calls}
    if pending:
        raise FormatError(
            f"the sequence ends with unanswered tool calls: {_names(pending)}",
            where="$.chat_messages",
            hint=_HINT,
        )


def _answer(call_id: str, pending: set[str], where: str) -> None:
    if not pending:
        raise FormatError(
            f"the Tool message answers {call_id!r}, but no call is waiting for an answer",
            where=where,
            hint=_HINT,
        )
    if call_id not in pending:
        raise FormatError(
            f"the Tool message answers {call_id!r}, which was answered already or never asked",
            where=where,
            hint=_HINT,
        )
    pending.discard(call_id)


def _names(pending: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(pending))
