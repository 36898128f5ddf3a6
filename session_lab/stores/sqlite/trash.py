"""Deleting, taking back and purging, as jobs on the store's thread.  Each is one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from session_lab.errors import StoreError
from session_lab.models import SessionId, Snapshot, TrashEntry
from session_lab.models.jsonvalue import digest_of
from session_lab.stores import clock
from session_lab.stores.common import gone_from_trash, id_taken, session_trashed
from session_lab.stores.pieces import Range, unused
from session_lab.stores.sqlite.heads import (
    HeadCache,
    History,
    counters_of,
    find_history,
    find_snapshot,
    get_snapshot,
    live_history,
    load,
    start_history,
)
from session_lab.stores.sqlite.rows import (
    first_id,
    key_of,
    ranges_of,
    trash_entry_of,
    writing,
)
from session_lab.stores.sqlite.writing import copy_messages, pack_envelope, refresh_summary

__all__ = ["delete", "delete_snapshot", "purge", "trash", "undelete"]


def delete(connection: sqlite3.Connection, session_id: SessionId) -> None:
    """Move a session's live history to the trash, if there is one."""
    with writing(connection):
        connection.execute(
            "UPDATE history SET deleted_at = ? WHERE key = ? AND deleted_at IS NULL",
            (clock.micros(clock.now()), key_of(session_id)),
        )


def delete_snapshot(connection: sqlite3.Connection, session_id: SessionId, name: int | str) -> None:
    """Move a snapshot to the trash; with the last one the session goes."""
    with writing(connection):
        history = live_history(connection, session_id)
        revision = find_snapshot(connection, history, name)
        (count,) = connection.execute(
            "SELECT snapshots FROM history WHERE number = ?", (history.number,)
        ).fetchone()
        at = clock.micros(clock.now())
        if count == 1:
            connection.execute(
                "UPDATE history SET deleted_at = ? WHERE number = ?", (at, history.number)
            )
            return
        connection.execute(
            "UPDATE snapshot SET deleted_at = ? WHERE id = ?",
            (at, first_id(history.number) + revision),
        )
        refresh_summary(connection, history.number)


def trash(connection: sqlite3.Connection) -> Sequence[TrashEntry]:
    """Give what can be taken back, newest first."""
    rows = connection.execute(
        """
        SELECT number, NULL, key, deleted_at, snapshots, messages, size, title, preview
        FROM history WHERE deleted_at IS NOT NULL
        UNION ALL
        SELECT history.number, snapshot.id & 4294967295, key, snapshot.deleted_at, 1,
            snapshot.messages, snapshot.size, title, snapshot.preview
        FROM snapshot JOIN history ON history.number = snapshot.id >> 32
        WHERE snapshot.deleted_at IS NOT NULL
        """
    ).fetchall()
    entries = [trash_entry_of(row) for row in rows]
    return sorted(entries, key=lambda entry: (entry.deleted_at, entry.key), reverse=True)


def _find_trashed(connection: sqlite3.Connection, entry: TrashEntry) -> tuple[History, int | None]:
    """Give the history of an entry, and the revision where it is of one snapshot.

    Raises:
        SnapshotNotFound: the entry is not in the trash any more.
    """
    number, _, revision = entry.key[1:].partition(".")
    if not number.isdecimal() or (revision and not revision.isdecimal()):
        raise gone_from_trash()
    row = connection.execute(
        """
        SELECT number, key, head, log_end, next_revision, next_event FROM history
        WHERE number = :number AND CASE WHEN :id IS NULL THEN deleted_at IS NOT NULL
            ELSE EXISTS (SELECT 1 FROM snapshot WHERE id = :id AND deleted_at IS NOT NULL) END
        """,
        {
            "number": int(number),
            "id": first_id(int(number)) + int(revision) if revision else None,
        },
    ).fetchone()
    if row is None or row[1] != key_of(entry.session_id):
        raise gone_from_trash()
    return History(row[0], entry.session_id, *row[2:]), int(revision) if revision else None


def undelete(
    connection: sqlite3.Connection,
    entry: TrashEntry,
    new_id: SessionId | None,
    where: str,
) -> Snapshot | None:
    """Take something back from the trash."""
    with writing(connection):
        history, revision = _find_trashed(connection, entry)
        target = new_id or history.session_id
        if revision is not None and target == history.session_id:
            _undelete_snapshot(connection, history, revision)
        else:
            if find_history(connection, target) is not None:
                raise id_taken(target)
            if revision is not None:
                history = _move_snapshot(connection, history, revision, target)
            else:
                _rename(connection, history, target, where)
                connection.execute(
                    "UPDATE history SET deleted_at = NULL WHERE number = ?", (history.number,)
                )
        back = find_history(connection, target)
        assert back is not None  # noqa: S101 - it was just made live
        return get_snapshot(connection, back, back.head) if back.head else None


def _undelete_snapshot(connection: sqlite3.Connection, history: History, revision: int) -> None:
    live = find_history(connection, history.session_id)
    if live is None or live.number != history.number:
        raise session_trashed(history.session_id)
    row_id = first_id(history.number) + revision
    # A label that another snapshot took meanwhile stays with that one.
    connection.execute(
        """
        UPDATE snapshot SET deleted_at = NULL, label = CASE WHEN EXISTS (
            SELECT 1 FROM snapshot AS other WHERE other.id >> 32 = :number
            AND other.label = snapshot.label AND other.deleted_at IS NULL
        ) THEN NULL ELSE label END
        WHERE id = :id
        """,
        {"id": row_id, "number": history.number},
    )
    refresh_summary(connection, history.number)


def _move_snapshot(
    connection: sqlite3.Connection, history: History, revision: int, target: SessionId
) -> History:
    """Make a new session of one snapshot from the trash, under its old revision."""
    new = start_history(connection, target)
    end = copy_messages(connection, history.number, revision, new.number, 0)
    old_id, new_id = first_id(history.number) + revision, first_id(new.number) + revision
    connection.execute(
        "UPDATE snapshot SET id = ?, ranges = ?, deleted_at = NULL WHERE id = ?",
        (new_id, f"[[0,{end}]]" if end else "[]", old_id),
    )
    connection.execute(
        "UPDATE history SET log_end = ?, next_revision = MAX(next_revision, ?) WHERE number = ?",
        (end, revision + 1, new.number),
    )
    refresh_summary(connection, new.number)
    _free_unused(connection, history)
    moved = History(new.number, history.session_id, revision, end, revision + 1, new.next_event)
    _rename(connection, moved, target, "trash")
    return moved


def _rename(
    connection: sqlite3.Connection, history: History, target: SessionId, where: str
) -> None:
    """Give a history another id: each of its snapshots says so in its content."""
    first = first_id(history.number)
    if target != history.session_id:
        revisions = connection.execute(
            "SELECT id - ? FROM snapshot WHERE id >= ? AND id < ?", (first, first, first + 2**32)
        ).fetchall()
        for (revision,) in revisions:
            session = load(connection, history, revision, where).copy(id=target)
            connection.execute(
                "UPDATE snapshot SET envelope = ?, digest = ? WHERE id = ?",
                (pack_envelope(session), bytes.fromhex(session.digest), first + revision),
            )
        _retire(connection, history)
    # The counters of the new id go on after all that any of its lives has used, this one included.
    used = [
        connection.execute(
            f"SELECT COALESCE(MAX(id) & 4294967295, 0) FROM {table} WHERE id >= ? AND id < ?",  # noqa: S608 - names from this line
            (first, first + 2**32),
        ).fetchone()[0]
        for table in ("snapshot", "event")
    ]
    next_revision, next_event = counters_of(connection, target)
    connection.execute(
        "UPDATE history SET key = ?, next_revision = ?, next_event = ? WHERE number = ?",
        (
            key_of(target),
            max(next_revision, used[0] + 1),
            max(next_event, used[1] + 1),
            history.number,
        ),
    )


def purge(
    connection: sqlite3.Connection,
    entries: Sequence[TrashEntry],
    older_than: int | None,
    cache: HeadCache,
) -> int:
    """Remove trash for good, from the write-ahead log too.

    Args:
        connection: the store's.
        entries: what to remove; none for everything.
        older_than: microseconds that must have passed since the deletion, or None.
        cache: forgets what it knew of the logs.

    Returns:
        How many entries went.

    Raises:
        StoreError: everything went, but the log file could not be emptied.
    """
    with writing(connection):
        now = clock.micros(clock.now())
        gone = [
            entry
            for entry in entries or trash(connection)
            if older_than is None or now - clock.micros(entry.deleted_at) >= older_than
        ]
        # Snapshots first: with its session gone, an entry of a snapshot would be gone as well.
        for entry in sorted(gone, key=lambda entry: entry.revision is None):
            history, revision = _find_trashed(connection, entry)
            cache.forget(history.number)
            if revision is None:
                _purge_history(connection, history)
            else:
                connection.execute(
                    "DELETE FROM snapshot WHERE id = ?", (first_id(history.number) + revision,)
                )
                _free_unused(connection, history)
    _cut_log_off(connection)
    return len(gone)


def _cut_log_off(connection: sqlite3.Connection) -> None:
    """Write the write-ahead log back and empty it: it still holds what was overwritten.

    Raises:
        StoreError: somebody reads the file, so that the log can't be emptied yet.
    """
    (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise StoreError(
            "the trash was removed from the database, but another reader keeps its log file from "
            "being emptied, and the text may still be there",
            hint="close the other programs that use the file, then call purge() again",
        )


def _purge_history(connection: sqlite3.Connection, history: History) -> None:
    first = first_id(history.number)
    for table in ("message", "snapshot", "event"):
        connection.execute(
            f"DELETE FROM {table} WHERE id >= ? AND id < ?",  # noqa: S608 - names from this line
            (first, first + 2**32),
        )
    connection.execute("DELETE FROM history WHERE number = ?", (history.number,))
    _retire(connection, history)


def _retire(connection: sqlite3.Connection, history: History) -> None:
    """Remember the counters of an id that loses a history: what it used is not used again."""
    connection.execute(
        """
        INSERT INTO retired (key_digest, next_revision, next_event) VALUES (?, ?, ?)
        ON CONFLICT (key_digest) DO UPDATE SET
            next_revision = MAX(next_revision, excluded.next_revision),
            next_event = MAX(next_event, excluded.next_event)
        """,
        (
            bytes.fromhex(digest_of(key_of(history.session_id))),
            history.next_revision,
            history.next_event,
        ),
    )


def _free_unused(connection: sqlite3.Connection, history: History) -> None:
    """Delete the messages of a log that no snapshot and no event uses."""
    first = first_id(history.number)
    bounds = (first, first + 2**32)
    used: list[Range] = []
    for query in (
        "SELECT ranges FROM snapshot WHERE id >= ? AND id < ?",
        "SELECT ranges FROM event WHERE id >= ? AND id < ? AND ranges IS NOT NULL",
    ):
        for (text,) in connection.execute(query, bounds):
            used += ranges_of(text)
    (end,) = connection.execute(
        "SELECT log_end FROM history WHERE number = ?", (history.number,)
    ).fetchone()
    for start, stop in unused(used, end):
        connection.execute(
            "DELETE FROM message WHERE id >= ? AND id < ?", (first + start, first + stop)
        )
