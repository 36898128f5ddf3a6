"""Where sessions are kept: the promises, and the stores that keep them.

A new store goes into a module of its own here; if ``open_store`` shall find it, it gets a line in
``open.py``, and the contract suite in ``session_lab.testing`` tells whether it keeps the promises.
"""

from session_lab.stores.agent_base import AgentBaseStore
from session_lab.stores.base import (
    EventSink,
    QueryableStore,
    SessionStore,
    SnapshotStore,
    current_provenance,
)
from session_lab.stores.memory import InMemorySessionStore
from session_lab.stores.open import open_store
from session_lab.stores.sqlite import SqliteSessionStore

__all__ = [
    "AgentBaseStore",
    "EventSink",
    "InMemorySessionStore",
    "QueryableStore",
    "SessionStore",
    "SnapshotStore",
    "SqliteSessionStore",
    "current_provenance",
    "open_store",
]
