"""A snapshot store in memory: the plainest reading of the promises, and the explorer's sidecar.

It keeps whole sessions and looks everything up by walking; messages are shared between snapshots
because they are frozen.  Everything is gone when the process ends.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from session_lab.models import (
    AgentSession,
    Page,
    RuntimeEvent,
    SessionId,
    SessionQuery,
    SessionRef,
    SessionSummary,
    Snapshot,
    StoredEvent,
    TrashEntry,
)
from session_lab.stores import clock
from session_lab.stores.common import (
    BaseSnapshotStore,
    Save,
    gone_from_trash,
    id_taken,
    label_taken,
    no_session,
    session_trashed,
)
from session_lab.stores.histories import History, Kept, entry_of, summary_of
from session_lab.stores.query import found, page_of
from session_lab.stores.rules import (
    StateFacts,
    check_annotations,
    check_label,
    coalesced,
    first_free_fork,
    search_text,
    state_facts,
)

__all__ = ["InMemorySessionStore"]


class InMemorySessionStore(BaseSnapshotStore):
    """Keep sessions and all their snapshots in memory (the promises: ``SnapshotStore``).

    Safe to use from several event loops and threads at once.

    >>> import asyncio
    >>> async def demo():
    ...     store = InMemorySessionStore()
    ...     session = AgentSession(id=1)
    ...     session.push_user("hi")
    ...     await store.save(session)
    ...     session.push_assistant("hello")
    ...     return (await store.save(session)).revision
    >>> asyncio.run(demo())
    2
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.RLock()
        self._histories: list[History] = []
        self._lives: dict[SessionId, History] = {}
        self._numbers = itertools.count(1)
        self._next_revision: dict[SessionId, int] = {}
        self._next_event: dict[SessionId, int] = {}

    def __repr__(self) -> str:
        return f"InMemorySessionStore({sum(1 for _ in self._listed())} sessions)"

    async def close(self) -> None:
        """Refuse further calls; what was kept goes with the object."""
        self._closed = True

    # -- looking up -----------------------------------------------------------------------------

    def _live(self, session_id: SessionId) -> History | None:
        self._check_open()
        return self._lives.get(session_id)

    def _listed(self) -> Iterable[History]:
        return (history for history in self._lives.values() if history.head())

    def _session(self, ref: SessionRef) -> History:
        session_id = SessionId.of(ref)
        history = self._live(session_id)
        if history is None or not history.head():
            raise no_session(session_id)
        return history

    def _start(self, session_id: SessionId) -> History:
        history = History(session_id, next(self._numbers))
        self._histories.append(history)
        self._lives[session_id] = history
        return history

    # -- saving and loading ---------------------------------------------------------------------

    async def _record(self, save: Save) -> tuple[Snapshot, bool]:
        with self._lock:
            session_id = save.state.session_id
            history = self._live(session_id)
            head = history.head() if history else 0
            save.check_head(head)
            if save.label is not None and history is not None:
                self._check_free(history, save.label, save.state.digest)
            if history and head and history.kept[head].snapshot.digest == save.state.digest:
                kept = history.kept[head]
                if save.label is not None:
                    kept.snapshot = kept.snapshot.model_copy(update={"label": save.label})
                save.kept_as(kept.snapshot)
                return kept.snapshot, False
            parent, diverged = save.parent_on(head)
            kept = self._keep(
                history or self._start(session_id),
                save.state.session,
                save.state.content.facts,
                label=save.label,
                parent=None if parent is None else (session_id, parent),
                diverged=diverged,
                provenance=save.provenance,
            )
            kept.observed = save.observed
            save.kept_as(kept.snapshot)
            return kept.snapshot, True

    def _check_free(self, history: History, label: str, digest: str = "") -> None:
        for kept in history.live():
            is_head = kept.snapshot.revision == history.head()
            if kept.snapshot.label == label and not (is_head and kept.snapshot.digest == digest):
                raise label_taken(history.session_id, label, kept.snapshot.revision)

    def _keep(
        self,
        history: History,
        session: AgentSession,
        facts: StateFacts | None = None,
        **fields: Any,
    ) -> Kept:
        revision = self._next_revision.get(history.session_id, 1)
        self._next_revision[history.session_id] = revision + 1
        facts = facts or state_facts(session.chat_messages)
        snapshot = Snapshot(
            session_id=history.session_id,
            revision=revision,
            recorded_at=clock.now(),
            digest=session.digest,
            messages=facts.messages,
            turns=facts.turns,
            tool_calls=facts.tool_calls,
            errors=facts.errors,
            size=facts.size,
            **fields,
        )
        kept = history.kept[revision] = Kept(snapshot, session, facts.preview)
        return kept

    async def load(
        self, session_id: SessionRef, snapshot: int | str | None = None
    ) -> AgentSession | None:
        """Give the session as it was in a snapshot (see ``SnapshotStore.load``)."""
        with self._lock:
            wanted = SessionId.of(session_id)
            history = self._live(wanted)
            if history is None or not history.head():
                return None
            kept = history.get(history.head() if snapshot is None else snapshot)
            session = kept.session.copy()
            self._standing.put(session, wanted, kept.snapshot.revision)
            return session

    async def list(self) -> Sequence[SessionId]:
        """Give the ids of all sessions, in their order."""
        with self._lock:
            self._check_open()
            return sorted(history.session_id for history in self._listed())

    async def snapshots(self, session_id: SessionRef) -> Sequence[Snapshot]:
        """Give a session's snapshots, oldest first."""
        with self._lock:
            return tuple(kept.snapshot for kept in self._session(session_id).live())

    # -- naming ---------------------------------------------------------------------------------

    async def label(
        self, session_id: SessionRef, snapshot: int | str, name: str | None
    ) -> Snapshot:
        """Give a snapshot a name (see ``SnapshotStore.label``)."""
        with self._lock:
            history = self._session(session_id)
            kept = history.get(snapshot)
            if name is not None and name != kept.snapshot.label:
                self._check_free(history, check_label(name))
            kept.snapshot = kept.snapshot.model_copy(update={"label": name})
            return kept.snapshot

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
        with self._lock:
            history = self._session(session_id)
            history.annotations = change.applied_to(history.annotations)

    async def fork(
        self,
        session_id: SessionRef,
        snapshot: int | str | None = None,
        *,
        new_id: SessionRef | None = None,
    ) -> Snapshot:
        """Start a new session from a snapshot (see ``SnapshotStore.fork``)."""
        with self._lock:
            history = self._session(session_id)
            kept = history.get(history.head() if snapshot is None else snapshot)
            known = {each.session_id for each in self._histories} | self._next_revision.keys()
            target = (
                first_free_fork(history.session_id, known.__contains__)
                if new_id is None
                else SessionId.of(new_id)
            )
            fork = self._empty(target)
            fork.annotations = history.annotations
            parent = (history.session_id, kept.snapshot.revision)
            return self._keep(fork, kept.session.copy(id=target), parent=parent).snapshot

    def _empty(self, session_id: SessionId) -> History:
        live = self._live(session_id)
        if live is not None and live.head():
            raise id_taken(session_id)
        return live or self._start(session_id)

    async def revert(self, session_id: SessionRef, snapshot: int | str) -> Snapshot:
        """Make an old snapshot's content the new head (see ``SnapshotStore.revert``)."""
        with self._lock:
            history = self._session(session_id)
            old, head = history.get(snapshot), history.kept[history.head()]
            if old.snapshot.digest == head.snapshot.digest:
                return head.snapshot
            parent = (history.session_id, old.snapshot.revision)
            return self._keep(history, old.session.copy(), parent=parent).snapshot

    # -- trash ----------------------------------------------------------------------------------

    async def delete(self, session_id: SessionRef) -> None:
        """Move a session to the trash; one that is not there is no error."""
        with self._lock:
            history = self._live(SessionId.of(session_id))
            if history is not None:
                self._bury(history)

    def _bury(self, history: History) -> None:
        history.deleted_at = clock.now()
        del self._lives[history.session_id]

    async def delete_snapshot(self, session_id: SessionRef, snapshot: int | str) -> None:
        """Move one snapshot to the trash; with the last one the session goes."""
        with self._lock:
            history = self._session(session_id)
            kept = history.get(snapshot)
            if len(history.live()) == 1:
                self._bury(history)
            else:
                kept.deleted_at = clock.now()

    async def trash(self) -> Sequence[TrashEntry]:
        """Give what can be taken back, newest first."""
        with self._lock:
            self._check_open()
            entries = [entry_of(history, None) for history in self._histories if history.deleted_at]
            entries += [
                entry_of(history, kept)
                for history in self._histories
                for kept in history.kept.values()
                if kept.deleted_at
            ]
            return sorted(entries, key=lambda entry: (entry.deleted_at, entry.key), reverse=True)

    def _trashed(self, entry: TrashEntry) -> tuple[History, Kept | None]:
        for history in self._histories:
            if history.session_id != entry.session_id:
                continue
            if history.deleted_at and history.key_of(None) == entry.key:
                return history, None
            for kept in history.kept.values():
                if kept.deleted_at and history.key_of(kept) == entry.key:
                    return history, kept
        raise gone_from_trash()

    async def undelete(
        self, entry: TrashEntry, new_id: SessionRef | None = None
    ) -> Snapshot | None:
        """Take something back from the trash (see ``SnapshotStore.undelete``)."""
        with self._lock:
            self._check_open()
            history, kept = self._trashed(entry)
            target = history.session_id if new_id is None else SessionId.of(new_id)
            if kept is not None and target == history.session_id:
                return self._undelete_snapshot(history, kept)
            if self._live(target) is not None:
                raise id_taken(target)
            if kept is not None:
                del history.kept[kept.snapshot.revision]
                history = self._start(target)
                history.kept[kept.snapshot.revision] = kept
                kept.deleted_at = None
            history.deleted_at = None
            self._rename(history, target)
            self._lives[target] = history
            return history.kept[history.head()].snapshot if history.head() else None

    def _undelete_snapshot(self, history: History, kept: Kept) -> Snapshot:
        if history.deleted_at is not None:
            raise session_trashed(history.session_id)
        if kept.snapshot.label in {other.snapshot.label for other in history.live()}:
            kept.snapshot = kept.snapshot.model_copy(update={"label": None})
        kept.deleted_at = None
        return history.kept[history.head()].snapshot

    def _rename(self, history: History, target: SessionId) -> None:
        for revision, kept in history.kept.items():
            if kept.snapshot.session_id != target:
                kept.session = kept.session.copy(id=target)
                kept.snapshot = kept.snapshot.model_copy(
                    update={"session_id": target, "digest": kept.session.digest}
                )
            known = self._next_revision.get(target, 1)
            self._next_revision[target] = max(known, revision + 1)
        seqs = [event.seq + 1 for event in history.events]
        self._next_event[target] = max(self._next_event.get(target, 1), *seqs, 1)
        history.session_id = target

    async def purge(
        self,
        entries: Sequence[TrashEntry] | None = None,
        *,
        older_than: timedelta | None = None,
    ) -> int:
        """Remove trash for good (see ``SnapshotStore.purge``)."""
        with self._lock:
            now = clock.now()
            gone = [
                entry
                for entry in (await self.trash() if entries is None else entries)
                if older_than is None or now - entry.deleted_at >= older_than
            ]
            # All are looked up first: where one is gone already, none goes.
            found = {entry.key: self._trashed(entry) for entry in gone}
            for history, kept in found.values():
                if kept is None:
                    self._histories.remove(history)
                else:
                    del history.kept[kept.snapshot.revision]
            return len(found)

    # -- questions ------------------------------------------------------------------------------

    def _summaries(self) -> Sequence[SessionSummary]:
        self._check_open()
        return [summary_of(history) for history in self._listed()]

    def _texts(self, summary: SessionSummary) -> Iterable[str]:
        history = self._session(summary.session_id)
        return (search_text(m) for m in history.kept[history.head()].session.chat_messages)

    async def sessions(self, query: SessionQuery | None = None) -> Page:
        """Give a page of summaries (see ``QueryableStore.sessions``)."""
        with self._lock:
            return page_of(self._summaries(), query or SessionQuery(), self._texts)

    async def count(self, query: SessionQuery | None = None) -> int:
        """Count the sessions a query finds."""
        with self._lock:
            return len(found(self._summaries(), query or SessionQuery(), self._texts))

    # -- events ---------------------------------------------------------------------------------

    async def append_event(self, session_id: SessionRef, event: RuntimeEvent) -> None:
        """Append an event to the session's log; it may come before the first save."""
        with self._lock:
            wanted = SessionId.of(session_id)
            history = self._live(wanted) or self._start(wanted)
            last = history.events[-1] if history.events else None
            joined = coalesced(last.event, event) if last else None
            if last and joined is not None and last.after_revision == history.head():
                history.events[-1] = last.model_copy(update={"event": joined})
                return
            seq = self._next_event.get(wanted, 1)
            self._next_event[wanted] = seq + 1
            history.events.append(
                StoredEvent(seq=seq, at=clock.now(), after_revision=history.head(), event=event)
            )

    async def events(self, session_id: SessionRef, after: int = 0) -> Sequence[StoredEvent]:
        """Give a session's events with ``seq`` larger than ``after``, oldest first."""
        with self._lock:
            history = self._live(SessionId.of(session_id))
            return tuple(e for e in (history.events if history else ()) if e.seq > after)
