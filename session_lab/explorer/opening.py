"""``explore``: from a store, a path or nothing to an explorer."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from session_lab.errors import StoreError
from session_lab.stores.base import SessionStore, SnapshotStore

if TYPE_CHECKING:
    from session_lab.explorer.session_explorer import SessionExplorer

__all__ = ["explore"]


def explore(
    store_or_path: SessionStore | str | os.PathLike[str] | None = None,
    *,
    sidecar: SnapshotStore | str | os.PathLike[str] | None = None,
) -> SessionExplorer:
    """Explore the sessions of a store: the last value of a cell shows them.

    Args:
        store_or_path: a store; a path or address, which ``open_store`` opens; None for the sample
            sessions that come with session_lab.
        sidecar: for a source of one state per session, where labels, forks and recorded states go:
            a snapshot store, or the path of one (a new file is made); None for memory.  Use one
            file for one source.

    Returns:
        The explorer, with its first page of sessions read.

    Raises:
        StoreError: there is nothing at the path, or a sidecar is not needed or none.
        FormatError: the path holds nothing that is known.
        ImportError: without the extra ``session-lab[lab]``.

    >>> from session_lab.stores import InMemorySessionStore
    >>> explorer = explore(InMemorySessionStore())
    >>> explorer.selection
    ()
    """
    widget = _widget()
    from session_lab.explorer.sidecar import desk_for

    return widget(desk_for(_source(store_or_path), _sidecar(sidecar)))


def _widget() -> type[SessionExplorer]:
    try:
        from session_lab.explorer.session_explorer import SessionExplorer
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {"anywidget", "ipywidgets", "traitlets"}:
            raise
        text = f'explore() needs {error.name}, which is missing: pip install "session-lab[lab]"'
        raise ImportError(text, name=error.name) from error
    return SessionExplorer


def _source(store_or_path: SessionStore | str | os.PathLike[str] | None) -> SessionStore:
    if store_or_path is None:
        from session_lab.samples import open_samples

        return open_samples()
    if not isinstance(store_or_path, (str, os.PathLike)):
        if isinstance(store_or_path, SessionStore):
            return store_or_path
        raise StoreError(
            f"a {type(store_or_path).__name__} is no store of sessions",
            hint="give a path, or an object with save, load, list and delete",
        )
    address = os.fspath(store_or_path)
    # Looking for sessions at a misspelt path must not make an empty store there.
    if "://" not in address and not Path(address).exists():
        raise StoreError(
            "there is nothing to explore",
            where=address,
            hint="check the path; explore(open_store(path)) makes a new store there",
        )
    return _open(address)


def _sidecar(sidecar: SnapshotStore | str | os.PathLike[str] | None) -> SnapshotStore | None:
    if sidecar is None:
        return None
    store = _open(os.fspath(sidecar)) if isinstance(sidecar, (str, os.PathLike)) else sidecar
    if isinstance(store, SnapshotStore):
        return store
    raise StoreError(
        f"a {type(store).__name__} keeps no snapshots, so it can't be a sidecar",
        where="sidecar",
        hint="give the path of a new file, or of a session_lab store",
    )


def _open(address: str) -> SessionStore:
    from session_lab.stores import open_store

    return open_store(address)
