"""The table of sessions and the list of a session's snapshots.

A new column is a ``Column`` below and a line in the function that fills its rows.  Cells are texts,
so no number of 64 bits meets a front end's 53.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from session_lab.views.html import SafeHtml, fragment, tag
from session_lab.views.problems import problems_html, problems_text
from session_lab.views.tables import Column, Row, table_html, table_text
from session_lab.views.text import (
    escape_text,
    exact_time,
    human_bytes,
    minute_time,
    one_line,
    relative_time,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session_lab.models import Page, Provenance, SessionId, SessionSummary, Snapshot

__all__ = [
    "SESSION_COLUMNS",
    "SNAPSHOT_COLUMNS",
    "page_html",
    "page_text",
    "sessions_html",
    "sessions_rows",
    "sessions_text",
    "snapshots_html",
    "snapshots_rows",
    "snapshots_text",
]

SESSION_COLUMNS = (
    Column(
        "session_id", "Session", "The session's number and external id.", width=18, sortable=True
    ),
    Column("title", "Title", "What somebody called it.", width=20, sortable=True),
    Column(
        "preview", "Begins with", "The start of the first user message.", width=36, sortable=True
    ),
    Column("updated_at", "Updated", "When it last changed.", width=14, sortable=True),
    Column("created_at", "Created", "When it came to be.", width=14, sortable=True),
    Column("messages", "Messages", "How many messages it has.", "end", 9, sortable=True),
    Column("turns", "Turns", "How many user messages it has.", "end", 6, sortable=True),
    Column("tool_calls", "Calls", "How many tool calls it has.", "end", 6, sortable=True),
    Column("errors", "Failed", "How many tool answers report a failure.", "end", 6, sortable=True),
    Column("snapshots", "Snapshots", "How many kept states it has.", "end", 9, sortable=True),
    Column("size", "Size", "Bytes of its messages as JSON.", "end", 8, sortable=True),
    Column("tags", "Tags", "Words somebody gave it.", width=16),
)
"""The columns of the table of sessions; the sortable ones are a query's sort columns."""

SNAPSHOT_COLUMNS = (
    Column("revision", "Snapshot", "Its number, never used again.", "end", 8),
    Column("label", "Label", "A name somebody gave it.", width=20),
    Column("recorded_at", "Recorded", "When the store wrote it.", width=14),
    Column("messages", "Messages", "How many messages it has.", "end", 9),
    Column("delta", "Change", "Messages more or less than in the one before.", "end", 7),
    Column("turns", "Turns", "How many user messages it has.", "end", 6),
    Column("tool_calls", "Calls", "How many tool calls it has.", "end", 6),
    Column("errors", "Failed", "How many tool answers report a failure.", "end", 6),
    Column("size", "Size", "Bytes of its messages as JSON.", "end", 8),
    Column("parent", "Made from", "The snapshot it was made from.", width=16),
    Column("diverged", "Diverged", "Whether its writer did not know the head.", width=8),
)
"""The columns of the list of snapshots."""

_IN_TEXT = frozenset(
    {"session_id", "title", "preview", "updated_at", "messages", "tool_calls", "errors"}
)
_OPTIONAL = frozenset({"title", "created_at", "updated_at", "tags", "label", "diverged"})
_LINE = 200
_ID_LINE = 100


def sessions_rows(
    summaries: Sequence[SessionSummary], *, now: datetime | None = None
) -> tuple[Row, ...]:
    """Give the rows of the table of sessions.

    Args:
        summaries: the sessions, in the order to show.
        now: what times are counted from; None for this moment.

    Returns:
        Rows whose ``ref`` is the JSON of the session's id.

    >>> from session_lab.models import SessionId, SessionSummary
    >>> (row,) = sessions_rows([SessionSummary(session_id=SessionId(2**64 - 1))])
    >>> row.ref, row.cells["session_id"]
    ('{"id":18446744073709551615,"external_id":null}', '18446744073709551615')
    """
    moment = datetime.now(UTC) if now is None else now
    return tuple(_session_row(summary, moment) for summary in summaries)


def _session_row(summary: SessionSummary, now: datetime) -> Row:
    counts = {
        "messages": summary.messages,
        "turns": summary.turns,
        "tool_calls": summary.tool_calls,
        "errors": summary.errors,
        "snapshots": summary.snapshots,
    }
    times = {"updated_at": summary.updated_at, "created_at": summary.created_at}
    exact = {key: exact_time(when) for key, when in times.items() if when}
    tags = ", ".join(summary.tags)
    return Row(
        ref=summary.session_id.to_json().decode(),
        cells={
            "session_id": one_line(str(summary.session_id), _ID_LINE),
            "title": one_line(summary.title or "", _LINE),
            "preview": one_line(summary.preview, _LINE),
            "tags": one_line(tags, _LINE),
            "size": human_bytes(summary.size),
            **{key: relative_time(when, now) for key, when in times.items()},
            **{key: f"{number:,}" for key, number in counts.items()},
        },
        sort={
            "session_id": _id_key(summary.session_id),
            "title": one_line(summary.title, _LINE).casefold() if summary.title else None,
            "preview": one_line(summary.preview, _LINE).casefold() or None,
            "size": summary.size,
            **{key: _microseconds(when) for key, when in times.items()},
            **counts,
        },
        hints={"size": f"{summary.size:,} bytes", **exact},
        lasts={key: minute_time(when) for key, when in times.items()},
    )


def _id_key(session_id: SessionId) -> str:
    # Digits of one length sort as text like the numbers do; no external id comes first.
    tail = "" if session_id.external_id is None else f"({session_id.external_id}"
    return escape_text(f"{session_id.id:020}{tail}")


def _microseconds(when: datetime | None) -> int | None:
    return None if when is None else round(when.timestamp() * 1_000_000)


def snapshots_rows(
    snapshots: Sequence[Snapshot], *, now: datetime | None = None
) -> tuple[Row, ...]:
    """Give the rows of the list of a session's snapshots, newest first.

    Args:
        snapshots: of one session, oldest first as stores give them.
        now: what times are counted from; None for this moment.

    Returns:
        Rows whose ``ref`` is the revision as text.

    >>> snapshots_rows([])
    ()
    """
    moment = datetime.now(UTC) if now is None else now
    before = [None, *snapshots][: len(snapshots)]
    rows = [
        _snapshot_row(snapshot, older, moment)
        for snapshot, older in zip(snapshots, before, strict=True)
    ]
    return tuple(reversed(rows))


def _snapshot_row(snapshot: Snapshot, before: Snapshot | None, now: datetime) -> Row:
    counts = {
        "messages": snapshot.messages,
        "turns": snapshot.turns,
        "tool_calls": snapshot.tool_calls,
        "errors": snapshot.errors,
    }
    change = None if before is None else snapshot.messages - before.messages
    recorded = exact_time(snapshot.recorded_at)
    saved_by = _saved_by(snapshot.provenance)
    return Row(
        ref=str(snapshot.revision),
        cells={
            "revision": str(snapshot.revision),
            "label": one_line(snapshot.label or "", _LINE),
            "recorded_at": relative_time(snapshot.recorded_at, now),
            "delta": _signed(change),
            "size": human_bytes(snapshot.size),
            "parent": _parent(snapshot),
            "diverged": "diverged" if snapshot.diverged else "",
            **{key: f"{number:,}" for key, number in counts.items()},
        },
        sort={
            "revision": snapshot.revision,
            "label": one_line(snapshot.label, _LINE).casefold() if snapshot.label else None,
            "recorded_at": _microseconds(snapshot.recorded_at),
            "delta": change,
            "size": snapshot.size,
            "parent": _parent(snapshot) or None,
            "diverged": int(snapshot.diverged),
            **counts,
        },
        hints={
            "recorded_at": recorded,
            "size": f"{snapshot.size:,} bytes",
            **({"revision": saved_by} if saved_by else {}),
        },
        lasts={"recorded_at": minute_time(snapshot.recorded_at)},
    )


def _signed(change: int | None) -> str:
    if not change:
        return "" if change is None else "0"
    return f"+{change:,}" if change > 0 else f"−{-change:,}"  # noqa: RUF001 - a minus sign


def _parent(snapshot: Snapshot) -> str:
    if snapshot.parent is None:
        return ""
    session_id, revision = snapshot.parent
    if session_id == snapshot.session_id:
        return str(revision)
    return f"{one_line(str(session_id), _ID_LINE)} · {revision}"


def _saved_by(provenance: Provenance | None) -> str:
    if provenance is None:
        return ""
    number = provenance.execution_count
    parts = (
        f"cell [{number}]" if number is not None else provenance.cell and f"cell {provenance.cell}",
        provenance.file,
        provenance.git_commit and f"commit {provenance.git_commit}",
    )
    said = " · ".join(one_line(part, _LINE) for part in parts if part)
    return f"saved by {said}" if said else ""


# -- static forms ----------------------------------------------------------------------------------


def _filled(columns: tuple[Column, ...], rows: Sequence[Row]) -> list[Column]:
    """Leave out the columns that say nothing in any row."""
    return [
        column
        for column in columns
        if column.key not in _OPTIONAL or any(row.lasting(column.key) for row in rows)
    ]


def sessions_text(summaries: Sequence[SessionSummary]) -> str:
    """Give sessions as a table of plain text, the columns that matter most, at most 30 rows.

    >>> from session_lab.models import SessionId, SessionSummary
    >>> print(sessions_text([SessionSummary(session_id=SessionId(7), preview="hi", messages=2)]))
    Session  Begins with  Messages  Calls  Failed
    -------  -----------  --------  -----  ------
    7        hi                  2      0       0
    1 session
    """
    rows = sessions_rows(summaries)
    columns = [column for column in _filled(SESSION_COLUMNS, rows) if column.key in _IN_TEXT]
    return table_text(columns, rows, noun="session")


def sessions_html(summaries: Sequence[SessionSummary]) -> SafeHtml:
    """Give sessions as an HTML table of at most 30 rows, with exact times and secrets masked."""
    rows = sessions_rows(summaries)
    return table_html(_filled(SESSION_COLUMNS, rows), rows, noun="session")


def snapshots_text(snapshots: Sequence[Snapshot]) -> str:
    """Give a session's snapshots as a table of plain text, newest first, at most 30 rows.

    >>> snapshots_text([]).splitlines()[-1]
    'no snapshots'
    """
    rows = snapshots_rows(snapshots)
    return table_text(_filled(SNAPSHOT_COLUMNS, rows), rows, noun="snapshot")


def snapshots_html(snapshots: Sequence[Snapshot]) -> SafeHtml:
    """Give a session's snapshots as an HTML table, newest first, at most 30 rows."""
    rows = snapshots_rows(snapshots)
    return table_html(_filled(SNAPSHOT_COLUMNS, rows), rows, noun="snapshot")


def page_text(page: Page) -> str:
    """Give a page of sessions as plain text, with the rows that can't be read.

    >>> from session_lab.models import Page
    >>> page_text(Page(items=())).splitlines()[-1]
    'no sessions'
    """
    parts = [sessions_text(page.items), _next_line(page), problems_text(page.problems)]
    return "\n".join(part for part in parts if part)


def page_html(page: Page) -> SafeHtml:
    """Give a page of sessions as HTML, with the rows that can't be read."""
    rows = sessions_rows(page.items)
    below = fragment(
        tag("div", {"class": "sl-faint"}, _next_line(page)) if page.next_cursor else None,
        problems_html(page.problems),
    )
    return table_html(_filled(SESSION_COLUMNS, rows), rows, noun="session", below=below)


def _next_line(page: Page) -> str:
    return "there are more: ask again with cursor=page.next_cursor" if page.next_cursor else ""
