"""What the page receives has the shape that the protocol declares, and is text, whatever it holds."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any, get_type_hints

import pytest

from session_lab.errors import FormatError
from session_lab.explorer import protocol
from session_lab.explorer.comparing import comparison_view, row_views
from session_lab.explorer.controller import Controller
from session_lab.explorer.notices import Notices
from session_lab.explorer.present import (
    detail_view,
    entry_views,
    source_note,
    source_view,
    table_view,
)
from session_lab.explorer.sidecar import desk_for
from session_lab.models import AgentSession, SessionId
from session_lab.stores import AgentBaseStore, InMemorySessionStore, SqliteSessionStore
from session_lab.views import entries
from tests.explorer.builders import FourCalls, chat, history
from tests.explorer.conforms import check
from tests.hostile import HOSTILE
from tests.views.builders import everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from session_lab.stores import SessionStore


async def controller_of(store: SessionStore) -> Controller:
    controller = Controller(desk_for(store))
    controller.apply(await controller.search(""))
    return controller


def table_of(controller: Controller) -> protocol.TableView:
    assert controller.table is not None
    return table_view(
        controller.table,
        controller.desk,
        source_view(controller.desk),
        selection=controller.selection,
        opened=None if controller.opened is None else controller.opened.session_id,
    )


def detail_of(controller: Controller, **options: Any) -> protocol.DetailView:
    assert controller.opened is not None
    return detail_view(
        controller.opened,
        controller.desk,
        **{"note": "", "in_notebook": True, "seq": 1, **options},
    )


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield name
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


# -- shapes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (entries.Entry, protocol.EntryView),
        (entries.CallEntry, protocol.CallView),
        (entries.Excerpt, protocol.ExcerptView),
        (entries.ImageFact, protocol.ImageView),
    ],
)
def test_the_protocol_names_every_field_of_an_entry(value: Any, shape: Any):
    assert {field.name for field in dataclasses.fields(value)} == set(get_type_hints(shape))


async def test_each_trait_has_its_declared_shape():
    store = InMemorySessionStore()
    await history(store, 1, "one", "two", "three")
    await store.save(everywhere("text").copy(id=2))
    controller = await controller_of(store)
    for session_id in (1, 2):
        controller.apply(await controller.open(session_id))
        controller.apply(await controller.compare(1 if session_id == 2 else None))
        assert controller.compared is not None
        check(table_of(controller), protocol.TableView)
        check(detail_of(controller), protocol.DetailView)
        check(comparison_view(controller.compared, 1), protocol.ComparisonView)
    controller.notices.error(ValueError("x"))
    controller.apply(await controller.delete(1))
    check(controller.notices.view(), protocol.NoticesView)


async def test_a_source_of_one_state_has_the_same_shape_with_problems():
    source = FourCalls(chat(1, "a", failed=True))
    source.broken = {SessionId(2): ValueError("no JSON")}
    controller = await controller_of(source)
    view = table_of(controller)
    check(view, protocol.TableView)
    assert view["rows"][0]["failed"]
    assert view["problem_count"] == len(view["problems"]) == 1


# -- the table -------------------------------------------------------------------------------------


async def test_the_range_counts_from_one_and_an_empty_table_says_why():
    store = InMemorySessionStore()
    controller = await controller_of(store)
    view = table_of(controller)
    assert (view["first"], view["last"], view["total"]) == (0, 0, 0)
    assert view["empty"] == "There are no sessions in in memory yet."
    for number in range(60):
        await store.save(chat(number, "a"))
    controller.apply(await controller.refresh())
    controller.apply(await controller.page("next"))
    view = table_of(controller)
    assert (view["first"], view["last"], view["total"]) == (51, 60, 60)
    assert (view["has_previous"], view["has_next"]) == (True, False)
    controller.apply(await controller.search("nowhere"))
    assert table_of(controller)["empty"] == "No session has the words “nowhere”."


async def test_ids_of_64_bits_reach_the_page_as_text():
    store = InMemorySessionStore()
    await store.save(chat(2**64 - 1, "a"))
    controller = await controller_of(store)
    controller.apply(await controller.open(2**64 - 1))
    view = table_of(controller)
    assert view["rows"][0]["ref"] == view["opened"] == view["selection"][0]
    assert SessionId.from_json(view["rows"][0]["ref"]) == SessionId(2**64 - 1)


async def test_forks_in_a_sidecar_are_marked_as_local():
    controller = await controller_of(FourCalls(chat(1, "a")))
    controller.apply(await controller.fork(None, 1, None))
    assert {row["id"]: row["local"] for row in table_of(controller)["rows"]} == {
        "0(1~1)": True,
        "1": False,
    }


async def test_every_column_that_can_be_sorted_is_one_a_query_knows():
    controller = await controller_of(InMemorySessionStore())
    for column in table_of(controller)["columns"]:
        if column["sort"] is not None:
            controller.apply(await controller.sort(column["sort"], descending=True))
            assert table_of(controller)["sort"] == column["sort"]


# -- where sessions come from ----------------------------------------------------------------------


def test_the_source_is_named_for_people(tmp_path: Path):
    agent_base = desk_for(AgentBaseStore(tmp_path / "sessions.db"))
    view = source_view(agent_base)
    assert view["name"] == "sessions.db"
    assert view["kind"] == "agent-base database, read-only; edits go to an in-memory sidecar"
    assert str(tmp_path) in view["title"]
    assert "sidecar=path" in source_note(agent_base, view)


def test_a_sidecar_file_is_named(tmp_path: Path):
    desk = desk_for(FourCalls(), SqliteSessionStore(tmp_path / "work.db"))
    view = source_view(desk)
    assert view["name"] == "FourCalls"
    assert view["kind"] == "store of your own; edits go to the sidecar work.db"
    assert source_note(desk, view) == (
        "Changes go to the sidecar work.db. Only a deletion changes FourCalls too."
    )


def test_a_store_with_history_needs_no_note(tmp_path: Path):
    desk = desk_for(SqliteSessionStore(tmp_path / "a.db"))
    assert source_view(desk)["kind"] == "session_lab store"
    assert source_note(desk, source_view(desk)) == ""


# -- the opened session ----------------------------------------------------------------------------


async def test_snapshots_come_newest_first_with_what_changed():
    store = InMemorySessionStore()
    await history(store, 1, "one", "two")
    await store.revert(1, 1)
    controller = await controller_of(store)
    controller.apply(await controller.open(1, 2))
    view = detail_of(controller)
    assert [(s["revision"], s["position"], s["newest"]) for s in view["snapshots"]] == [
        (3, 3, True),
        (2, 2, False),
        (1, 1, False),
    ]
    assert [s["change"] for s in view["snapshots"]] == ["−2 messages", "+2 messages", ""]  # noqa: RUF001
    assert [s["parent"] for s in view["snapshots"]] == ["from revision 1", "", ""]
    assert view["shown"] == view["snapshots"][1]
    assert view["shown"]["counts"] == "4 messages · 2 turns · 0 tool calls"


async def test_a_change_of_the_same_size_is_told_from_none():
    store = InMemorySessionStore()
    for word in ("one", "two"):
        session = AgentSession(id=1)
        session.push_user(word)
        await store.save(session, expect=None if word == "one" else 1)
    controller = await controller_of(store)
    controller.apply(await controller.open(1))
    assert detail_of(controller)["snapshots"][0]["change"] == "same counts, other content"


async def test_a_fork_tells_where_it_came_from():
    controller = await controller_of(FourCalls(chat(1, "a")))
    controller.apply(await controller.fork(None, 1, None))
    assert detail_of(controller)["shown"]["parent"] == "forked from 1, revision 1"


async def test_what_cannot_be_done_comes_with_its_reason():
    source = FourCalls(chat(1, "a"))
    source.read_only = True  # type: ignore[attr-defined]
    controller = await controller_of(source)
    controller.apply(await controller.open(1))
    actions = detail_of(controller, in_notebook=False)["actions"]
    assert {name: state["enabled"] for name, state in actions.items()} == {
        "load_into_notebook": False,
        "compare": True,
        "label": True,
        "fork": True,
        "revert": False,
        "delete": False,
        "delete_snapshot": False,
    }
    for state in actions.values():
        assert bool(state["reason"]) is not state["enabled"]
    assert "read-only" in actions["delete"]["reason"]


async def test_facts_say_what_is_there_and_leave_out_zeros():
    controller = await controller_of(FourCalls(chat(1, "a", failed=True)))
    controller.apply(await controller.open(1))
    facts = {fact["name"]: fact["text"] for fact in detail_of(controller)["facts"]}
    assert facts["messages"] == "5"
    assert facts["failed"] == "1"
    assert "unanswered" not in facts
    assert "nudge count" not in facts


async def test_a_long_transcript_comes_in_windows():
    session = AgentSession(id=1)
    for number in range(130):
        session.push_user(f"word {number}")
    controller = await controller_of(FourCalls(session))
    controller.apply(await controller.open(1))
    view = detail_of(controller)
    assert (len(view["entries"]), view["entry_count"]) == (protocol.ENTRY_WINDOW, 130)
    assert controller.opened is not None
    rest = entry_views(controller.opened, protocol.ENTRY_WINDOW)
    assert [entry["index"] for entry in rest] == list(range(100, 130))
    assert entry_views(controller.opened, 500) == []


# -- comparisons -----------------------------------------------------------------------------------


async def comparison_of(a: AgentSession, b: AgentSession) -> tuple[Controller, Any]:
    store = InMemorySessionStore()
    await store.save(a.copy(id=1))
    await store.save(b.copy(id=1), expect=1)
    controller = await controller_of(store)
    controller.apply(await controller.open(1))
    controller.apply(await controller.compare(snapshot=1))
    assert controller.compared is not None
    view = comparison_view(controller.compared, 1)
    check(view, protocol.ComparisonView)
    return controller, view


async def test_unchanged_runs_are_folded_with_their_first_messages_inside():
    a = AgentSession()
    for number in range(50):
        a.push_user(f"word {number}")
    b = a.copy()
    b.push_user("more")
    _, view = await comparison_of(a, b)
    fold, beside, added = view["rows"]
    assert (fold["kind"], fold["count"], len(fold["inside"]), fold["more"]) == (
        "folded",
        49,
        20,
        29,
    )
    assert [row["new"]["text"] for row in fold["inside"][:2]] == ["word 0", "word 1"]
    assert (beside["kind"], added["kind"], added["new"]["text"]) == ("same", "added", "more")
    assert (added["old_index"], added["new_index"]) == (None, 50)
    assert view["summary"] == "1 added, 50 unchanged messages"


async def test_an_edited_message_tells_what_only_each_version_has():
    a = AgentSession()
    a.push_user("please fix the build of the shop today")
    b = AgentSession()
    b.push_user("please fix the tests of the shop today")
    _, view = await comparison_of(a, b)
    (row,) = view["rows"]
    (change,) = row["fields"]
    assert (row["kind"], change["name"]) == ("edited", "content")
    assert (change["old"]["middle"], change["new"]["middle"]) == ("build", "tests")
    assert change["old"]["text"] == "please fix the build of the shop today"


async def test_removed_words_stand_on_the_old_side():
    a = AgentSession()
    a.push_user("gone")
    _, view = await comparison_of(a, AgentSession())
    (row,) = view["rows"]
    assert (row["kind"], row["old"]["text"], row["new"]) == ("removed", "gone", None)


async def test_equal_sessions_are_said_to_be_equal():
    store = InMemorySessionStore()
    await store.save(chat(1, "a"))
    controller = await controller_of(store)
    controller.apply(await controller.compare(1, base=(1, 1)))
    assert controller.compared is not None
    view = comparison_view(controller.compared, 1)
    assert view["equal"]
    assert [row["kind"] for row in view["rows"]] == ["folded"]


async def test_a_long_comparison_comes_in_windows_whose_folds_are_right():
    a, b = AgentSession(), AgentSession()
    for number in range(1000):
        a.push_user(f"word number {number} of the old text")
        changed = number % 5 == 0
        b.push_user(f"word number {number} of the {'new' if changed else 'old'} text")
    controller, view = await comparison_of(a, b)
    assert controller.compared is not None
    rows = list(view["rows"])
    while len(rows) < view["row_count"]:
        rows += row_views(controller.compared, len(rows))
    assert len(view["rows"]) == protocol.ROW_WINDOW < view["row_count"] == len(rows)
    indexes = [
        row["new_index"] + offset
        for row in rows
        for offset in range(row["count"] if row["kind"] == "folded" else 1)
    ]
    assert indexes == list(range(1000))
    for row in rows:
        for place, inside in enumerate(row["inside"]):
            expected = row["new_index"] + place
            assert inside["new"]["text"] == f"word number {expected} of the old text"


# -- hostile text ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_stays_data_in_every_trait(text: str):
    store, session_id = InMemorySessionStore(), SessionId(7, text)
    session = everywhere(text).copy(id=session_id)
    await store.save(session)
    session.push_user(text + text)
    await store.save(session)
    controller = await controller_of(store)
    controller.apply(await controller.open(session_id))
    # A store refuses a label with half a character.
    name = f"x{text}"[:200].encode("utf-8", "replace").decode()
    controller.apply(await controller.label(name, None, 1))
    controller.apply(await controller.compare())
    controller.apply(await controller.select(session_id))
    controller.notices.error(FormatError(text, where=text, hint=text))
    assert controller.compared is not None
    table = table_of(controller)
    views = (
        controller.notices.view(),
        table,
        detail_of(controller),
        comparison_view(controller.compared, 1),
    )
    for view in views:
        # What is sent has a UTF-8 form, and no character that acts or hides.
        json.dumps(view, ensure_ascii=False).encode()
        for string in strings(view):
            assert not any(sign in string for sign in "\x00\x1b\u202e\u2066\u200b\ud800"), string
    assert SessionId.from_json(table["selection"][0]) == session_id


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_search_and_its_empty_table_can_be_sent(text: str):
    controller = await controller_of(InMemorySessionStore())
    controller.apply(await controller.search(text))
    json.dumps(table_of(controller), ensure_ascii=False).encode()


def test_an_error_of_any_kind_becomes_one_plain_line():
    notices = Notices()
    notices.error(ValueError("a\nb\x1b[31m\u202e" + "x" * 10_000))
    (item,) = notices.view()["items"]
    assert item["kind"] == "error"
    assert item["text"].startswith(r"ValueError: a b\x1b[31m\u202exxx")
    assert len(item["text"]) < 400
    assert item["hint"] == "explorer.last_error has the traceback"


def test_only_the_latest_notices_are_kept():
    notices = Notices()
    for number in range(30):
        notices.error(ValueError(str(number)))
    assert [item["text"] for item in notices.view()["items"]] == [
        f"ValueError: {number}" for number in range(20, 30)
    ]
