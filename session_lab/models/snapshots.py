"""What a store says about the sessions it keeps: snapshots, summaries, trash, stored events.

Values only; how they are kept is the stores' business.  Times are UTC.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict

from session_lab.models.events import RuntimeEvent, event_from_wire
from session_lab.models.ids import SessionId
from session_lab.models.jsonvalue import FrozenJson

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

__all__ = [
    "Provenance",
    "SessionSummary",
    "Snapshot",
    "SnapshotRef",
    "StoredEvent",
    "TrashEntry",
    "preview_of",
]

_frozen = ConfigDict(frozen=True, arbitrary_types_allowed=True)


class Provenance(BaseModel):
    """Say what saved a snapshot, as far as it is known.

    Args:
        kernel: the id of the kernel.
        cell: the id of the notebook cell.
        execution_count: the number in the cell's brackets.
        file: the notebook or program.
        git_commit: the commit checked out there.
    """

    model_config = _frozen
    kernel: str | None = None
    cell: str | None = None
    execution_count: int | None = None
    file: str | None = None
    git_commit: str | None = None


SnapshotRef = tuple[SessionId, int]
"""A snapshot's full name: session and revision."""


class Snapshot(BaseModel):
    """Describe one kept state of a session, without its messages.

    Args:
        session_id: the session.
        revision: 1, 2, …, never used again after a deletion.
        recorded_at: when the store wrote it.
        label: a name somebody gave it, unique in the session, or None.
        parent: the snapshot it was made from, or None for the first and for unknown origin.
        diverged: true where the writer did not know the head it was appended to.
        digest: of the session's content, 40 hexadecimal digits.
        messages: count of messages.
        turns: count of User messages.
        tool_calls: count of tool calls in the messages.
        errors: count of tool answers that report a failure (``is_failed``).
        size: bytes of the messages as canonical JSON.
        provenance: what saved it, or None.
    """

    model_config = _frozen
    session_id: SessionId
    revision: int
    recorded_at: AwareDatetime
    label: str | None = None
    parent: SnapshotRef | None = None
    diverged: bool = False
    digest: str
    messages: int
    turns: int
    tool_calls: int
    errors: int = 0
    size: int
    provenance: Provenance | None = None

    def __str__(self) -> str:
        """Give session, revision and label."""
        label = f" “{self.label}”" if self.label else ""
        return f"{self.session_id} · {self.revision}{label}"


class SessionSummary(BaseModel):
    """Describe a session in one row, from its head.

    Args:
        session_id: the session.
        title: what somebody called it, or None.
        created_at: when it came to be, None where the source does not say.
        updated_at: when it last changed, None where the source does not say.
        snapshots: count of kept snapshots, 1 for a store of one state per session.
        messages, turns, tool_calls, errors, size: as in ``Snapshot``, of the head.
        preview: the start of the first User message, one line.
        tags: words somebody gave it.
    """

    model_config = _frozen
    session_id: SessionId
    title: str | None = None
    created_at: AwareDatetime | None = None
    updated_at: AwareDatetime | None = None
    snapshots: int = 1
    messages: int = 0
    turns: int = 0
    tool_calls: int = 0
    errors: int = 0
    preview: str = ""
    tags: tuple[str, ...] = ()
    size: int = 0


class TrashEntry(BaseModel):
    """Describe something deleted that can be taken back.

    Args:
        key: what the store knows the entry by.
        session_id: the session it was, or was of.
        revision: the snapshot's revision, None for a whole session.
        deleted_at: when.
        snapshots: how many snapshots come back with it.
        messages: count of messages of its newest snapshot.
        size: bytes of the messages of its newest snapshot.
        title: the session's title, or None.
        preview: the start of its first User message.
    """

    model_config = _frozen
    key: str
    session_id: SessionId
    revision: int | None = None
    deleted_at: AwareDatetime
    snapshots: int
    messages: int
    size: int
    title: str | None = None
    preview: str = ""


class StoredEvent(BaseModel):
    """A runtime event as a store keeps it.

    Args:
        seq: 1, 2, … within the session.
        at: when it was appended (of coalesced deltas: the first).
        after_revision: the session's head at that time, 0 before the first save.
        event: the event.
    """

    model_config = _frozen
    seq: int
    at: AwareDatetime
    after_revision: int
    event: RuntimeEvent

    @classmethod
    def from_wire(cls, *, seq: int, at: datetime, after_revision: int, wire: Any) -> StoredEvent:
        """Put a stored event together from its event's JSON value."""
        return cls(seq=seq, at=at, after_revision=after_revision, event=event_from_wire(wire))


class Annotations(BaseModel):
    """What people add to a session.

    Args:
        title: a name, or None.
        tags: words.
        metadata: any JSON object.
    """

    model_config = _frozen
    title: str | None = None
    tags: tuple[str, ...] = ()
    metadata: FrozenJson = None

    def changed(
        self,
        title: str | None,
        tags: Sequence[str] | None,
        metadata: Mapping[str, Any] | None,
    ) -> Annotations:
        """Give the annotations with new parts; None keeps a part, an empty one clears it."""
        return Annotations(
            title=self.title if title is None else title or None,
            tags=self.tags if tags is None else tuple(dict.fromkeys(tags)),
            metadata=self.metadata if metadata is None else dict(metadata) or None,
        )


PREVIEW = 100
"""Characters of a preview."""


def preview_of(text: str) -> str:
    r"""Give the start of a text as one line of at most 100 characters.

    >>> preview_of("fix\n\nthe  build")
    'fix the build'
    """
    # A lone surrogate has no place in a database's text column.
    start = text[: 4 * PREVIEW].encode("utf-8", "replace").decode()
    line = " ".join(start.split())
    return line if len(line) <= PREVIEW else line[: PREVIEW - 1] + "…"
