"""The event log, as jobs on the store's thread.

The messages of a checkpoint event are kept by reference: those that the session's log has are only
named, the others join the log, where the next save finds them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from session_lab.errors import CorruptData, FormatError
from session_lab.models import (
    ChatMessage,
    CheckpointReached,
    RuntimeEvent,
    SessionId,
    StoredEvent,
    event_from_wire,
)
from session_lab.models.jsonvalue import encode_json, parse_json
from session_lab.stores import clock
from session_lab.stores.pieces import Range, join
from session_lab.stores.rules import coalesced
from session_lab.stores.sqlite.heads import HeadCache, History, find_history, start_history
from session_lab.stores.sqlite.rows import (
    first_id,
    load_messages,
    message_key,
    message_row,
    ranges_of,
    ranges_text,
    writing,
)

__all__ = ["append_event", "events"]

_STEP = "BeforeLlm"


def append_event(
    connection: sqlite3.Connection, session_id: SessionId, event: RuntimeEvent, cache: HeadCache
) -> None:
    """Append an event, or join a streamed delta to the one before."""
    with writing(connection):
        history = find_history(connection, session_id) or start_history(connection, session_id)
        if _joined(connection, history, event):
            return
        wire, ranges = event.to_wire(), None
        if isinstance(event, CheckpointReached):
            wire, ranges = _without_messages(connection, history, event, cache)
        connection.execute(
            "INSERT INTO event (id, at, after_revision, ranges, body) VALUES (?, ?, ?, ?, ?)",
            (
                first_id(history.number) + history.next_event,
                clock.micros(clock.now()),
                history.head,
                None if ranges is None else ranges_text(ranges),
                encode_json(wire),
            ),
        )
        connection.execute(
            "UPDATE history SET next_event = next_event + 1 WHERE number = ?", (history.number,)
        )


def _joined(connection: sqlite3.Connection, history: History, event: RuntimeEvent) -> bool:
    row_id = first_id(history.number) + history.next_event - 1
    row = connection.execute(
        "SELECT after_revision, ranges, body FROM event WHERE id = ?", (row_id,)
    ).fetchone()
    if row is None or row[0] != history.head or row[1] is not None:
        return False
    joined = coalesced(event_from_wire(parse_json(row[2])), event)
    if joined is None:
        return False
    connection.execute(
        "UPDATE event SET body = ? WHERE id = ?", (encode_json(joined.to_wire()), row_id)
    )
    return True


def _without_messages(
    connection: sqlite3.Connection, history: History, event: CheckpointReached, cache: HeadCache
) -> tuple[dict[str, Any], tuple[Range, ...] | None]:
    """Give an event's JSON without its messages, and the ranges that they are in the log."""
    wire = event.to_wire()
    step = event.checkpoint.step
    try:
        messages = step.messages if step.name == _STEP else ()
    except FormatError:
        messages = ()
    raw = (step.fields or {}).get("messages") if step.name == _STEP else None
    if not messages or [message.to_wire() for message in messages] != raw:
        # Nothing to refer to, or not exactly what would come back: kept in place.
        return wire, None
    known = cache.get(connection, history).known
    positions: list[int] = []
    end = history.log_end
    for message in messages:
        key = message_key(message)
        if key not in known:
            connection.execute(
                "INSERT INTO message (id, digest, form, body) VALUES (?, ?, ?, ?)",
                message_row(first_id(history.number) + end, message),
            )
            known[key] = end
            end += 1
        positions.append(known[key])
    connection.execute("UPDATE history SET log_end = ? WHERE number = ?", (end, history.number))
    checkpoint = dict(wire["checkpoint"])
    checkpoint["step"] = {_STEP: {**step.fields, "messages": None}}
    ranges = join((position, position + 1) for position in positions)
    return {**wire, "checkpoint": checkpoint}, ranges


def events(
    connection: sqlite3.Connection, session_id: SessionId, after: int, where: str
) -> Sequence[StoredEvent]:
    """Give a session's events after a seq.

    Raises:
        CorruptData: one of them is damaged.
    """
    history = find_history(connection, session_id)
    if history is None:
        return ()
    first = first_id(history.number)
    low = first + max(0, min(after, 2**32 - 2)) + 1
    rows = connection.execute(
        "SELECT id - ?, at, after_revision, ranges, body FROM event "
        "WHERE id >= ? AND id < ? ORDER BY id",
        (first, low, first + 2**32),
    ).fetchall()
    return tuple(_stored(connection, history, row, where) for row in rows)


def _stored(
    connection: sqlite3.Connection, history: History, row: tuple[Any, ...], where: str
) -> StoredEvent:
    seq, at, after_revision, ranges, body = row
    place = f"{where}, session {history.session_id}, event {seq}"
    try:
        wire = parse_json(body)
        if ranges is not None:
            messages = load_messages(connection, history.number, ranges_of(ranges), place)
            wire["checkpoint"]["step"][_STEP]["messages"] = _wires(messages)
        return StoredEvent.from_wire(
            seq=seq, at=clock.from_micros(at), after_revision=after_revision, wire=wire
        )
    except (FormatError, KeyError, TypeError) as error:
        raise CorruptData(f"the event can't be read: {error}", where=place) from error


def _wires(messages: Sequence[ChatMessage]) -> list[Any]:
    return [message.to_wire() for message in messages]
