"""Rows of plain values: whole and exact texts, one cell for each declared column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from session_lab.models import (
    AgentSession,
    AssistantMessage,
    RuntimeEvent,
    SessionId,
    SessionSummary,
    Snapshot,
    StoredEvent,
    ToolCall,
    ToolMessage,
    UserMessage,
    event_from_wire,
)
from session_lab.views.records import (
    EVENTS,
    MESSAGES,
    SESSIONS,
    SNAPSHOTS,
    TOOL_CALLS,
    event_records,
    message_records,
    session_records,
    snapshot_records,
    tool_call_records,
)
from tests.strategies import events, sessions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
KINDS = {"text": str, "time": datetime, "bool": bool, "int64": int, "Int64": int, "uint64": int}
MAY_BE_MISSING = {"text", "time", "Int64", "object"}


def named(columns: Mapping[str, str], record: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip(columns, record, strict=True))


def check(columns: Mapping[str, str], records: list[tuple[Any, ...]]) -> None:
    for record in records:
        for name, value in named(columns, record).items():
            kind = columns[name]
            if value is None:
                assert kind in MAY_BE_MISSING, name
            elif kind != "object":
                assert type(value) is KINDS[kind], name


@given(sessions())
def test_cells_are_of_the_declared_types(session: AgentSession):
    check(MESSAGES, message_records(session))
    check(TOOL_CALLS, tool_call_records(session))
    assert len(message_records(session)) == len(session.chat_messages)


@given(events())
def test_every_event_has_a_row(event: RuntimeEvent):
    stored = StoredEvent(seq=1, at=NOW, after_revision=2, event=event)
    check(EVENTS, event_records([stored]))
    row = named(EVENTS, event_records([stored])[0])
    assert (row["event"], row["after_revision"]) == (event.tag, 2)
    assert row["data"] == event.to_wire()


def test_summaries_and_snapshots_have_a_row_each():
    check(SESSIONS, session_records([SessionSummary(session_id=SessionId(2**64 - 1, "x"))]))
    bare = Snapshot(
        session_id=SessionId(1),
        revision=1,
        recorded_at=NOW,
        digest="0",
        messages=0,
        turns=0,
        tool_calls=0,
        size=0,
    )
    child = bare.model_copy(update={"parent": (SessionId(2), 5), "revision": 2})
    check(SNAPSHOTS, snapshot_records([bare, child]))
    row = named(SNAPSHOTS, snapshot_records([child])[0])
    assert (row["parent_session"], row["parent_revision"]) == (SessionId(2), 5)


def test_texts_are_whole_and_exact():
    text = "\x1b\u202e" + "x" * 5000
    (record,) = message_records(AgentSession(chat_messages=[UserMessage(content=text)]))
    row = named(MESSAGES, record)
    assert (row["text"], row["length"]) == (text, 5002)


def test_a_call_has_its_answer_and_what_its_arguments_mean():
    batch = [
        ToolCall(id="a", name="f", arguments='{"q": [1]}'),
        ToolCall(id="b", name="g", arguments='{"q": '),
        ToolCall(id="c", name="h", arguments="null"),
    ]
    session = AgentSession(
        chat_messages=[
            UserMessage(content="u"),
            AssistantMessage(tool_calls=batch),
            ToolMessage(tool_call_id="b", content="Error: no JSON"),
            ToolMessage(tool_call_id="a", content="fine"),
        ]
    )
    good, bad, null = (named(TOOL_CALLS, record) for record in tool_call_records(session))
    assert (good["message"], good["number"], good["turn"]) == (1, 0, 1)
    assert (good["parsed"], good["malformed"]) == ({"q": [1]}, False)
    assert (good["answer"], good["result"], good["failed"]) == (3, "fine", False)
    assert (bad["parsed"], bad["malformed"]) == (None, True)
    assert (bad["answer"], bad["result"], bad["failed"]) == (2, "Error: no JSON", True)
    assert (null["parsed"], null["malformed"]) == (None, False)
    assert (null["answer"], null["result"], null["failed"]) == (None, None, False)


@pytest.mark.parametrize(
    ("wire", "tool", "text"),
    [
        ({"runtimeEventType": "textDelta", "text": "Hel"}, None, "Hel"),
        ({"runtimeEventType": "actionStarted", "tool_name": "ls", "args_json": "{}"}, "ls", "{}"),
        ({"runtimeEventType": "toolCallFinished", "tool_name": "ls", "summary": "x"}, "ls", "x"),
        ({"runtimeEventType": "runFinished"}, None, None),
        (
            {
                "runtimeEventType": "awaitingApproval",
                "request": {"title": "t", "message": "may I?", "risk_level": "Safe"},
            },
            None,
            "may I?",
        ),
        ({"runtimeEventType": "planUpdated", "objective": "win", "plan": []}, None, "win"),
        ({"runtimeEventType": "later", "tool_name": "ls"}, None, None),
    ],
)
def test_an_event_tells_its_tool_and_its_words(
    wire: dict[str, Any], tool: str | None, text: str | None
):
    event = event_from_wire({**wire, "session_id": SessionId(1).to_wire()})
    stored = StoredEvent(seq=1, at=NOW, after_revision=0, event=event)
    row = named(EVENTS, event_records([stored])[0])
    assert (row["tool"], row["text"]) == (tool, text)
