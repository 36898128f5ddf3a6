"""Sessions shipped as data, to try things on: made by the real agent-base crate, with no account.

``agent_base.db`` is a database as agent-base 0.12 writes it, one state a session.  ``turns.jsonl`` has
the same sessions turn by turn and ``events.jsonl`` what some of the runs announced;
``tests/interop/agent_base`` in the repository has the program that made all three.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from session_lab.models import AgentSession, SessionId, Snapshot, event_from_wire
from session_lab.models.jsonvalue import parse_json
from session_lab.stores import InMemorySessionStore, SnapshotStore

__all__ = ["agent_base_db", "fill", "open_samples"]

_FOLDER = Path(str(files("session_lab.samples")))


def agent_base_db() -> Path:
    """Give the path of the sample database, as agent-base wrote it.

    >>> agent_base_db().name
    'agent_base.db'
    """
    return _FOLDER / "agent_base.db"


async def fill(store: SnapshotStore) -> Sequence[Snapshot]:
    """Record the sample sessions in a store, turn by turn, with the events of some runs.

    Args:
        store: where to; sessions that are there get new snapshots only where they differ.

    Returns:
        The snapshots that were recorded, in the order of the turns.
    """
    recorded: list[Snapshot] = []
    for line in await asyncio.to_thread(_lines, "turns.jsonl"):
        state = AgentSession.from_wire(line["state"])
        source = InMemorySessionStore()
        await source.save(state)
        recorded += await store.capture(source)
    for line in await asyncio.to_thread(_lines, "events.jsonl"):
        event = event_from_wire(line)
        await store.append_event(SessionId.from_wire(line["session_id"]), event)
    return recorded


def open_samples() -> InMemorySessionStore:
    """Give a store in memory with the sample sessions, a snapshot for every turn.

    Runs in plain code and in cells, with an event loop or without.

    >>> open_samples()
    InMemorySessionStore(38 sessions)
    """
    from session_lab.running import run  # its extra is needed by nothing else here

    store = InMemorySessionStore()
    run(fill(store))
    return store


def _lines(name: str) -> list[dict[str, Any]]:
    lines = (_FOLDER / name).read_bytes().splitlines()
    return [parse_json(line, where=f"{name}, line {n}") for n, line in enumerate(lines, 1)]
