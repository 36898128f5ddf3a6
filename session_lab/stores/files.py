"""The file behind a SQLite store: how it is named, opened, and known to be the same one still.

A foreign file is only read, and reading leaves nothing beside it.  Knows no table.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path
from typing import Literal

from session_lab.errors import FormatError, StoreError

__all__ = ["BUSY_SECONDS", "OpenFile", "path_of"]

BUSY_SECONDS = 5.0
"""How long a call waits for another program's lock."""

_LOG_VERSION = slice(18, 20)
_LOG = b"\x02\x02"
"""What stands there in the header of a file that is used with a write-ahead log."""

Mark = tuple[int, ...]


def path_of(path: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> Path:
    """Give a path as people write it, ``~`` meaning the home folder as in pandas.

    >>> path_of(b"a.db").name
    'a.db'
    """
    return Path(os.fsdecode(path)).expanduser()


class OpenFile:
    """A SQLite file as one thread has it open.

    Args:
        path: the file; a relative one is of the folder that is the current one now.
        mode: SQLite's, ``ro``, ``rw`` or ``rwc``.
    """

    def __init__(self, path: Path, mode: Literal["ro", "rw", "rwc"]) -> None:
        self._shown = path
        self._path = path.absolute()
        self._mode = mode
        self._alone = False
        self._mark: Mark = ()

    def connect(self) -> sqlite3.Connection:
        """Open the file, for use on one thread.

        Raises:
            FormatError: the path names a folder, a pipe or a device.
            sqlite3.Error: SQLite can't open it.
        """
        self._check_kind()
        # Without a log nobody else has the file open. SQLite would make one beside it even to read,
        # and fail where the folder can't be written; told that the file doesn't change, it needs
        # none. `changed` looks whether that stays true.
        self._alone = self._mode == "ro" and self._is_logged() and not self._log_size()
        self._mark = self._look()
        options = "ro&immutable=1" if self._alone else self._mode
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode={options}",
            uri=True,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_SECONDS,
        )
        # Taken before, so that what changes meanwhile is seen; a new file is there only now.
        self._mark = self._mark or self._look()
        # A file from anywhere: its views and triggers get none of our functions, and a damaged page
        # is found before it is used. Source: https://www.sqlite.org/security.html
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        return connection

    def changed(self) -> bool:
        """Tell whether the file has to be opened again before the next call.

        Raises:
            StoreError: it is open for writing, and what is written would go to a removed file.
        """
        now = self._look()
        if now == self._mark:
            return False
        if self._mode == "ro":
            return True
        raise StoreError(
            "the file was removed or replaced while it was open: nothing more is written to it",
            where=str(self._shown),
            hint="put the file back, or open the store again to go on in the new one",
        )

    def _look(self) -> Mark:
        try:
            info = self._path.stat()
        except OSError:
            return ()
        same = (info.st_dev, info.st_ino)
        return (*same, info.st_mtime_ns, info.st_size, self._log_size()) if self._alone else same

    def _check_kind(self) -> None:
        try:
            kind = self._path.stat().st_mode
        except (OSError, ValueError):
            return  # SQLite says what is wrong, or makes the file
        if not stat.S_ISREG(kind):
            raise FormatError(
                "this is a folder" if stat.S_ISDIR(kind) else "this is neither a file nor a folder",
                where=str(self._shown),
                hint="give the path of a database file",
            )

    def _is_logged(self) -> bool:
        try:
            with self._path.open("rb") as file:
                return file.read(20)[_LOG_VERSION] == _LOG
        except (OSError, ValueError):
            return False

    def _log_size(self) -> int:
        try:
            return Path(f"{self._path}-wal").stat().st_size
        except (OSError, ValueError):
            return 0
