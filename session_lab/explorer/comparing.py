"""How a comparison looks: the views of ``protocol.py``, made of what ``views.difference`` says.

Pure functions of values.  Unchanged runs are folded; the first messages of a fold come along, so that
unfolding it needs nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.explorer.present import ref_of, snapshot_name
from session_lab.explorer.protocol import ROW_WINDOW
from session_lab.views.difference import Folded
from session_lab.views.entries import Reader
from session_lab.views.plain import to_plain

if TYPE_CHECKING:
    from session_lab.diffing import Op
    from session_lab.explorer.protocol import (
        ComparisonView,
        DiffRowView,
        FieldChangeView,
        SideView,
        VersionView,
    )
    from session_lab.explorer.state import Compared
    from session_lab.models import Snapshot
    from session_lab.views.contrast import Change, Version
    from session_lab.views.difference import MessageRow

__all__ = ["comparison_view", "row_views"]

_INSIDE = 20
"""Messages of a fold that come along."""
_LINE = 300


def comparison_view(compared: Compared, seq: int) -> ComparisonView:
    """Show a comparison.

    Args:
        compared: what was compared.
        seq: grows with every comparison.
    """
    shown = compared.shown
    return {
        "left": _side(compared.left),
        "right": _side(compared.right),
        "summary": shown.summary,
        "equal": not compared.diff,
        "stats": dict(shown.counts),
        "fields": [_field(change) for change in shown.fields],
        "rows": row_views(compared, 0),
        "row_count": len(shown.rows),
        "compared_seq": seq,
    }


def _side(snapshot: Snapshot) -> SideView:
    return {
        "ref": ref_of(snapshot.session_id),
        "revision": snapshot.revision,
        "text": snapshot_name(snapshot),
    }


def row_views(compared: Compared, start: int) -> list[DiffRowView]:
    """Give a window of the rows of a comparison.

    Args:
        compared: what was compared.
        start: the first row, from 0.
    """
    rows = compared.shown.rows
    # Each row stands for one message, a fold for as many as it counts.
    place = sum(_length(row) for row in rows[:start])
    views = []
    for row in rows[start : start + ROW_WINDOW]:
        ops = compared.diff.ops[place : place + _length(row)]
        views.append(_fold(ops) if isinstance(row, Folded) else _row(row))
        place += len(ops)
    return views


def _length(row: MessageRow | Folded) -> int:
    return row.messages if isinstance(row, Folded) else 1


def _row(row: MessageRow) -> DiffRowView:
    text = to_plain(row.text)
    edited = row.op == "edited"
    return {
        "kind": row.op,
        "count": 1,
        "old_index": row.old_index,
        "new_index": row.new_index,
        "role": row.kind,
        "title": row.title,
        "old": text if row.op == "removed" else None,
        "new": None if edited or row.op == "removed" else text,
        "moved": row.moved and edited,
        "fields": [_field(change) for change in row.changes],
        "inside": [],
        "more": 0,
    }


def _fold(ops: tuple[Op, ...]) -> DiffRowView:
    inside = [_unchanged(op) for op in ops[:_INSIDE]]
    return {
        "kind": "folded",
        "count": len(ops),
        "old_index": ops[0].a_index,
        "new_index": ops[0].b_index,
        "role": "",
        "title": "",
        "old": None,
        "new": None,
        "moved": False,
        "fields": [],
        "inside": inside,
        "more": len(ops) - len(inside),
    }


def _unchanged(op: Op) -> DiffRowView:
    reader = Reader(limit=_LINE)
    message = op.new if op.kind == "edited" else op.message
    return {
        "kind": "same",
        "count": 1,
        "old_index": op.a_index,
        "new_index": op.b_index,
        "role": message.kind,
        "title": reader.line(message.role),
        "old": None,
        "new": to_plain(reader.excerpt(message.text)),
        "moved": False,
        "fields": [],
        "inside": [],
        "more": 0,
    }


def _field(change: Change) -> FieldChangeView:
    return {
        "name": change.name,
        "kind": change.kind,
        "old": _version(change.old),
        "new": _version(change.new),
    }


def _version(version: Version | None) -> VersionView | None:
    if version is None:
        return None
    return {
        "text": version.text,
        "start": version.start,
        "middle": version.middle,
        "end": version.end,
        "length": version.length,
        "truncated": version.truncated,
    }
