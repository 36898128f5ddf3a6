"""The tables of sessions and snapshots: cells are texts, rows are named exactly, forms are safe."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.models import (
    MAX_ID,
    Page,
    Problem,
    Provenance,
    SessionId,
    SessionSummary,
    Snapshot,
)
from session_lab.models.pages import SORT_COLUMNS
from session_lab.views.secrets import HIDDEN
from session_lab.views.sessions import (
    SESSION_COLUMNS,
    SNAPSHOT_COLUMNS,
    page_html,
    page_text,
    sessions_html,
    sessions_rows,
    sessions_text,
    snapshots_html,
    snapshots_rows,
    snapshots_text,
)
from session_lab.views.text import escape_text
from tests.hostile import HOSTILE, seen_in
from tests.strategies import session_ids

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
ELEMENTS = {"div", "style", "table", "thead", "tbody", "tr", "th", "td", "ul", "li"}


def summary(number: int = 1, external_id: str | None = None, **fields: object) -> SessionSummary:
    return SessionSummary(session_id=SessionId(number, external_id), **fields)


def snapshot(revision: int, messages: int = 2, **fields: object) -> Snapshot:
    known = {
        "session_id": SessionId(1),
        "recorded_at": NOW - timedelta(hours=10 - revision),
        "digest": "0" * 40,
        "turns": 1,
        "tool_calls": 0,
        "size": 100,
    }
    return Snapshot(**{**known, "revision": revision, "messages": messages, **fields})


def test_the_sortable_columns_are_those_a_query_sorts_by():
    assert {column.key for column in SESSION_COLUMNS if column.sortable} == set(SORT_COLUMNS)


def test_every_column_is_explained_and_filled():
    (row,) = sessions_rows([summary()], now=NOW)
    (saved,) = snapshots_rows([snapshot(1)], now=NOW)
    for columns, cells in ((SESSION_COLUMNS, row.cells), (SNAPSHOT_COLUMNS, saved.cells)):
        assert [column.key for column in columns if column.description.endswith(".")] == [
            column.key for column in columns
        ]
        assert {column.key for column in columns} == cells.keys()
        assert json.loads(json.dumps([column.to_dict() for column in columns]))[0]["title"]


def test_cells_are_texts_and_sort_keys_are_numbers_a_front_end_can_hold():
    full = summary(
        MAX_ID,
        "ext",
        title="Fix",
        created_at=NOW - timedelta(days=3),
        updated_at=NOW - timedelta(hours=2),
        messages=1234,
        size=5600,
        tags=("a", "b"),
        preview="hi",
    )
    (row,) = sessions_rows([full], now=NOW)
    assert row.cells["session_id"] == "18446744073709551615(ext)"
    assert row.cells["messages"] == "1,234"
    assert row.cells["size"] == "5.6 kB"
    assert row.cells["tags"] == "a, b"
    assert row.cells["updated_at"] == "2 hours ago"
    assert row.hints["updated_at"] == "2026-11-02T10:00:00Z"
    assert row.hints["size"] == "5,600 bytes"
    numbers = [key for key in row.sort.values() if isinstance(key, int)]
    assert all(abs(number) < 2**53 for number in numbers)
    assert row.sort["messages"] == 1234


def test_an_unknown_time_is_an_empty_cell():
    (row,) = sessions_rows([summary()], now=NOW)
    assert (row.cells["updated_at"], row.sort["updated_at"]) == ("", None)
    assert "updated_at" not in row.hints


@given(session_ids())
def test_a_ref_names_the_session_exactly(session_id: SessionId):
    (row,) = sessions_rows([SessionSummary(session_id=session_id)], now=NOW)
    assert SessionId.from_json(row.ref) == session_id
    assert isinstance(json.loads(json.dumps(row.to_dict()))["ref"], str)


@given(st.lists(session_ids(), max_size=6))
def test_numbers_of_sessions_sort_by_their_sort_keys(ids: list[SessionId]):
    rows = sessions_rows([SessionSummary(session_id=each) for each in ids], now=NOW)
    by_key = sorted(range(len(ids)), key=lambda at: str(rows[at].sort["session_id"]))
    assert [ids[at].id for at in by_key] == sorted(each.id for each in ids)


def test_snapshots_come_newest_first_with_what_changed():
    rows = snapshots_rows([snapshot(1, 4), snapshot(2, 6), snapshot(5, 3), snapshot(6, 3)], now=NOW)
    assert [row.ref for row in rows] == ["6", "5", "2", "1"]
    assert [row.cells["delta"] for row in rows] == ["0", "−3", "+2", ""]  # noqa: RUF001 - a minus
    assert [row.sort["delta"] for row in rows] == [0, -3, 2, None]
    assert rows[0].cells["recorded_at"] == "4 hours ago"
    assert rows[0].hints["recorded_at"] == "2026-11-02T08:00:00Z"


def test_the_parent_is_named_with_its_session_where_that_is_another():
    rows = snapshots_rows(
        [
            snapshot(1),
            snapshot(2, parent=(SessionId(1), 1)),
            snapshot(3, parent=(SessionId(9, "x"), 4)),
        ],
        now=NOW,
    )
    assert [row.cells["parent"] for row in rows] == ["9(x) · 4", "1", ""]


def test_label_divergence_and_provenance_are_told():
    by = Provenance(execution_count=12, cell="abc", file="n.ipynb", git_commit="1234567")
    (row,) = snapshots_rows([snapshot(1, label="good", diverged=True, provenance=by)], now=NOW)
    assert (row.cells["label"], row.cells["diverged"]) == ("good", "diverged")
    assert row.hints["revision"] == "saved by cell [12] · n.ipynb · commit 1234567"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text_in_every_form(text: str):
    page = Page(
        items=(summary(7, text, title=text, preview=text, tags=(text, text)),),
        next_cursor=text,
        problems=(Problem(where=text, problem=text, hint=text, session_id=SessionId(1, text)),),
    )
    history = [
        snapshot(
            1,
            label=text,
            parent=(SessionId(2, text), 1),
            provenance=Provenance(cell=text, file=text, git_commit=text, kernel=text),
        )
    ]
    for html in (page_html(page), sessions_html(page.items), snapshots_html(history)):
        seen = seen_in(html)
        assert {name for name, _ in seen.shape} <= ELEMENTS
        assert {n for _, attributes in seen.shape for n, _ in attributes} <= {"class", "scope"}
        assert not seen.oddities
        assert len(html) < 50_000
    for shown in (page_text(page), sessions_text(page.items), snapshots_text(history)):
        assert escape_text(shown) == shown
        assert len(shown) < 20_000
        shown.encode()
    for row in (*sessions_rows(page.items), *snapshots_rows(history)):
        plain = row.to_dict()
        del plain["ref"]
        assert escape_text(json.dumps(plain, ensure_ascii=False)) == json.dumps(
            plain, ensure_ascii=False
        )
        for cell in row.cells.values():
            assert "\n" not in cell


def test_a_page_shows_itself_in_a_notebook():
    page = Page(
        items=(summary(1, title="One"),),
        next_cursor="c",
        problems=(Problem(where="a.db, row 3", problem="not JSON", hint="restore it"),),
    )
    html = page._repr_html_()
    assert html == page_html(page)
    text = seen_in(html).text
    for part in ("One", "1 session", "next_cursor", "1 row can't be read", "a.db, row 3: not JSON"):
        assert part in text
        assert part in page_text(page)


def test_thirty_rows_are_shown_and_the_others_counted():
    many = [summary(number, title=f"title-{number}") for number in range(45)]
    for form in (seen_in(sessions_html(many)).text, sessions_text(many)):
        assert form.count("title-") == 30
        assert "… 15 more sessions not shown" in form


def test_static_forms_tell_times_that_do_not_grow_old():
    items = [summary(1, updated_at=NOW - timedelta(hours=3))]
    for form in (seen_in(sessions_html(items)).text, sessions_text(items)):
        assert "2026-11-02 09:00 UTC" in form
        assert "ago" not in form


def test_static_forms_mask_secrets():
    secret = "ghp_" + "Ab3dEf6hIj" * 4
    items = [summary(1, title=secret, preview=f"use {secret}")]
    for form in (sessions_html(items), sessions_text(items)):
        assert "ghp_" not in form
        assert form.count(HIDDEN) == 2


def test_columns_that_say_nothing_are_left_out_of_static_forms():
    assert "Title" not in sessions_text([summary(1)])
    assert "Title" in sessions_text([summary(1, title="x")])
    assert "Tags" not in seen_in(sessions_html([summary(1)])).text


def test_columns_of_text_stay_in_line_with_wide_characters():
    lines = sessions_text(
        [summary(1, title="你好", messages=5), summary(2, title="ab", messages=7)]
    )
    first, second = lines.splitlines()[2:4]
    # Two wide characters take the place of four narrow ones.
    assert first.index("5") + 2 == second.index("7")


def test_empty_tables_say_so():
    assert sessions_text([]).endswith("no sessions")
    assert snapshots_text([]).endswith("no snapshots")
    assert "no sessions" in seen_in(sessions_html([])).text
