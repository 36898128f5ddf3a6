"""Finding a session's history, its snapshots and their content, by the store's connection."""

from __future__ import annotations

import sqlite3
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple

from session_lab.models import AgentSession, ChatMessage, SessionId, Snapshot
from session_lab.models.jsonvalue import digest_of
from session_lab.stores.common import no_session, no_snapshot
from session_lab.stores.pieces import Range, length
from session_lab.stores.rules import Key, revision_of
from session_lab.stores.sqlite.rows import (
    LAST,
    SNAPSHOT_COLUMNS,
    first_id,
    key_of,
    load_messages,
    message_of,
    missing,
    ranges_of,
    reading_row,
    session_of,
    snapshot_of,
)

__all__ = [
    "Head",
    "HeadCache",
    "History",
    "Log",
    "counters_of",
    "find_history",
    "find_snapshot",
    "get_snapshot",
    "is_known",
    "live_history",
    "load",
    "start_history",
]


EMPTY: Mapping[Key, int] = MappingProxyType({})

Seen = tuple[sqlite3.Connection, int]
"""A connection and its ``data_version``."""


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
    """What is known of a head without reading its bodies.

    ``keys`` and ``ranges`` never change.  ``known`` has the positions of these and of other messages
    of the log, which a purge frees: only the head's own are sure to be there.
    """

    revision: int
    ranges: tuple[Range, ...] = ()
    keys: Sequence[Key] = ()
    known: dict[Key, int] = field(default_factory=dict)

    def forget_others(self) -> None:
        """Know the head's own messages only."""
        positions = chain.from_iterable(range(start, stop) for start, stop in self.ranges)
        self.known = dict(zip(self.keys, positions, strict=True))


class HeadCache:
    """The heads of the histories saved to last, by the history's number.

    What a transaction writes is put here once it is committed, never before.
    """

    def __init__(self, size: int = 256) -> None:
        self._size = size
        self._heads: OrderedDict[int, tuple[Head, Seen]] = OrderedDict()
        self._seen: Seen | None = None

    def get(self, connection: sqlite3.Connection, history: History) -> Head:
        """Give a history's head, read from the database where it is not the one known.

        Call it inside of a transaction: what it gives is sure until that ends.
        """
        # Changes with every commit of another connection: it may have purged.
        (version,) = connection.execute("PRAGMA data_version").fetchone()
        self._seen = (connection, version)
        head, seen = self._heads.get(history.number, (None, None))
        if head is None or head.revision != history.head:
            head = _read_head(connection, history)
        elif seen != self._seen:
            head.forget_others()
        self.put(history.number, head)
        return head

    def put(self, number: int, head: Head, written: Mapping[Key, int] = EMPTY) -> None:
        """Remember a head, of the state that ``get`` saw last, and what the log has more since."""
        assert self._seen is not None  # noqa: S101 - whoever puts has got before
        head.known.update(written)
        if len(head.known) > 2 * len(head.keys) + 64:
            # Much of what is known left the head long ago.
            head.forget_others()
        self._heads[number] = (head, self._seen)
        self._heads.move_to_end(number)
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
        with reading_row(f"session {history.session_id}, revision {history.head}"):
            head.ranges = ranges_of(text)
    keys: list[Key] = []
    for start, stop in head.ranges:
        rows = connection.execute(
            "SELECT digest, form FROM message WHERE id >= ? AND id < ? ORDER BY id",
            (first + start, first + stop),
        )
        for position, (digest, form) in enumerate(rows, start):
            key = (digest.hex(), form)
            keys.append(key)
            head.known[key] = position
    # Where messages are missing the rest is no guide: the next save writes all of its own again.
    head.keys = tuple(keys)
    return head if len(keys) == length(head.ranges) else Head(history.head)


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
        # Compared as bytes: a name may hold half a character, which no text in the file does.
        row = connection.execute(
            "SELECT id FROM snapshot WHERE id >> 32 = ? AND label = CAST(? AS TEXT) "
            "AND deleted_at IS NULL",
            (history.number, str(name).encode("utf-8", "surrogatepass")),
        ).fetchone()
    elif 0 < revision <= LAST:
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
    with reading_row(f"session {history.session_id}, revision {revision}"):
        return snapshot_of(history.session_id, row)


class Log:
    """A history's messages, all read at once and each made once: for work on all its snapshots."""

    def __init__(self, connection: sqlite3.Connection, history: History) -> None:
        first = first_id(history.number)
        rows = connection.execute(
            "SELECT id, digest, form, body FROM message WHERE id >= ? AND id <= ?",
            (first, first + LAST),
        )
        self._rows = {row[0] - first: row for row in rows}
        self._made: dict[int, ChatMessage] = {}

    def messages(self, ranges: Sequence[Range], where: str) -> list[ChatMessage]:
        """Give the messages of some ranges, each checked against its digest.

        Raises:
            CorruptData: one is missing or damaged.
        """
        messages = []
        for position in chain.from_iterable(range(start, stop) for start, stop in ranges):
            if position not in self._rows:
                raise missing(1, where, position, position + 1)
            if position not in self._made:
                self._made[position] = message_of(self._rows[position], where)
            messages.append(self._made[position])
        return messages


def load(
    connection: sqlite3.Connection,
    history: History,
    revision: int,
    where: str,
    log: Log | None = None,
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
    with reading_row(place):
        pieces = ranges_of(ranges)
    if log is not None:
        messages = log.messages(pieces, place)
    else:
        messages = load_messages(connection, history.number, pieces, place)
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
