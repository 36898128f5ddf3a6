"""Actions say what they came to; what is shown changes only by applying it, the latest request first."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from session_lab.errors import (
    Conflict,
    FormatError,
    SessionNotFound,
    SnapshotNotFound,
    StoreError,
)
from session_lab.explorer.controller import Controller
from session_lab.explorer.protocol import PAGE_SIZE
from session_lab.explorer.sidecar import desk_for
from session_lab.models import SessionId
from session_lab.stores import InMemorySessionStore
from tests.explorer.builders import FourCalls, chat, history


async def make(*sessions: Any) -> Controller:
    store = InMemorySessionStore()
    for session in sessions:
        await store.save(session)
    controller = Controller(desk_for(store))
    controller.apply(await controller.search(""))
    return controller


async def with_history(*words: str) -> Controller:
    store = InMemorySessionStore()
    await history(store, 1, *words)
    controller = Controller(desk_for(store))
    controller.apply(await controller.search(""))
    controller.apply(await controller.open(1))
    return controller


def shown(controller: Controller) -> list[str]:
    assert controller.table is not None
    return [str(item.session_id) for item in controller.table.page.items]


def opened(controller: Controller) -> tuple[str, int]:
    assert controller.opened is not None
    return str(controller.opened.session_id), controller.opened.snapshot.revision


def texts(controller: Controller) -> list[str]:
    return [item["text"] for item in controller.notices.view()["items"]]


# -- the table -------------------------------------------------------------------------------------


async def test_nothing_that_is_shown_changes_before_an_outcome_is_applied():
    controller = await make(chat(1, "apples"), chat(2, "pears"))
    outcome = await controller.search("apples")
    assert len(shown(controller)) == 2
    assert controller.apply(outcome) == {"table"}
    assert shown(controller) == ["1"]


async def test_pages_turn_and_stop_at_both_ends():
    controller = await make(*(chat(n, "a") for n in range(2 * PAGE_SIZE + 1)))
    controller.apply(await controller.sort("session_id", descending=False))
    seen = [shown(controller)]
    for _ in range(3):
        controller.apply(await controller.page("next"))
        seen.append(shown(controller))
    assert [page[0] for page in seen] == ["0", "50", "100", "100"]
    assert controller.table is not None
    assert (controller.table.offset, controller.table.total) == (100, 101)
    controller.apply(await controller.page("previous"))
    assert shown(controller)[0] == "50"
    controller.apply(await controller.page("first"))
    controller.apply(await controller.page("previous"))
    assert shown(controller)[0] == "0"


async def test_a_search_goes_to_the_first_page_and_keeps_the_order():
    controller = await make(*(chat(n, "a") for n in range(PAGE_SIZE + 2)))
    controller.apply(await controller.sort("session_id", descending=True))
    controller.apply(await controller.page("next"))
    controller.apply(await controller.search("deploy"))
    assert controller.table is not None
    assert controller.table.offset == 0
    assert shown(controller)[0] == "51"


async def test_the_last_session_of_the_last_page_leads_back_a_page():
    controller = await make(*(chat(n, "a") for n in range(PAGE_SIZE + 1)))
    controller.apply(await controller.sort("session_id", descending=False))
    controller.apply(await controller.page("next"))
    assert shown(controller) == ["50"]
    controller.apply(await controller.delete(50))
    assert shown(controller)[0] == "0"
    assert len(shown(controller)) == PAGE_SIZE


async def test_rows_that_cannot_be_read_are_told_on_every_page():
    source = FourCalls(*(chat(n, "a") for n in range(PAGE_SIZE + 1)))
    source.broken = {SessionId(99): FormatError("no JSON")}
    controller = Controller(desk_for(source))
    controller.apply(await controller.search(""))
    controller.apply(await controller.page("next"))
    assert controller.table is not None
    assert [problem.problem for problem in controller.table.problems] == ["no JSON"]


async def test_an_unknown_column_is_an_error_that_names_those_there_are():
    controller = await make(chat(1, "a"))
    with pytest.raises(FormatError, match=r"can't be sorted by 'colour'.*updated_at"):
        await controller.sort("colour", descending=True)


async def test_an_older_search_that_ends_later_is_dropped():
    controller = await make(chat(1, "apples"), chat(2, "pears"))
    older, newer = await controller.search("apples"), await controller.search("pears")
    controller.apply(newer)
    assert controller.apply(older) == set()
    assert shown(controller) == ["2"]


async def test_what_is_asked_while_a_search_runs_builds_on_it():
    controller = await make(chat(1, "apples"), chat(2, "apples", "more"), chat(3, "pears"))
    search, sort = controller.search("apples"), controller.sort("messages", descending=True)
    for outcome in await asyncio.gather(search, sort):
        controller.apply(outcome)
    assert shown(controller) == ["2", "1"]


async def test_a_search_that_fails_leaves_the_one_before():
    controller = await make(chat(1, "apples"), chat(2, "pears"))
    controller.apply(await controller.search("apples"))
    await controller.desk.history.close()
    with pytest.raises(StoreError):
        await controller.search("pears")
    assert shown(controller) == ["1"]
    assert controller._query.search == "apples"


async def test_the_summaries_of_all_pages_follow_search_and_order():
    controller = await make(*(chat(n, "even" if n % 2 == 0 else "odd") for n in range(120)))
    controller.apply(await controller.sort("session_id", descending=True))
    controller.apply(await controller.search("even"))
    found = await controller.summaries()
    assert [s.session_id.id for s in found] == list(range(118, -1, -2))


async def test_selecting_what_is_not_there_selects_nothing():
    controller = await make(*(chat(n, "a") for n in range(PAGE_SIZE + 1)))
    controller.apply(await controller.select(3, "3", 50))
    assert controller.selection == (SessionId(3), SessionId(50))
    with pytest.raises(SessionNotFound):
        await controller.select(1, 999)
    assert controller.selection == (SessionId(3), SessionId(50))


# -- one session -----------------------------------------------------------------------------------


async def test_opening_selects_and_gives_the_caller_a_copy_of_its_own():
    controller = await make(chat(1, "a"), chat(2, "b"))
    assert controller.apply(await controller.open(2)) == {"opened", "table"}
    assert controller.selection == (SessionId(2),)
    assert controller.opened is not None
    controller.opened.given.push_user("mine")
    assert len(controller.opened.session.chat_messages) == 5
    assert controller.opened.reading.total == 5


async def test_a_snapshot_opens_by_revision_and_by_label():
    controller = await with_history("one", "two", "three")
    controller.apply(await controller.label("mid", None, 2))
    controller.apply(await controller.open(1, "mid"))
    assert opened(controller) == ("1", 2)
    assert controller.opened is not None
    assert not controller.opened.is_newest
    with pytest.raises(SnapshotNotFound):
        await controller.open(1, 9)


async def test_of_two_sessions_opened_the_later_click_counts():
    controller = await make(chat(1, "a"), chat(2, "b"))
    first, second = await controller.open(1), await controller.open(2)
    controller.apply(second)
    controller.apply(first)
    assert opened(controller) == ("2", 1)
    assert controller.selection == (SessionId(2),)


async def test_the_place_is_counted_only_when_another_is_shown():
    controller = await with_history("one", "two")
    before = controller.opened_seq
    controller.apply(await controller.label("x", None, None))
    assert controller.opened_seq == before
    controller.apply(await controller.open(1, 1))
    assert controller.opened_seq == before + 1


async def test_a_label_shows_and_the_callers_copy_stays_the_callers():
    controller = await with_history("one", "two")
    assert controller.opened is not None
    given = controller.opened.given
    given.push_user("mine")
    outcome = await controller.label("  good  ", None, None)
    assert outcome.result.label == "good"
    controller.apply(outcome)
    assert controller.opened.snapshot.label == "good"
    assert controller.opened.given is given
    controller.apply(await controller.label(" ", None, None))
    assert controller.opened.snapshot.label is None
    assert texts(controller) == [
        "Snapshot 2 of session 1 is labelled “good”.",
        "Snapshot 2 of session 1 has no label now.",
    ]


async def test_a_label_meant_for_one_session_never_brings_it_back_over_another():
    controller = await make(chat(1, "a"), chat(2, "b"))
    controller.apply(await controller.open(1))
    labelled = await controller.label("x", None, None)
    controller.apply(await controller.open(2))
    controller.apply(labelled)
    assert opened(controller) == ("2", 1)


async def test_a_label_leaves_the_snapshot_that_was_opened_meanwhile():
    controller = await with_history("one", "two")
    labelled = await controller.label("x", None, 2)
    controller.apply(await controller.open(1, 1))
    controller.apply(labelled)
    assert opened(controller) == ("1", 1)
    assert controller.opened is not None
    assert [s.label for s in controller.opened.snapshots] == [None, "x"]


async def test_a_fork_is_opened_and_listed():
    controller = await with_history("one", "two")
    outcome = await controller.fork(None, None, 1)
    controller.apply(outcome)
    assert opened(controller) == ("0(1~1)", 1)
    assert set(shown(controller)) == {"0(1~1)", "1"}
    assert texts(controller) == ["Session 0(1~1) is a fork of 1, snapshot 1."]
    with pytest.raises(Conflict):
        await controller.fork("1~1", 1, None)


async def test_a_revert_shows_the_new_newest():
    controller = await with_history("one", "two")
    controller.apply(await controller.open(1, 1))
    head = await controller.revert(None, None)
    controller.apply(head)
    assert (head.result.revision, opened(controller)) == (3, ("1", 3))
    controller.apply(await controller.revert(None, 1))
    assert texts(controller) == [
        "Session 1 has the content of snapshot 1 again, as snapshot 3.",
        "Session 1 had the content of snapshot 1 already.",
    ]


async def test_a_deleted_session_closes_and_undo_opens_it_again():
    controller = await make(chat(1, "a"), chat(2, "b"))
    controller.apply(await controller.open(1))
    controller.apply(await controller.delete(None))
    assert controller.opened is None
    assert controller.selection == ()
    assert shown(controller) == ["2"]
    (item,) = controller.notices.view()["items"]
    assert (item["kind"], item["text"]) == ("undo", "Deleted session 1.")
    assert item["seconds"] >= 10
    back = await controller.undo(item["id"])
    controller.apply(back)
    assert (back.result, opened(controller)) == (SessionId(1), ("1", 1))
    assert texts(controller) == ["Session 1 is back."]


async def test_undo_takes_the_latest_deletion_first_and_each_once():
    controller = await make(chat(1, "a"), chat(2, "b"))
    for session_id in (1, 2):
        controller.apply(await controller.delete(session_id))
    for expected in (2, 1):
        outcome = await controller.undo(None)
        controller.apply(outcome)
        assert outcome.result == SessionId(expected)
    with pytest.raises(StoreError, match="no deletion to take back"):
        await controller.undo(None)


async def test_a_deletion_can_be_taken_back_after_its_notice_was_dismissed():
    controller = await make(chat(1, "a"))
    controller.apply(await controller.delete(1))
    controller.notices.dismiss(controller.notices.view()["items"][0]["id"])
    controller.apply(await controller.undo(None))
    assert shown(controller) == ["1"]


async def test_an_undo_that_fails_can_be_tried_again():
    controller = await make(chat(1, "a"))
    controller.apply(await controller.delete(1))
    await controller.desk.history.save(chat(1, "in the way"))
    with pytest.raises(Conflict):
        await controller.undo(None)
    await controller.desk.history.delete(1)
    controller.apply(await controller.undo(None))
    assert shown(controller) == ["1"]


async def test_a_deleted_snapshot_gives_way_to_the_newest_and_comes_back():
    controller = await with_history("one", "two", "three")
    controller.apply(await controller.open(1, 2))
    controller.apply(await controller.delete_snapshot(None, None))
    assert opened(controller) == ("1", 3)
    assert texts(controller) == ["Deleted snapshot 2 of session 1."]
    controller.apply(await controller.undo(None))
    assert controller.opened is not None
    assert [s.revision for s in controller.opened.snapshots] == [1, 2, 3]
    assert opened(controller) == ("1", 3)


async def test_refresh_shows_what_others_saved():
    controller = await with_history("one")
    await controller.desk.history.save(chat(2, "b"))
    session = await controller.desk.load(SessionId(1), None)
    session.push_user("more")
    await controller.desk.history.save(session)
    controller.apply(await controller.refresh())
    assert set(shown(controller)) == {"1", "2"}
    assert opened(controller) == ("1", 2)


async def test_refresh_stays_at_an_older_snapshot():
    controller = await with_history("one", "two")
    controller.apply(await controller.open(1, 1))
    controller.apply(await controller.refresh())
    assert opened(controller) == ("1", 1)


async def test_refresh_closes_what_is_gone_and_says_so():
    controller = await with_history("one")
    await controller.desk.history.delete(1)
    controller.apply(await controller.refresh())
    assert controller.opened is None
    assert texts(controller) == ["Session 1 is not there any more."]


async def test_what_needs_an_opened_session_says_so():
    controller = await make(chat(1, "a"))
    for action in (
        controller.label("x", None, None),
        controller.fork(None, None, None),
        controller.revert(None, None),
        controller.delete(None),
        controller.compare(),
    ):
        with pytest.raises(StoreError, match="no session is opened"):
            await action


# -- two snapshots ---------------------------------------------------------------------------------


async def compared(controller: Controller, *args: Any, **named: Any) -> tuple[Any, ...]:
    controller.apply(await controller.compare(*args, **named))
    assert controller.compared is not None
    left, right = controller.compared.left, controller.compared.right
    return str(left.session_id), left.revision, str(right.session_id), right.revision


async def test_with_nothing_named_the_snapshot_before_is_compared():
    controller = await with_history("one", "two", "three")
    assert await compared(controller) == ("1", 2, "1", 3)
    assert controller.compared is not None
    assert controller.compared.diff.stats.added == 2
    controller.apply(await controller.open(1, 1))
    with pytest.raises(StoreError, match="no snapshot before"):
        await controller.compare()


async def test_two_snapshots_of_a_session_come_in_their_order_in_time():
    controller = await with_history("one", "two", "three")
    assert await compared(controller, snapshot=1) == ("1", 1, "1", 3)
    controller.apply(await controller.open(1, 1))
    assert await compared(controller, None, 3) == ("1", 1, "1", 3)
    assert await compared(controller, 1, 2) == ("1", 1, "1", 2)


async def test_another_session_stands_on_the_right():
    controller = await with_history("one", "two")
    await controller.desk.history.save(chat(2, "b"))
    assert await compared(controller, 2) == ("1", 2, "2", 1)
    assert await compared(controller, None, base=(2, None)) == ("2", 1, "1", 2)
    assert await compared(controller, 2, base=(1, 1)) == ("1", 1, "2", 1)
    assert await compared(controller, None, 1, base=(2, 1)) == ("2", 1, "1", 1)


async def test_a_comparison_needs_no_opened_session_where_both_sides_are_named():
    controller = await make(chat(1, "a"), chat(2, "b"))
    assert await compared(controller, 2, base=(1, None)) == ("1", 1, "2", 1)


async def test_an_older_comparison_that_ends_later_is_dropped():
    controller = await with_history("one", "two", "three")
    older, newer = await controller.compare(snapshot=1), await controller.compare(snapshot=2)
    controller.apply(newer)
    controller.apply(older)
    assert controller.compared is not None
    assert controller.compared.left.revision == 2
    assert controller.compared_seq == 1
