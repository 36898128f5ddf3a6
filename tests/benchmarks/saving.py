"""What a save costs: our stores against a floor that writes the new rows and nothing else.

The floor is what the disk asks for: the turn's messages as JSON rows, one transaction a turn, at the
same durability, in the same run.  Quote the ratios; the times are of this machine at this moment.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import statistics
import tempfile
import time
from pathlib import Path

from session_lab import AgentSession, SqliteSessionStore, ToolCall

TURNS = 300
ROUNDS = 5


def add_turn(session: AgentSession, number: int) -> None:
    """Add four messages of the usual sizes."""
    call = ToolCall(id=f"call_{number}", name="read", arguments=json.dumps({"path": "p" * 150}))
    session.push_user(f"{number} " + "question " * 22)
    session.push_tool_calls([call])
    session.push_tool_result(call.id, f"{number} " + "a line of output\n" * 88)
    session.push_assistant(f"{number} " + "answer " * 85)


def floor(folder: Path, durability: str) -> list[float]:
    """Write the turns as plain rows; give the seconds of each commit."""
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {durability.upper()}")
    connection.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, body BLOB)")
    session = AgentSession(id=1)
    times = []
    for number in range(TURNS):
        before = len(session.chat_messages)
        add_turn(session, number)
        started = time.perf_counter()
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO message (body) VALUES (?)",
            [(json.dumps(m.to_wire()).encode(),) for m in session.chat_messages[before:]],
        )
        connection.execute("COMMIT")
        times.append(time.perf_counter() - started)
    connection.close()
    return times


async def ours(folder: Path, durability: str) -> tuple[list[float], Path]:
    """Save the session after each turn; give the seconds of each save."""
    path = folder / "ours.db"
    times = []
    async with SqliteSessionStore(path, durability=durability) as store:  # type: ignore[arg-type]
        session = AgentSession(id=1)
        await store.list()
        for number in range(TURNS):
            add_turn(session, number)
            started = time.perf_counter()
            await store.save(session)
            times.append(time.perf_counter() - started)
    return times, path


def main() -> None:
    """Print medians and ratios for both durabilities."""
    for durability in ("full", "normal"):
        ratios, totals, late = [], [], []
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as name:
                base = floor(Path(name), durability)
                times, path = asyncio.run(ours(Path(name), durability))
                size = path.stat().st_size
            ratios.append(statistics.median(times) / statistics.median(base))
            totals.append(sum(times) * 1000)
            late.append(statistics.median(times[-50:]) / statistics.median(times[:50]))
        print(
            f"{durability:8}{TURNS} saves {statistics.median(totals):6.0f} ms, "
            f"{statistics.median(ratios):.2f} times the floor, "
            f"late saves {statistics.median(late):.2f} times early ones, file {size / 1e6:.2f} MB"
        )


if __name__ == "__main__":
    main()
