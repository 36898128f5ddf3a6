"""The tables of the SQLite store, and how a file comes to have them.

The file says what it is: ``application_id`` is ours, ``user_version`` is the number of migrations it
has been through.  To change the tables, append to ``MIGRATIONS``; never edit an entry.

- ``history``: one life of a session id, from first save to deletion, with its summary.
- ``message``: the logs; ``id`` is the history's number shifted left by 32, plus the position.
- ``snapshot``: ``id`` likewise, with the revision; ``ranges`` are its pieces of the log.
- ``event``: ``id`` likewise, with the seq; ``ranges`` are the messages that the body leaves out.
- ``delta``: the texts that were streamed after the first one of an ``event``.
- ``retired``: revision counters of purged ids, under a digest of the id.
- ``unwiped``: has a row while the file may still hold text of what was purged.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path

from session_lab.errors import FormatError
from session_lab.stores.files import BUSY_SECONDS, OpenFile
from session_lab.stores.sqlite.rows import reading

__all__ = ["APPLICATION_ID", "MIGRATIONS", "connect", "prepare"]

APPLICATION_ID = 0x534C4142
"""``SLAB``: marks a SQLite file as a store of session_lab."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE history (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            key BLOB NOT NULL,
            deleted_at INTEGER,
            next_revision INTEGER NOT NULL,
            next_event INTEGER NOT NULL,
            log_end INTEGER NOT NULL DEFAULT 0,
            head INTEGER NOT NULL DEFAULT 0,
            title TEXT,
            tags TEXT NOT NULL DEFAULT '[]',
            metadata TEXT,
            created_at INTEGER,
            updated_at INTEGER,
            snapshots INTEGER NOT NULL DEFAULT 0,
            messages INTEGER NOT NULL DEFAULT 0,
            turns INTEGER NOT NULL DEFAULT 0,
            tool_calls INTEGER NOT NULL DEFAULT 0,
            errors INTEGER NOT NULL DEFAULT 0,
            preview TEXT NOT NULL DEFAULT '',
            size INTEGER NOT NULL DEFAULT 0
        )
        """,
        "CREATE UNIQUE INDEX history_live ON history (key) WHERE deleted_at IS NULL",
        "CREATE INDEX history_key ON history (key)",
        """
        CREATE TABLE message (
            id INTEGER PRIMARY KEY,
            digest BLOB NOT NULL,
            form TEXT,
            body BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE snapshot (
            id INTEGER PRIMARY KEY,
            recorded_at INTEGER NOT NULL,
            deleted_at INTEGER,
            label TEXT,
            parent_key BLOB,
            parent_revision INTEGER,
            diverged INTEGER NOT NULL,
            observed INTEGER NOT NULL,
            digest BLOB NOT NULL,
            messages INTEGER NOT NULL,
            turns INTEGER NOT NULL,
            tool_calls INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            size INTEGER NOT NULL,
            preview TEXT NOT NULL,
            ranges TEXT NOT NULL,
            envelope BLOB NOT NULL,
            origin BLOB,
            provenance TEXT
        )
        """,
        """
        CREATE UNIQUE INDEX snapshot_label ON snapshot (id >> 32, label)
        WHERE label IS NOT NULL AND deleted_at IS NULL
        """,
        """
        CREATE TABLE event (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            after_revision INTEGER NOT NULL,
            ranges TEXT,
            body BLOB NOT NULL
        )
        """,
        """
        CREATE TABLE retired (
            key_digest BLOB PRIMARY KEY,
            next_revision INTEGER NOT NULL,
            next_event INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        CREATE TABLE delta (
            event INTEGER NOT NULL,
            n INTEGER NOT NULL,
            text BLOB NOT NULL,
            PRIMARY KEY (event, n)
        ) WITHOUT ROWID
        """,
        "CREATE TABLE unwiped (since INTEGER NOT NULL)",
    ),
)


def connect(file: OpenFile, path: Path, *, read_only: bool, synchronous: str) -> sqlite3.Connection:
    """Open a file as a store, making or migrating its tables.

    Args:
        file: the file; a new one is made unless ``read_only``.
        path: how to name it in errors.
        read_only: open without the right to write.
        synchronous: SQLite's setting, ``FULL`` or ``NORMAL``.

    Raises:
        FormatError: the file is another program's, or a newer version's.
        sqlite3.Error: SQLite can't open it.
    """
    connection = file.connect()
    try:
        prepare(connection, path, read_only=read_only)
        if not read_only:
            _use_write_ahead_log(connection)
            connection.execute(f"PRAGMA synchronous = {synchronous}")
            # What is removed must not live on in free pages.
            connection.execute("PRAGMA secure_delete = ON")
    except BaseException:
        connection.close()
        raise
    return connection


def _use_write_ahead_log(connection: sqlite3.Connection) -> None:
    # Unlike other statements this one does not wait for a lock: two programs that open a new file
    # at the same moment would fail.
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
        else:
            return


def prepare(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    """Check that a file is ours, and bring its tables up to date.

    A foreign file is left as it is: this looks before anything is written.

    Raises:
        FormatError: the file is another program's, a newer version's, or old and read-only.
    """
    # In one transaction: another process may be making the tables at this moment.
    with reading(connection):
        (application_id,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
    if application_id != APPLICATION_ID and (tables or version or application_id):
        names = ", ".join(sorted(tables)[:5]) or "none"
        raise FormatError(
            f"this SQLite database is another program's (its tables: {names})",
            where=str(path),
            hint="open it with open_store, or give the path of a new file",
        )
    if version > len(MIGRATIONS):
        raise FormatError(
            f"written by a newer session_lab (schema version {version}, this one knows "
            f"{len(MIGRATIONS)})",
            where=str(path),
            hint="upgrade with: pip install -U session-lab",
        )
    if version == len(MIGRATIONS):
        return
    if read_only:
        raise FormatError(
            f"schema version {version} is older than {len(MIGRATIONS)}"
            if version
            else "this file holds no store yet",
            where=str(path),
            hint="open it for writing once, to bring it up to date",
        )
    _migrate(connection)


def _migrate(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        # Another process may have migrated while this one waited for the lock.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version < len(MIGRATIONS):
            for statements in MIGRATIONS[version:]:
                for statement in statements:
                    connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
