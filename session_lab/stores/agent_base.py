"""``AgentBaseStore``: the database of agent-base's own ``SqliteSessionStore``.

One table, ``sessions(id TEXT PRIMARY KEY, data TEXT NOT NULL)``, one JSON text a session.  Keys are
the session id as JSON, ``{"id":42,"external_id":null}``; unreleased states of the crate before 0.1.14
wrote the display form, ``42(ext)``.  A file may hold both kinds, for one session too: then the JSON
one is the newer.  Source: agent-base ``session_store.rs``, the same from 0.1.14 to 0.12.0.

Opened for reading unless asked otherwise.  What is written, the Rust side reads: the kind of key that
is there is kept, and a session takes the form of the file's newest row.
"""

from __future__ import annotations

import functools
import os
import re
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar

from session_lab.errors import (
    FormatError,
    ReadOnlyStore,
    SessionLabError,
    SkippedRowWarning,
    StoreClosed,
    StoreError,
)
from session_lab.models import (
    AgentSession,
    Page,
    Problem,
    SessionId,
    SessionQuery,
    SessionRef,
    SessionSummary,
)
from session_lab.models.jsonvalue import parse_json
from session_lab.models.wire import form_of
from session_lab.stores.driver_errors import translator
from session_lab.stores.query import found, page_of
from session_lab.stores.rules import freeze_state, search_text, state_facts
from session_lab.stores.worker import Worker

__all__ = ["AgentBaseStore"]

T = TypeVar("T")

_DISPLAY = re.compile(r"(?:0|[1-9][0-9]{0,19})(?:\(.*\))?", re.ASCII | re.DOTALL)
_CREATE = """CREATE TABLE IF NOT EXISTS sessions (
                id   TEXT PRIMARY KEY,
                data TEXT NOT NULL
            )"""


class _Row(NamedTuple):
    rowid: int
    key: bytes
    session_id: SessionId


Rows = list[_Row]
Problems = list[Problem]


class _Listing(NamedTuple):
    version: int
    summaries: tuple[SessionSummary, ...]
    problems: tuple[Problem, ...]


class AgentBaseStore:
    """Read and write the sessions of an agent-base database: one state each, no history.

    Args:
        path: the database file.
        read_only: refuse to write (the default); the file's bytes then never change.

    Has the four calls of ``SessionStore``, and ``sessions`` and ``count``.  A row that can't be read
    is reported in the page's ``problems`` and hides no other.

    >>> AgentBaseStore("sessions.db")
    AgentBaseStore('sessions.db', read_only=True)
    """

    def __init__(self, path: str | os.PathLike[str], *, read_only: bool = True) -> None:
        self.path = Path(path)
        self.read_only = read_only
        self._closed = False
        self._listing: _Listing | None = None
        self._worker = Worker(
            functools.partial(_connect, self.path, read_only),
            translator(self.path),
            name=f"agent-base {self.path.name}",
        )

    def __repr__(self) -> str:
        return f"AgentBaseStore({str(self.path)!r}, read_only={self.read_only})"

    async def close(self) -> None:
        """Close the file and end the thread; closing twice is no error."""
        self._closed = True
        await self._worker.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _call(self, job: Callable[[sqlite3.Connection], T]) -> T:
        if self._closed:
            raise StoreClosed("this store is closed", hint="open it again with open_store")
        return await self._worker.call(job)

    def _check_writable(self) -> None:
        if self.read_only:
            raise ReadOnlyStore(
                "the agent-base database was opened for reading only",
                where=str(self.path),
                hint="open it with open_store(path, read_only=False), with the agent stopped",
            )

    async def load(self, session_id: SessionRef) -> AgentSession | None:
        """Give a session, None where there is none.

        Raises:
            FormatError: its row can't be read; the error names file, row and JSON path.
        """
        wanted = SessionId.of(session_id)
        return await self._call(lambda connection: self._load(connection, wanted))

    def _load(self, connection: sqlite3.Connection, session_id: SessionId) -> AgentSession | None:
        row = _preferred(_find(connection, session_id))
        return None if row is None else self._read(connection, row)

    def _read(self, connection: sqlite3.Connection, row: _Row) -> AgentSession:
        place = f"{self.path}, row {row.rowid} (session {row.session_id})"
        found_row = connection.execute(
            "SELECT data FROM sessions WHERE rowid = ?", (row.rowid,)
        ).fetchone()
        try:
            session = AgentSession.from_json(_text(found_row[0], "data"))
        except FormatError as error:
            raise error.located(place) from error
        if session.id != row.session_id:
            inside = "no id" if session.id is None else f"the id {session.id}"
            raise FormatError(
                f"the session inside has {inside}",
                where=f"{place}, $.id",
                hint="write the key's id into the JSON, or remove the row",
            )
        session.origin = {
            "format": "agent-base",
            "native_id": row.key.decode("utf-8", "replace"),
            "form": session.form,
        }
        return session

    async def list(self) -> Sequence[SessionId]:
        """Give the ids of all rows whose key can be read, in the order of the keys' text."""
        rows, problems = await self._call(self._rows)
        for problem in problems:
            warnings.warn(SkippedRowWarning(f"{problem.where}: {problem.problem}"), stacklevel=2)
        return tuple(dict.fromkeys(row.session_id for row in rows))

    def _rows(self, connection: sqlite3.Connection) -> tuple[Rows, Problems]:
        rows: Rows = []
        problems: Problems = []
        for rowid, key in connection.execute("SELECT rowid, id FROM sessions ORDER BY id"):
            try:
                text = _text(key, "key")
                rows.append(_Row(rowid, text, _parse_key(text)))
            except FormatError as error:
                problems.append(Problem.of(error.located(f"{self.path}, row {rowid}")))
        return rows, problems

    async def save(self, session: AgentSession) -> None:
        """Write the session's present state over the one that is there.

        Raises:
            ReadOnlyStore: the store was opened for reading.
            StoreError: the session has no id.
        """
        self._check_writable()
        state = freeze_state(session)
        await self._call(lambda connection: self._save(connection, state.session))

    def _save(self, connection: sqlite3.Connection, session: AgentSession) -> None:
        assert session.id is not None  # noqa: S101 - freeze_state checked
        self._listing = None
        connection.execute("BEGIN IMMEDIATE")
        try:
            row = _preferred(_find(connection, session.id))
            form = _newest_form(connection)
            data = session.to_json(version=None if form in (None, session.form) else form)
            key = row.key if row else _new_key(connection, session.id)
            connection.execute(
                "INSERT OR REPLACE INTO sessions (id, data) VALUES (?, ?)",
                (_as_text(key, "id"), _as_text(data, "session")),
            )
            connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    async def delete(self, session_id: SessionRef) -> None:
        """Remove a session's rows, of both kinds of key; one that is not there is no error.

        Raises:
            ReadOnlyStore: the store was opened for reading.
        """
        self._check_writable()
        wanted = SessionId.of(session_id)

        def job(connection: sqlite3.Connection) -> None:
            self._listing = None
            for row in _find(connection, wanted):
                connection.execute("DELETE FROM sessions WHERE rowid = ?", (row.rowid,))

        await self._call(job)

    async def sessions(self, query: SessionQuery | None = None) -> Page:
        """Give a page of summaries; the database knows no times and no titles."""
        wanted = query or SessionQuery()

        def job(connection: sqlite3.Connection) -> Page:
            listing = self._listed(connection)
            texts = functools.partial(self._texts, connection)
            return page_of(listing.summaries, wanted, texts, listing.problems)

        return await self._call(job)

    async def count(self, query: SessionQuery | None = None) -> int:
        """Count the sessions a query finds, those that can't be read left out."""
        wanted = query or SessionQuery()

        def job(connection: sqlite3.Connection) -> int:
            texts = functools.partial(self._texts, connection)
            return len(found(self._listed(connection).summaries, wanted, texts))

        return await self._call(job)

    def _texts(self, connection: sqlite3.Connection, summary: SessionSummary) -> Iterator[str]:
        session = self._load(connection, summary.session_id)
        yield from map(search_text, session.chat_messages if session else ())

    def _listed(self, connection: sqlite3.Connection) -> _Listing:
        """Give all summaries, read anew only when the file has changed."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        if self._listing is None or self._listing.version != version:
            self._listing = self._summarize(connection, version)
        return self._listing

    def _summarize(self, connection: sqlite3.Connection, version: int) -> _Listing:
        rows, problems = self._rows(connection)
        by_id: dict[SessionId, Rows] = {}
        for row in rows:
            by_id.setdefault(row.session_id, []).append(row)
        summaries = []
        for session_id, same in by_id.items():
            try:
                best = _preferred(same) or same[0]
                summaries.append(_summary(self._read(connection, best)))
            except SessionLabError as error:
                problems.append(Problem.of(error, session_id))
            except sqlite3.Error as error:
                problems.append(Problem.of(translator(self.path)(error), session_id))
        return _Listing(version, tuple(summaries), tuple(problems))


def _connect(path: Path, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - passed on
    mode = "ro" if read_only else "rwc"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=5.0,
    )
    # A row may hold bytes that are no UTF-8: they are reported, row by row.
    connection.text_factory = bytes
    try:
        _check_tables(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_tables(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    names = sorted(
        name.decode("utf-8", "replace")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    )
    columns = {
        name.decode("utf-8", "replace")
        for (name,) in connection.execute("SELECT name FROM pragma_table_info('sessions')")
    }
    if not names and not read_only:
        connection.execute(_CREATE)
    elif not columns >= {"id", "data"}:
        raise FormatError(
            "this is no agent-base database: it has no table sessions(id, data), but "
            f"{', '.join(names[:5]) or 'no table at all'}",
            where=str(path),
            hint="open it with open_store, which tells what a file holds",
        )


def _text(value: Any, column: str) -> bytes:
    if isinstance(value, bytes):
        return value
    raise FormatError(
        f"the {column} is {type(value).__name__}, not text", hint="repair or remove the row"
    )


def _as_text(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise StoreError(f"the {what} can't be written as UTF-8") from error


def _parse_key(key: bytes) -> SessionId:
    try:
        if key.startswith(b"{"):
            return SessionId.from_json(key)
        text = key.decode()
        session_id = SessionId.of(text)
        if _DISPLAY.fullmatch(text) and str(session_id) == text:
            return session_id
    except (FormatError, UnicodeDecodeError):
        pass
    raise FormatError(
        f"the key {key[:80].decode('utf-8', 'replace')!r} is no session id",
        hint='keys look like {"id":42,"external_id":null}; repair or remove the row',
    )


def _find(connection: sqlite3.Connection, session_id: SessionId) -> Rows:
    """Give the rows of a session: the JSON key's, the display key's."""
    try:
        keys = [session_id.to_json().decode(), str(session_id)]
        rows = connection.execute("SELECT rowid, id FROM sessions WHERE id IN (?, ?)", keys)
        exact = [_Row(rowid, key, session_id) for rowid, key in rows]
    except UnicodeEncodeError:
        exact = []
    return exact or list(_spelled_otherwise(connection, session_id))


def _spelled_otherwise(connection: sqlite3.Connection, session_id: SessionId) -> Iterable[_Row]:
    # A key that was written by hand, such as {"id": 42}: listed, so it must be found as well.
    for rowid, key in connection.execute("SELECT rowid, id FROM sessions WHERE id LIKE '{%'"):
        try:
            if isinstance(key, bytes) and _parse_key(key) == session_id:
                yield _Row(rowid, key, session_id)
        except FormatError:
            continue


def _preferred(rows: Sequence[_Row]) -> _Row | None:
    """Give the row that newer crates read: the one with the JSON key."""
    for row in rows:
        if row.key.startswith(b"{"):
            return row
    return rows[0] if rows else None


def _new_key(connection: sqlite3.Connection, session_id: SessionId) -> bytes:
    """Give the key of a new row, of the kind the file has."""
    json_keys, all_keys = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE id LIKE '{%'), COUNT(*) FROM sessions"
    ).fetchone()
    if all_keys and not json_keys:
        return str(session_id).encode()
    return session_id.to_json()


def _newest_form(connection: sqlite3.Connection) -> str | None:
    """Give the form of the row written last, None where that can't be told."""
    row = connection.execute("SELECT data FROM sessions ORDER BY rowid DESC LIMIT 1").fetchone()
    if row is None:
        return None
    try:
        value = parse_json(_text(row[0], "data"))
    except FormatError:
        return None
    return form_of(value) if isinstance(value, dict) else None


def _summary(session: AgentSession) -> SessionSummary:
    assert session.id is not None  # noqa: S101 - read with its key's id
    facts = state_facts(session.chat_messages)
    return SessionSummary(
        session_id=session.id,
        messages=facts.messages,
        turns=facts.turns,
        tool_calls=facts.tool_calls,
        errors=facts.errors,
        preview=facts.preview,
        size=facts.size,
    )
