"""The event log, as jobs on the store's thread.

The messages of a checkpoint event are kept by reference: those that the session's log has are only
named, the others join the log, where the next save finds them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from session_lab.errors import FormatError
from session_lab.models import (
    ChatMessage,
    CheckpointReached,
    Problem,
    RuntimeEvent,
    SessionId,
    StoredEvent,
    TextDelta,
    ThoughtDelta,
    event_from_wire,
)
from session_lab.models.jsonvalue import encode_json, parse_json
from session_lab.stores import clock
from session_lab.stores.pieces import Range, join
from session_lab.stores.rules import Key, coalesced, message_key
from session_lab.stores.sqlite.heads import HeadCache, History, find_history, start_history
from session_lab.stores.sqlite.rows import (
    LAST,
    Row,
    first_id,
    load_messages,
    message_row,
    ranges_of,
    ranges_text,
    readable,
    row_id,
    writing,
)

__all__ = ["append_event", "events"]

_STEP = "BeforeLlm"


def append_event(
    connection: sqlite3.Connection, session_id: SessionId, event: RuntimeEvent, cache: HeadCache
) -> None:
    """Append an event, or join a streamed delta to the one before."""
    head, new = None, dict[Key, int]()
    with writing(connection):
        history = find_history(connection, session_id) or start_history(connection, session_id)
        if _joined(connection, history, event):
            return
        wire, ranges = event.to_wire(), None
        messages = _referable(event)
        if messages:
            head = cache.get(connection, history)
            ranges = _refer(connection, history, messages, head.known, new)
            wire = _without_messages(wire)
        connection.execute(
            "INSERT INTO event (id, at, after_revision, ranges, body) VALUES (?, ?, ?, ?, ?)",
            (
                row_id(history.number, history.next_event),
                clock.micros(clock.now()),
                history.head,
                None if ranges is None else ranges_text(ranges),
                encode_json(wire),
            ),
        )
        connection.execute(
            "UPDATE history SET next_event = next_event + 1 WHERE number = ?", (history.number,)
        )
    if head is not None:
        cache.put(history.number, head, new)


def _joined(connection: sqlite3.Connection, history: History, event: RuntimeEvent) -> bool:
    """Add a delta to the event before it: a row of its own, so that a long stream costs no more."""
    if not isinstance(event, (TextDelta, ThoughtDelta)):
        return False
    last = first_id(history.number) + history.next_event - 1
    row = connection.execute(
        "SELECT after_revision, ranges, body FROM event WHERE id = ?", (last,)
    ).fetchone()
    if row is None or row[0] != history.head or row[1] is not None:
        return False
    try:
        first = event_from_wire(parse_json(row[2]))
    except FormatError:
        return False  # damaged: `events` says so, the log goes on
    if coalesced(first, event) is None:
        return False
    connection.execute(
        "INSERT INTO delta (event, n, text) "
        "SELECT ?, COALESCE(MAX(n), 0) + 1, ? FROM delta WHERE event = ?",
        (last, event.text.encode("utf-8", "surrogatepass"), last),
    )
    return True


def _referable(event: RuntimeEvent) -> Sequence[ChatMessage]:
    """Give the messages that an event may leave to the log, none where it has to keep its own."""
    if not isinstance(event, CheckpointReached) or event.checkpoint.step.name != _STEP:
        return ()
    step = event.checkpoint.step
    try:
        messages = step.messages
    except FormatError:
        return ()
    raw = (step.fields or {}).get("messages")
    # Not exactly what would come back: kept in place.
    return messages if [message.to_wire() for message in messages] == raw else ()


def _refer(
    connection: sqlite3.Connection,
    history: History,
    messages: Sequence[ChatMessage],
    known: Mapping[Key, int],
    new: dict[Key, int],
) -> tuple[Range, ...]:
    """Give the ranges of messages in the log, to which those it lacks are appended (as ``new``)."""
    positions = []
    for message in messages:
        key = message_key(message)
        position = known.get(key, new.get(key, -1))
        if position < 0:
            position = new[key] = history.log_end + len(new)
            connection.execute(
                "INSERT INTO message (id, digest, form, body) VALUES (?, ?, ?, ?)",
                message_row(row_id(history.number, position), message),
            )
        positions.append(position)
    connection.execute(
        "UPDATE history SET log_end = ? WHERE number = ?",
        (history.log_end + len(new), history.number),
    )
    return join((position, position + 1) for position in positions)


def _without_messages(wire: dict[str, Any]) -> dict[str, Any]:
    step = wire["checkpoint"]["step"]
    slim = {**step, _STEP: {**step[_STEP], "messages": None}}
    return {**wire, "checkpoint": {**wire["checkpoint"], "step": slim}}


def events(
    connection: sqlite3.Connection, session_id: SessionId, after: int, where: str
) -> tuple[Sequence[StoredEvent], Sequence[Problem]]:
    """Give a session's events after a seq, and those that can't be read."""
    history = find_history(connection, session_id)
    if history is None:
        return (), ()
    first = first_id(history.number)
    bounds = (first, first + max(0, min(after, LAST)), first + LAST)
    rows = connection.execute(
        "SELECT id - ?, at, after_revision, ranges, body FROM event "
        "WHERE id > ? AND id <= ? ORDER BY id",
        bounds,
    ).fetchall()
    streamed: dict[int, list[bytes]] = {}
    for seq, text in connection.execute(
        "SELECT event - ?, text FROM delta WHERE event > ? AND event <= ? ORDER BY event, n", bounds
    ):
        streamed.setdefault(seq, []).append(text)
    return readable(
        rows,
        lambda row: _stored(connection, history, row, streamed.get(row[0], ()), where),
        lambda row: f"{where}, session {session_id}, event {row[0]}",
    )


def _stored(
    connection: sqlite3.Connection,
    history: History,
    row: Row,
    streamed: Sequence[bytes],
    where: str,
) -> StoredEvent:
    seq, at, after_revision, ranges, body = row
    wire = parse_json(body)
    if streamed:
        wire["text"] += b"".join(streamed).decode("utf-8", "surrogatepass")
    if ranges is not None:
        place = f"{where}, session {history.session_id}, event {seq}"
        messages = load_messages(connection, history.number, ranges_of(ranges), place)
        wire["checkpoint"]["step"][_STEP]["messages"] = [each.to_wire() for each in messages]
    return StoredEvent.from_wire(
        seq=seq, at=clock.from_micros(at), after_revision=after_revision, wire=wire
    )
