"""The histories that the in-memory store is made of: plain records and how they are described."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from session_lab.models import (
    AgentSession,
    Annotations,
    SessionId,
    SessionSummary,
    Snapshot,
    StoredEvent,
    TrashEntry,
)
from session_lab.stores.common import no_snapshot
from session_lab.stores.rules import revision_of

__all__ = ["History", "Kept", "entry_of", "summary_of"]


@dataclass
class Kept:
    """One snapshot with its content."""

    snapshot: Snapshot
    session: AgentSession
    preview: str
    observed: bool = False
    deleted_at: datetime | None = None


@dataclass
class History:
    """One life of a session id: from its first save to its deletion."""

    session_id: SessionId
    number: int
    kept: dict[int, Kept] = field(default_factory=dict)
    events: list[StoredEvent] = field(default_factory=list)
    annotations: Annotations = field(default_factory=Annotations)
    deleted_at: datetime | None = None

    def live(self) -> list[Kept]:
        """Give the snapshots that are not in the trash, oldest first."""
        return [kept for _, kept in sorted(self.kept.items()) if kept.deleted_at is None]

    def head(self) -> int:
        """Give the newest live revision, 0 where there is none."""
        return max((r for r, kept in self.kept.items() if kept.deleted_at is None), default=0)

    def key_of(self, kept: Kept | None) -> str:
        """Give the key of the trash entry for the history, or for a snapshot of it."""
        return f"h{self.number}" if kept is None else f"s{self.number}.{kept.snapshot.revision}"

    def get(self, name: int | str) -> Kept:
        """Give the live snapshot with a revision or label.

        Raises:
            SnapshotNotFound: there is none.
        """
        revision = revision_of(name)
        for kept in self.live():
            if kept.snapshot.revision == revision or (
                revision is None and kept.snapshot.label == name
            ):
                return kept
        raise no_snapshot(self.session_id, name)


def entry_of(history: History, kept: Kept | None) -> TrashEntry:
    """Describe a deleted history, or a deleted snapshot of one."""
    if kept is None:
        newest = history.kept.get(history.head())
        deleted_at, count = history.deleted_at, len(history.live())
    else:
        newest, deleted_at, count = kept, kept.deleted_at, 1
    assert deleted_at is not None  # noqa: S101 - only the deleted are asked about
    return TrashEntry(
        key=history.key_of(kept),
        session_id=history.session_id,
        revision=None if kept is None else kept.snapshot.revision,
        deleted_at=deleted_at,
        snapshots=count,
        messages=newest.snapshot.messages if newest else 0,
        size=newest.snapshot.size if newest else 0,
        title=history.annotations.title,
        preview=newest.preview if newest else "",
    )


def summary_of(history: History) -> SessionSummary:
    """Describe a live history with at least one snapshot."""
    live = history.live()
    first, head = live[0], live[-1]
    return SessionSummary(
        session_id=history.session_id,
        title=history.annotations.title,
        created_at=None if first.observed else first.snapshot.recorded_at,
        updated_at=None if head.observed else head.snapshot.recorded_at,
        snapshots=len(live),
        messages=head.snapshot.messages,
        turns=head.snapshot.turns,
        tool_calls=head.snapshot.tool_calls,
        errors=head.snapshot.errors,
        preview=head.preview,
        tags=history.annotations.tags,
        size=head.snapshot.size,
    )
