"""What a table is made of, as data, and its static forms as text and HTML.

Which columns there are and what stands in them is said by ``sessions.py``.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from session_lab.views.html import SafeHtml, output, tag
from session_lab.views.plain import to_plain
from session_lab.views.secrets import mask_secrets
from session_lab.views.text import count, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["STATIC_ROWS", "Column", "Row", "table_html", "table_text"]

STATIC_ROWS = 30
"""Rows that a static form shows."""
_TEXT_WIDTH = 40
_CSS = """
.session-lab .sl-wide { overflow-x: auto; }
.session-lab.session-lab .sl-rows td { max-width: 24em; }
.session-lab.session-lab .sl-rows th, .session-lab .sl-rows .sl-time { white-space: nowrap; }
"""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        key: what its cells are found by; where ``sortable``, also what a store sorts by.
        title: its heading.
        description: one sentence for who wonders.
        align: ``start`` for texts, ``end`` for numbers.
        width: a hint, in characters.
        sortable: whether a query can sort by it.
    """

    key: str
    title: str
    description: str
    align: Literal["start", "end"] = "start"
    width: int = 10
    sortable: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Give the column as a JSON object."""
        plain: dict[str, Any] = to_plain(self)
        return plain


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table.

    Args:
        ref: what the row stands for, exactly; selections are made by it, never by position.
        cells: by column key: what is shown, escaped.
        sort: by column key: a number or text that sorts like the column, None where it is empty.
        hints: by column key: what is shown on hover, where there is more to say.
        lasts: by column key: what a static form shows in the place of a cell that would grow old.
    """

    ref: str
    cells: dict[str, str]
    sort: dict[str, int | str | None]
    hints: dict[str, str]
    lasts: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Give the row as a JSON object."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    def lasting(self, key: str) -> str:
        """Give what a static form shows in a cell: no time that grows old, no secret."""
        return mask_secrets(self.lasts.get(key, self.cells[key]))


def table_text(columns: Sequence[Column], rows: Sequence[Row], *, noun: str) -> str:
    """Give a table as plain text.

    Args:
        columns: which cells are shown, in this order.
        rows: at most 30 are shown; a last line says how many more there are.
        noun: what a row is.

    >>> column = Column("id", "Id", "The id.")
    >>> print(table_text([column], [Row("1", {"id": "1"}, {}, {}, {})], noun="session"))
    Id
    --
    1
    1 session
    """
    cells = [[column.title for column in columns]]
    cells += [
        [shorten(row.lasting(column.key), _TEXT_WIDTH) for column in columns]
        for row in rows[:STATIC_ROWS]
    ]
    widths = [max(_width(line[at]) for line in cells) for at in range(len(columns))]
    lines = [
        "  ".join(
            _padded(text, width, column.align)
            for text, width, column in zip(line, widths, columns, strict=True)
        ).rstrip()
        for line in cells
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, _last_line(len(rows), noun)])


def table_html(
    columns: Sequence[Column], rows: Sequence[Row], *, noun: str, below: SafeHtml | None = None
) -> SafeHtml:
    """Give a table as HTML.

    Args:
        columns: which cells are shown, in this order.
        rows: at most 30 are shown; a last line says how many more there are.
        noun: what a row is.
        below: more to show after the table.

    >>> column = Column("id", "Id", "The id.")
    >>> "<td>&lt;1&gt;</td>" in table_html([column], [Row("", {"id": "<1>"}, {}, {}, {})], noun="x")
    True
    """
    heading = tag(
        "tr",
        None,
        *(
            tag("th", {"scope": "col", "class": _class(c), "title": c.description}, c.title)
            for c in columns
        ),
    )
    body = [
        tag("tr", None, *(_cell(row, column) for column in columns)) for row in rows[:STATIC_ROWS]
    ]
    table = tag(
        "table", {"class": "sl-rows"}, tag("thead", None, heading), tag("tbody", None, *body)
    )
    last = tag("div", {"class": "sl-faint"}, _last_line(len(rows), noun))
    return output(tag("div", {"class": "sl-wide"}, table), last, below, css=_CSS)


def _cell(row: Row, column: Column) -> SafeHtml:
    name = "sl-time" if column.key in row.lasts else _class(column)
    return tag("td", {"class": name}, row.lasting(column.key))


def _class(column: Column) -> str | None:
    return "sl-end" if column.align == "end" else None


def _last_line(total: int, noun: str) -> str:
    hidden = total - STATIC_ROWS
    if hidden > 0:
        return f"… {count(hidden, f'more {noun}')} not shown"
    return count(total, noun) if total else f"no {noun}s"


def _width(text: str) -> int:
    # East Asian wide characters take two columns of a terminal, combining ones none.
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def _padded(text: str, width: int, align: Literal["start", "end"]) -> str:
    blanks = " " * (width - _width(text))
    return blanks + text if align == "end" else text + blanks
