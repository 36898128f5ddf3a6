"""What a store of sessions promises.

``SessionStore`` is what somebody must write to bring a store of their own: four calls, those of
agent-base's trait.  ``SnapshotStore`` is what our own stores are: every save is kept.  The contract
suite in ``session_lab.testing`` checks both sets of promises.  No implementation lives here, and
nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Protocol, Self, runtime_checkable

from session_lab.models import (
    AgentSession,
    Page,
    Provenance,
    RuntimeEvent,
    SessionId,
    SessionQuery,
    SessionRef,
    Snapshot,
    StoredEvent,
    TrashEntry,
)

__all__ = [
    "EventSink",
    "QueryableStore",
    "SessionStore",
    "SnapshotName",
    "SnapshotStore",
    "current_provenance",
]

SnapshotName = int | str
"""A revision number, or a label; digits as text mean a revision too."""

current_provenance: ContextVar[Provenance | None] = ContextVar("current_provenance", default=None)
"""What is saving: set around a notebook's cell, None elsewhere."""


@runtime_checkable
class SessionStore(Protocol):
    """Keep sessions: the four calls of agent-base's trait."""

    async def save(self, session: AgentSession) -> object:
        """Write the session's present state; when it returns, the state is kept.

        Raises:
            StoreError: the session has no id, or the store can't write.
        """
        ...

    async def load(self, session_id: SessionId, /) -> AgentSession | None:
        """Give a session of its own to the caller, None where there is none.

        Raises:
            FormatError, CorruptData: what is stored can't be read.
        """
        ...

    async def list(self) -> Sequence[SessionId]:
        """Give the ids of all sessions that can be named; rows that can't are warned about."""
        ...

    async def delete(self, session_id: SessionId, /) -> None:
        """Remove a session; one that is not there is no error."""
        ...


@runtime_checkable
class EventSink(Protocol):
    """Keep what happened in a run: the optional fifth call of agent-base's trait."""

    async def append_event(self, session_id: SessionRef, event: RuntimeEvent) -> None:
        """Append an event to the session's log."""
        ...


@runtime_checkable
class QueryableStore(SessionStore, Protocol):
    """A store that can page through summaries of its sessions."""

    async def sessions(self, query: SessionQuery | None = None) -> Page:
        """Give a page of summaries; None asks for the most recently updated.

        Raises:
            FormatError: the cursor is of another query.
        """
        ...

    async def count(self, query: SessionQuery | None = None) -> int:
        """Count the sessions a query finds on all its pages."""
        ...


@runtime_checkable
class SnapshotStore(QueryableStore, EventSink, Protocol):
    """A store that keeps every save as a snapshot.

    Sessions are named by a ``SessionId``, an integer or a text (``SessionId.of``).  A call about a
    session that is not there raises ``SessionNotFound``, except ``load`` (None), ``delete`` (nothing to
    do) and ``events`` (none; they may come before the first save).  Stores
    are async context managers; after ``close`` every call raises ``StoreClosed``.
    """

    async def save(
        self,
        session: AgentSession,
        *,
        label: str | None = None,
        expect: int | None = None,
        provenance: Provenance | None = None,
    ) -> Snapshot:
        """Keep the session's present state as a new snapshot.

        The state is taken before the first await.  A state equal to the head's gives the head back
        (a given label is still set).  Where the head is not the snapshot that this object was
        loaded from or last saved as, nothing is lost: the new one is appended, marked
        ``diverged``, and a ``DivergedWarning`` says so.

        Args:
            session: what to keep; ephemeral messages are left out.
            label: a name for the snapshot, unique in the session.
            expect: the revision the head must have, 0 for none yet.
            provenance: what saves; the notebook's cell where it is known.

        Returns:
            The new head.

        Raises:
            Conflict: the head is not as expected, or the label is taken; nothing was written.
            StoreError: the session has no id.
        """
        ...

    async def load(
        self, session_id: SessionRef, snapshot: SnapshotName | None = None
    ) -> AgentSession | None:
        """Give the session as it was in a snapshot.

        Args:
            session_id: the session.
            snapshot: a revision or a label; None for the head.

        Returns:
            A session of its own to the caller, None where there is no such session.

        Raises:
            SnapshotNotFound: the session has no such snapshot.
            CorruptData: what is stored does not match its digest.
        """
        ...

    async def delete(self, session_id: SessionRef) -> None:
        """Move a session to the trash; a later save starts afresh at the next unused revision."""
        ...

    async def snapshots(self, session_id: SessionRef) -> Sequence[Snapshot]:
        """Give a session's snapshots, oldest first."""
        ...

    async def label(
        self, session_id: SessionRef, snapshot: SnapshotName, name: str | None
    ) -> Snapshot:
        """Give a snapshot a name, or take it away with None.

        Raises:
            Conflict: another snapshot of the session has the name.
            StoreError: the name is blank or all digits.
        """
        ...

    async def annotate(
        self,
        session_id: SessionRef,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Give a session a title, tags or metadata; None leaves one as it is, empty clears it."""
        ...

    async def fork(
        self,
        session_id: SessionRef,
        snapshot: SnapshotName | None = None,
        *,
        new_id: SessionRef | None = None,
    ) -> Snapshot:
        """Start a new session from a snapshot.

        Args:
            session_id: the session to fork.
            snapshot: where from; None for the head.
            new_id: the new session's id; None for ``SessionId(0, "<display>~1")`` with the first
                free number.

        Returns:
            The new session's first snapshot; its parent is the one it was made from.

        Raises:
            Conflict: a session with the new id is there.
        """
        ...

    async def revert(self, session_id: SessionRef, snapshot: SnapshotName) -> Snapshot:
        """Make an old snapshot's content the new head; its parent is the old snapshot."""
        ...

    async def delete_snapshot(self, session_id: SessionRef, snapshot: SnapshotName) -> None:
        """Move one snapshot to the trash; with the last one the session goes."""
        ...

    async def trash(self) -> Sequence[TrashEntry]:
        """Give what can be taken back, newest first."""
        ...

    async def undelete(
        self, entry: TrashEntry, new_id: SessionRef | None = None
    ) -> Snapshot | None:
        """Take something back from the trash.

        Args:
            entry: as ``trash`` gave it.
            new_id: another id for the session; for a snapshot, a new session with it alone.

        Returns:
            The session's head, None for a session that only has events.

        Raises:
            Conflict: a session with that id is there, or the snapshot's session is in the trash.
            SnapshotNotFound: the entry is not in the trash any more.
        """
        ...

    async def purge(
        self,
        entries: Sequence[TrashEntry] | None = None,
        *,
        older_than: timedelta | None = None,
    ) -> int:
        """Remove trash for good: nothing of its text stays, only a revision counter.

        Args:
            entries: what to remove, as ``trash`` gave it; None for everything in the trash.
            older_than: only what was deleted at least so long ago.

        Returns:
            How many entries went.
        """
        ...

    async def events(self, session_id: SessionRef, after: int = 0) -> Sequence[StoredEvent]:
        """Give a session's events with ``seq`` larger than ``after``, oldest first.

        Streamed deltas of one kind that follow each other are kept as one event.
        """
        ...

    async def capture(
        self,
        source: SessionStore,
        session_id: SessionRef | None = None,
        *,
        namespace: str | None = None,
    ) -> Sequence[Snapshot]:
        """Record the present state of another store's sessions.

        Args:
            source: any store; it is only read.
            session_id: one session; None for all.
            namespace: where given, ids become ``SessionId(0, "namespace/display")``.

        Returns:
            For one session its head here; for all, the new snapshots of those that changed.

        Raises:
            SessionNotFound: the source has no such session.
        """
        ...

    async def close(self) -> None:
        """Let go of files and threads; closing twice is no error."""
        ...

    async def __aenter__(self) -> Self:
        """Enter: the store itself."""
        ...

    async def __aexit__(self, *_: object) -> None:
        """Leave: close."""
        ...
