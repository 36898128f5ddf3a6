"""How the explorer's state looks: the views of ``protocol.py``, made of what the views package says.

Pure functions of values; what a text looks like is decided in ``session_lab.views``, what can be done
by the desk.  A new fact of a session goes into ``_facts``, a new column into ``COLUMNS``.
"""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import TYPE_CHECKING, cast

from session_lab.explorer.protocol import ENTRY_WINDOW
from session_lab.stores.memory import InMemorySessionStore
from session_lab.stores.open import FORMATS
from session_lab.views.problems import problem_view
from session_lab.views.sessions import SESSION_COLUMNS, sessions_rows, snapshots_rows
from session_lab.views.text import count, escape_text, human_bytes, one_line

if TYPE_CHECKING:
    from session_lab.explorer.desk import ChangeKind, Desk
    from session_lab.explorer.protocol import (
        ActionState,
        ColumnView,
        DetailView,
        EntryView,
        FactView,
        ProblemView,
        RowView,
        SnapshotView,
        SourceView,
        TableView,
    )
    from session_lab.explorer.state import Opened, Table
    from session_lab.models import Problem, SessionId, SessionSummary, Snapshot
    from session_lab.stores.base import SessionStore
    from session_lab.views.header import Header
    from session_lab.views.tables import Row

__all__ = [
    "COLUMNS",
    "detail_view",
    "entry_views",
    "ref_of",
    "snapshot_name",
    "source_note",
    "source_view",
    "table_view",
]

COLUMNS = ("session_id", "messages", "turns", "tool_calls", "errors", "snapshots", "updated_at")
"""The columns shown; the first one is a rich cell with title and preview."""

_PROBLEMS = 100
_NAME = 100


def ref_of(session_id: SessionId) -> str:
    r"""Give a session's exact name for the page, in ASCII: it must survive every way of sending.

    >>> from session_lab.models import SessionId
    >>> print(ref_of(SessionId(2**64 - 1, "\u202ea")))
    {"id": 18446744073709551615, "external_id": "\u202ea"}
    """
    return json.dumps(session_id.to_wire())


# -- the source ------------------------------------------------------------------------------------


def source_view(desk: Desk) -> SourceView:
    """Say where the sessions come from.

    >>> from session_lab.explorer.sidecar import desk_for
    >>> from session_lab.stores import InMemorySessionStore
    >>> source_view(desk_for(InMemorySessionStore()))["name"]
    'in memory'
    """
    kind = _kind_of(desk.source)
    if getattr(desk.source, "read_only", False):
        kind += ", read-only"
    if desk.history is not desk.source:
        kind += f"; edits go to {_sidecar_name(desk)}"
    path = getattr(desk.source, "path", None)
    title = repr(desk.source) if path is None else str(path)
    name = _name_of(desk.source)
    return {"name": name, "kind": kind, "title": one_line(title, 4 * _NAME)}


def source_note(desk: Desk, source: SourceView) -> str:
    """Say where changes go, nothing where they go where everybody expects them."""
    if desk.history is desk.source:
        return ""
    note = f"Changes go to {_sidecar_name(desk)}"
    if isinstance(desk.history, InMemorySessionStore):
        note += ", gone when the kernel stops; explore(…, sidecar=path) keeps them"
    if not getattr(desk.source, "read_only", False):
        note += f". Only a deletion changes {source['name']} too"
    return f"{note}."


def _name_of(store: SessionStore) -> str:
    path = getattr(store, "path", None)
    if path is not None:
        return one_line(PurePath(str(path)).name, _NAME)
    if isinstance(store, InMemorySessionStore):
        return "in memory"
    return type(store).__name__


def _kind_of(store: SessionStore) -> str:
    if isinstance(store, InMemorySessionStore):
        return "sessions in memory"
    for each in FORMATS:
        if each.store.endswith(f":{type(store).__name__}"):
            return each.name.removeprefix("a ").removeprefix("an ")
    return "store of your own"


def _sidecar_name(desk: Desk) -> str:
    if isinstance(desk.history, InMemorySessionStore):
        return "an in-memory sidecar"
    return f"the sidecar {_name_of(desk.history)}"


# -- the table -------------------------------------------------------------------------------------


def table_view(
    table: Table,
    desk: Desk,
    source: SourceView,
    *,
    selection: tuple[SessionId, ...] = (),
    opened: SessionId | None = None,
) -> TableView:
    """Show a page of sessions.

    Args:
        table: the page.
        desk: tells which sessions are only in the sidecar.
        source: where the sessions come from.
        selection: the selected sessions.
        opened: the session looked at, or None.
    """
    items, offset = table.page.items, table.offset
    rows = sessions_rows(items)
    return {
        "source": source,
        "columns": [column for key in COLUMNS for column in _columns(key)],
        "rows": [_row(row, item, desk) for row, item in zip(rows, items, strict=True)],
        "total": table.total,
        "first": offset + 1 if items else 0,
        "last": offset + len(items),
        "has_previous": len(table.cursors) > 1,
        "has_next": table.page.next_cursor is not None,
        # As it was typed, but for halves of characters, which can't be sent.
        "search": (table.query.search or "").encode("utf-8", "replace").decode(),
        "sort": table.query.sort,
        "descending": table.query.descending,
        "selection": [ref_of(session_id) for session_id in selection],
        "opened": None if opened is None else ref_of(opened),
        "problems": [_problem(problem) for problem in table.problems[:_PROBLEMS]],
        "problem_count": len(table.problems),
        "empty": _empty(table, source),
    }


def _columns(key: str) -> list[ColumnView]:
    return [
        {
            "key": column.key,
            "title": column.title,
            "description": column.description,
            "align": column.align,
            "sort": column.key if column.sortable else None,
        }
        for column in SESSION_COLUMNS
        if column.key == key
    ]


def _row(row: Row, item: SessionSummary, desk: Desk) -> RowView:
    return {
        "ref": ref_of(item.session_id),
        "id": row.cells["session_id"],
        "title": row.cells["title"],
        "preview": row.cells["preview"],
        "tags": [one_line(tag, _NAME) for tag in item.tags],
        "cells": {
            key: {"text": row.cells[key], "title": row.hints.get(key, "")} for key in COLUMNS[1:]
        },
        "failed": item.errors > 0,
        "local": desk.is_local(item.session_id),
    }


def _problem(problem: Problem) -> ProblemView:
    shown = problem_view(problem)
    return {"where": shown.where, "problem": shown.text, "hint": shown.hint}


def _empty(table: Table, source: SourceView) -> str:
    if table.query.search:
        words = one_line(table.query.search, _NAME)
        return f"No session has the words “{words}”."
    if table.problems:
        return f"No session of {source['name']} can be read."
    return f"There are no sessions in {source['name']} yet."


# -- the opened session ----------------------------------------------------------------------------


def detail_view(
    opened: Opened,
    desk: Desk,
    *,
    note: str,
    in_notebook: bool,
    seq: int,
) -> DetailView:
    """Show an opened session.

    Args:
        opened: the session.
        desk: tells what can't be done, and why.
        note: a sentence about where changes go.
        in_notebook: whether there is a notebook to load it into.
        seq: grows with every session or snapshot that is opened.
    """
    shown = opened.reading.part(0, ENTRY_WINDOW)
    snapshots = _snapshots(opened.snapshots)
    (current,) = (s for s in snapshots if s["revision"] == opened.snapshot.revision)
    (row,) = sessions_rows([opened.summary])
    return {
        "ref": ref_of(opened.session_id),
        "id": row.cells["session_id"],
        "title": row.cells["title"],
        "preview": row.cells["preview"],
        "facts": _facts(shown.header, opened.snapshot.size),
        "errors": shown.header.failed,
        "shown": current,
        "snapshots": snapshots,
        "entries": cast("list[EntryView]", shown.to_dict()["entries"]),
        "entry_count": shown.total,
        "actions": _actions(opened, desk, in_notebook=in_notebook),
        "note": note,
        "opened_seq": seq,
    }


def entry_views(opened: Opened, start: int) -> list[EntryView]:
    """Give a window of a transcript."""
    window = opened.reading.part(start, start + ENTRY_WINDOW)
    return cast("list[EntryView]", window.to_dict()["entries"])


def _facts(header: Header, size: int) -> list[FactView]:
    facts = [
        ("messages", f"{header.messages:,}", ""),
        ("turns", f"{header.turns:,}", "user messages"),
        ("tool calls", f"{header.tool_calls:,}", ""),
        ("failed", f"{header.failed:,}", "tool answers that report a failure"),
        ("unanswered", f"{header.unanswered:,}", "tool calls without an answer"),
        ("stray answers", f"{header.orphans:,}", "tool answers that answer no call"),
        ("size", human_bytes(size), f"{size:,} bytes of messages as JSON"),
        ("allowed", ", ".join(header.allowed_actions), "actions that the user allowed for good"),
        *((name.replace("_", " "), text, name) for name, text in header.counters.items()),
        ("other fields", header.unknown_fields.text if header.unknown_fields else "", ""),
        ("origin", header.origin.get("format", ""), _said(header.origin)),
    ]
    always = ("messages", "turns", "tool calls")
    return [
        {"name": name, "text": text, "title": title}
        for name, text, title in facts
        if name in always or text not in ("", "0", "no")
    ]


def _said(facts: dict[str, str]) -> str:
    return ", ".join(f"{name.replace('_', ' ')}: {text}" for name, text in facts.items())


def _snapshots(snapshots: tuple[Snapshot, ...]) -> list[SnapshotView]:
    rows = {row.ref: row for row in snapshots_rows(snapshots)}
    before = [None, *snapshots]
    views = [
        _snapshot(snapshot, older, position, rows[str(snapshot.revision)])
        for position, (snapshot, older) in enumerate(zip(snapshots, before, strict=False), start=1)
    ]
    if views:
        views[-1]["newest"] = True
    return views[::-1]


def _snapshot(snapshot: Snapshot, older: Snapshot | None, position: int, row: Row) -> SnapshotView:
    counts = (
        count(snapshot.messages, "message"),
        count(snapshot.turns, "turn"),
        count(snapshot.tool_calls, "tool call"),
    )
    return {
        "revision": snapshot.revision,
        "position": position,
        "label": row.cells["label"],
        "time": {"text": row.cells["recorded_at"], "title": row.hints["recorded_at"]},
        "counts": " · ".join(counts),
        "change": _change(snapshot, older),
        "parent": _parent(snapshot, older),
        "diverged": snapshot.diverged,
        "errors": snapshot.errors,
        "made_by": row.hints.get("revision", ""),
        "newest": False,
    }


def _change(snapshot: Snapshot, older: Snapshot | None) -> str:
    if older is None:
        return ""
    if snapshot.digest == older.digest:
        return "no change"
    parts = (
        _signed(snapshot.messages - older.messages, "message"),
        _signed(snapshot.tool_calls - older.tool_calls, "tool call"),
        _signed(snapshot.errors - older.errors, "failure"),
    )
    return ", ".join(part for part in parts if part) or "same counts, other content"


def _signed(number: int, noun: str) -> str:
    if number == 0:
        return ""
    sign = "+" if number > 0 else "−"  # noqa: RUF001 - a minus sign
    return sign + count(abs(number), noun)


def _parent(snapshot: Snapshot, older: Snapshot | None) -> str:
    if snapshot.parent is None:
        return ""
    session_id, revision = snapshot.parent
    if session_id != snapshot.session_id:
        return f"forked from {one_line(str(session_id), _NAME)}, revision {revision}"
    follows = older is not None and older.revision == revision
    return "" if follows else f"from revision {revision}"


def snapshot_name(snapshot: Snapshot) -> str:
    """Name a snapshot with its session.

    The escaping is that of all views: a label is what somebody typed.
    """
    label = f" “{one_line(snapshot.label, _NAME)}”" if snapshot.label else ""
    session = one_line(str(snapshot.session_id), _NAME)
    return f"{session} · revision {snapshot.revision}{label}"


# -- what can be done ------------------------------------------------------------------------------


def _actions(opened: Opened, desk: Desk, *, in_notebook: bool) -> dict[str, ActionState]:
    session_id = opened.session_id

    def state(kind: ChangeKind, *reasons: str) -> ActionState:
        return _state(desk.reason_against(kind, session_id), *reasons)

    only = "" if len(opened.snapshots) > 1 else "this is the session's only snapshot"
    return {
        "load_into_notebook": _state(
            "" if in_notebook else "there is no notebook; use explorer.session"
        ),
        "compare": _state(),
        "label": state("label"),
        "fork": state("fork"),
        "revert": state("revert", "this is the newest snapshot" if opened.is_newest else ""),
        "delete": state("delete"),
        "delete_snapshot": state("delete_snapshot", only),
    }


def _state(*reasons: str) -> ActionState:
    reason = next((reason for reason in reasons if reason), "")
    return {"enabled": not reason, "reason": escape_text(reason)}
