"""``open_store``: what a path or an address holds, and the store class for it.

It only looks (a stat, the first bytes, the table names) and opens nothing for writing.  A format is a
name, a function that recognises its files, and where its store is; others register theirs as an entry
point in the group ``session_lab.formats`` whose object is a ``Format``.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from session_lab.errors import FormatError, SessionLabError, StoreError
from session_lab.stores.base import SessionStore
from session_lab.stores.driver_errors import translator
from session_lab.stores.files import OpenFile, path_of

__all__ = ["ENTRY_POINTS", "FORMATS", "Format", "Look", "open_store"]

ENTRY_POINTS = "session_lab.formats"
_SQLITE_MAGIC = b"SQLite format 3\x00"
_APPLICATION_ID = slice(68, 72)
"""Where a SQLite file has it: https://www.sqlite.org/fileformat2.html, section 1.3."""
_OURS = 0x534C4142
"""``sqlite.schema.APPLICATION_ID``, here without the import."""


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of a path before anything is opened.

    Args:
        path: the path.
        is_folder: whether it is a folder.
        head: the first 4,096 bytes of a file.
        tables: table names with their column names, of a SQLite file.
        application_id: of a SQLite file, else 0.
    """

    path: Path
    is_folder: bool = False
    head: bytes = b""
    tables: tuple[tuple[str, frozenset[str]], ...] = ()
    application_id: int = 0

    def has_table(self, name: str, *columns: str) -> bool:
        """Tell whether there is such a table with at least these columns."""
        return any(name == table and seen >= set(columns) for table, seen in self.tables)


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of path that can be opened.

    Args:
        name: for people, as in "an agent-base database".
        recognises: tells whether a path is of this kind.
        store: where its class is, ``module:attribute``; called with ``path`` and ``read_only``.
        own: true for our own stores, which are opened for writing unless told otherwise.
    """

    name: str
    recognises: Callable[[Look], bool]
    store: str
    own: bool = False


FORMATS: tuple[Format, ...] = (
    Format(
        name="a session_lab store",
        recognises=lambda look: look.application_id == _OURS,
        store="session_lab.stores.sqlite:SqliteSessionStore",
        own=True,
    ),
    Format(
        name="an agent-base database",
        recognises=lambda look: look.has_table("sessions", "id", "data"),
        store="session_lab.stores.agent_base:AgentBaseStore",
    ),
)
"""The formats that come with the package, the first that recognises a path wins."""


def open_store(
    x: str | os.PathLike[str],
    *,
    durability: Literal["full", "normal"] = "full",
    read_only: bool | None = None,
) -> SessionStore:
    """Give the store for a path or an address; it connects on its first use.

    Args:
        x: ``memory://``; ``sqlite:///x.db`` or a path (``~`` is the home folder), where nothing is
            yet a new store is made on first use; a path that holds another system's sessions opens
            as that system.
        durability: of our own stores: ``full`` or ``normal`` (see ``SqliteSessionStore``).
        read_only: None: our own stores can be written, others not.

    Raises:
        FormatError: the path holds nothing that is known.
        StoreError: it can't be looked at, its folder is missing, or there is nothing to read.

    >>> open_store("memory://")
    InMemorySessionStore(0 sessions)
    """
    address = os.fsdecode(x)
    if "://" in address:
        found = _of_address(address, read_only=read_only)
        if not isinstance(found, str):
            return found
        address = found
    if address in ("", ":memory:"):
        raise FormatError(
            f"{address!r} names no file",
            hint="write memory:// for a store that ends with the process, or give a path",
        )
    path = path_of(address)
    look = _look(path, may_write=read_only is False)
    if look is None:
        return _new(path, durability, read_only=read_only)
    for each in (*FORMATS, *_registered()):
        if each.recognises(look):
            return _open(each, look.path, durability, read_only=read_only)
    raise _unknown(look)


def _of_address(address: str, *, read_only: bool | None) -> SessionStore | str:
    scheme, _, rest = address.partition("://")
    if scheme == "memory":
        if read_only:
            raise StoreError("a new store in memory has nothing to read", where=address)
        from session_lab.stores.memory import InMemorySessionStore

        return InMemorySessionStore()
    if scheme == "sqlite":
        # As in SQLAlchemy's addresses: three slashes and a relative path, four and an absolute one.
        if not rest.startswith("/") or rest == "/":
            raise FormatError(
                "this address names no file",
                where=address,
                hint="write sqlite:///relative.db or sqlite:////absolute.db",
            )
        return rest[1:]
    raise FormatError(
        f"no store is known for addresses of {scheme}://",
        where=address,
        hint="give a path, sqlite:///file.db or memory://",
    )


def _look(path: Path, *, may_write: bool) -> Look | None:
    """Look at a path; None where there is nothing, or an empty file."""
    try:
        info = path.stat()
        if stat.S_ISDIR(info.st_mode):
            return Look(path, is_folder=True)
        if not stat.S_ISREG(info.st_mode):
            raise FormatError(
                "this is neither a file nor a folder", where=str(path), hint="check the path"
            )
        if info.st_size == 0:
            return None
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(
            f"the path can't be read: {reason}",
            where=str(path),
            hint="check the path and its permissions",
        ) from error
    if not head.startswith(_SQLITE_MAGIC):
        return Look(path, head=head)
    application_id = int.from_bytes(head[_APPLICATION_ID], "big")
    if application_id == _OURS:
        # Enough is known, and a store that was stopped while it was made can't be opened to read.
        return Look(path, head=head, application_id=application_id)
    return _look_inside(path, head, may_write=may_write)


def _look_inside(path: Path, head: bytes, *, may_write: bool) -> Look:
    """Look at the tables of a SQLite file, which is opened and closed again.

    Only to read: leave to write lets SQLite take back what a stopped program left half done.
    """
    try:
        connection = OpenFile(path, "rw" if may_write else "ro").connect()
        try:
            (application_id,) = connection.execute("PRAGMA application_id").fetchone()
            rows = connection.execute(
                "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c "
                "WHERE t.type = 'table'"
            ).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise translator(path)(error) from error
    columns: dict[str, list[str]] = {}
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    tables = tuple((table, frozenset(names)) for table, names in columns.items())
    return Look(path, head=head, tables=tables, application_id=application_id)


def _new(path: Path, durability: str, *, read_only: bool | None) -> SessionStore:
    if read_only:
        raise StoreError(
            "there is nothing to read",
            where=str(path),
            hint="check the path; without read_only=True a new store is made there",
        )
    if not path.absolute().parent.is_dir():
        raise StoreError(
            "the folder is not there",
            where=str(path.absolute().parent),
            hint="make the folder first, or check the path",
        )
    return _open(FORMATS[0], path, durability, read_only=False)


def _open(each: Format, path: Path, durability: str, *, read_only: bool | None) -> SessionStore:
    module, _, name = each.store.partition(":")
    store = getattr(importlib.import_module(module), name)
    options: dict[str, Any] = {"durability": durability} if each.own else {}
    default = not each.own
    return cast(
        "SessionStore",
        store(path, read_only=default if read_only is None else read_only, **options),
    )


def _registered() -> Iterator[Format]:
    for point in importlib.metadata.entry_points(group=ENTRY_POINTS):
        try:
            each = point.load()
        except Exception as error:
            raise SessionLabError(
                f"the format {point.name!r} can't be loaded: {error}",
                where=point.value,
                hint="repair or uninstall the package that registers it",
            ) from error
        if isinstance(each, Format):
            yield each


def _unknown(look: Look) -> FormatError:
    known = " or ".join(each.name for each in FORMATS)
    if look.is_folder:
        seen = "a folder without sessions of a known kind"
    elif look.tables or look.head.startswith(_SQLITE_MAGIC):
        names = ", ".join(sorted(name for name, _ in look.tables)[:5]) or "no tables"
        seen = f"a SQLite database of something else (its tables: {names})"
    else:
        seen = "no database"
    return FormatError(f"this is {seen}", where=str(look.path), hint=f"give the path of {known}")
