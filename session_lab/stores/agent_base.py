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
import sqlite3
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Self, TypeVar

from session_lab.errors import (
    FormatError,
    ReadOnlyStore,
    SessionLabError,
    SkippedRowWarning,
    StoreClosed,
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
from session_lab.stores.agent_base_rows import (
    Row,
    as_text,
    connect,
    data_of,
    find,
    new_key,
    newest_form,
    parse_key,
    preferred,
    text_in,
    writing,
)
from session_lab.stores.driver_errors import translator
from session_lab.stores.files import OpenFile, path_of
from session_lab.stores.query import found, page_of
from session_lab.stores.rules import freeze_state, search_text, summary_of_session
from session_lab.stores.worker import Source, Worker

__all__ = ["AgentBaseStore"]

T = TypeVar("T")

Rows = list[Row]
Problems = list[Problem]


class _Listing(NamedTuple):
    connection: sqlite3.Connection
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
        self.path = path_of(path)
        self.read_only = read_only
        self._closed = False
        self._listing: _Listing | None = None
        file = OpenFile(self.path, "ro" if read_only else "rwc")
        self._worker = Worker(
            Source(functools.partial(connect, file, self.path, read_only), file.changed),
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
        row = preferred(find(connection, session_id))
        return None if row is None else self._read(connection, row)

    def _read(self, connection: sqlite3.Connection, row: Row) -> AgentSession | None:
        """Read a row, None where it was deleted since it was found."""
        place = f"{self.path}, row {row.rowid} (session {row.session_id})"
        data = data_of(connection, row)
        if data is None:
            return None
        try:
            session = AgentSession.from_json(text_in(data[0], "data"))
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
                text = text_in(key, "key")
                rows.append(Row(rowid, text, parse_key(text)))
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
        with writing(connection):
            row = preferred(find(connection, session.id))
            form = newest_form(connection)
            converted = session.to_json(version=None if form in (None, session.form) else form)
            data = as_text(converted, "session")
            if row is None:
                key = as_text(new_key(connection, session.id), "id")
                connection.execute("INSERT INTO sessions (id, data) VALUES (?, ?)", (key, data))
            else:
                # In place: what else somebody's table has in the row stays, and a table without a
                # unique key gets no second row, which nobody would read.
                values = (data, row.rowid)
                connection.execute("UPDATE sessions SET data = ? WHERE rowid = ?", values)

    async def delete(self, session_id: SessionRef) -> None:
        """Remove a session's rows, of both kinds of key; one that is not there is no error.

        Raises:
            ReadOnlyStore: the store was opened for reading.
        """
        self._check_writable()
        wanted = SessionId.of(session_id)

        def job(connection: sqlite3.Connection) -> None:
            self._listing = None
            with writing(connection):
                for row in find(connection, wanted):
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
        try:
            session = self._load(connection, summary.session_id)
        except SessionLabError:
            return  # damaged since it was listed; the next listing reports it
        yield from map(search_text, session.chat_messages if session else ())

    def _listed(self, connection: sqlite3.Connection) -> _Listing:
        """Give all summaries, read anew only when the file has changed."""
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        # The number is the connection's own: after the file was opened again it says nothing.
        seen = None if self._listing is None else (self._listing.connection, self._listing.version)
        if self._listing is None or seen != (connection, version):
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
                session = self._read(connection, preferred(same) or same[0])
                if session is not None:
                    summaries.append(summary_of_session(session_id, session))
            except SessionLabError as error:
                problems.append(Problem.of(error, session_id))
            except sqlite3.Error as error:
                problems.append(Problem.of(translator(self.path)(error), session_id))
        return _Listing(connection, version, tuple(summaries), tuple(problems))
