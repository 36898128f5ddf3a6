"""What our snapshot stores do alike above their storage: warnings, capture, entering and leaving.

Knows no storage: a concrete store brings ``_record`` and the calls of ``SnapshotStore``.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from session_lab.errors import (
    Conflict,
    DivergedWarning,
    SessionLabError,
    SessionNotFound,
    SkippedRowWarning,
    SnapshotNotFound,
    StoreClosed,
)
from session_lab.models import AgentSession, Provenance, SessionId, SessionRef, Snapshot
from session_lab.stores.base import SessionStore, current_provenance
from session_lab.stores.rules import FrozenState, Standing, check_label, freeze_state

__all__ = [
    "BaseSnapshotStore",
    "Save",
    "gone_from_trash",
    "id_taken",
    "label_taken",
    "no_session",
    "no_snapshot",
    "session_trashed",
]


@dataclass(frozen=True, slots=True)
class Save:
    """One save, taken from its session before the first await.

    Args:
        state: the content.
        label: a name for the snapshot, or None.
        expect: the revision the head must have, or None.
        stands_on: the revision the object was loaded from or saved as, or None.
        observed: true for a state recorded from another store: it never diverges, and the times
            at which we saw it are not the session's own.
        provenance: what saves.
    """

    state: FrozenState
    label: str | None = None
    expect: int | None = None
    stands_on: int | None = None
    observed: bool = False
    provenance: Provenance | None = None

    def check_head(self, head: int) -> None:
        """Check the expectation.

        Raises:
            Conflict: the head is another.
        """
        if self.expect is not None and self.expect != head:
            now = f"its head is revision {head}" if head else "it is not there"
            raise Conflict(
                f"expected revision {self.expect}, but {now}",
                where=f"session {self.state.session_id}",
                hint="load the session again, redo the change, and save it",
            )

    def parent_on(self, head: int) -> tuple[int | None, bool]:
        """Give the parent's revision and whether the save diverges, for the head it meets."""
        if self.observed or self.expect is not None:
            return head or None, False
        return self.stands_on, (self.stands_on or 0) != head


class BaseSnapshotStore(ABC):
    """The part of a snapshot store that needs no storage."""

    def __init__(self) -> None:
        self._standing = Standing()
        self._closed = False

    @abstractmethod
    async def _record(self, save: Save) -> tuple[Snapshot, bool]:
        """Carry out a save; give the head, and whether it is new."""

    @abstractmethod
    async def close(self) -> None:
        """Let go of files and threads."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _check_open(self) -> None:
        if self._closed:
            raise StoreClosed("this store is closed", hint="open it again with open_store")

    async def save(
        self,
        session: AgentSession,
        *,
        label: str | None = None,
        expect: int | None = None,
        provenance: Provenance | None = None,
    ) -> Snapshot:
        """Keep the session's present state as a new snapshot (see ``SnapshotStore.save``)."""
        self._check_open()
        state = freeze_state(session)
        save = Save(
            state,
            label=None if label is None else check_label(label),
            expect=expect,
            stands_on=self._standing.get(session, state.session_id),
            provenance=provenance or current_provenance.get(),
        )
        snapshot, new = await self._record(save)
        self._standing.put(session, state.session_id, snapshot.revision)
        if new and snapshot.diverged:
            stood = f"revision {save.stands_on}" if save.stands_on else "no snapshot of this store"
            warnings.warn(
                DivergedWarning(
                    f"session {state.session_id}: this object stood on {stood}, but the session "
                    f"had moved on; kept as revision {snapshot.revision}, marked diverged. "
                    "Compare the two, or pass expect= to be stopped instead"
                ),
                stacklevel=2,
            )
        return snapshot

    async def capture(
        self,
        source: SessionStore,
        session_id: SessionRef | None = None,
        *,
        namespace: str | None = None,
    ) -> Sequence[Snapshot]:
        """Record another store's present states (see ``SnapshotStore.capture``)."""
        self._check_open()
        if session_id is not None:
            snapshot, _new = await self._capture_one(source, SessionId.of(session_id), namespace)
            return (snapshot,)
        captured = []
        for each in await source.list():
            try:
                snapshot, new = await self._capture_one(source, each, namespace)
            except SessionNotFound:
                continue  # deleted since it was listed
            except SessionLabError as error:
                warnings.warn(SkippedRowWarning(f"not captured: {error}"), stacklevel=2)
                continue
            if new:
                captured.append(snapshot)
        return captured

    async def _capture_one(
        self, source: SessionStore, session_id: SessionId, namespace: str | None
    ) -> tuple[Snapshot, bool]:
        session = await source.load(session_id)
        if session is None:
            raise no_session(session_id)
        if namespace is not None:
            session = session.copy(id=SessionId(0, f"{namespace}/{session_id}"))
        return await self._record(
            Save(freeze_state(session), observed=True, provenance=current_provenance.get())
        )


def no_session(session_id: SessionId) -> SessionNotFound:
    """Make the error for a session that is not there."""
    return SessionNotFound(
        f"there is no session {session_id}",
        hint="list() or sessions() tell which there are; a deleted one is in trash()",
    )


def no_snapshot(session_id: SessionId, snapshot: int | str) -> SnapshotNotFound:
    """Make the error for a snapshot that is not there."""
    return SnapshotNotFound(
        f"there is no snapshot {snapshot!r}",
        where=f"session {session_id}",
        hint="snapshots() tells which there are; a deleted one is in trash()",
    )


def label_taken(session_id: SessionId, label: str, revision: int) -> Conflict:
    """Make the error for a label that another snapshot has."""
    return Conflict(
        f"the label {label!r} is on revision {revision}",
        where=f"session {session_id}",
        hint="take it away there first: label(session, revision, None)",
    )


def id_taken(session_id: SessionId) -> Conflict:
    """Make the error for an id that a session has."""
    return Conflict(f"there is a session {session_id} already", hint="pass another new_id")


def session_trashed(session_id: SessionId) -> Conflict:
    """Make the error for a snapshot whose session has to come back first."""
    return Conflict(
        f"session {session_id} is in the trash too",
        hint="take the session back first, or pass a new_id",
    )


def gone_from_trash() -> SnapshotNotFound:
    """Make the error for an entry that was taken back or purged."""
    return SnapshotNotFound("this entry is not in the trash any more", hint="trash() tells what is")
