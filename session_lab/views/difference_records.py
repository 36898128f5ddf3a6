"""A diff as rows of plain values, for tables of all kinds; as in ``records.py``, texts are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from session_lab.diffing import Op, SessionDiff

__all__ = ["DIFF", "diff_records"]

DIFF: Mapping[str, str] = {
    "op": "text",
    "a_index": "Int64",
    "b_index": "Int64",
    "moved": "bool",
    "kind": "text",
    "role": "text",
    "fields": "object",
    "old_text": "text",
    "new_text": "text",
}
"""The columns and their types."""


def diff_records(diff: SessionDiff) -> list[tuple[Any, ...]]:
    """Give a row of ``DIFF`` for each op.

    Args:
        diff: the diff.

    >>> from session_lab.diffing import diff
    >>> from session_lab.models import AgentSession, UserMessage
    >>> b = AgentSession(chat_messages=[UserMessage(content="hi")])
    >>> diff_records(diff(AgentSession(), b))
    [('added', None, 0, False, 'user', 'user', (), None, 'hi')]
    """
    return [_record(op) for op in diff.ops]


def _record(op: Op) -> tuple[Any, ...]:
    old = op.old if op.kind == "edited" else None if op.kind == "added" else op.message
    new = op.new if op.kind == "edited" else None if op.kind == "removed" else op.message
    message = op.new if op.kind == "edited" else op.message
    return (
        op.kind,
        op.a_index,
        op.b_index,
        op.moved if op.kind == "edited" else op.kind == "moved",
        message.kind,
        message.role,
        tuple(change.name for change in op.fields) if op.kind == "edited" else (),
        None if old is None else old.text,
        None if new is None else new.text,
    )
