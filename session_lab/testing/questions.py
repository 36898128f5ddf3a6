"""The second part of the contract, continued: queries and events."""

# ruff: noqa: S101 - a check is made of assertions

from __future__ import annotations

import base64
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from session_lab.errors import FormatError
from session_lab.models import (
    AgentSession,
    CheckpointReached,
    Filter,
    RunFinished,
    SessionId,
    SessionQuery,
    TextDelta,
    ThoughtDelta,
    ToolCall,
    UnknownEvent,
    event_from_wire,
)
from session_lab.models.pages import SORT_COLUMNS
from session_lab.testing.calls import sample
from session_lab.testing.checks import check_of, expect_raises
from session_lab.testing.trash import said

__all__ = ["QUESTIONS"]


# -- queries ------------------------------------------------------------------------------------


async def _a_summary_describes_the_head(store: Any) -> None:
    await store.save(sample(SessionId(8, "x")))
    await store.annotate(SessionId(8, "x"), title="Build", tags=["ci", "red"], metadata={"a": 1})
    (item,) = (await store.sessions()).items
    assert item.session_id == SessionId(8, "x")
    assert (item.title, item.tags) == ("Build", ("ci", "red"))
    assert (item.messages, item.turns, item.tool_calls, item.errors) == (8, 1, 2, 1)
    assert item.preview == "what is in the log?"
    assert item.snapshots == 1
    assert item.created_at is not None
    await store.annotate(SessionId(8, "x"), title="", tags=())
    (item,) = (await store.sessions()).items
    assert (item.title, item.tags) == (None, ())


async def _pages_follow_each_other_without_gap_or_repeat(store: Any) -> None:
    for number in range(23):
        session = AgentSession(id=SessionId(number % 5, f"n{number}"))
        for turn in range(number % 3 + 1):
            session.push_user(f"turn {turn}")
        await store.save(session)
    await store.annotate(SessionId(1, "n1"), title="zebra")
    await store.annotate(SessionId(2, "n2"), title="apple")
    for column in SORT_COLUMNS:
        for descending in (True, False):
            query = SessionQuery(sort=column, descending=descending, limit=4)
            whole = (await store.sessions(query.model_copy(update={"limit": 1000}))).items
            seen: list[Any] = []
            cursor = None
            while True:
                page = await store.sessions(query.model_copy(update={"cursor": cursor}))
                seen += page.items
                if page.next_cursor is None:
                    break
                cursor = page.next_cursor
            assert seen == list(whole), column
            assert len({item.session_id for item in seen}) == 23
            _assert_sorted(seen, column, descending=descending)


def _assert_sorted(items: list[Any], column: str, *, descending: bool) -> None:
    values = [getattr(item, column) for item in items]
    there = [value for value in values if value is not None]
    assert values[: len(there)] == there, f"{column}: those without a value come last"
    assert there == sorted(there, reverse=descending), column
    if column != "session_id":
        for a, b in itertools.pairwise(items):
            if getattr(a, column) == getattr(b, column):
                assert a.session_id < b.session_id, f"{column}: equal ones come by id"


async def _a_cursor_of_another_order_is_refused(store: Any) -> None:
    for number in range(3):
        await store.save(sample(number))
    cursor = (await store.sessions(SessionQuery(limit=1, sort="messages"))).next_cursor
    for wrong in (cursor, "nonsense", "eyJ9", "ü"):
        query = SessionQuery(limit=1, sort="turns", cursor=wrong)
        await expect_raises(FormatError, store.sessions(query))


async def _a_forged_cursor_is_refused(store: Any) -> None:
    await store.save(sample(1))
    values: list[tuple[Any, Any]] = [
        ("messages", [1]),
        ("messages", {"a": 1}),
        ("messages", "x"),
        ("messages", 2**70),
        ("messages", 1.5),
        ("title", 1),
        ("title", "\ud800"),
        ("session_id", 1),
    ]
    for sort, value in values:
        fields = json.dumps([sort, True, value, {"id": 1}])
        cursor = base64.urlsafe_b64encode(fields.encode()).decode()
        await expect_raises(FormatError, store.sessions(SessionQuery(sort=sort, cursor=cursor)))


async def _pages_go_on_where_they_were_while_sessions_change(store: Any) -> None:
    for number in range(10):
        await said(store, number, "text")
    query = SessionQuery(sort="session_id", descending=False, limit=4)
    first = await store.sessions(query)
    await store.delete(3)
    await store.delete(5)
    changed = await store.load(2)
    changed.push_user("more")
    await store.save(changed)
    await said(store, 20, "new")
    second = await store.sessions(query.model_copy(update={"cursor": first.next_cursor}))
    third = await store.sessions(query.model_copy(update={"cursor": second.next_cursor}))
    seen = [item.session_id.id for page in (first, second, third) for item in page.items]
    assert seen == [0, 1, 2, 3, 4, 6, 7, 8, 9, 20]


async def _search_finds_literal_words_anywhere(store: Any) -> None:
    await said(store, 1, "The disk is FULL", "100% of it_")
    await said(store, 2, "größer als 数据")
    session = AgentSession(id=3)
    session.push_tool_calls([ToolCall(id="1", name="read_file", arguments='{"path": "disk.py"}')])
    await store.save(session)
    await store.annotate(2, title="Umlaut *test*", tags=["Quota"])

    async def found(text: str) -> list[int]:
        query = SessionQuery(search=text, sort="session_id", descending=False)
        page = await store.sessions(query)
        assert await store.count(query) == len(page.items)
        return [item.session_id.id for item in page.items]

    assert await found("disk full") == [1]
    assert await found("disk") == [1, 3]
    assert await found("GRÖSSER") == [2]
    assert await found("数") == [2]
    assert await found("quota umlaut") == [2]
    assert await found("100%") == [1]
    assert await found("%") == [1]
    assert await found("t_") == [1]
    assert await found("*test*") == [2]
    assert await found("read_file") == [3]
    assert await found('"path') == [3]
    assert await found("disk nowhere") == []
    await said(store, SessionId(4071, "deploy/Api"), "a session named in words")
    assert await found("4071") == [4071]
    assert await found("DEPLOY/api words") == [4071]
    await store.delete(SessionId(4071, "deploy/Api"))
    assert await found("  ") == [1, 2, 3]
    assert await found("\ud800") == []


async def _search_looks_at_the_head_only(store: Any) -> None:
    session = await said(store, 1, "old words")
    session.remove(0)
    session.push_user("new words")
    await store.save(session)
    assert await store.count(SessionQuery(search="old")) == 0
    assert await store.count(SessionQuery(search="new")) == 1


async def _filters_compare_what_a_column_holds(store: Any) -> None:
    await store.save(sample(1))
    await said(store, 2, "one", "two", "three")
    await store.annotate(2, title="Three turns", tags=["long"])
    past = datetime.now(UTC) - timedelta(days=1)

    async def found(*filters: tuple[Any, Any, Any]) -> list[int]:
        conditions = tuple(Filter(column=c, op=o, value=v) for c, o, v in filters)
        page = await store.sessions(
            SessionQuery(filters=conditions, sort="session_id", descending=False)
        )
        return [item.session_id.id for item in page.items]

    assert await found(("errors", ">=", 1)) == [1]
    assert await found(("turns", "==", 3), ("errors", "==", 0)) == [2]
    assert await found(("snapshots", "!=", 1)) == [2]
    assert await found(("title", "has", "TURNS")) == [2]
    assert await found(("title", "!=", "x")) == [2]
    assert await found(("tags", "==", "long")) == [2]
    assert await found(("tags", "!=", "long")) == [1]
    assert await found(("tags", "has", "LON")) == [2]
    assert await found(("updated_at", ">", past)) == [1, 2]
    assert await found(("created_at", "<=", past)) == []
    assert await found(("session_id", ">", 1)) == [2]
    assert await found(("session_id", "has", "2")) == [2]
    assert await found(("size", "<", 2**70)) == [1, 2]
    assert await found(("size", ">", 2**70)) == []
    assert await found(("size", ">", -(2**70))) == [1, 2]
    misfits: list[tuple[Any, Any, Any]] = [
        ("errors", "<", "x"),
        ("errors", "has", 0),
        ("updated_at", "has", "20"),
        ("updated_at", ">", 5),
        ("tags", "<", "long"),
        ("tags", "==", 5),
        ("title", "==", past),
        ("session_id", "==", past),
    ]
    for misfit in misfits:
        await expect_raises(FormatError, found(misfit))


async def _deleted_sessions_are_in_no_page(store: Any) -> None:
    await said(store, 1, "one")
    await said(store, 2, "two")
    await store.delete(1)
    assert [item.session_id.id for item in (await store.sessions()).items] == [2]
    assert await store.count() == 1


# -- events -------------------------------------------------------------------------------------


async def _events_are_kept_in_order(store: Any) -> None:
    one = SessionId(1)
    await store.append_event(1, TextDelta(session_id=one, text="early"))
    assert await store.load(1) is None
    assert list(await store.list()) == []
    await store.save(sample(1))
    await store.append_event(1, RunFinished(session_id=one))
    first, second = await store.events(1)
    assert (first.seq, first.after_revision, first.event.text) == (1, 0, "early")
    assert (second.seq, second.after_revision) == (2, 1)
    assert second.event == RunFinished(session_id=one)
    assert [event.seq for event in await store.events(1, after=1)] == [2]
    assert len(await store.events(2)) == 0
    assert (await store.save(sample(1))).revision == 1


async def _streamed_deltas_become_one_event(store: Any) -> None:
    one = SessionId(1)
    for event in (
        TextDelta(session_id=one, text="Hel"),
        TextDelta(session_id=one, text="lo"),
        ThoughtDelta(session_id=one, text="hm"),
        TextDelta(session_id=one, text="!"),
        TextDelta(session_id=one, text="?", agent_id="sub"),
    ):
        await store.append_event(1, event)
    stored = await store.events(1)
    assert [event.seq for event in stored] == [1, 2, 3, 4]
    assert [event.event.text for event in stored] == ["Hello", "hm", "!", "?"]


async def _a_long_stream_is_one_event(store: Any) -> None:
    one = SessionId(1)
    for number in range(300):
        await store.append_event(1, TextDelta(session_id=one, text=f"{number} "))
    await store.append_event(1, RunFinished(session_id=one))
    await store.append_event(1, TextDelta(session_id=one, text="again"))
    first, finished, again = await store.events(1)
    assert first.event.text == "".join(f"{number} " for number in range(300))
    assert (finished.seq, again.seq, again.event.text) == (2, 3, "again")
    assert [event.seq for event in await store.events(1, after=2)] == [3]
    assert len(await store.events(1, after=2**70)) == 0


async def _events_come_back_as_they_were(store: Any) -> None:
    one = SessionId(1)
    session = sample(1)
    await store.save(session)
    messages = [message.to_wire() for message in session.chat_messages]
    new: list[Any] = [
        {"User": {"content": "not saved yet", "extra": [1]}},
        "Odd",
        {"User": {"content": "é"}},
    ]
    steps: list[Any] = [
        "AfterUserInput",
        {"BeforeLlm": {"messages": messages + new, "tools": [{"name": "x"}]}},
        {"BeforeLlm": {"messages": messages[:2] + new + messages[2:], "tools": []}},
        {"BeforeLlm": {"messages": ["", 5, {"User": {}}], "tools": []}},
        {"BeforeToolCalls": {"tool_calls": [["1", "ls", "{}"]]}},
        {"Later": {"a": 1}},
    ]
    wires: list[dict[str, Any]] = [
        {
            "runtimeEventType": "checkpoint",
            "session_id": one.to_wire(),
            "checkpoint": {
                "session_id": one.to_wire(),
                "user_input": "hi",
                "step": step,
                "turn_count": 1,
                "version": 1,
            },
        }
        for step in steps
    ]
    wires.append({"runtimeEventType": "fromTheFuture", "a": [1, {"b": None}]})
    for wire in wires:
        await store.append_event(1, event_from_wire(wire))
    stored = await store.events(1)
    assert [event.event.to_wire() for event in stored] == wires
    assert isinstance(stored[0].event, CheckpointReached)
    assert isinstance(stored[-1].event, UnknownEvent)
    session.extend(stored[1].event.checkpoint.step.messages[-3:])
    await store.save(session)
    assert await store.load(1) == session


async def _events_go_and_come_back_with_their_session(store: Any) -> None:
    one = SessionId(1)
    await store.save(sample(1))
    await store.append_event(1, RunFinished(session_id=one))
    fork = await store.fork(1)
    assert len(await store.events(fork.session_id)) == 0
    await store.delete(1)
    assert len(await store.events(1)) == 0
    await store.append_event(1, RunFinished(session_id=one))
    assert [event.seq for event in await store.events(1)] == [2]
    await store.delete(1)
    for entry in await store.trash():
        if entry.snapshots:
            await store.undelete(entry)
    assert [event.seq for event in await store.events(1)] == [1]


QUESTIONS = tuple(
    check_of(body)
    for body in (
        _a_summary_describes_the_head,
        _pages_follow_each_other_without_gap_or_repeat,
        _a_cursor_of_another_order_is_refused,
        _a_forged_cursor_is_refused,
        _pages_go_on_where_they_were_while_sessions_change,
        _search_finds_literal_words_anywhere,
        _search_looks_at_the_head_only,
        _filters_compare_what_a_column_holds,
        _deleted_sessions_are_in_no_page,
        _events_are_kept_in_order,
        _streamed_deltas_become_one_event,
        _a_long_stream_is_one_event,
        _events_come_back_as_they_were,
        _events_go_and_come_back_with_their_session,
    )
)
"""The promises about queries and events."""
