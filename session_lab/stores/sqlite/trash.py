"""Deleting, taking back and purging, as jobs on the store's thread.  Each is one transaction."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence

from session_lab.errors import StoreError
from session_lab.models import Problem, SessionId, Snapshot, TrashEntry
from session_lab.models.jsonvalue import digest_of
from session_lab.stores import clock
from session_lab.stores.common import gone_from_trash, id_taken, session_trashed
from session_lab.stores.pieces import Range, unused
from session_lab.stores.sqlite.heads import (
    HeadCache,
    History,
    Log,
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
    readable,
    reading_row,
    trash_entry_of,
    writing,
)
from session_lab.stores.sqlite.writing import copy_messages, pack_envelope, refresh_summary

__all__ = ["delete", "delete_snapshot", "purge", "trash", "undelete"]

_KEY = re.compile(r"h([0-9]{1,9})|s([0-9]{1,9})\.([0-9]{1,10})", re.ASCII)


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


def trash(
    connection: sqlite3.Connection, where: str
) -> tuple[Sequence[TrashEntry], Sequence[Problem]]:
    """Give what can be taken back, newest first, and the rows that can't be read."""
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
    entries, problems = readable(rows, trash_entry_of, lambda row: f"{where}, history {row[0]}")
    return sorted(entries, key=lambda entry: (entry.deleted_at, entry.key), reverse=True), problems


def _find_trashed(connection: sqlite3.Connection, entry: TrashEntry) -> tuple[History, int | None]:
    """Give the history of an entry, and the revision where it is of one snapshot.

    Raises:
        SnapshotNotFound: the entry is not in the trash any more.
    """
    match = _KEY.fullmatch(entry.key)
    if match is None:
        raise gone_from_trash()
    number, revision = int(match[1] or match[2]), int(match[3] or 0)
    row = connection.execute(
        """
        SELECT number, key, head, log_end, next_revision, next_event FROM history
        WHERE number = :number AND CASE WHEN :id IS NULL THEN deleted_at IS NOT NULL
            ELSE EXISTS (SELECT 1 FROM snapshot WHERE id = :id AND deleted_at IS NOT NULL) END
        """,
        {
            "number": number,
            "id": first_id(number) + revision if revision else None,
        },
    ).fetchone()
    if row is None or row[1] != key_of(entry.session_id):
        raise gone_from_trash()
    return History(row[0], entry.session_id, *row[2:]), revision or None


def undelete(
    connection: sqlite3.Connection,
    entry: TrashEntry,
    new_id: SessionId | None,
    cache: HeadCache,
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
                cache.forget(history.number)
                _move_snapshot(connection, history, revision, target, where)
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
    connection: sqlite3.Connection, history: History, revision: int, target: SessionId, where: str
) -> None:
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
    _rename(connection, moved, target, where)


def _rename(
    connection: sqlite3.Connection, history: History, target: SessionId, where: str
) -> None:
    """Give a history another id: each of its snapshots says so in its content."""
    first = first_id(history.number)
    if target != history.session_id:
        revisions = connection.execute(
            "SELECT id - ? FROM snapshot WHERE id >= ? AND id < ?", (first, first, first + 2**32)
        ).fetchall()
        log = Log(connection, history)
        for (revision,) in revisions:
            session = load(connection, history, revision, where, log).copy(id=target)
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
    entries: Sequence[TrashEntry] | None,
    older_than: int | None,
    cache: HeadCache,
    where: str,
) -> int:
    """Remove trash for good, from the write-ahead log too.

    Args:
        connection: the store's.
        entries: what to remove; None for everything.
        older_than: microseconds that must have passed since the deletion, or None.
        cache: forgets what it knew of the logs.
        where: how to name the file in errors.

    Returns:
        How many entries went.

    Raises:
        SnapshotNotFound: one of the entries is not in the trash any more; none went.
        StoreError: everything went, but the file could not be written anew.
    """
    with writing(connection):
        now = clock.micros(clock.now())
        gone = [
            entry
            for entry in (trash(connection, where)[0] if entries is None else entries)
            if older_than is None or now - clock.micros(entry.deleted_at) >= older_than
        ]
        found = {entry.key: _find_trashed(connection, entry) for entry in gone}
        histories = {history.number: history for history, _ in found.values()}
        for history, revision in found.values():
            if revision is not None:
                row = (first_id(history.number) + revision,)
                connection.execute("DELETE FROM snapshot WHERE id = ?", row)
        whole = {history.number for history, revision in found.values() if revision is None}
        for number, history in histories.items():
            cache.forget(number)
            (_purge_history if number in whole else _free_unused)(connection, history)
        if found:
            connection.execute("INSERT INTO unwiped VALUES (?)", (now,))
        unwiped = connection.execute("SELECT EXISTS (SELECT 1 FROM unwiped)").fetchone()[0]
    if unwiped:
        _wipe(connection, where)
    return len(found)


def _wipe(connection: sqlite3.Connection, where: str) -> None:
    """Write the file anew and empty its log: what was removed may still stand in both.

    ``secure_delete`` is not enough: where rows were moved from one page to another, their old bytes
    stay between the cells.  ``unwiped`` keeps its row until all is done, so that after a crash the
    next purge does it.

    Raises:
        StoreError: somebody uses the file, or there is no room for it.
    """
    try:
        connection.execute("VACUUM")
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        reason = "another reader keeps its log from being emptied" if busy else ""
    except sqlite3.OperationalError as error:
        reason = str(error)
    if reason:
        raise StoreError(
            "the trash was removed, but the file could not be written anew, and the text may still "
            f"be in it or its log: {reason}",
            where=where,
            hint="close the other programs that use the file (a reader is enough to hold it up), "
            "see that the disk has room for a second copy, then call purge() again",
        )
    connection.execute("DELETE FROM unwiped")


def _purge_history(connection: sqlite3.Connection, history: History) -> None:
    first = first_id(history.number)
    for table in ("message", "snapshot", "event"):
        connection.execute(
            f"DELETE FROM {table} WHERE id >= ? AND id < ?",  # noqa: S608 - names from this line
            (first, first + 2**32),
        )
    connection.execute("DELETE FROM delta WHERE event >= ? AND event < ?", (first, first + 2**32))
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
            # Damage stops it: what a snapshot uses that can't tell must not be freed.
            with reading_row(f"session {history.session_id}, its ranges"):
                used += ranges_of(text)
    (end,) = connection.execute(
        "SELECT log_end FROM history WHERE number = ?", (history.number,)
    ).fetchone()
    for start, stop in unused(used, end):
        connection.execute(
            "DELETE FROM message WHERE id >= ? AND id < ?", (first + start, first + stop)
        )
