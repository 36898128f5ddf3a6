"""The rows of an agent-base database: how keys are read, found and made.

Each function takes the store's connection, whose texts come as bytes.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from session_lab.errors import FormatError, StoreError
from session_lab.models import SessionId
from session_lab.models.jsonvalue import parse_json
from session_lab.models.wire import form_of
from session_lab.stores.files import OpenFile

__all__ = [
    "Row",
    "as_text",
    "connect",
    "data_of",
    "find",
    "new_key",
    "newest_form",
    "parse_key",
    "preferred",
    "text_in",
    "writing",
]

_DISPLAY = re.compile(r"(?:0|[1-9][0-9]{0,19})(?:\(.*\))?", re.ASCII | re.DOTALL)
_CREATE = """CREATE TABLE IF NOT EXISTS sessions (
                id   TEXT PRIMARY KEY,
                data TEXT NOT NULL
            )"""


class Row(NamedTuple):
    """Where a session stands in the table, and its key as it is there."""

    rowid: int
    key: bytes
    session_id: SessionId


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of the block's changes or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def connect(file: OpenFile, path: Path, read_only: bool) -> sqlite3.Connection:  # noqa: FBT001 - passed on
    """Open the file, and make the table in a new one.

    Raises:
        FormatError: the file is another program's.
    """
    connection = file.connect()
    # A row may hold bytes that are no UTF-8: they are reported, row by row.
    connection.text_factory = bytes
    try:
        _check_tables(connection, path, read_only=read_only)
    except BaseException:
        connection.close()
        raise
    return connection


def _check_tables(connection: sqlite3.Connection, path: Path, *, read_only: bool) -> None:
    names = sorted(
        name.decode("utf-8", "replace")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    )
    columns = {
        name.decode("utf-8", "replace")
        for (name,) in connection.execute("SELECT name FROM pragma_table_info('sessions')")
    }
    if not names and not read_only:
        connection.execute(_CREATE)
    elif "sessions" not in names or not _has_rows(connection):
        raise FormatError(
            "this is no agent-base database: "
            + ("its sessions is no plain table" if columns else "it has no table sessions")
            + f" (its tables: {', '.join(names[:5]) or 'none'})",
            where=str(path),
            hint="open_store tells what a file holds; agent-base makes the table as "
            "sessions(id TEXT PRIMARY KEY, data TEXT NOT NULL)",
        )
    elif not columns >= {"id", "data"}:
        raise FormatError(
            "this is no agent-base database: it has no table sessions(id, data), but "
            f"{', '.join(names[:5]) or 'no table at all'}",
            where=str(path),
            hint="open it with open_store, which tells what a file holds",
        )


def _has_rows(connection: sqlite3.Connection) -> bool:
    """Tell whether the rows have numbers: a view's, and those of some tables, have none."""
    try:
        connection.execute("SELECT rowid FROM sessions LIMIT 1")
    except sqlite3.OperationalError as error:
        if "no such column" in str(error):
            return False
        raise
    return True


def data_of(connection: sqlite3.Connection, row: Row) -> tuple[Any] | None:
    """Give the data of a row that was found a moment ago, None where it is gone.

    Each save of the crate puts a new row with a new number in the place of the old one.
    """
    by_number = "SELECT data FROM sessions WHERE rowid = ? AND CAST(id AS BLOB) = ?"
    by_key = "SELECT data FROM sessions WHERE id = CAST(? AS TEXT)"
    found_row: tuple[Any] | None = connection.execute(by_number, (row.rowid, row.key)).fetchone()
    return found_row or connection.execute(by_key, (row.key,)).fetchone()


def text_in(value: Any, column: str) -> bytes:
    """Give a column's text.

    Raises:
        FormatError: it holds a number or nothing.
    """
    if isinstance(value, bytes):
        return value
    raise FormatError(
        f"the {column} is {type(value).__name__}, not text", hint="repair or remove the row"
    )


def as_text(data: bytes, what: str) -> str:
    """Give what is to be written as text.

    Raises:
        StoreError: it is no UTF-8.
    """
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise StoreError(f"the {what} can't be written as UTF-8") from error


def parse_key(key: bytes) -> SessionId:
    """Give the session that a key names, in either form.

    Raises:
        FormatError: none.
    """
    try:
        if key.startswith(b"{"):
            return SessionId.from_json(key)
        text = key.decode()
        session_id = SessionId.of(text)
        if _DISPLAY.fullmatch(text) and str(session_id) == text:
            return session_id
    except (FormatError, UnicodeDecodeError):
        pass
    raise FormatError(
        f"the key {key[:80].decode('utf-8', 'replace')!r} is no session id",
        hint='keys look like {"id":42,"external_id":null}; repair or remove the row',
    )


def find(connection: sqlite3.Connection, session_id: SessionId) -> list[Row]:
    """Give the rows of a session: the JSON key's, the display key's."""
    try:
        keys = [session_id.to_json().decode(), str(session_id)]
        rows = connection.execute("SELECT rowid, id FROM sessions WHERE id IN (?, ?)", keys)
        exact = [Row(rowid, key, session_id) for rowid, key in rows]
    except UnicodeEncodeError:
        exact = []
    return exact or list(_spelled_otherwise(connection, session_id))


def _spelled_otherwise(connection: sqlite3.Connection, session_id: SessionId) -> Iterable[Row]:
    # A key that was written by hand, such as {"id": 42}: listed, so it must be found as well.
    for rowid, key in connection.execute(
        "SELECT rowid, id FROM sessions WHERE id LIKE '{%' OR typeof(id) = 'blob'"
    ):
        try:
            if isinstance(key, bytes) and parse_key(key) == session_id:
                yield Row(rowid, key, session_id)
        except FormatError:
            continue


def preferred(rows: Sequence[Row]) -> Row | None:
    """Give the row that newer crates read: the one with the JSON key."""
    for row in rows:
        if row.key.startswith(b"{"):
            return row
    return rows[0] if rows else None


def new_key(connection: sqlite3.Connection, session_id: SessionId) -> bytes:
    """Give the key of a new row, of the kind the file has."""
    json_keys, all_keys = connection.execute(
        "SELECT COUNT(*) FILTER (WHERE id LIKE '{%'), COUNT(*) FROM sessions"
    ).fetchone()
    if all_keys and not json_keys:
        return str(session_id).encode()
    return session_id.to_json()


def newest_form(connection: sqlite3.Connection) -> str | None:
    """Give the form of the row written last, None where that can't be told."""
    row = connection.execute("SELECT data FROM sessions ORDER BY rowid DESC LIMIT 1").fetchone()
    if row is None:
        return None
    try:
        value = parse_json(text_in(row[0], "data"))
    except FormatError:
        return None
    return form_of(value) if isinstance(value, dict) else None
