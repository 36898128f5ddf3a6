"""Rows as values and values as rows: the one place that knows the columns' encodings."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from session_lab.errors import CorruptData, FormatError
from session_lab.models import (
    AgentSession,
    ChatMessage,
    Provenance,
    SessionId,
    SessionSummary,
    Snapshot,
    TrashEntry,
)
from session_lab.models.jsonvalue import digest_of, parse_json
from session_lab.models.messages import message_from_body
from session_lab.models.simple import simple_messages
from session_lab.stores.clock import from_micros
from session_lab.stores.pieces import Range

__all__ = [
    "SNAPSHOT_COLUMNS",
    "SUMMARY_COLUMNS",
    "first_id",
    "id_of_key",
    "key_of",
    "load_messages",
    "message_key",
    "message_row",
    "ranges_of",
    "ranges_text",
    "reading",
    "session_of",
    "snapshot_of",
    "summary_of",
    "trash_entry_of",
    "writing",
]

SUMMARY_COLUMNS = (
    "key, title, created_at, updated_at, snapshots, messages, turns, tool_calls, errors, preview, "
    "tags, size"
)
SNAPSHOT_COLUMNS = (
    "id & 4294967295, recorded_at, label, parent_key, parent_revision, diverged, digest, messages, "
    "turns, tool_calls, errors, size, provenance"
)


@contextlib.contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Do all of the block's changes or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # SQLite has already rolled back after some errors, such as a full disk.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Let all of the block's queries see one state of the database."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        connection.execute("COMMIT")


def key_of(session_id: SessionId) -> bytes:
    """Give an id as bytes that sort as ids do: 8 big-endian, then 1 and the external id.

    >>> key_of(SessionId(1)).hex(), key_of(SessionId(1, "a")).hex()
    ('0000000000000001', '00000000000000010161')
    """
    number = session_id.id.to_bytes(8, "big")
    if session_id.external_id is None:
        return number
    return number + b"\x01" + session_id.external_id.encode("utf-8", "surrogatepass")


def id_of_key(key: bytes) -> SessionId:
    """Give the id of a key."""
    external = key[9:].decode("utf-8", "surrogatepass") if len(key) > 8 else None  # noqa: PLR2004
    return SessionId(int.from_bytes(key[:8], "big"), external)


def first_id(history: int) -> int:
    """Give the first id of a history's messages, snapshots and events."""
    return history << 32


def ranges_text(ranges: Sequence[Range]) -> str:
    """Write ranges as they are stored."""
    return json.dumps(ranges, separators=(",", ":"))


def ranges_of(text: str) -> tuple[Range, ...]:
    """Read ranges as they are stored."""
    return tuple((start, stop) for start, stop in json.loads(text))


def message_key(message: ChatMessage) -> tuple[str, str | None]:
    """Give what makes two messages the same row: content and form."""
    form = message.form
    return message.digest, None if form is None else ",".join(form)


def message_row(row_id: int, message: ChatMessage) -> tuple[int, bytes, str | None, bytes]:
    """Give a message as a row."""
    digest, form = message_key(message)
    return row_id, bytes.fromhex(digest), form, message.body


def load_messages(
    connection: sqlite3.Connection, history: int, ranges: Sequence[Range], where: str
) -> list[ChatMessage]:
    """Read the messages of some ranges, each checked against its digest.

    Raises:
        CorruptData: a message is missing or damaged; ``where`` names the place.
    """
    first = first_id(history)
    messages: list[ChatMessage] = []
    for start, stop in ranges:
        rows = connection.execute(
            "SELECT id, digest, form, body FROM message WHERE id >= ? AND id < ? ORDER BY id",
            (first + start, first + stop),
        ).fetchall()
        if len(rows) != stop - start:
            raise CorruptData(
                f"{stop - start - len(rows)} messages are missing",
                where=f"{where}, log positions {start} to {stop - 1}",
                hint="the file was damaged: restore it from a copy; other snapshots may be whole",
            )
        messages += [_message_of(row, where) for row in rows]
    return messages


def _message_of(row: tuple[int, bytes, str | None, bytes | str], where: str) -> ChatMessage:
    row_id, digest, form, body = row
    place = f"{where}, message row {row_id}"
    if not isinstance(body, bytes) or digest_of(body) != digest.hex():
        raise CorruptData(
            "the message does not match its digest",
            where=place,
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        )
    names = None if form is None else tuple(form.split(",")) if form else ()
    try:
        return message_from_body(body, digest.hex(), names)
    except FormatError as error:
        raise CorruptData(error.problem, where=f"{place}, {error.where}") from error


def session_of(
    envelope: bytes, messages: list[ChatMessage], digest: bytes, origin: bytes | None, where: str
) -> AgentSession:
    """Put a session together, and check it against the snapshot's digest.

    Raises:
        CorruptData: they don't match.
    """
    try:
        fields = parse_json(envelope)
        if "messages" in fields and fields["messages"] is None:
            fields["messages"] = simple_messages(messages)
        session = AgentSession.from_parts(fields, messages)
    except FormatError as error:
        raise CorruptData(error.problem, where=f"{where}, {error.where}") from error
    if session.digest != digest.hex():
        raise CorruptData(
            "the session does not match its digest",
            where=where,
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        )
    if origin is not None:
        session.origin = parse_json(origin)
    return session


def snapshot_of(session_id: SessionId, row: tuple[Any, ...]) -> Snapshot:
    """Give a row of ``SNAPSHOT_COLUMNS`` as a value."""
    revision, recorded_at, label, parent_key, parent_revision, diverged, digest = row[:7]
    messages, turns, tool_calls, errors, size, provenance = row[7:]
    return Snapshot(
        session_id=session_id,
        revision=revision,
        recorded_at=from_micros(recorded_at),
        label=label,
        parent=None if parent_revision is None else (id_of_key(parent_key), parent_revision),
        diverged=bool(diverged),
        digest=digest.hex(),
        messages=messages,
        turns=turns,
        tool_calls=tool_calls,
        errors=errors,
        size=size,
        provenance=None if provenance is None else Provenance.model_validate_json(provenance),
    )


def summary_of(row: tuple[Any, ...]) -> SessionSummary:
    """Give a row of ``SUMMARY_COLUMNS`` as a value."""
    key, title, created_at, updated_at, snapshots, messages, turns = row[:7]
    tool_calls, errors, preview, tags, size = row[7:]
    return SessionSummary(
        session_id=id_of_key(key),
        title=title,
        created_at=None if created_at is None else from_micros(created_at),
        updated_at=None if updated_at is None else from_micros(updated_at),
        snapshots=snapshots,
        messages=messages,
        turns=turns,
        tool_calls=tool_calls,
        errors=errors,
        preview=preview,
        tags=tuple(json.loads(tags)),
        size=size,
    )


def trash_entry_of(row: tuple[Any, ...]) -> TrashEntry:
    """Give a row of ``number, revision, key, deleted_at, snapshots, messages, size, …`` as a value."""
    number, revision, key, deleted_at, snapshots, messages, size, title, preview = row
    return TrashEntry(
        key=f"h{number}" if revision is None else f"s{number}.{revision}",
        session_id=id_of_key(key),
        revision=revision,
        deleted_at=from_micros(deleted_at),
        snapshots=snapshots,
        messages=messages,
        size=size,
        title=title,
        preview=preview,
    )
