"""Finding a session's history, its snapshots and their content, by the store's connection."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from session_lab.models import AgentSession, SessionId, Snapshot
from session_lab.models.jsonvalue import digest_of
from session_lab.stores.common import no_session, no_snapshot
from session_lab.stores.pieces import Range
from session_lab.stores.rules import revision_of
from session_lab.stores.sqlite.rows import (
    SNAPSHOT_COLUMNS,
    first_id,
    key_of,
    load_messages,
    ranges_of,
    session_of,
    snapshot_of,
)

__all__ = [
    "Head",
    "HeadCache",
    "History",
    "Key",
    "counters_of",
    "find_history",
    "find_snapshot",
    "get_snapshot",
    "is_known",
    "live_history",
    "load",
    "start_history",
]

Key = tuple[str, str | None]
"""What makes two messages one row of a log: digest and form."""


class History(NamedTuple):
    """The columns of a history that writing needs."""

    number: int
    session_id: SessionId
    head: int
    log_end: int
    next_revision: int
    next_event: int


@dataclass
class Head:
    """What is known of a head without reading its bodies: heads never change, so neither does this."""

    revision: int
    ranges: tuple[Range, ...] = ()
    keys: list[Key] = field(default_factory=list)
    known: dict[Key, int] = field(default_factory=dict)


class HeadCache:
    """The heads of the histories saved to last, by the history's number."""

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._heads: OrderedDict[int, Head] = OrderedDict()

    def get(self, connection: sqlite3.Connection, history: History) -> Head:
        """Give a history's head, read from the database where it is not the one known."""
        known = self._heads.get(history.number)
        if known is None or known.revision != history.head:
            known = _read_head(connection, history)
            self.put(history.number, known)
        self._heads.move_to_end(history.number)
        return known

    def put(self, number: int, head: Head) -> None:
        """Remember a head."""
        self._heads[number] = head
        if len(self._heads) > self._size:
            self._heads.popitem(last=False)

    def forget(self, number: int) -> None:
        """Forget a history whose log may have changed."""
        self._heads.pop(number, None)


def _read_head(connection: sqlite3.Connection, history: History) -> Head:
    head = Head(history.head)
    first = first_id(history.number)
    if history.head:
        (text,) = connection.execute(
            "SELECT ranges FROM snapshot WHERE id = ?", (first + history.head,)
        ).fetchone()
        head.ranges = ranges_of(text)
    for start, stop in head.ranges:
        rows = connection.execute(
            "SELECT digest, form FROM message WHERE id >= ? AND id < ? ORDER BY id",
            (first + start, first + stop),
        )
        for position, (digest, form) in enumerate(rows, start):
            key = (digest.hex(), form)
            head.keys.append(key)
            head.known[key] = position
    return head


def find_history(connection: sqlite3.Connection, session_id: SessionId) -> History | None:
    """Give the live history of an id, also one with events only."""
    row = connection.execute(
        "SELECT number, head, log_end, next_revision, next_event FROM history "
        "WHERE key = ? AND deleted_at IS NULL",
        (key_of(session_id),),
    ).fetchone()
    return None if row is None else History(row[0], session_id, *row[1:])


def live_history(connection: sqlite3.Connection, session_id: SessionId) -> History:
    """Give the live history of a session.

    Raises:
        SessionNotFound: there is none, or it has events only.
    """
    history = find_history(connection, session_id)
    if history is None or not history.head:
        raise no_session(session_id)
    return history


def start_history(connection: sqlite3.Connection, session_id: SessionId) -> History:
    """Begin a history; its counters go on where earlier lives of the id ended."""
    next_revision, next_event = counters_of(connection, session_id)
    cursor = connection.execute(
        "INSERT INTO history (key, next_revision, next_event) VALUES (?, ?, ?)",
        (key_of(session_id), next_revision, next_event),
    )
    assert cursor.lastrowid is not None  # noqa: S101 - an INSERT has one
    return History(cursor.lastrowid, session_id, 0, 0, next_revision, next_event)


def counters_of(connection: sqlite3.Connection, session_id: SessionId) -> tuple[int, int]:
    """Give the next revision and seq that no life of an id has used, purged ones included."""
    key = key_of(session_id)
    next_revision, next_event = connection.execute(
        """
        SELECT COALESCE(MAX(next_revision), 1), COALESCE(MAX(next_event), 1) FROM (
            SELECT next_revision, next_event FROM history WHERE key = ?
            UNION ALL
            SELECT next_revision, next_event FROM retired WHERE key_digest = ?
        )
        """,
        (key, bytes.fromhex(digest_of(key))),
    ).fetchone()
    return int(next_revision), int(next_event)


def find_snapshot(connection: sqlite3.Connection, history: History, name: int | str | None) -> int:
    """Give the revision that a name means, None meaning the head.

    Raises:
        SnapshotNotFound: there is none, or it is in the trash.
    """
    if name is None:
        return history.head
    first = first_id(history.number)
    revision = revision_of(name)
    if revision is None:
        row = connection.execute(
            "SELECT id FROM snapshot WHERE id >> 32 = ? AND label = ? AND deleted_at IS NULL",
            (history.number, name),
        ).fetchone()
    elif 0 < revision <= 0xFFFFFFFF:  # noqa: PLR2004 - the bits that a revision has
        row = connection.execute(
            "SELECT id FROM snapshot WHERE id = ? AND deleted_at IS NULL", (first + revision,)
        ).fetchone()
    else:
        row = None
    if row is None:
        raise no_snapshot(history.session_id, name)
    return int(row[0]) - first


def get_snapshot(connection: sqlite3.Connection, history: History, revision: int) -> Snapshot:
    """Give a snapshot that is known to be there."""
    row = connection.execute(
        f"SELECT {SNAPSHOT_COLUMNS} FROM snapshot WHERE id = ?",  # noqa: S608 - a constant
        (first_id(history.number) + revision,),
    ).fetchone()
    return snapshot_of(history.session_id, row)


def load(
    connection: sqlite3.Connection, history: History, revision: int, where: str
) -> AgentSession:
    """Read a snapshot's session, every body checked.

    Raises:
        CorruptData: something is damaged.
    """
    place = f"{where}, session {history.session_id}, revision {revision}"
    ranges, envelope, digest, origin = connection.execute(
        "SELECT ranges, envelope, digest, origin FROM snapshot WHERE id = ?",
        (first_id(history.number) + revision,),
    ).fetchone()
    messages = load_messages(connection, history.number, ranges_of(ranges), place)
    return session_of(envelope, messages, digest, origin, place)


def is_known(connection: sqlite3.Connection, session_id: SessionId) -> bool:
    """Tell whether an id is or ever was in use."""
    key = key_of(session_id)
    row = connection.execute(
        "SELECT EXISTS (SELECT 1 FROM history WHERE key = ?) "
        "OR EXISTS (SELECT 1 FROM retired WHERE key_digest = ?)",
        (key, bytes.fromhex(digest_of(key))),
    ).fetchone()
    return bool(row[0])
