"""Frames: documented columns and dtypes, exact ids, every kind of store, nothing blocked."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given

from session_lab import frames
from session_lab.errors import CorruptData, SessionNotFound, SkippedRowWarning, StoreError
from session_lab.models import (
    MAX_ID,
    AgentSession,
    Page,
    Problem,
    SessionId,
    SessionQuery,
    SessionSummary,
    TextDelta,
    ToolCall,
    ToolCallFinished,
    UserMessage,
)
from session_lab.stores import InMemorySessionStore
from session_lab.views import records
from tests.hostile import HOSTILE, seen_in
from tests.strategies import sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
TEXT = "str" if int(pd.__version__.split(".")[0]) >= 3 else "object"
DTYPES = {"text": TEXT, "time": "datetime64[us, UTC]"}


class PagedStore:
    """Give made-up summaries page by page, and remember what was asked."""

    def __init__(self, total: int, problems: Sequence[Problem] = ()) -> None:
        self.items = [summary(number) for number in range(total)]
        self.problems = tuple(problems)
        self.asked: list[SessionQuery] = []

    async def sessions(self, query: SessionQuery | None = None) -> Page:
        query = query or SessionQuery()
        self.asked.append(query)
        start = int(query.cursor or 0)
        stop = start + query.limit
        return Page(
            items=tuple(self.items[start:stop]),
            next_cursor=str(stop) if stop < len(self.items) else None,
            problems=() if query.cursor else self.problems,
        )


class PlainStore:
    """Keep sessions in a dict, as somebody's first store might; some can't be read."""

    def __init__(self, *known: AgentSession, broken: Sequence[int] = (), gone: int = 0) -> None:
        self.known = {session.id: session for session in known}
        self.broken = {SessionId(number) for number in broken}
        self.gone = [SessionId(1000 + number) for number in range(gone)]

    async def list(self) -> Sequence[SessionId]:
        return [*self.known, *self.broken, *self.gone]

    async def load(self, session_id: SessionId) -> AgentSession | None:
        if session_id in self.broken:
            raise CorruptData("not JSON", where="a.db, row 3", hint="restore it")
        return self.known.get(session_id)

    async def save(self, session: AgentSession) -> None:
        self.known[session.id] = session

    async def delete(self, session_id: SessionId) -> None:
        self.known.pop(session_id, None)


def summary(number: int, **fields: Any) -> SessionSummary:
    return SessionSummary(session_id=SessionId(number), **fields)


def session(number: int = 1) -> AgentSession:
    made = AgentSession(id=number)
    made.push_user("list the files")
    made.push_tool_calls([ToolCall(id="a", name="ls", arguments='{"path": "."}')])
    made.push_tool_result("a", "Error: no such folder")
    made.push_assistant("There is none.", reasoning="hm")
    return made


def dtypes(frame: pd.DataFrame) -> dict[str, str]:
    return {str(name): str(dtype) for name, dtype in frame.dtypes.items()}


async def both_frames(which: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give an empty frame of a kind and a full one."""
    store = InMemorySessionStore()
    await store.save(AgentSession(id=1), label="empty")
    saved = session(2)
    first = await store.save(saved, label="one")
    saved.push_user("more")
    await store.save(saved)
    await store.append_event(2, TextDelta(session_id=SessionId(2), text="Hel"))
    await store.append_event(
        2, ToolCallFinished(session_id=SessionId(2), tool_name="ls", summary="x", denied=True)
    )
    fork = await store.fork(2, first.revision, new_id=3)
    match which:
        case "sessions":
            return await frames.sessions(InMemorySessionStore()), await frames.sessions(store)
        case "messages":
            return frames.messages(AgentSession()), frames.messages(saved)
        case "tool_calls":
            return frames.tool_calls(AgentSession()), frames.tool_calls(saved)
        case "snapshots":
            full = await frames.snapshots(store, fork.session_id)
            return full.iloc[:0], full
        case _:
            return await frames.events(store, 1), await frames.events(store, 2)


COLUMNS = {
    "sessions": records.SESSIONS,
    "messages": records.MESSAGES,
    "tool_calls": records.TOOL_CALLS,
    "snapshots": records.SNAPSHOTS,
    "events": records.EVENTS,
}


@pytest.mark.parametrize("which", COLUMNS)
async def test_an_empty_frame_has_the_columns_and_dtypes_of_a_full_one(which: str):
    declared = {name: DTYPES.get(kind, kind) for name, kind in COLUMNS[which].items()}
    empty, full = await both_frames(which)
    assert (len(empty), dtypes(empty)) == (0, declared)
    assert len(full) > 0
    assert dtypes(full) == declared
    assert empty.index.name == full.index.name
    assert empty.index.dtype == full.index.dtype


@pytest.mark.parametrize("which", COLUMNS)
def test_every_column_is_documented(which: str):
    described = frames.of_summaries if which == "sessions" else getattr(frames, which)
    for column in COLUMNS[which]:
        assert f"``{column}``" in (described.__doc__ or "")


def test_a_frame_of_sessions_is_indexed_by_their_exact_ids():
    ids = [SessionId(MAX_ID, "ext"), SessionId(0, "42"), SessionId(42)]
    frame = frames.of_summaries([SessionSummary(session_id=each) for each in ids])
    assert list(frame.index) == ids
    assert all(type(each) is SessionId for each in frame.index)
    assert frame.index.name == "session"
    assert frame["id"].tolist() == [MAX_ID, 0, 42]
    assert frame["external_id"].isna().tolist() == [False, False, True]


def test_times_are_utc_to_the_microsecond_and_missing_where_unknown():
    when = datetime(2026, 11, 2, 12, 0, 0, 123456, tzinfo=UTC)
    early, late = datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)
    frame = frames.of_summaries(
        [summary(1, updated_at=when), summary(2), summary(3, created_at=early, updated_at=late)]
    )
    assert frame["updated_at"].iloc[0].to_pydatetime() == when
    assert frame["updated_at"].isna().tolist() == [False, True, False]
    assert frame["created_at"].isna().tolist() == [True, True, False]
    assert frame["updated_at"].iloc[2].year == 9999


def test_tags_are_tuples():
    frame = frames.of_summaries([summary(1, tags=("a", "b")), summary(2)])
    assert frame["tags"].tolist() == [("a", "b"), ()]


async def test_all_pages_of_a_store_are_read_in_their_order():
    store = PagedStore(2500)
    frame = await frames.sessions(store)  # type: ignore[arg-type] - all it needs
    assert [each.id for each in frame.index] == list(range(2500))
    assert [query.limit for query in store.asked] == [1000] * 3
    assert [query.cursor for query in store.asked] == [None, "1000", "2000"]


async def test_rows_that_cannot_be_read_are_warned_about_once():
    problem = Problem(where="a.db, row 3", problem="not JSON")
    store = PagedStore(1500, [problem])
    with pytest.warns(SkippedRowWarning, match="a.db, row 3: not JSON") as warned:
        frame = await frames.sessions(store)  # type: ignore[arg-type]
    assert (len(frame), len(warned)) == (1500, 1)


async def test_a_store_that_gives_one_page_for_ever_is_stopped():
    class Stuck(PagedStore):
        async def sessions(self, query: SessionQuery | None = None) -> Page:
            return Page(items=(), next_cursor="0")

    with pytest.raises(StoreError, match="same page again"):
        await frames.sessions(Stuck(0))  # type: ignore[arg-type]


async def test_a_plain_store_is_listed_and_loaded():
    frame = await frames.sessions(PlainStore(session(1), session(2)))
    assert list(frame.index) == [SessionId(1), SessionId(2)]
    row = frame.iloc[0]
    assert (row["messages"], row["turns"], row["tool_calls"], row["errors"]) == (4, 1, 1, 1)
    assert row["preview"] == "list the files"
    assert row["size"] > 0
    assert row["snapshots"] == 1
    assert pd.isna(row["updated_at"])


async def test_a_session_that_cannot_be_read_does_not_hide_the_others():
    store = PlainStore(session(1), broken=[7], gone=2)
    with pytest.warns(SkippedRowWarning, match="session 7: a.db, row 3: not JSON") as warned:
        frame = await frames.sessions(store)
    assert list(frame.index) == [SessionId(1)]
    assert len(warned) == 1


async def test_a_session_of_a_frame_can_be_loaded_by_its_index():
    store = InMemorySessionStore()
    for each in (AgentSession(id="042"), AgentSession(id=MAX_ID), AgentSession(id="7(x)")):
        await store.save(each)
    frame = await frames.sessions(store)
    for session_id in frame.index:
        loaded = await store.load(session_id)
        assert loaded is not None
        assert loaded.id == session_id


def test_messages_are_told_apart():
    frame = frames.messages(session())
    assert frame.index.name == "message"
    assert frame["kind"].tolist() == ["user", "assistant", "tool", "assistant"]
    assert frame["turn"].tolist() == [1, 1, 1, 1]
    assert frame["tool_calls"].tolist() == [0, 1, 0, 0]
    assert frame["tool"].isna().tolist() == [True, True, False, True]
    assert frame.loc[2, ["tool", "tool_call_id", "failed"]].tolist() == ["ls", "a", True]
    assert frame["reasoning"].iloc[3] == "hm"
    assert frame[frame["failed"]].index.tolist() == [2]


def test_tool_calls_stand_with_their_answers():
    made = session()
    made.push_tool_calls([ToolCall(id="b", name="ls", arguments="{")])
    frame = frames.tool_calls(made)
    assert frame["answer"].tolist() == [2, pd.NA]
    assert frame["failed"].tolist() == [True, False]
    assert frame["malformed"].tolist() == [False, True]
    assert frame["parsed"].tolist() == [{"path": "."}, None]
    assert frame["result"].isna().tolist() == [False, True]


async def test_snapshots_are_told_with_their_parents():
    store = InMemorySessionStore()
    made = session()
    first = await store.save(made, label="before")
    made.push_user("more")
    await store.save(made)
    frame = await frames.snapshots(store, 1)
    assert frame.index.tolist() == [1, 2]
    assert frame.index.name == "revision"
    assert frame["session"].tolist() == [SessionId(1)] * 2
    assert frame["messages"].tolist() == [4, 5]
    assert frame["label"].iloc[0] == "before"
    assert frame["parent_revision"].tolist() == [pd.NA, 1]
    assert frame["parent_session"].tolist() == [None, SessionId(1)]
    assert frame["digest"].iloc[0] == first.digest


async def test_events_are_told_in_their_order():
    _, frame = await both_frames("events")
    assert frame.index.tolist() == [1, 2]
    assert frame.index.name == "seq"
    assert frame["event"].tolist() == ["textDelta", "toolCallFinished"]
    assert frame["after_revision"].tolist() == [2, 2]
    assert frame["text"].tolist() == ["Hel", "x"]
    assert frame["denied"].tolist() == [False, True]
    assert frame["data"].iloc[1]["tool_name"] == "ls"


@pytest.mark.parametrize("ask", [frames.snapshots, frames.events])
async def test_a_store_without_history_says_what_to_do(ask: Any):
    with pytest.raises(StoreError, match=r"PlainStore keeps no .*What to do: capture"):
        await ask(PlainStore(session()), 1)


async def test_a_session_that_is_not_there_has_no_snapshots():
    with pytest.raises(SessionNotFound):
        await frames.snapshots(InMemorySessionStore(), 99)


async def test_a_session_without_events_has_an_empty_frame_of_them():
    # Events may come before the first save, so a session not yet saved is no error.
    assert (await frames.events(InMemorySessionStore(), 99)).empty


def test_texts_are_exact_but_for_lone_surrogates():
    texts = ["\x1b[31m\u202e\x00", "Straße 你好", "\ud800!", ""]
    made = AgentSession(chat_messages=[UserMessage(content=text) for text in texts])
    frame = frames.messages(made)
    assert frame["text"].tolist() == [*texts[:2], r"\ud800!", ""]
    repr(frame).encode()
    frame.to_csv().encode()


@pytest.mark.parametrize("text", HOSTILE)
def test_a_frame_shows_hostile_text_as_text(text: str):
    made = AgentSession(id=1, chat_messages=[UserMessage(content=text)])
    frame = frames.messages(made)[["role", "text"]]
    harmless = frames.messages(AgentSession(id=1, chat_messages=[UserMessage(content="x")]))
    seen, expected = (
        {name for name, _ in seen_in(shown._repr_html_()).shape}  # type: ignore[operator]
        for shown in (frame, harmless[["role", "text"]])
    )
    assert seen == expected


@given(sessions())
def test_any_session_has_frames(made: AgentSession):
    assert len(frames.messages(made)) == len(made.chat_messages)
    declared = {name: DTYPES.get(kind, kind) for name, kind in records.TOOL_CALLS.items()}
    assert dtypes(frames.tool_calls(made)) == declared


def test_without_pandas_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"session-lab\[lab\]"):
        frames.of_summaries([])


async def test_without_pandas_no_store_is_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    store = PagedStore(1)
    with pytest.raises(ImportError, match=r"session-lab\[lab\]"):
        await frames.sessions(store)  # type: ignore[arg-type]
    assert not store.asked


def test_importing_frames_does_not_import_pandas():
    code = "import sys, session_lab.frames; print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_what_is_no_session_is_refused_in_words():
    for make in (frames.messages, frames.tool_calls):
        with pytest.raises(TypeError, match=r"give a session, such as .* not int"):
            make(42)
