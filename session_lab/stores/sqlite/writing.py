"""Saving, labelling, forking and reverting, as jobs on the store's thread.

Each function takes the connection and is one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from session_lab.models import AgentSession, SessionId, Snapshot
from session_lab.models.jsonvalue import encode_json
from session_lab.models.simple import simple_messages
from session_lab.models.snapshots import SnapshotRef
from session_lab.stores import clock
from session_lab.stores.common import Save, id_taken, label_taken
from session_lab.stores.pieces import Plan, Range, join, plan_save
from session_lab.stores.rules import first_free_fork, state_facts
from session_lab.stores.sqlite.heads import (
    Head,
    HeadCache,
    History,
    Key,
    find_history,
    find_snapshot,
    get_snapshot,
    is_known,
    live_history,
    load,
    start_history,
)
from session_lab.stores.sqlite.rows import (
    first_id,
    key_of,
    message_key,
    message_row,
    ranges_of,
    ranges_text,
    writing,
)

__all__ = [
    "copy_messages",
    "fork",
    "pack_envelope",
    "record",
    "refresh_summary",
    "relabel",
    "revert",
]


def check_label_free(
    connection: sqlite3.Connection, history: History, label: str, revision: int
) -> None:
    """Check that no other snapshot of the session has a label.

    Raises:
        Conflict: one has.
    """
    row = connection.execute(
        "SELECT id & 4294967295 FROM snapshot "
        "WHERE id >> 32 = ? AND label = ? AND deleted_at IS NULL",
        (history.number, label),
    ).fetchone()
    if row is not None and row[0] != revision:
        raise label_taken(history.session_id, label, row[0])


def _set_label(
    connection: sqlite3.Connection, history: History, revision: int, label: str | None
) -> Snapshot:
    if label is not None:
        check_label_free(connection, history, label, revision)
    connection.execute(
        "UPDATE snapshot SET label = ? WHERE id = ?", (label, first_id(history.number) + revision)
    )
    return get_snapshot(connection, history, revision)


def record(connection: sqlite3.Connection, save: Save, cache: HeadCache) -> tuple[Snapshot, bool]:
    """Carry out a save: give the head, and whether it is new."""
    session_id = save.state.session_id
    with writing(connection):
        history = find_history(connection, session_id)
        head = history.head if history else 0
        save.check_head(head)
        if history and head:
            snapshot = get_snapshot(connection, history, head)
            if snapshot.digest == save.state.digest:
                if save.label is not None:
                    snapshot = _set_label(connection, history, head, save.label)
                return snapshot, False
        if history is None:
            history = start_history(connection, session_id)
        if save.label is not None:
            check_label_free(connection, history, save.label, 0)
        parent, diverged = save.parent_on(head)
        base = cache.get(connection, history)
        plan, keys = _append(connection, history, base, save.state.session)
        snapshot = _insert_snapshot(
            connection,
            history,
            save.state.session,
            plan.ranges,
            _Facts(
                label=save.label,
                parent=None if parent is None else (session_id, parent),
                diverged=diverged,
                observed=save.observed,
                provenance=save.provenance.model_dump_json() if save.provenance else None,
            ),
        )
        end = history.log_end + len(plan.write)
        _advance(connection, history, snapshot, end, observed=save.observed)
    cache.put(history.number, _new_head(snapshot.revision, plan, keys, base, history.log_end))
    return snapshot, True


def _append(
    connection: sqlite3.Connection, history: History, base: Head, session: AgentSession
) -> tuple[Plan, list[Key]]:
    messages = session.chat_messages
    keys = [message_key(message) for message in messages]
    plan = plan_save(base.keys, base.ranges, keys, known=base.known, end=history.log_end)
    first = first_id(history.number) + history.log_end
    connection.executemany(
        "INSERT INTO message (id, digest, form, body) VALUES (?, ?, ?, ?)",
        [message_row(first + n, messages[index]) for n, index in enumerate(plan.write)],
    )
    return plan, keys


def _new_head(revision: int, plan: Plan, keys: list[Key], base: Head, end: int) -> Head:
    known = base.known
    for offset, index in enumerate(plan.write):
        known[keys[index]] = end + offset
    if len(known) > 2 * len(keys) + 64:
        # Much of what is known left the head long ago: keep what the head has.
        known = {key: known[key] for key in keys}
    return Head(revision, plan.ranges, keys, known)


@dataclass(frozen=True, slots=True)
class _Facts:
    label: str | None = None
    parent: SnapshotRef | None = None
    diverged: bool = False
    observed: bool = False
    provenance: str | None = None


def pack_envelope(session: AgentSession) -> bytes:
    """Give a session's envelope as stored: the oldest form's redundant view is made anew on load."""
    envelope = session.envelope()
    if envelope.get("messages") == simple_messages(session.chat_messages):
        envelope["messages"] = None
    return encode_json(envelope)


def _insert_snapshot(
    connection: sqlite3.Connection,
    history: History,
    session: AgentSession,
    ranges: Sequence[Range],
    facts: _Facts,
) -> Snapshot:
    counts = state_facts(session.chat_messages)
    revision = history.next_revision
    row: dict[str, Any] = {
        "id": first_id(history.number) + revision,
        "recorded_at": clock.micros(clock.now()),
        "label": facts.label,
        "parent_key": key_of(facts.parent[0]) if facts.parent else None,
        "parent_revision": facts.parent[1] if facts.parent else None,
        "diverged": facts.diverged,
        "observed": facts.observed,
        "digest": bytes.fromhex(session.digest),
        "messages": counts.messages,
        "turns": counts.turns,
        "tool_calls": counts.tool_calls,
        "errors": counts.errors,
        "size": counts.size,
        "preview": counts.preview,
        "ranges": ranges_text(ranges),
        "envelope": pack_envelope(session),
        "origin": None if session.origin is None else encode_json(session.origin),
        "provenance": facts.provenance,
    }
    connection.execute(_INSERT_SNAPSHOT, row)
    return get_snapshot(connection, history, revision)


_INSERT_SNAPSHOT = """
    INSERT INTO snapshot (
        id, recorded_at, label, parent_key, parent_revision, diverged, observed, digest, messages,
        turns, tool_calls, errors, size, preview, ranges, envelope, origin, provenance
    ) VALUES (
        :id, :recorded_at, :label, :parent_key, :parent_revision, :diverged, :observed, :digest,
        :messages, :turns, :tool_calls, :errors, :size, :preview, :ranges, :envelope, :origin,
        :provenance
    )
"""


def _advance(
    connection: sqlite3.Connection,
    history: History,
    snapshot: Snapshot,
    log_end: int,
    *,
    observed: bool,
) -> None:
    """Make a new snapshot the head of its history."""
    at = None if observed else clock.micros(snapshot.recorded_at)
    connection.execute(
        """
        UPDATE history SET
            head = :revision, next_revision = :revision + 1, log_end = :log_end,
            created_at = CASE WHEN snapshots = 0 THEN :at ELSE created_at END,
            updated_at = :at, snapshots = snapshots + 1,
            (messages, turns, tool_calls, errors, preview, size) = (
                SELECT messages, turns, tool_calls, errors, preview, size
                FROM snapshot WHERE id = :id
            )
        WHERE number = :number
        """,
        {
            "revision": snapshot.revision,
            "log_end": log_end,
            "at": at,
            "id": first_id(history.number) + snapshot.revision,
            "number": history.number,
        },
    )


def refresh_summary(connection: sqlite3.Connection, number: int) -> None:
    """Make a history's summary anew from its live snapshots."""
    connection.execute(
        """
        WITH live AS (
            SELECT * FROM snapshot
            WHERE id >= :first AND id < :first + 4294967296 AND deleted_at IS NULL
        ), oldest AS (SELECT * FROM live ORDER BY id LIMIT 1),
        newest AS (SELECT * FROM live ORDER BY id DESC LIMIT 1)
        UPDATE history SET
            head = COALESCE((SELECT id - :first FROM newest), 0),
            snapshots = (SELECT COUNT(*) FROM live),
            created_at = (SELECT CASE WHEN observed THEN NULL ELSE recorded_at END FROM oldest),
            updated_at = (SELECT CASE WHEN observed THEN NULL ELSE recorded_at END FROM newest),
            messages = COALESCE((SELECT messages FROM newest), 0),
            turns = COALESCE((SELECT turns FROM newest), 0),
            tool_calls = COALESCE((SELECT tool_calls FROM newest), 0),
            errors = COALESCE((SELECT errors FROM newest), 0),
            preview = COALESCE((SELECT preview FROM newest), ''),
            size = COALESCE((SELECT size FROM newest), 0)
        WHERE number = :number
        """,
        {"first": first_id(number), "number": number},
    )


def relabel(
    connection: sqlite3.Connection, session_id: SessionId, name: int | str, label: str | None
) -> Snapshot:
    """Give a snapshot a label, or take it away."""
    with writing(connection):
        history = live_history(connection, session_id)
        return _set_label(connection, history, find_snapshot(connection, history, name), label)


def revert(
    connection: sqlite3.Connection, session_id: SessionId, name: int | str, where: str
) -> Snapshot:
    """Make an old snapshot's content the new head; its pieces are used again as they are."""
    with writing(connection):
        history = live_history(connection, session_id)
        old = get_snapshot(connection, history, find_snapshot(connection, history, name))
        head = get_snapshot(connection, history, history.head)
        if old.digest == head.digest:
            return head
        session = load(connection, history, old.revision, where)
        (ranges,) = connection.execute(
            "SELECT ranges FROM snapshot WHERE id = ?",
            (first_id(history.number) + old.revision,),
        ).fetchone()
        facts = _Facts(parent=(session_id, old.revision))
        snapshot = _insert_snapshot(connection, history, session, ranges_of(ranges), facts)
        _advance(connection, history, snapshot, history.log_end, observed=False)
        return snapshot


def fork(
    connection: sqlite3.Connection,
    session_id: SessionId,
    name: int | str | None,
    new_id: SessionId | None,
    where: str,
) -> Snapshot:
    """Start a new session from a snapshot, its rows copied."""
    with writing(connection):
        source = live_history(connection, session_id)
        revision = find_snapshot(connection, source, name)
        session = load(connection, source, revision, where)
        if new_id is None:
            new_id = first_free_fork(session_id, lambda each: is_known(connection, each))
        target = find_history(connection, new_id)
        if target is not None and target.head:
            raise id_taken(new_id)
        if target is None:
            target = start_history(connection, new_id)
        connection.execute(
            "UPDATE history SET (title, tags, metadata) = "
            "(SELECT title, tags, metadata FROM history WHERE number = ?) WHERE number = ?",
            (source.number, target.number),
        )
        end = copy_messages(connection, source.number, revision, target.number, target.log_end)
        facts = _Facts(parent=(session_id, revision))
        ranges = join([(target.log_end, end)])
        snapshot = _insert_snapshot(connection, target, session.copy(id=new_id), ranges, facts)
        _advance(connection, target, snapshot, end, observed=False)
        return snapshot


def copy_messages(
    connection: sqlite3.Connection, source: int, revision: int, target: int, end: int
) -> int:
    """Copy a snapshot's messages to the end of another log; give the log's new end."""
    (text,) = connection.execute(
        "SELECT ranges FROM snapshot WHERE id = ?", (first_id(source) + revision,)
    ).fetchone()
    for start, stop in ranges_of(text):
        low = first_id(source) + start
        connection.execute(
            "INSERT INTO message (id, digest, form, body) "
            "SELECT id - ? + ?, digest, form, body FROM message WHERE id >= ? AND id < ?",
            (low, first_id(target) + end, low, first_id(source) + stop),
        )
        end += stop - start
    return end
