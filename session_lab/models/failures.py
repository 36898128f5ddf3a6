"""Which answers of tools report a failure: the one rule, since the formats have no flag for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.errors import FormatError
from session_lab.models.jsonvalue import parse_json

if TYPE_CHECKING:
    from session_lab.models.messages import ToolMessage

__all__ = ["is_failed"]

_FAILURE_STARTS = (
    "❌",
    "Error:",
    "error:",
    "ERROR:",
    "Traceback (most recent call last)",
    "Tool timeout exceeded",
    "Tool call rejected by approval",
    "Tool call blocked:",
    "Operation cancelled",
)
_FAILURE_PARTS = ("' execution failed:", "' not registered", "' argument parsing failed:")


def is_failed(message: ToolMessage) -> bool:
    r"""Tell whether a tool's answer reports a failure.

    The formats have no flag for it, so the text decides.  It is a failure when the text, without
    leading white space, starts with ``❌`` (which agent-base puts before the errors it closes
    calls with), with one of the messages of the crate's ``AgentError`` (``Tool 'x' execution
    failed: …``, ``Tool 'x' not registered``, ``Tool timeout exceeded``, …), with ``Error:`` in
    three spellings or with Python's ``Traceback``; or when it is a JSON object whose ``error`` is
    neither null, false nor empty, or whose ``is_error`` / ``isError`` is true.

    >>> from session_lab.models.messages import ToolMessage
    >>> is_failed(ToolMessage(tool_call_id="1", content="❌ Tool execution failed: boom"))
    True
    >>> is_failed(ToolMessage(tool_call_id="1", content='{"error": null, "rows": 3}'))
    False
    """
    text = message.content.lstrip()
    if text.startswith(_FAILURE_STARTS):
        return True
    head = text[:200]
    if head.startswith("Tool '") and any(part in head for part in _FAILURE_PARTS):
        return True
    if message.model_extra and message.model_extra.get("is_error") is True:
        return True
    if not text.startswith("{") or not any(
        word in text for word in ('"error"', '"is_error"', '"isError"')
    ):
        return False
    try:
        data = parse_json(text)
    except FormatError:
        return False
    return bool(data.get("error")) or data.get("is_error") is True or data.get("isError") is True
