r"""Sessions, messages, tool calls, snapshots and events as pandas DataFrames.

pandas is imported inside the functions, so that whoever makes no frames needs none.  Columns are
declared as data in ``views/records.py`` and explained in the docstring of the function that fills
them; an empty frame has the same columns and dtypes as a full one.

- ``text`` columns are pandas 3's ``str`` (``object`` in pandas 2), missing where there is nothing.
  Texts are exact and untrusted: show them with pandas' own reprs, never with ``escape=False``.  The
  one exception: a lone surrogate, which has no UTF-8 form, stands as its escape (``\ud800``).
- times are ``datetime64[us, UTC]``, NaT where the source has none.
- counts are ``int64``; numbers that can be missing are ``Int64``; ids are ``uint64``.
"""

from __future__ import annotations

import asyncio
import warnings
from typing import TYPE_CHECKING, Any

from session_lab.errors import SessionLabError, SkippedRowWarning, StoreError
from session_lab.models import AgentSession, SessionId, SessionQuery, SessionSummary
from session_lab.stores.rules import summary_of_session
from session_lab.views.difference_records import DIFF, diff_records
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from types import ModuleType

    import pandas as pd

    from session_lab.diffing import SessionDiff
    from session_lab.models import Page, SessionRef, Snapshot, StoredEvent
    from session_lab.stores.base import SessionStore

    DataFrame = pd.DataFrame  # for the annotations of lower layers, which don't know pandas

__all__ = ["events", "messages", "of_diff", "of_summaries", "sessions", "snapshots", "tool_calls"]

# -- sessions --------------------------------------------------------------------------------------


async def sessions(store: SessionStore) -> pd.DataFrame:
    """Give all sessions of a store, most recently updated first.

    A store without ``sessions`` is listed and its sessions are loaded one by one.  A session that
    can't be read is left out with a ``SkippedRowWarning``.

    Args:
        store: any store.

    Returns:
        One row a session, as ``of_summaries`` describes.

    Raises:
        ImportError: pandas is not installed.
        StoreError: the store can't be read.

    >>> from session_lab import run
    >>> from session_lab.stores import InMemorySessionStore
    >>> run(sessions(InMemorySessionStore())).empty
    True
    """
    await asyncio.to_thread(_pandas)
    if hasattr(store, "sessions"):
        summaries = await _by_pages(store)
    else:
        summaries = await _by_loading(store)
    # A frame of many sessions takes a while: the event loop goes on meanwhile.
    return await asyncio.to_thread(of_summaries, summaries)


async def _by_pages(store: Any) -> list[SessionSummary]:
    summaries: list[SessionSummary] = []
    cursor: str | None = None
    while True:
        page: Page = await store.sessions(SessionQuery(limit=1000, cursor=cursor))
        summaries += page.items
        for problem in page.problems:
            _warn_skipped(
                f"{problem.where}: {problem.problem}" if problem.where else problem.problem
            )
        if page.next_cursor is None:
            return summaries
        if page.next_cursor == cursor:
            raise StoreError(
                "the store gives the same page again and again",
                where=f"{type(store).__name__}.sessions",
                hint="its next_cursor must be None on the last page",
            )
        cursor = page.next_cursor


async def _by_loading(store: SessionStore) -> list[SessionSummary]:
    summaries = []
    for session_id in await store.list():
        try:
            session = await store.load(session_id)
        except SessionLabError as error:
            _warn_skipped(f"session {session_id}: {error}")
            continue
        if session is not None:  # None: deleted since it was listed
            summaries.append(await asyncio.to_thread(summary_of_session, session_id, session))
    return summaries


def _warn_skipped(problem: str) -> None:
    warnings.warn(SkippedRowWarning(f"not in the frame: {problem}"), stacklevel=4)


def of_summaries(summaries: Iterable[SessionSummary]) -> pd.DataFrame:
    """Give summaries of sessions as a frame, in their order.

    Args:
        summaries: as a store's ``sessions`` gives them in ``Page.items``.

    Returns:
        One row a session.  The index, ``session``, holds ``SessionId`` objects, so that
        ``store.load(frame.index[0])`` means exactly that session.  Columns: ``id`` (uint64),
        ``external_id``, ``title`` (text), ``created_at``, ``updated_at`` (times), ``snapshots``,
        ``messages``, ``turns``, ``tool_calls``, ``errors``, ``size`` (int64; the size in bytes),
        ``preview`` (text) and ``tags`` (object: a tuple of texts).

    Raises:
        ImportError: pandas is not installed.

    >>> frame = of_summaries([SessionSummary(session_id=SessionId(2**64 - 1), messages=2)])
    >>> frame.index[0], int(frame["id"].iloc[0]), int(frame["messages"].iloc[0])
    (SessionId(18446744073709551615), 18446744073709551615, 2)
    """
    rows = list(summaries)
    index = _pandas().Index([row.session_id for row in rows], dtype=object, name="session")
    return _frame(SESSIONS, session_records(rows), index)


# -- one session -----------------------------------------------------------------------------------


def _check_session(session: object) -> None:
    if not isinstance(session, AgentSession):
        kind = type(session).__name__
        raise TypeError(f"give a session, such as `await store.load(id)`, not {kind}")


def messages(session: AgentSession) -> pd.DataFrame:
    """Give the messages of a session, ephemeral ones too.

    Args:
        session: the session; it is not changed.

    Returns:
        One row a message; the index, ``message``, counts from 0.  Columns: ``turn`` (int64, 1 from
        the first User message on), ``kind`` (text: system, user, assistant, tool, custom or
        unknown), ``role``, ``text`` (text), ``length`` (int64, characters of the text),
        ``reasoning`` (text), ``tool_calls`` (int64, how many it makes), ``tool_call_id``, ``tool``
        (text, of Tool messages), ``failed`` (bool, a Tool message that reports a failure),
        ``images`` (int64), ``ephemeral`` (bool) and ``digest`` (text).

    Raises:
        ImportError: pandas is not installed.

    >>> from session_lab.models import AgentSession
    >>> session = AgentSession(id=1)
    >>> session.push_user("hi")
    >>> messages(session)["text"].tolist()
    ['hi']
    """
    _check_session(session)
    rows = message_records(session)
    return _frame(MESSAGES, rows, _pandas().RangeIndex(len(rows), name="message"))


def tool_calls(session: AgentSession) -> pd.DataFrame:
    """Give the tool calls of a session, each with its answer.

    Args:
        session: the session; it is not changed.

    Returns:
        One row a call, in their order.  Columns: ``message`` (int64, the index of the message that
        makes it), ``number`` (int64, its place in the batch), ``turn`` (int64), ``id``, ``name``,
        ``arguments`` (text), ``parsed`` (object: the arguments as a JSON value, None where
        malformed), ``malformed`` (bool), ``answer`` (Int64, the index of the Tool message that
        answers it, missing where there is none), ``result`` (text) and ``failed`` (bool, the answer
        reports a failure).

    Raises:
        ImportError: pandas is not installed.

    >>> from session_lab.models import AgentSession, ToolCall
    >>> session = AgentSession(id=1)
    >>> session.push_tool_calls([ToolCall(id="a", name="ls", arguments='{"path": "."}')])
    >>> tool_calls(session)["parsed"].tolist()
    [{'path': '.'}]
    """
    _check_session(session)
    rows = tool_call_records(session)
    return _frame(TOOL_CALLS, rows, _pandas().RangeIndex(len(rows)))


def of_diff(diff: SessionDiff) -> pd.DataFrame:
    """Give what changed between two sessions as a frame.

    Args:
        diff: as ``session_lab.diff`` gives it.

    Returns:
        One row a message, in the order of ``diff.ops``.  Columns: ``op`` (text: same, added,
        removed, edited or moved), ``a_index``, ``b_index`` (Int64, where the message stands among
        the stored messages of the old and of the new session, missing where it doesn't),
        ``moved`` (bool, also of edited ones), ``kind``, ``role`` (text), ``fields`` (object: a
        tuple with the names of the fields that were edited), ``old_text`` and ``new_text`` (text).

    Raises:
        ImportError: pandas is not installed.

    >>> from session_lab import diff
    >>> from session_lab.models import AgentSession
    >>> a, b = AgentSession(), AgentSession()
    >>> b.push_user("hi")
    >>> of_diff(diff(a, b))["op"].tolist()
    ['added']
    """
    rows = diff_records(diff)
    return _frame(DIFF, rows, _pandas().RangeIndex(len(rows)))


# -- history ---------------------------------------------------------------------------------------


async def snapshots(store: SessionStore, session_id: SessionRef) -> pd.DataFrame:
    """Give the snapshots of a session, oldest first.

    Args:
        store: a store that keeps snapshots.
        session_id: the session.

    Returns:
        One row a snapshot; the index is ``revision`` (int64).  Columns: ``session`` (object: the
        ``SessionId``), ``label`` (text), ``recorded_at`` (time), ``parent_session`` (object: a
        ``SessionId`` or None), ``parent_revision`` (Int64), ``diverged`` (bool), ``digest`` (text),
        ``messages``, ``turns``, ``tool_calls``, ``errors``, ``size`` (int64; the size in bytes),
        and what saved it where that is known: ``kernel``, ``cell`` (text), ``execution_count``
        (Int64), ``file``, ``git_commit`` (text).

    Raises:
        ImportError: pandas is not installed.
        SessionNotFound: there is no such session.
        StoreError: the store keeps no snapshots.
    """
    rows: Sequence[Snapshot] = await _ask(store, "snapshots", session_id)
    return await asyncio.to_thread(_snapshots_frame, rows)


def _snapshots_frame(rows: Sequence[Snapshot]) -> pd.DataFrame:
    index = _pandas().Index([row.revision for row in rows], dtype="int64", name="revision")
    return _frame(SNAPSHOTS, snapshot_records(rows), index)


async def events(store: SessionStore, session_id: SessionRef) -> pd.DataFrame:
    """Give the runtime events of a session, oldest first; none is no error.

    Args:
        store: a store that keeps events.
        session_id: the session.

    Returns:
        One row an event; the index is ``seq`` (int64).  Columns: ``at`` (time), ``after_revision``
        (int64, the head when it happened), ``event`` (text, its kind as the wire names it),
        ``tool`` (text), ``text`` (text: streamed words, arguments, a result, a question, a
        checkpoint's step or a plan's objective), ``denied`` (bool), ``agent_id``, ``trace_id``
        (text) and ``data`` (object: the event's JSON object).

    Raises:
        ImportError: pandas is not installed.
        StoreError: the store keeps no events.
    """
    rows: Sequence[StoredEvent] = await _ask(store, "events", session_id)
    return await asyncio.to_thread(_events_frame, rows)


def _events_frame(rows: Sequence[StoredEvent]) -> pd.DataFrame:
    index = _pandas().Index([row.seq for row in rows], dtype="int64", name="seq")
    return _frame(EVENTS, event_records(rows), index)


async def _ask(store: SessionStore, call: str, session_id: SessionRef) -> Any:
    await asyncio.to_thread(_pandas)
    method = getattr(store, call, None)
    if method is None:
        raise StoreError(
            f"{type(store).__name__} keeps no {call}",
            hint="capture its sessions into a store that does: InMemorySessionStore().capture(store)",
        )
    return await method(SessionId.of(session_id))


# -- pandas ----------------------------------------------------------------------------------------


def _pandas() -> ModuleType:
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            'frames need pandas, which is not installed; run: pip install "session-lab[lab]"'
        ) from error
    return pd


def _frame(
    columns: Mapping[str, str], rows: Sequence[tuple[Any, ...]], index: pd.Index[Any]
) -> pd.DataFrame:
    pandas = _pandas()
    values = zip(*rows, strict=True) if rows else [()] * len(columns)
    data = {}
    for (name, kind), column in zip(columns.items(), values, strict=True):
        cells = [_utf8(cell) for cell in column] if kind == "text" else list(column)
        data[name] = pandas.Series(cells, index=index, dtype=_dtype(pandas, kind))
    frame: pd.DataFrame = pandas.DataFrame(data, index=index)
    return frame


def _utf8(text: str | None) -> str | None:
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _dtype(pandas: ModuleType, kind: str) -> Any:
    if kind == "time":
        return "datetime64[us, UTC]"
    if kind != "text":
        return kind
    if int(pandas.__version__.split(".")[0]) < 3:  # noqa: PLR2004 - where texts became `str`
        return "object"
    # Kept as Python texts whether pyarrow is there or not: a frame is the same on every machine.
    return pandas.StringDtype(storage="python", na_value=float("nan"))
