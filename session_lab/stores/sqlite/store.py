"""``SqliteSessionStore``: each call is one hop to the store's thread and one transaction there."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Concatenate, Literal, ParamSpec, TypeVar

from session_lab.errors import ReadOnlyStore
from session_lab.models import (
    AgentSession,
    Annotations,
    Page,
    Problem,
    RuntimeEvent,
    SessionId,
    SessionQuery,
    SessionRef,
    Snapshot,
    StoredEvent,
    TrashEntry,
)
from session_lab.models.jsonvalue import encode_json
from session_lab.stores.common import BaseSnapshotStore, Save, skipped
from session_lab.stores.driver_errors import translator
from session_lab.stores.files import OpenFile, path_of
from session_lab.stores.rules import AnnotationChange, check_annotations, check_label
from session_lab.stores.sqlite import events, heads, query, schema, trash, writing
from session_lab.stores.sqlite.rows import (
    SNAPSHOT_COLUMNS,
    first_id,
    id_of_key,
    readable,
    reading,
    reading_row,
    snapshot_of,
)
from session_lab.stores.sqlite.rows import writing as transaction
from session_lab.stores.worker import Source, Worker

__all__ = ["SqliteSessionStore"]

P = ParamSpec("P")
T = TypeVar("T")
Job = Callable[Concatenate[sqlite3.Connection, P], T]
Durability = Literal["full", "normal"]


class SqliteSessionStore(BaseSnapshotStore):
    """Keep sessions and all their snapshots in a SQLite file (the promises: ``SnapshotStore``).

    Args:
        path: the file; a new one is made at the first call, its folder must exist.
        durability: ``full``: a save that returned survives a power failure; ``normal``: it
            survives a crash of the process, the last ones may be lost with the power.
        read_only: refuse to write.

    Several stores, processes and event loops may use one file at once.

    >>> import asyncio, tempfile
    >>> async def demo(folder):
    ...     async with SqliteSessionStore(folder + "/sessions.db") as store:
    ...         session = AgentSession(id=1)
    ...         session.push_user("hi")
    ...         await store.save(session)
    ...         return await store.list()
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     asyncio.run(demo(folder))
    [SessionId(1)]
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        durability: Durability = "full",
        read_only: bool = False,
    ) -> None:
        super().__init__()
        if durability not in ("full", "normal"):
            raise ValueError(f"durability is 'full' or 'normal', not {durability!r}")
        self.path = path_of(path)
        self.durability: Durability = durability
        self.read_only = read_only
        self._cache = heads.HeadCache()
        file = OpenFile(self.path, "ro" if read_only else "rwc")
        self._worker = Worker(
            Source(
                functools.partial(_connect, file, self.path, durability, read_only), file.changed
            ),
            translator(self.path),
            name=f"session-lab {self.path.name}",
        )

    def __repr__(self) -> str:
        mode = ", read_only=True" if self.read_only else ""
        return f"SqliteSessionStore({str(self.path)!r}{mode})"

    async def close(self) -> None:
        """Finish what was begun, then close the file and end the thread."""
        self._closed = True
        await self._worker.close()

    async def _read(self, job: Job[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._check_open()

        def run(connection: sqlite3.Connection) -> T:
            with reading(connection):
                return job(connection, *args, **kwargs)

        return await self._worker.call(run)

    async def _write(self, job: Job[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self._check_open()
        if self.read_only:
            raise ReadOnlyStore(
                "this store was opened for reading only",
                where=str(self.path),
                hint="open it with open_store(path, read_only=False)",
            )
        return await self._worker.call(lambda connection: job(connection, *args, **kwargs))

    @property
    def _where(self) -> str:
        return str(self.path)

    # -- saving and loading ---------------------------------------------------------------------

    async def _record(self, save: Save) -> tuple[Snapshot, bool]:
        return await self._write(writing.record, save, self._cache)

    async def load(
        self, session_id: SessionRef, snapshot: int | str | None = None
    ) -> AgentSession | None:
        """Give the session as it was in a snapshot (see ``SnapshotStore.load``)."""
        wanted = SessionId.of(session_id)
        found = await self._read(_load, wanted, snapshot, self._where)
        if found is None:
            return None
        session, revision = found
        self._standing.put(session, wanted, revision)
        return session

    async def list(self) -> Sequence[SessionId]:
        """Give the ids of all sessions, in their order."""
        ids, problems = await self._read(_list, self._where)
        skipped(problems)
        return ids

    async def snapshots(self, session_id: SessionRef) -> Sequence[Snapshot]:
        """Give a session's snapshots, oldest first."""
        snapshots, problems = await self._read(_snapshots, SessionId.of(session_id), self._where)
        skipped(problems)
        return tuple(snapshots)

    # -- naming ---------------------------------------------------------------------------------

    async def label(
        self, session_id: SessionRef, snapshot: int | str, name: str | None
    ) -> Snapshot:
        """Give a snapshot a name (see ``SnapshotStore.label``)."""
        label = None if name is None else check_label(name)
        return await self._write(writing.relabel, SessionId.of(session_id), snapshot, label)

    async def annotate(
        self,
        session_id: SessionRef,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Give a session a title, tags or metadata (see ``SnapshotStore.annotate``)."""
        change = check_annotations(title, tags, metadata)
        await self._write(_annotate, SessionId.of(session_id), change)

    async def fork(
        self,
        session_id: SessionRef,
        snapshot: int | str | None = None,
        *,
        new_id: SessionRef | None = None,
    ) -> Snapshot:
        """Start a new session from a snapshot (see ``SnapshotStore.fork``)."""
        target = None if new_id is None else SessionId.of(new_id)
        return await self._write(
            writing.fork, SessionId.of(session_id), snapshot, target, self._where
        )

    async def revert(self, session_id: SessionRef, snapshot: int | str) -> Snapshot:
        """Make an old snapshot's content the new head (see ``SnapshotStore.revert``)."""
        return await self._write(writing.revert, SessionId.of(session_id), snapshot, self._where)

    # -- trash ----------------------------------------------------------------------------------

    async def delete(self, session_id: SessionRef) -> None:
        """Move a session to the trash; one that is not there is no error."""
        await self._write(trash.delete, SessionId.of(session_id))

    async def delete_snapshot(self, session_id: SessionRef, snapshot: int | str) -> None:
        """Move one snapshot to the trash; with the last one the session goes."""
        await self._write(trash.delete_snapshot, SessionId.of(session_id), snapshot)

    async def trash(self) -> Sequence[TrashEntry]:
        """Give what can be taken back, newest first."""
        entries, problems = await self._read(trash.trash, self._where)
        skipped(problems)
        return entries

    async def undelete(
        self, entry: TrashEntry, new_id: SessionRef | None = None
    ) -> Snapshot | None:
        """Take something back from the trash (see ``SnapshotStore.undelete``)."""
        target = None if new_id is None else SessionId.of(new_id)
        return await self._write(trash.undelete, entry, target, self._cache, self._where)

    async def purge(
        self,
        entries: Sequence[TrashEntry] | None = None,
        *,
        older_than: timedelta | None = None,
    ) -> int:
        """Remove trash for good, from the write-ahead log too (see ``SnapshotStore.purge``)."""
        age = None if older_than is None else older_than // timedelta(microseconds=1)
        return await self._write(trash.purge, entries, age, self._cache, self._where)

    # -- questions ------------------------------------------------------------------------------

    async def sessions(self, query: SessionQuery | None = None) -> Page:
        """Give a page of summaries (see ``QueryableStore.sessions``)."""
        return await self._read(_page, query or SessionQuery(), self._where)

    async def count(self, query: SessionQuery | None = None) -> int:
        """Count the sessions a query finds."""
        return await self._read(_count, query or SessionQuery())

    # -- events ---------------------------------------------------------------------------------

    async def append_event(self, session_id: SessionRef, event: RuntimeEvent) -> None:
        """Append an event to the session's log; it may come before the first save."""
        await self._write(events.append_event, SessionId.of(session_id), event, self._cache)

    async def events(self, session_id: SessionRef, after: int = 0) -> Sequence[StoredEvent]:
        """Give a session's events with ``seq`` larger than ``after``, oldest first."""
        found, problems = await self._read(
            events.events, SessionId.of(session_id), after, self._where
        )
        skipped(problems)
        return tuple(found)


def _connect(
    file: OpenFile,
    path: Path,
    durability: Durability,
    read_only: bool,  # noqa: FBT001 - passed on
) -> sqlite3.Connection:
    connection = schema.connect(file, path, read_only=read_only, synchronous=durability.upper())
    query.add_functions(connection)
    return connection


def _load(
    connection: sqlite3.Connection, session_id: SessionId, name: int | str | None, where: str
) -> tuple[AgentSession, int] | None:
    history = heads.find_history(connection, session_id)
    if history is None or not history.head:
        return None
    revision = heads.find_snapshot(connection, history, name)
    return heads.load(connection, history, revision, where), revision


def _list(
    connection: sqlite3.Connection, where: str
) -> tuple[Sequence[SessionId], Sequence[Problem]]:
    rows = connection.execute(
        "SELECT key FROM history WHERE deleted_at IS NULL AND head > 0 ORDER BY key"
    )
    return readable(rows, lambda row: id_of_key(row[0]), lambda row: f"{where}, key {row[0]!r}")


def _snapshots(
    connection: sqlite3.Connection, session_id: SessionId, where: str
) -> tuple[Sequence[Snapshot], Sequence[Problem]]:
    history = heads.live_history(connection, session_id)
    first = first_id(history.number)
    rows = connection.execute(
        f"SELECT {SNAPSHOT_COLUMNS} FROM snapshot "  # noqa: S608 - a constant
        "WHERE id >= ? AND id < ? AND deleted_at IS NULL ORDER BY id",
        (first, first + 2**32),
    )
    return readable(
        rows,
        lambda row: snapshot_of(session_id, row),
        lambda row: f"{where}, session {session_id}, revision {row[0]}",
    )


def _page(connection: sqlite3.Connection, wanted: SessionQuery, where: str) -> Page:
    return query.sessions(connection, wanted, where)


def _count(connection: sqlite3.Connection, wanted: SessionQuery) -> int:
    return query.count(connection, wanted)


def _annotate(
    connection: sqlite3.Connection,
    session_id: SessionId,
    change: AnnotationChange,
) -> None:
    with transaction(connection):
        history = heads.live_history(connection, session_id)
        title, tags, metadata = connection.execute(
            "SELECT title, tags, metadata FROM history WHERE number = ?", (history.number,)
        ).fetchone()
        with reading_row(f"session {session_id}, its title, tags and metadata"):
            old = Annotations(
                title=title,
                tags=tuple(json.loads(tags)),
                metadata=None if metadata is None else json.loads(metadata),
            )
        new = change.applied_to(old)
        connection.execute(
            "UPDATE history SET title = ?, tags = ?, metadata = ? WHERE number = ?",
            (
                new.title,
                json.dumps(new.tags),
                None if new.metadata is None else encode_json(new.metadata).decode(),
                history.number,
            ),
        )
