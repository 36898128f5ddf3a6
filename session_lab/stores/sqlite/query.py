"""Pages and counts of sessions, by the database."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import Any

from session_lab.errors import FormatError
from session_lab.models import Filter, Page, Problem, SessionId, SessionQuery, SessionSummary
from session_lab.models.jsonvalue import digest_of
from session_lab.models.messages import message_from_body
from session_lab.stores import clock
from session_lab.stores.query import Cursor, check_filter
from session_lab.stores.rules import search_text
from session_lab.stores.sqlite.rows import (
    DAMAGE,
    SUMMARY_COLUMNS,
    id_of_key,
    key_of,
    readable,
    summary_of,
)

__all__ = ["add_functions", "count", "sessions"]

_LISTED = "deleted_at IS NULL AND head > 0"
_OPERATORS = {"==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_WORD = """
    (instr(display(key), :{name}) OR instr(fold(title), :{name})
    OR instr(fold_tags(tags), :{name}) OR EXISTS (
        SELECT 1 FROM snapshot,
            json_each(CASE WHEN json_valid(snapshot.ranges) THEN snapshot.ranges ELSE '[]' END)
                AS piece,
            message
        WHERE snapshot.id = (number << 32) + head
        AND message.id >= (number << 32) + json_extract(piece.value, '$[0]')
        AND message.id < (number << 32) + json_extract(piece.value, '$[1]')
        AND instr(message_words(message.body), :{name})
    ))
"""


def add_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that searching needs."""

    def fold(text: str | None) -> str:
        return text or ""

    def fold_tags(tags: str) -> str:
        # Joined by a character that no word to look for can have: words are split at white space.
        return "\n".join(json.loads(tags))

    def message_words(body: bytes) -> str:
        return search_text(message_from_body(body, digest_of(body), None))

    def display(key: bytes) -> str:
        return str(id_of_key(key))

    for function in (display, fold, fold_tags, message_words):
        connection.create_function(function.__name__, 1, _folding(function), deterministic=True)


def _folding(text_of: Callable[[Any], str]) -> Callable[[Any], bytes]:
    def folded(value: Any) -> bytes:
        try:
            return _folded(text_of(value))
        except (FormatError, *DAMAGE):
            return b""  # load reports the damage; a search must go on

    return folded


def _folded(text: str) -> bytes:
    """Give a text as what is compared: bytes, since the driver passes no lone surrogate as text."""
    return text.casefold().encode("utf-8", "surrogatepass")


def _plain(text: str) -> str:
    """Give a text that the driver can pass: a lone surrogate has no UTF-8 form."""
    return text.encode("utf-8", "replace").decode()


def _condition(condition: Filter, name: str) -> tuple[str, Any]:
    column, value = condition.column, condition.value
    check_filter(condition)
    if condition.op == "has":
        folded = {"tags": "fold_tags(tags)", "session_id": "display(key)"}
        looked_at = folded.get(column, f"fold({column})")
        return f"instr({looked_at}, :{name})", _folded(str(value))
    if column == "tags":
        inside = f"EXISTS (SELECT 1 FROM json_each(tags) AS tag WHERE tag.value = :{name})"  # noqa: S608 - own words only
        return inside if condition.op == "==" else f"NOT {inside}", _plain(str(value))
    if column == "session_id":
        assert not isinstance(value, datetime)  # noqa: S101 - check_filter
        return f"key {_OPERATORS[condition.op]} :{name}", key_of(SessionId.of(value))
    bound: Any
    if isinstance(value, datetime):
        bound = clock.micros(value)
    elif isinstance(value, str):
        bound = _plain(value)
    else:
        # No count reaches the ends of SQLite's integers: what is past them compares the same.
        bound = max(-(2**63), min(value, 2**63 - 1))
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
        bound[name] = _folded(word)
    return " AND ".join(parts), bound


def sessions(connection: sqlite3.Connection, query: SessionQuery, where_is: str) -> Page:
    """Answer a query; rows that can't be read are reported in the page.

    Raises:
        FormatError: the cursor or a filter does not fit.
    """
    where, bound = _where(query)
    start = Cursor.decode(query)
    by_id = query.sort == "session_id"
    column = "key" if by_id else query.sort
    direction = "DESC" if query.descending else "ASC"
    if start is not None:
        where += f" AND ({_after(query, start, column)})"
        bound["cursor_key"] = key_of(start.session_id)
        bound["cursor_value"] = start.value
    order = f"key {direction}" if by_id else f"{column} IS NULL, {column} {direction}, key"
    select = (
        f"SELECT {SUMMARY_COLUMNS} FROM history WHERE {where} "  # noqa: S608 - own words only
        f"ORDER BY {order} LIMIT :rows"
    )

    def read(limit: int) -> tuple[list[SessionSummary], list[Problem]]:
        rows = connection.execute(select, {**bound, "rows": limit})
        return readable(rows, summary_of, lambda row: f"{where_is}, session key {row[0]!r}")

    items, problems = read(query.limit + 1)
    if problems:
        # Those that can't be read must not take the places of those that can.
        items, problems = read(-1)
    shown = tuple(items[: query.limit])
    page = Page(items=shown, problems=tuple(problems))
    if len(items) <= query.limit:
        return page
    value = None if by_id else getattr(shown[-1], query.sort)
    cursor = Cursor(value, shown[-1].session_id)
    return page.model_copy(update={"next_cursor": cursor.encode(query)})


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
