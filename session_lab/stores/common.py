"""What our snapshot stores do alike above their storage: warnings, capture, entering and leaving.

Knows no storage: a concrete store brings ``_record`` and the calls of ``SnapshotStore``.
"""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from session_lab.errors import (
    Conflict,
    DivergedWarning,
    SessionNotFound,
    SkippedRowWarning,
    SnapshotNotFound,
    StoreClosed,
)
from session_lab.models import AgentSession, Problem, Provenance, SessionId, SessionRef, Snapshot
from session_lab.stores.base import SessionStore, current_provenance
from session_lab.stores.rules import (
    FrozenState,
    Place,
    Standing,
    check_label,
    check_session,
    freeze_state,
)

__all__ = [
    "BaseSnapshotStore",
    "Save",
    "gone_from_trash",
    "id_taken",
    "label_taken",
    "no_session",
    "no_snapshot",
    "session_trashed",
    "skipped",
]


@dataclass(frozen=True, slots=True)
class Save:
    """One save, taken from its session before the first await.

    Args:
        state: the content.
        label: a name for the snapshot, or None.
        expect: the revision the head must have, or None.
        place: where the object stands: the revision it was loaded from or saved as.
        observed: true for a state recorded from another store: it never diverges, and the times
            at which we saw it are not the session's own.
        provenance: what saves.
    """

    state: FrozenState
    label: str | None = None
    expect: int | None = None
    place: Place = field(default_factory=Place)
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
        stands_on = self.place.revision_in(self.state.session_id)
        return stands_on, (stands_on or 0) != head

    def kept_as(self, snapshot: Snapshot) -> None:
        """Let the object stand on what was kept; called once that is certain, on any thread."""
        self.place.move(self.state.session_id, snapshot.revision)


class BaseSnapshotStore(ABC):
    """The part of a snapshot store that needs no storage."""

    def __init__(self) -> None:
        self._standing = Standing()
        self._closed = False

    @abstractmethod
    async def _record(self, save: Save) -> tuple[Snapshot, bool]:
        """Carry out a save and tell it ``kept_as`` what; give the head, and whether it is new."""

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
        check_session(session)
        place = self._standing.of(session)
        state = freeze_state(session, place.content)
        place.content = state.content
        save = Save(
            state,
            label=None if label is None else check_label(label),
            expect=expect,
            place=place,
            provenance=provenance or current_provenance.get(),
        )
        snapshot, new = await self._record(save)
        if new and snapshot.diverged:
            parent = snapshot.parent
            stood = f"revision {parent[1]}" if parent else "no snapshot of this store"
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
            wanted = SessionId.of(session_id)
            session = await source.load(wanted)
            if session is None:
                raise no_session(wanted)
            snapshot, _new = await self._observe(session, wanted, namespace)
            return (snapshot,)
        captured = []
        for each in await source.list():
            try:
                session = await source.load(each)
            except Exception as error:  # noqa: BLE001 - the source is anybody's: one bad row hides no other
                problem = str(error) or type(error).__name__
                warnings.warn(
                    SkippedRowWarning(f"session {each} was not captured: {problem}"), stacklevel=2
                )
                continue
            if session is None:
                continue  # deleted since it was listed
            snapshot, new = await self._observe(session, each, namespace)
            if new:
                captured.append(snapshot)
        return captured

    async def _observe(
        self, session: AgentSession, session_id: SessionId, namespace: str | None
    ) -> tuple[Snapshot, bool]:
        if namespace is not None:
            session = session.copy(id=SessionId(0, f"{namespace}/{session_id}"))
        elif session.id is None:
            session = session.copy(id=session_id)
        return await self._record(
            Save(freeze_state(session), observed=True, provenance=current_provenance.get())
        )


def skipped(problems: Iterable[Problem]) -> None:
    """Warn about the rows that a listing went past; for the caller's thread, right in the call."""
    for problem in problems:
        # Three up: past this function and the store's own call, to whoever called that.
        warnings.warn(SkippedRowWarning(f"{problem.where}: {problem.problem}"), stacklevel=3)


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
