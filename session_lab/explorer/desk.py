"""What the explorer works on: sessions to list, and a store that keeps their history.

``Desk`` is the one face that the controller sees.  ``SnapshotDesk`` is a snapshot store by itself;
a source of one state per session has a ``SidecarDesk`` (``sidecar.py``).  Each says beforehand what
it can't do, so that a button can give the reason.  No widget and no view is known here.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from session_lab.errors import Conflict, ReadOnlyStore
from session_lab.models import (
    AgentSession,
    Filter,
    Page,
    SessionId,
    SessionQuery,
    SessionSummary,
    Snapshot,
    TrashEntry,
)
from session_lab.stores.common import no_session, no_snapshot
from session_lab.stores.rules import revision_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from session_lab.stores.base import SessionStore, SnapshotName, SnapshotStore

__all__ = [
    "ChangeKind",
    "Deletion",
    "Desk",
    "SnapshotDesk",
    "did_you_mean",
    "pick",
    "similar_ids",
]

ChangeKind = Literal["label", "fork", "revert", "delete", "delete_snapshot"]
"""What can be done to a session."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """Something deleted, and what it takes to bring it back.

    Args:
        session_id: the session.
        revision: the snapshot, None where the session went.
        entry: what the history's store has in its trash, or None.
        state: what the source held, or None where nothing was deleted there.
    """

    session_id: SessionId
    revision: int | None
    entry: TrashEntry | None
    state: AgentSession | None = None

    def __str__(self) -> str:
        """Name what was deleted."""
        if self.revision is None:
            return f"session {self.session_id}"
        return f"snapshot {self.revision} of session {self.session_id}"


class Desk(ABC):
    """Sessions to list, and a store that keeps their history.

    Args:
        source: what was opened.
        history: where snapshots are; the source itself where it keeps them.
    """

    def __init__(self, source: SessionStore, history: SnapshotStore) -> None:
        self.source = source
        self.history = history
        self.progress: Callable[[str, int, int], None] | None = None

    def report(self, what: str, done: int, total: int) -> None:
        """Tell how far a long piece of work is, to whom ``progress`` names."""
        if self.progress is not None:
            self.progress(what, done, total)

    # -- questions ------------------------------------------------------------------------------

    @abstractmethod
    async def sessions(self, query: SessionQuery) -> Page:
        """Give a page of summaries."""

    @abstractmethod
    async def count(self, query: SessionQuery) -> int:
        """Count the sessions that a query finds."""

    @abstractmethod
    async def refresh(self) -> None:
        """Read the source anew, and record what changed there in sessions that were looked at."""

    @abstractmethod
    async def prepare(self, session_id: SessionId) -> None:
        """See to it that the history holds the session.

        Raises:
            SessionNotFound: there is no such session.
        """

    @abstractmethod
    async def check_there(self, session_id: SessionId) -> None:
        """Look for a session without reading it.

        Raises:
            SessionNotFound: there is no such session.
        """

    @abstractmethod
    def is_local(self, session_id: SessionId) -> bool:
        """Tell whether only a sidecar holds the session."""

    @abstractmethod
    def reason_against(self, change: ChangeKind, session_id: SessionId) -> str:
        """Say why a session can't be changed so; the empty text if it can."""

    @property
    def keeps_history(self) -> bool:
        """Tell whether the history outlives the process: it has a file or an address."""
        return hasattr(self.history, "path")

    async def ids(self) -> Sequence[SessionId]:
        """Give the ids of all sessions there are."""
        return await self.history.list()

    async def summary(self, session_id: SessionId) -> SessionSummary | None:
        """Give the summary of one session of the history."""
        # The display form names every id exactly: it is read back as the same one.
        only = Filter(column="session_id", op="==", value=str(session_id))
        page = await self.history.sessions(SessionQuery(filters=(only,), limit=1))
        return page.items[0] if page.items else None

    async def load(self, session_id: SessionId, snapshot: SnapshotName | None) -> AgentSession:
        """Give a session of the history, the caller's own.

        Raises:
            SessionNotFound, SnapshotNotFound: there is no such session or snapshot.
        """
        session = await self.history.load(session_id, snapshot)
        if session is None:
            raise no_session(session_id)
        return session

    # -- changes --------------------------------------------------------------------------------

    def check(self, change: ChangeKind, session_id: SessionId) -> None:
        """Refuse what can't be done.

        Raises:
            ReadOnlyStore: with the reason.
        """
        if reason := self.reason_against(change, session_id):
            raise ReadOnlyStore(reason, where=f"session {session_id}")

    async def fork(
        self, session_id: SessionId, snapshot: SnapshotName | None, new_id: SessionId | None
    ) -> Snapshot:
        """Start a new session from a snapshot."""
        self.check("fork", session_id)
        await self.prepare(session_id)
        return await self.history.fork(session_id, snapshot, new_id=new_id)

    async def label(
        self, session_id: SessionId, snapshot: SnapshotName, name: str | None
    ) -> Snapshot:
        """Give a snapshot a name, or take it away."""
        self.check("label", session_id)
        await self.prepare(session_id)
        return await self.history.label(session_id, snapshot, name)

    async def revert(self, session_id: SessionId, snapshot: SnapshotName) -> Snapshot:
        """Make an old snapshot's content the newest."""
        self.check("revert", session_id)
        await self.prepare(session_id)
        return await self.history.revert(session_id, snapshot)

    async def delete(self, session_id: SessionId) -> Deletion:
        """Delete a session so that it can be brought back."""
        self.check("delete", session_id)
        await self.prepare(session_id)
        await self.history.snapshots(session_id)  # says so if it is not there: delete would not
        await self.history.delete(session_id)
        return Deletion(session_id, None, await self._trashed(session_id, None))

    async def delete_snapshot(self, session_id: SessionId, snapshot: SnapshotName) -> Deletion:
        """Delete a snapshot so that it can be brought back."""
        self.check("delete_snapshot", session_id)
        await self.prepare(session_id)
        found = await self.find(session_id, snapshot)
        if len(await self.history.snapshots(session_id)) == 1:
            raise Conflict(
                "this is the session's only snapshot",
                where=f"session {session_id}, snapshot {found.revision}",
                hint="delete the session instead",
            )
        await self.history.delete_snapshot(session_id, found.revision)
        entry = await self._trashed(session_id, found.revision)
        return Deletion(session_id, found.revision, entry)

    async def undelete(self, deletion: Deletion) -> None:
        """Bring back what was deleted.

        Raises:
            Conflict: the id has been taken since.
            SnapshotNotFound: it is not in the trash any more.
        """
        if deletion.entry is not None:
            await self.history.undelete(deletion.entry)

    async def find(self, session_id: SessionId, snapshot: SnapshotName | None) -> Snapshot:
        """Give what the history says of a snapshot, of the newest for None.

        Raises:
            SnapshotNotFound, SessionNotFound: there is no such snapshot or session.
        """
        return pick(await self.history.snapshots(session_id), session_id, snapshot)

    async def _trashed(self, session_id: SessionId, revision: int | None) -> TrashEntry | None:
        """Find what was just deleted: the newest entry of its name."""
        for entry in await self.history.trash():
            if (entry.session_id, entry.revision) == (session_id, revision):
                return entry
        return None


class SnapshotDesk(Desk):
    """A store that keeps its own history.

    Args:
        store: the store.
    """

    def __init__(self, store: SnapshotStore) -> None:
        super().__init__(store, store)

    async def sessions(self, query: SessionQuery) -> Page:
        """Give a page of summaries, as the store has it."""
        return await self.history.sessions(query)

    async def count(self, query: SessionQuery) -> int:
        """Count the sessions that a query finds."""
        return await self.history.count(query)

    async def refresh(self) -> None:
        """Do nothing: the store is asked every time."""

    async def prepare(self, session_id: SessionId) -> None:
        """Do nothing: the store holds what it holds."""

    async def check_there(self, session_id: SessionId) -> None:
        """Look whether the session has snapshots."""
        await self.history.snapshots(session_id)

    def is_local(self, session_id: SessionId) -> bool:  # noqa: ARG002 - the same for all
        """Say no: there is no sidecar."""
        return False

    def reason_against(self, change: ChangeKind, session_id: SessionId) -> str:  # noqa: ARG002
        """Refuse every change where the store was opened for reading only."""
        if getattr(self.history, "read_only", False):
            return (
                "the store is opened read-only; "
                "explore(open_store(path, read_only=False)) may change it"
            )
        return ""


def pick(
    snapshots: Sequence[Snapshot], session_id: SessionId, name: SnapshotName | None
) -> Snapshot:
    """Find a snapshot by revision or label, the newest for None.

    Args:
        snapshots: of the session, oldest first.
        session_id: the session, to be named in the error.
        name: as in ``SnapshotStore.load``.

    Raises:
        SnapshotNotFound: there is none of that name.
    """
    if name is None and snapshots:
        return snapshots[-1]
    wanted = None if name is None else revision_of(name)
    for snapshot in snapshots:
        if snapshot.revision == wanted or (wanted is None and snapshot.label == name):
            return snapshot
    raise no_snapshot(session_id, "newest" if name is None else name)


def similar_ids(wanted: SessionId, ids: Sequence[SessionId]) -> list[SessionId]:
    """Give the ids that somebody may have meant: the same number, or the same external id.

    >>> similar_ids(SessionId(7), [SessionId(7, "a"), SessionId(8)])
    [SessionId(7, 'a')]
    """
    name = (wanted.external_id or "").casefold()
    return [
        each
        for each in ids
        if (each.id == wanted.id and not name)
        or (name and name in (each.external_id or "").casefold())
    ]


_NAMED = 3


def did_you_mean(similar: Sequence[SessionId]) -> str:
    """Say which sessions there are instead.

    >>> did_you_mean([SessionId(7, "a")])
    "did you mean '7(a)'? Name a session by its whole id"
    """
    names = ", ".join(repr(str(each)) for each in similar[:_NAMED])
    more = f" (and {len(similar) - _NAMED} more)" if len(similar) > _NAMED else ""
    return f"did you mean {names}{more}? Name a session by its whole id"
