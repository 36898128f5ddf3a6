"""Look into LLM-agent sessions from a notebook.

This module is a table of public names and nothing else: each is imported when first used, so that
``import session_lab`` loads neither pandas nor ipywidgets nor a database driver.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from session_lab import errors as errors
    from session_lab import frames as frames
    from session_lab.diffing import SessionDiff, diff
    from session_lab.explorer import explore
    from session_lab.models import (
        AgentSession,
        AssistantMessage,
        CustomMessage,
        Page,
        SessionId,
        SessionQuery,
        SessionSummary,
        Snapshot,
        SystemMessage,
        ToolCall,
        ToolMessage,
        UnknownMessage,
        UserMessage,
    )
    from session_lab.running import allow_nested_run, run
    from session_lab.stores import (
        AgentBaseStore,
        EventSink,
        InMemorySessionStore,
        SessionStore,
        SnapshotStore,
        SqliteSessionStore,
        open_store,
    )

__all__ = [
    "AgentBaseStore",
    "AgentSession",
    "AssistantMessage",
    "CustomMessage",
    "EventSink",
    "InMemorySessionStore",
    "Page",
    "SessionDiff",
    "SessionId",
    "SessionQuery",
    "SessionStore",
    "SessionSummary",
    "Snapshot",
    "SnapshotStore",
    "SqliteSessionStore",
    "SystemMessage",
    "ToolCall",
    "ToolMessage",
    "UnknownMessage",
    "UserMessage",
    "allow_nested_run",
    "diff",
    "errors",
    "explore",
    "frames",
    "open_store",
    "run",
]

__version__ = "0.1.0"

_HOMES = {
    "models": (
        "AgentSession AssistantMessage CustomMessage Page SessionId SessionQuery SessionSummary "
        "Snapshot SystemMessage ToolCall ToolMessage UnknownMessage UserMessage"
    ),
    "stores": (
        "AgentBaseStore EventSink InMemorySessionStore SessionStore SnapshotStore "
        "SqliteSessionStore open_store"
    ),
    "diffing": "SessionDiff diff",
    "explorer": "explore",
    "running": "allow_nested_run run",
}
_TABLE = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name in {"errors", "frames"}:
        return importlib.import_module(f"session_lab.{name}")
    home = _TABLE.get(name)
    if home is None:
        raise AttributeError(f"module 'session_lab' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"session_lab.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
