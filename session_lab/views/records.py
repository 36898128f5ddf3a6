"""Sessions, messages, calls, snapshots and events as rows of plain values, for tables of all kinds.

Unlike the other views these are for programs: texts are whole and exact.  ``frames.py`` makes
DataFrames of them and documents the columns.  Each table is a mapping of its columns to their types
(``text``, ``time``, ``int64``, ``Int64`` where it can be missing, ``uint64``, ``bool``, ``object``)
and a function that gives its rows, cells in the order of the columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from session_lab.errors import FormatError
from session_lab.models import (
    AssistantMessage,
    AwaitingApproval,
    CheckpointReached,
    PlanUpdated,
    RunCancelled,
    RunFinished,
    TextDelta,
    ThoughtDelta,
    ToolCallDraft,
    ToolCallFinished,
    ToolCallStarted,
    ToolMessage,
    UnknownEvent,
    UserEvent,
    UserMessage,
    is_failed,
)
from session_lab.models.jsonvalue import parse_json, thaw
from session_lab.views.links import link_messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from session_lab.models import (
        AgentSession,
        RuntimeEvent,
        SessionSummary,
        Snapshot,
        StoredEvent,
        ToolCall,
    )

__all__ = [
    "EVENTS",
    "MESSAGES",
    "SESSIONS",
    "SNAPSHOTS",
    "TOOL_CALLS",
    "event_records",
    "message_records",
    "session_records",
    "snapshot_records",
    "tool_call_records",
]

Record = tuple[Any, ...]
"""A row: one cell for each column of its table, in their order."""

SESSIONS: Mapping[str, str] = {
    "id": "uint64",
    "external_id": "text",
    "title": "text",
    "created_at": "time",
    "updated_at": "time",
    "snapshots": "int64",
    "messages": "int64",
    "turns": "int64",
    "tool_calls": "int64",
    "errors": "int64",
    "size": "int64",
    "preview": "text",
    "tags": "object",
}
MESSAGES: Mapping[str, str] = {
    "turn": "int64",
    "kind": "text",
    "role": "text",
    "text": "text",
    "length": "int64",
    "reasoning": "text",
    "tool_calls": "int64",
    "tool_call_id": "text",
    "tool": "text",
    "failed": "bool",
    "images": "int64",
    "ephemeral": "bool",
    "digest": "text",
}
TOOL_CALLS: Mapping[str, str] = {
    "message": "int64",
    "number": "int64",
    "turn": "int64",
    "id": "text",
    "name": "text",
    "arguments": "text",
    "parsed": "object",
    "malformed": "bool",
    "answer": "Int64",
    "result": "text",
    "failed": "bool",
}
SNAPSHOTS: Mapping[str, str] = {
    "session": "object",
    "label": "text",
    "recorded_at": "time",
    "parent_session": "object",
    "parent_revision": "Int64",
    "diverged": "bool",
    "digest": "text",
    "messages": "int64",
    "turns": "int64",
    "tool_calls": "int64",
    "errors": "int64",
    "size": "int64",
    "kernel": "text",
    "cell": "text",
    "execution_count": "Int64",
    "file": "text",
    "git_commit": "text",
}
EVENTS: Mapping[str, str] = {
    "at": "time",
    "after_revision": "int64",
    "event": "text",
    "tool": "text",
    "text": "text",
    "denied": "bool",
    "agent_id": "text",
    "trace_id": "text",
    "data": "object",
}


def session_records(summaries: Iterable[SessionSummary]) -> list[Record]:
    """Give a row of ``SESSIONS`` for each summary.

    Args:
        summaries: as a store gives them.
    """
    return [_session_values(summary) for summary in summaries]


def _session_values(summary: SessionSummary) -> tuple[Any, ...]:
    special = {"id": summary.session_id.id, "external_id": summary.session_id.external_id}
    return tuple(special[name] if name in special else getattr(summary, name) for name in SESSIONS)


def message_records(session: AgentSession) -> list[Record]:
    """Give a row of ``MESSAGES`` for each message of a session.

    Args:
        session: the session; it is not changed.

    >>> from session_lab.models import AgentSession
    >>> message_records(AgentSession(chat_messages=[UserMessage(content="hi")]))[0][:4]
    (1, 'user', 'user', 'hi')
    """
    links = link_messages(session.chat_messages)
    rows: list[Record] = []
    for index, message in enumerate(session.chat_messages):
        assistant = message if isinstance(message, AssistantMessage) else None
        tool = message if isinstance(message, ToolMessage) else None
        images = message.images if isinstance(message, (UserMessage, ToolMessage)) else ()
        rows.append(
            (
                links.turns[index],
                message.kind,
                message.role,
                message.text,
                len(message.text),
                assistant and assistant.reasoning_content,
                len(assistant.tool_calls or ()) if assistant else 0,
                tool and tool.tool_call_id,
                tool and (tool.name or links.names.get(index)),
                tool is not None and is_failed(tool),
                len(images),
                message.ephemeral,
                message.digest,
            )
        )
    return rows


def tool_call_records(session: AgentSession) -> list[Record]:
    """Give a row of ``TOOL_CALLS`` for each tool call of a session.

    Args:
        session: the session; it is not changed.
    """
    all_messages = session.chat_messages
    links = link_messages(all_messages)
    rows: list[Record] = []
    for index, message in enumerate(all_messages):
        calls = (message.tool_calls or ()) if isinstance(message, AssistantMessage) else ()
        for number, call in enumerate(calls):
            answer = links.answered.get((index, number))
            result = None if answer is None else all_messages[answer]
            parsed, malformed = _parsed(call)
            rows.append(
                (
                    index,
                    number,
                    links.turns[index],
                    call.id,
                    call.name,
                    call.arguments,
                    parsed,
                    malformed,
                    answer,
                    result.text if result else None,
                    isinstance(result, ToolMessage) and is_failed(result),
                )
            )
    return rows


def _parsed(call: ToolCall) -> tuple[Any, bool]:
    try:
        return parse_json(call.arguments), False
    except FormatError:
        return None, True


def snapshot_records(snapshots: Iterable[Snapshot]) -> list[Record]:
    """Give a row of ``SNAPSHOTS`` for each snapshot.

    Args:
        snapshots: of one session or of many.
    """
    return [_snapshot_values(snapshot) for snapshot in snapshots]


def _snapshot_values(row: Snapshot) -> tuple[Any, ...]:
    parent_session, parent_revision = row.parent or (None, None)
    by = row.provenance
    special = {
        "session": row.session_id,
        "parent_session": parent_session,
        "parent_revision": parent_revision,
        "kernel": by and by.kernel,
        "cell": by and by.cell,
        "execution_count": by and by.execution_count,
        "file": by and by.file,
        "git_commit": by and by.git_commit,
    }
    return tuple(special[name] if name in special else getattr(row, name) for name in SNAPSHOTS)


def event_records(events: Iterable[StoredEvent]) -> list[Record]:
    """Give a row of ``EVENTS`` for each event.

    Args:
        events: as a store gives them.
    """
    return [
        (
            row.at,
            row.after_revision,
            row.event.tag,
            *_tool_and_text(row.event),
            isinstance(row.event, ToolCallFinished) and row.event.denied,
            getattr(row.event, "agent_id", None),
            getattr(row.event, "trace_id", None),
            thaw(row.event.to_wire()),
        )
        for row in events
    ]


def _tool_and_text(event: RuntimeEvent) -> tuple[str | None, str | None]:
    tool = text = None
    match event:
        case TextDelta() | ThoughtDelta():
            text = event.text
        case ToolCallDraft():
            tool = event.name
        case ToolCallStarted():
            tool, text = event.tool_name, event.args_json
        case ToolCallFinished():
            tool, text = event.tool_name, event.summary
        case AwaitingApproval():
            text = event.request.message
        case CheckpointReached():
            text = event.checkpoint.step.name
        case PlanUpdated():
            text = event.objective
        case RunFinished() | RunCancelled() | UserEvent() | UnknownEvent():
            pass
        case _:
            assert_never(event)
    return tool, text
