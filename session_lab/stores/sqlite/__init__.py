"""The SQLite store: one file, the piece table, a thread of its own.

``schema`` has the tables, ``rows`` their encodings; ``writing``, ``trash``, ``events`` and ``query``
are jobs that run on the store's thread with its connection; ``store`` is the class people use.
"""

from session_lab.stores.sqlite.store import SqliteSessionStore

__all__ = ["SqliteSessionStore"]
