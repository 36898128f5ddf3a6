"""SQLite's errors in our words: what is wrong with which file, and what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from session_lab.errors import CorruptData, FormatError, ReadOnlyStore, SessionLabError, StoreError

__all__ = ["translator"]

_UNFINISHED = "SQLITE_READONLY_ROLLBACK"
"""What SQLite calls it when a journal is left of a program that was stopped in the middle."""

_BY_TEXT: tuple[tuple[str, type[SessionLabError], str, str], ...] = (
    (
        "file is not a database",
        FormatError,
        "this is no SQLite database",
        "check the path; open_store tells what a file holds",
    ),
    (
        "disk image is malformed",
        CorruptData,
        "the database file is damaged or cut off",
        "copy it again from where it came, or run `sqlite3 FILE .recover` on a copy",
    ),
    (
        "readonly",
        ReadOnlyStore,
        "the database can't be written",
        "check the permissions of the file and its folder, or open it for reading",
    ),
    (
        "locked",
        StoreError,
        "another program holds the database for longer than 5 seconds",
        "wait for it to finish, or close it, then try again",
    ),
    (
        "full",
        StoreError,
        "the disk is full; nothing was written",
        "make room and save again",
    ),
    (
        "disk I/O error",
        StoreError,
        "the disk can't be read or written, or has no room left",
        "look whether it is full, damaged or gone; what was being saved is not there",
    ),
    (
        "unable to open",
        StoreError,
        "the file can't be opened",
        "check that it exists, that its folder does, and their permissions",
    ),
)


def translator(path: Path) -> Callable[[Exception], SessionLabError]:
    """Give the function that makes a driver's error about a file one of ours.

    >>> print(translator(Path("a.db"))(sqlite3.DatabaseError("file is not a database")))
    a.db: this is no SQLite database. What to do: check the path; open_store tells what a file holds.
    """

    def translate(error: Exception) -> SessionLabError:
        text = str(error)
        if not isinstance(error, sqlite3.Error):
            return StoreError(f"a value can't be kept in this database: {text}", where=str(path))
        if getattr(error, "sqlite_errorname", None) == _UNFINISHED:
            return StoreError(
                "the program that wrote this was stopped in the middle of a change, which must be "
                "taken back before the file can be read",
                where=str(path),
                hint="let that program open it again, or open it once with read_only=False (or do "
                f"so with a copy of it and of {path.name}-journal)",
            )
        for part, kind, problem, hint in _BY_TEXT:
            if part in text:
                return kind(problem, where=str(path), hint=hint)
        return StoreError(f"SQLite says: {text}", where=str(path))

    return translate
