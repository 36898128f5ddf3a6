"""A source of one state per session, and the sidecar that holds what people do with it.

The source is only read, except where it was opened for writing and a session is deleted.  A session
is captured into the sidecar when it is first needed; labels, forks, reverts and edits go there, and
from then on the sidecar speaks for the session.  No widget and no view is known here.

A sidecar that is a file belongs to one source: ids are the same in both.
"""

from __future__ import annotations

from collections.abc import Sequence

from session_lab.errors import Conflict, FormatError, SessionLabError, StoreError
from session_lab.explorer.desk import ChangeKind, Deletion, Desk, SnapshotDesk
from session_lab.explorer.listing import Listed, SourceListing
from session_lab.models import (
    Page,
    Problem,
    SessionId,
    SessionQuery,
    SessionSummary,
    Snapshot,
)
from session_lab.stores.base import SessionStore, SnapshotName, SnapshotStore
from session_lab.stores.common import no_session
from session_lab.stores.memory import InMemorySessionStore
from session_lab.stores.query import page_of
from session_lab.stores.rules import first_free_fork, freeze_state

__all__ = ["SidecarDesk", "desk_for"]


def desk_for(store: SessionStore, sidecar: SnapshotStore | None = None) -> Desk:
    """Give the desk that fits a store.

    Args:
        store: what was opened.
        sidecar: where changes go for a source of one state per session; None for memory.

    Raises:
        StoreError: a sidecar was named for a store that keeps snapshots itself.

    >>> desk_for(InMemorySessionStore()).source
    InMemorySessionStore(0 sessions)
    """
    if isinstance(store, SnapshotStore):
        if sidecar is not None:
            raise StoreError(
                f"{type(store).__name__} keeps snapshots itself and takes no sidecar",
                where="sidecar",
                hint="leave sidecar out",
            )
        return SnapshotDesk(store)
    return SidecarDesk(store, InMemorySessionStore() if sidecar is None else sidecar)


class SidecarDesk(Desk):
    """A source of one state per session beside a snapshot store.

    Args:
        source: what was opened.
        sidecar: where what people do goes.
    """

    def __init__(self, source: SessionStore, sidecar: SnapshotStore) -> None:
        super().__init__(source, sidecar)
        self._listing = SourceListing(source, self.report)
        self._captured: dict[SessionId, str] = {}
        self._source_ids: frozenset[SessionId] = frozenset()
        self._problems: tuple[Problem, ...] = ()

    # -- questions ------------------------------------------------------------------------------

    async def sessions(self, query: SessionQuery) -> Page:
        """Give a page of what source and sidecar hold together."""
        listed = await self._listed()
        ordered = query.model_copy(update={"search": None, "filters": ()})
        problems = (*listed.problems, *self._problems)
        return page_of(await self._found(query), ordered, lambda _summary: (), problems)

    async def count(self, query: SessionQuery) -> int:
        """Count what source and sidecar hold together."""
        return len(await self._found(query))

    async def _listed(self) -> Listed:
        listed = await self._listing.listed()
        self._source_ids = listed.ids()
        return listed

    async def _found(self, query: SessionQuery) -> list[SessionSummary]:
        """Give the sessions with the query's words: what the sidecar holds, it speaks for."""
        listed = await self._listed()
        matching = await self._listing.matching(query)
        held = await self._held(SessionQuery(limit=1000))
        here = (
            held
            if not query.words
            else await self._held(SessionQuery(search=query.search, limit=1000))
        )
        found = [
            summary
            for session_id, summary in listed.summaries.items()
            if session_id in matching and session_id not in held
        ]
        for session_id, summary in here.items():
            origin = listed.summaries.get(session_id)
            found.append(summary if origin is None else _with_times(summary, origin))
        return found

    async def _held(self, query: SessionQuery) -> dict[SessionId, SessionSummary]:
        page = await self.history.sessions(query)
        held = {item.session_id: item for item in page.items}
        while page.next_cursor is not None:
            page = await self.history.sessions(
                query.model_copy(update={"cursor": page.next_cursor})
            )
            held |= {item.session_id: item for item in page.items}
        return held

    async def ids(self) -> Sequence[SessionId]:
        """Give the ids of source and sidecar."""
        await self._listed()
        return sorted({*self._source_ids, *await self.history.list()})

    async def check_there(self, session_id: SessionId) -> None:
        """Look for the session in source and sidecar."""
        await self._listed()
        if self.is_local(session_id) and await self.summary(session_id) is None:
            raise no_session(session_id)

    def is_local(self, session_id: SessionId) -> bool:
        """Tell whether the source has no such session (as of its last reading)."""
        return session_id not in self._source_ids

    def reason_against(self, change: ChangeKind, session_id: SessionId) -> str:
        """Refuse to change a read-only sidecar, and to delete from a read-only source."""
        if getattr(self.history, "read_only", False):
            return "the sidecar was opened for reading only"
        if change == "delete" and not self.is_local(session_id) and self._source_is_read_only:
            return (
                "the source is opened read-only; "
                "explore(open_store(path, read_only=False)) may delete from it"
            )
        return ""

    @property
    def _source_is_read_only(self) -> bool:
        return bool(getattr(self.source, "read_only", False))

    # -- capture --------------------------------------------------------------------------------

    async def prepare(self, session_id: SessionId) -> None:
        """Capture the session, unless that was done."""
        await self._listed()
        if session_id in self._captured:
            return
        held = await self.summary(session_id) is not None
        if self.is_local(session_id):
            if held:
                return
            self._listing.forget()  # if it is there, it is newer than the listing
        snapshots = await self.history.snapshots(session_id) if held else ()
        await self._capture(session_id, known={snapshot.digest for snapshot in snapshots})

    async def _capture(self, session_id: SessionId, known: set[str]) -> None:
        """Record the source's present state, unless it is one that the sidecar knows."""
        session = await self.source.load(session_id)
        if session is None:
            raise no_session(session_id)
        state = freeze_state(session)
        if state.session_id != session_id:
            raise FormatError(
                f"what is stored as session {session_id} says that it is {state.session_id}",
                where=f"session {session_id}",
                hint="load it from the store by hand, and save a copy with its right id",
            )
        if state.digest not in known:
            await self.history.capture(self.source, session_id)
        self._captured[session_id] = state.digest

    async def refresh(self) -> None:
        """Read the source anew; capture the sessions that were captured and have changed."""
        self._listing.forget()
        listed = await self._listed()
        problems = []
        for number, (session_id, digest) in enumerate(list(self._captured.items())):
            self.report("Comparing with the source", number, len(self._captured))
            if session_id not in listed.summaries:
                del self._captured[session_id]
                continue
            try:
                # Only what it was last seen as: a source that went back is a change as well.
                await self._capture(session_id, known={digest})
            except SessionLabError as error:
                problems.append(Problem.of(error, session_id))
        self._problems = tuple(problems)

    # -- changes --------------------------------------------------------------------------------

    async def fork(
        self, session_id: SessionId, snapshot: SnapshotName | None, new_id: SessionId | None
    ) -> Snapshot:
        """Start a new session in the sidecar, with an id that is free in the source too."""
        await self._listed()
        if new_id is not None and not self.is_local(new_id):
            raise Conflict(f"there is a session {new_id} already", hint="name another id")
        if new_id is None:
            held = await self._held(SessionQuery(limit=1000))
            trashed = {entry.session_id for entry in await self.history.trash()}
            taken = self._source_ids | held.keys() | trashed
            new_id = first_free_fork(session_id, taken.__contains__)
        return await super().fork(session_id, snapshot, new_id)

    async def delete(self, session_id: SessionId) -> Deletion:
        """Delete a session of the sidecar, or of a source that may be written to."""
        await self._listed()
        if self.is_local(session_id):
            return await super().delete(session_id)
        self.check("delete", session_id)
        await self.prepare(session_id)
        state = await self.source.load(session_id)
        await self.source.delete(session_id)
        self._forget(session_id)
        await self.history.delete(session_id)
        return Deletion(session_id, None, await self._trashed(session_id, None), state)

    async def undelete(self, deletion: Deletion) -> None:
        """Bring a session back, to the source first."""
        if deletion.state is not None:
            if await self.source.load(deletion.session_id) is not None:
                raise Conflict(f"there is a session {deletion.session_id} already")
            await self.source.save(deletion.state)
            self._forget(deletion.session_id)
        await super().undelete(deletion)

    def _forget(self, session_id: SessionId) -> None:
        self._captured.pop(session_id, None)
        self._listing.forget()


def _with_times(summary: SessionSummary, origin: SessionSummary) -> SessionSummary:
    """Take times from the source where the sidecar knows none: seeing is not making."""
    return summary.model_copy(
        update={
            "created_at": summary.created_at or origin.created_at,
            "updated_at": summary.updated_at or origin.updated_at,
        }
    )
