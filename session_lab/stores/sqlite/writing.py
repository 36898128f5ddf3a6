"""Saving, labelling, forking and reverting, as jobs on the store's thread.

Each function takes the connection and is one transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from session_lab.errors import StoreError
from session_lab.models import AgentSession, SessionId, Snapshot
from session_lab.models.jsonvalue import encode_json
from session_lab.models.simple import simple_messages
from session_lab.models.snapshots import SnapshotRef
from session_lab.stores import clock
from session_lab.stores.common import Save, id_taken, label_taken
from session_lab.stores.pieces import Plan, Range, join, plan_save
from session_lab.stores.rules import FrozenState, Key, StateFacts, first_free_fork, state_facts
from session_lab.stores.sqlite.heads import (
    Head,
    HeadCache,
    History,
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
    message_row,
    provenance_text,
    ranges_of,
    ranges_text,
    row_id,
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
    head, written = None, dict[Key, int]()
    with writing(connection):
        history = find_history(connection, save.state.session_id)
        save.check_head(history.head if history else 0)
        snapshot = None if history is None else _unchanged(connection, history, save)
        if snapshot is None:
            history = history or start_history(connection, save.state.session_id)
            snapshot, head, written = _record_new(connection, history, save, cache)
    # Only what is committed is remembered.
    save.kept_as(snapshot)
    if head is not None and history is not None:
        cache.put(history.number, head, written)
    return snapshot, head is not None


def _unchanged(connection: sqlite3.Connection, history: History, save: Save) -> Snapshot | None:
    """Give the head where the save would change nothing; a label is set all the same."""
    if not history.head:
        return None
    snapshot = get_snapshot(connection, history, history.head)
    if snapshot.digest != save.state.digest:
        return None
    if save.label is None:
        return snapshot
    return _set_label(connection, history, history.head, save.label)


def _record_new(
    connection: sqlite3.Connection, history: History, save: Save, cache: HeadCache
) -> tuple[Snapshot, Head, dict[Key, int]]:
    """Append a snapshot: give it, what is known of the new head, and what the log has more."""
    if save.label is not None:
        check_label_free(connection, history, save.label, 0)
    parent, diverged = save.parent_on(history.head)
    base = cache.get(connection, history)
    plan = _append(connection, history, base, save.state)
    facts = _Facts(
        label=save.label,
        parent=None if parent is None else (history.session_id, parent),
        diverged=diverged,
        observed=save.observed,
        provenance=provenance_text(save.provenance),
    )
    state = save.state
    new = _New(state.session, state.digest, state.content.facts, plan.ranges)
    snapshot = _insert_snapshot(connection, history, new, facts)
    end = history.log_end + len(plan.write)
    _advance(connection, history, snapshot, end, observed=save.observed)
    keys = state.content.keys
    written = {keys[index]: history.log_end + n for n, index in enumerate(plan.write)}
    return snapshot, Head(snapshot.revision, plan.ranges, keys, base.known), written


def _append(
    connection: sqlite3.Connection, history: History, base: Head, state: FrozenState
) -> Plan:
    messages, keys = state.content.messages, state.content.keys
    plan = plan_save(base.keys, base.ranges, keys, known=base.known, end=history.log_end)
    first = row_id(history.number, history.log_end)
    row_id(history.number, history.log_end + len(plan.write))
    connection.executemany(
        "INSERT INTO message (id, digest, form, body) VALUES (?, ?, ?, ?)",
        [message_row(first + n, messages[index]) for n, index in enumerate(plan.write)],
    )
    return plan


@dataclass(frozen=True, slots=True)
class _Facts:
    label: str | None = None
    parent: SnapshotRef | None = None
    diverged: bool = False
    observed: bool = False
    provenance: str | None = None


@dataclass(frozen=True, slots=True)
class _New:
    """What a new snapshot holds."""

    session: AgentSession
    digest: str
    counts: StateFacts
    ranges: Sequence[Range]

    @classmethod
    def of(cls, session: AgentSession, ranges: Sequence[Range]) -> _New:
        return cls(session, session.digest, state_facts(session.chat_messages), ranges)


def pack_envelope(session: AgentSession) -> bytes:
    """Give a session's envelope as stored: the oldest form's redundant view is made anew on load."""
    envelope = session.envelope()
    if "messages" in envelope and envelope["messages"] == simple_messages(session.chat_messages):
        envelope["messages"] = None
    return encode_json(envelope)


def _pack_origin(session: AgentSession) -> bytes | None:
    try:
        return None if session.origin is None else encode_json(session.origin)
    except TypeError as error:
        raise StoreError(
            f"the session's origin has no JSON form: {error}",
            where=f"session {session.id}",
            hint="put JSON values into session.origin, or set it to None",
        ) from error


def _insert_snapshot(
    connection: sqlite3.Connection,
    history: History,
    new: _New,
    facts: _Facts,
) -> Snapshot:
    counts = new.counts
    revision = history.next_revision
    row: dict[str, Any] = {
        "id": row_id(history.number, revision),
        "recorded_at": clock.micros(clock.now()),
        "label": facts.label,
        "parent_key": key_of(facts.parent[0]) if facts.parent else None,
        "parent_revision": facts.parent[1] if facts.parent else None,
        "diverged": facts.diverged,
        "observed": facts.observed,
        "digest": bytes.fromhex(new.digest),
        "messages": counts.messages,
        "turns": counts.turns,
        "tool_calls": counts.tool_calls,
        "errors": counts.errors,
        "size": counts.size,
        "preview": counts.preview,
        "ranges": ranges_text(new.ranges),
        "envelope": pack_envelope(new.session),
        "origin": _pack_origin(new.session),
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
        snapshot = _insert_snapshot(connection, history, _New.of(session, ranges_of(ranges)), facts)
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
        snapshot = _insert_snapshot(
            connection, target, _New.of(session.copy(id=new_id), ranges), facts
        )
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
