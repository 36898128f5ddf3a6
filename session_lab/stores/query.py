"""Queries over summaries in plain Python, and the cursors that all stores share.

For stores that hold their summaries in memory.  A database does the same with its own means; the
contract suite checks that they agree.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import cmp_to_key
from types import NoneType
from typing import Any, NamedTuple

from session_lab.errors import FormatError
from session_lab.models import Filter, Page, Problem, SessionId, SessionQuery, SessionSummary
from session_lab.models.jsonvalue import encode_json, parse_json
from session_lab.stores.clock import micros

__all__ = ["Cursor", "check_filter", "found", "page_of", "passes", "words_in"]

_TIMES = ("created_at", "updated_at")
_TEXTS = ("title", "preview")

TextOf = Callable[[SessionSummary], Iterable[str]]
"""Gives what a search looks through of a session's head messages (``rules.search_text``)."""


class Cursor(NamedTuple):
    """Where a page ended: the sort value and id of its last session."""

    value: Any
    session_id: SessionId

    def encode(self, query: SessionQuery) -> str:
        """Give the cursor as text that is opaque to callers."""
        value = self.value
        if isinstance(value, datetime):
            value = micros(value)
        fields = [query.sort, query.descending, value, self.session_id.to_wire()]
        return base64.urlsafe_b64encode(encode_json(fields)).decode()

    @classmethod
    def decode(cls, query: SessionQuery) -> Cursor | None:
        """Read the cursor of a query, None for the first page.

        Raises:
            FormatError: it is no cursor, or one of a query with another order.
        """
        if query.cursor is None:
            return None
        hint = "pass next_cursor of a page of the same query, or None"
        try:
            fields = parse_json(base64.urlsafe_b64decode(query.cursor.encode()))
            sort, descending, value, wire = fields
            session_id = SessionId.from_wire(wire)
            _check_place(sort, value)
        except (binascii.Error, ValueError, TypeError, FormatError) as error:
            raise FormatError("this is no cursor", where="query.cursor", hint=hint) from error
        if (sort, descending) != (query.sort, query.descending):
            raise FormatError(
                "the cursor is of a query with another order", where="query.cursor", hint=hint
            )
        return cls(value, session_id)


def _check_place(sort: Any, value: Any) -> None:
    """Check that a cursor's value is of its column: cursors come back from outside."""
    wanted = NoneType if sort == "session_id" else str if sort in _TEXTS else int
    if isinstance(value, bool) or not isinstance(value, wanted | None):
        raise TypeError(f"{value!r} is no value of {sort}")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise ValueError(f"{value!r} is out of range")
    if isinstance(value, str):
        value.encode()


def check_filter(condition: Filter) -> None:
    """Check that a filter's value is of its column.

    Raises:
        FormatError: it is not, or the comparison is none that the column has.
    """
    column, value = condition.column, condition.value
    if condition.op == "has":
        fits = column in _TEXTS or column in ("tags", "session_id")
    elif column == "tags":
        fits = isinstance(value, str) and condition.op in ("==", "!=")
    elif column == "session_id":
        fits = not isinstance(value, datetime)
    else:
        fits = isinstance(value, datetime if column in _TIMES else str if column in _TEXTS else int)
    if not fits:
        raise FormatError(
            f"{column} can't be compared by {condition.op} with {value!r}",
            where="query.filters",
            hint="give a count, a UTC time or a text, as the column holds; tags have ==, != and "
            "has, counts and times have no has",
        )


def words_in(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Tell whether every (case-folded) word occurs in some text; texts are read only as needed."""
    missing = set(words)
    for text in texts:
        if not missing:
            break
        folded = text.casefold()
        missing = {word for word in missing if word not in folded}
    return not missing


def passes(summary: SessionSummary, condition: Filter) -> bool:
    """Tell whether a summary meets a filter."""
    check_filter(condition)
    value = getattr(summary, condition.column)
    wanted: Any = condition.value
    if condition.op == "has":
        texts = value if condition.column == "tags" else (str(value or ""),)
        return any(str(wanted).casefold() in text.casefold() for text in texts)
    if condition.column == "tags":
        return (str(wanted) in value) is (condition.op == "==")
    if condition.column == "session_id":
        wanted = SessionId.of(wanted)
    if value is None:
        return False
    return _COMPARE[condition.op](value, wanted)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def found(
    summaries: Iterable[SessionSummary], query: SessionQuery, text_of: TextOf
) -> list[SessionSummary]:
    """Give the summaries that a query finds, in no order."""
    for condition in query.filters:
        check_filter(condition)
    kept = [s for s in summaries if all(passes(s, condition) for condition in query.filters)]
    if not query.words:
        return kept

    def texts(summary: SessionSummary) -> Iterable[str]:
        yield str(summary.session_id)
        yield summary.title or ""
        yield from summary.tags
        yield from text_of(summary)

    return [summary for summary in kept if words_in(query.words, texts(summary))]


def _compare(a: tuple[Any, SessionId], b: tuple[Any, SessionId], *, descending: bool) -> int:
    if (a[0] is None) != (b[0] is None):
        return 1 if a[0] is None else -1
    if a[0] != b[0]:
        smaller = a[0] < b[0]
        return -1 if smaller != descending else 1
    return (a[1] > b[1]) - (a[1] < b[1])


def page_of(
    summaries: Iterable[SessionSummary],
    query: SessionQuery,
    text_of: TextOf,
    problems: tuple[Problem, ...] = (),
) -> Page:
    """Answer a query from summaries in memory.

    Raises:
        FormatError: the cursor or a filter does not fit.
    """
    cursor = Cursor.decode(query)

    def place(summary: SessionSummary) -> tuple[Any, SessionId]:
        value = getattr(summary, query.sort)
        if isinstance(value, datetime):
            value = micros(value)
        return value if query.sort != "session_id" else None, summary.session_id

    def order(a: SessionSummary, b: SessionSummary) -> int:
        result = _compare(place(a), place(b), descending=query.descending)
        # Sorting by id itself follows the direction; as a tie-break ids always ascend.
        return -result if query.sort == "session_id" and query.descending else result

    items = sorted(found(summaries, query, text_of), key=cmp_to_key(order))
    if cursor is not None:
        items = [item for item in items if _after(place(item), cursor, query)]
    page = items[: query.limit]
    more = len(items) > len(page)
    last = Cursor(place(page[-1])[0], page[-1].session_id) if more else None
    return Page(
        items=tuple(page),
        next_cursor=last.encode(query) if last else None,
        problems=problems if cursor is None else (),
    )


def _after(place: tuple[Any, SessionId], cursor: Cursor, query: SessionQuery) -> bool:
    result = _compare(place, (cursor.value, cursor.session_id), descending=query.descending)
    if query.sort == "session_id" and query.descending:
        result = -result
    return result > 0
