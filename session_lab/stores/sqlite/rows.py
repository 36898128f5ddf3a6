"""Rows as values and values as rows: the one place that knows the columns' encodings."""

from __future__ import annotations

import contextlib
import json
import operator
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, TypeVar

from session_lab.errors import CorruptData, FormatError, StoreError
from session_lab.models import (
    AgentSession,
    ChatMessage,
    Problem,
    Provenance,
    SessionId,
    SessionSummary,
    Snapshot,
    TrashEntry,
)
from session_lab.models.jsonvalue import digest_of, encode_json, parse_json
from session_lab.models.messages import message_from_body
from session_lab.models.simple import simple_messages
from session_lab.stores.clock import from_micros
from session_lab.stores.pieces import Range
from session_lab.stores.rules import message_key

__all__ = [
    "DAMAGE",
    "LAST",
    "SNAPSHOT_COLUMNS",
    "SUMMARY_COLUMNS",
    "Row",
    "first_id",
    "id_of_key",
    "key_of",
    "load_messages",
    "message_of",
    "message_row",
    "missing",
    "provenance_text",
    "ranges_of",
    "ranges_text",
    "readable",
    "reading",
    "reading_row",
    "row_id",
    "session_of",
    "snapshot_of",
    "summary_of",
    "trash_entry_of",
    "writing",
]

T = TypeVar("T")
Row = tuple[Any, ...]

DAMAGE = (ValueError, TypeError, AttributeError, LookupError, OverflowError)
"""What decoding raises where a column holds what we never wrote."""

LAST = 0xFFFFFFFF
"""The largest position, revision and seq: an id has 32 bits for it."""

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
        # SQLite has already ended it after some errors, such as a damaged page.
        if connection.in_transaction:
            connection.execute("COMMIT")


@contextlib.contextmanager
def reading_row(where: str) -> Iterator[None]:
    """Report a row that holds what we never wrote as damage.

    Raises:
        CorruptData: the block could not decode it.
    """
    try:
        yield
    except (FormatError, *DAMAGE) as error:
        raise CorruptData(
            f"the row can't be read: {error}",
            where=where,
            hint="the file was damaged: restore it from a copy; other rows may be whole",
        ) from error


def readable(
    rows: Iterable[Row], make: Callable[[Row], T], where: Callable[[Row], str]
) -> tuple[list[T], list[Problem]]:
    """Make values of rows; those that can't be read are reported and hide no other."""
    values: list[T] = []
    problems: list[Problem] = []
    for row in rows:
        try:
            values.append(_made(make, row, where(row)))
        except CorruptData as error:
            problems.append(Problem.of(error))
    return values, problems


def _made(make: Callable[[Row], T], row: Row, where: str) -> T:
    with reading_row(where):
        return make(row)


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


def row_id(history: int, number: int) -> int:
    """Give the id of a new row: of a message's position, a revision or a seq.

    Raises:
        StoreError: the number is past what a history can count: the row would be another's.
    """
    if not 0 <= number <= LAST:
        raise StoreError(
            f"the session's history is full or damaged: it would write a row number {number}",
            hint="fork the session and go on in the fork",
        )
    return first_id(history) + number


def ranges_text(ranges: Sequence[Range]) -> str:
    """Write ranges as they are stored."""
    return json.dumps(ranges, separators=(",", ":"))


def ranges_of(text: str) -> tuple[Range, ...]:
    """Read ranges as they are stored.

    Raises:
        ValueError, TypeError: these are none.
    """
    ranges = tuple(
        (operator.index(start), operator.index(stop)) for start, stop in json.loads(text)
    )
    for start, stop in ranges:
        if not 0 <= start < stop <= LAST + 1:
            raise ValueError(f"there are no positions {start} to {stop}")
    return ranges


def message_row(number: int, message: ChatMessage) -> tuple[int, bytes, str | None, bytes]:
    """Give a message as a row."""
    digest, form = message_key(message)
    return number, bytes.fromhex(digest), form, message.body


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
            raise missing(stop - start - len(rows), where, start, stop)
        messages += [message_of(row, where) for row in rows]
    return messages


def missing(count: int, where: str, start: int, stop: int) -> CorruptData:
    """Make the error for messages that a snapshot names and the log does not have."""
    return CorruptData(
        f"{count} messages are missing",
        where=f"{where}, log positions {start} to {stop - 1}",
        hint="the file was damaged: restore it from a copy; other snapshots may be whole",
    )


def message_of(row: Row, where: str) -> ChatMessage:
    """Make a message of its row, checked against its digest.

    Raises:
        CorruptData: it does not match.
    """
    number, digest, form, body = row
    place = f"{where}, message row {number}"
    whole = isinstance(body, bytes) and isinstance(digest, bytes) and isinstance(form, str | None)
    if not whole or digest_of(body) != digest.hex():
        raise CorruptData(
            "the message does not match its digest",
            where=place,
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        )
    names = None if form is None else tuple(form.split(",")) if form else ()
    try:
        return message_from_body(body, digest.hex(), names)
    except FormatError as error:
        raise CorruptData(
            error.problem,
            where=f"{place}, {error.where}",
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        ) from error


def session_of(
    envelope: bytes, messages: list[ChatMessage], digest: Any, origin: bytes | None, where: str
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
    except (FormatError, *DAMAGE) as error:
        raise CorruptData(
            f"the session's fields can't be read: {error}",
            where=where,
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        ) from error
    if not isinstance(digest, bytes) or session.digest != digest.hex():
        raise CorruptData(
            "the session does not match its digest",
            where=where,
            hint="the file was damaged: restore it from a copy; other snapshots may be whole",
        )
    if origin is not None:
        with reading_row(f"{where}, origin"):
            session.origin = parse_json(origin)
    return session


def provenance_text(provenance: Provenance | None) -> str | None:
    """Write a provenance as it is stored."""
    return None if provenance is None else encode_json(provenance.model_dump()).decode()


def provenance_of(text: str) -> Provenance:
    """Read a provenance as it is stored."""
    return Provenance.model_validate(parse_json(text))


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
        provenance=None if provenance is None else provenance_of(provenance),
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
