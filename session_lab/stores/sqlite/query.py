"""Pages and counts of sessions, by the database."""

from __future__ import annotations

import json
import sqlite3
from datetime import datetime
from typing import Any

from session_lab.errors import FormatError
from session_lab.models import Filter, Page, SessionId, SessionQuery
from session_lab.models.jsonvalue import digest_of
from session_lab.models.messages import message_from_body
from session_lab.stores import clock
from session_lab.stores.query import Cursor
from session_lab.stores.rules import search_text
from session_lab.stores.sqlite.rows import SUMMARY_COLUMNS, id_of_key, key_of, summary_of

__all__ = ["add_functions", "count", "sessions"]

_LISTED = "deleted_at IS NULL AND head > 0"
_TIMES = {"created_at", "updated_at"}
_TEXTS = {"title", "preview"}
_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_WORD = """
    (instr(fold(title), :{name}) OR instr(fold_tags(tags), :{name}) OR EXISTS (
        SELECT 1 FROM snapshot, json_each(snapshot.ranges) AS piece, message
        WHERE snapshot.id = (number << 32) + head
        AND message.id >= (number << 32) + json_extract(piece.value, '$[0]')
        AND message.id < (number << 32) + json_extract(piece.value, '$[1]')
        AND instr(message_words(message.body), :{name})
    ))
"""


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that searching needs."""

    def fold(text: str | None) -> str:
        return (text or "").casefold()

    def fold_tags(tags: str) -> str:
        # Joined by a character that no word to look for can have: words are split at white space.
        return "\n".join(json.loads(tags)).casefold()

    def message_words(body: bytes) -> str:
        try:
            message = message_from_body(body, digest_of(body), None)
        except FormatError:
            return ""  # load reports the damage; a search must go on
        return _plain(search_text(message).casefold())

    def display(key: bytes) -> str:
        return _plain(str(id_of_key(key)))

    for name, function in (
        ("display", display),
        ("fold", fold),
        ("fold_tags", fold_tags),
        ("message_words", message_words),
    ):
        connection.create_function(name, 1, function, deterministic=True)


def _plain(text: str) -> str:
    """Give a text that the driver can pass: a lone surrogate has no UTF-8 form."""
    return text.encode("utf-8", "replace").decode()


def _condition(condition: Filter, name: str) -> tuple[str, Any]:
    column, value = condition.column, condition.value
    misfit = FormatError(
        f"{column} can't be compared with {value!r}",
        where="query.filters",
        hint="give a count, a UTC time or a text, as the column holds",
    )
    if condition.op == "has":
        folded = {"tags": "fold_tags(tags)", "session_id": "fold(display(key))"}
        looked_at = folded.get(column, f"fold({column})")
        return f"instr({looked_at}, :{name})", _plain(str(value).casefold())
    if column == "tags":
        inside = f"EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.value = :{name})"  # noqa: S608 - own words only
        return inside if condition.op == "==" else f"NOT {inside}", _plain(str(value))
    if column == "session_id":
        if isinstance(value, datetime):
            raise misfit
        return f"key {_OPERATORS[condition.op]} :{name}", key_of(SessionId.of(value))
    wanted = datetime if column in _TIMES else str if column in _TEXTS else int
    if not isinstance(value, wanted):
        raise misfit
    bound: Any = value
    if isinstance(value, datetime):
        bound = clock.micros(value)
    elif isinstance(value, str):
        bound = _plain(value)
    return f"{column} {_OPERATORS[condition.op]} :{name}", bound


def _where(query: SessionQuery) -> tuple[str, dict[str, Any]]:
    parts, bound = [_LISTED], {}
    for index, condition in enumerate(query.filters):
        name = f"filter{index}"
        part, bound[name] = _condition(condition, name)
        parts.append(part)
    for index, word in enumerate(query.words):
        name = f"word{index}"
        parts.append(_WORD.format(name=name))
        bound[name] = _plain(word)
    return " AND ".join(parts), bound


def sessions(connection: sqlite3.Connection, query: SessionQuery) -> Page:
    """Answer a query.

    Raises:
        FormatError: the cursor or a filter does not fit.
    """
    where, bound = _where(query)
    cursor = Cursor.decode(query)
    by_id = query.sort == "session_id"
    column = "key" if by_id else query.sort
    direction = "DESC" if query.descending else "ASC"
    if cursor is not None:
        where += f" AND ({_after(query, cursor, column)})"
        bound["cursor_key"] = key_of(cursor.session_id)
        bound["cursor_value"] = cursor.value
    order = f"key {direction}" if by_id else f"{column} IS NULL, {column} {direction}, key"
    rows = connection.execute(
        f"SELECT {SUMMARY_COLUMNS} FROM history WHERE {where} "  # noqa: S608 - own words only
        f"ORDER BY {order} LIMIT :rows",
        {**bound, "rows": query.limit + 1},
    ).fetchall()
    items = tuple(summary_of(row) for row in rows[: query.limit])
    if len(rows) <= query.limit:
        return Page(items=items)
    last = items[-1]
    value = None if by_id else getattr(last, query.sort)
    return Page(items=items, next_cursor=Cursor(value, last.session_id).encode(query))


def _after(query: SessionQuery, cursor: Cursor, column: str) -> str:
    beyond = "<" if query.descending else ">"
    if query.sort == "session_id":
        return f"key {beyond} :cursor_key"
    if cursor.value is None:
        return f"{column} IS NULL AND key > :cursor_key"
    return (
        f"{column} {beyond} :cursor_value OR {column} IS NULL "
        f"OR ({column} = :cursor_value AND key > :cursor_key)"
    )


def count(connection: sqlite3.Connection, query: SessionQuery) -> int:
    """Count the sessions a query finds."""
    where, bound = _where(query)
    row = connection.execute(
        f"SELECT COUNT(*) FROM history WHERE {where}",  # noqa: S608 - own words only
        bound,
    ).fetchone()
    return int(row[0])
