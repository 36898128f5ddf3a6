"""The second part of the contract: what a store that keeps every save promises beyond the calls.

Saving and naming are here; ``lineage``, ``trash`` and ``questions`` have the rest.
"""

# ruff: noqa: S101 - a check is made of assertions

from __future__ import annotations

import asyncio
import warnings
from typing import Any

from session_lab.errors import (
    Conflict,
    DivergedWarning,
    SessionNotFound,
    SnapshotNotFound,
    StoreClosed,
    StoreError,
)
from session_lab.models import AgentSession, SessionId, UserMessage
from session_lab.testing.calls import sample
from session_lab.testing.checks import check_of, expect_raises
from session_lab.testing.lineage import LINEAGE, saved_turns
from session_lab.testing.questions import QUESTIONS
from session_lab.testing.trash import TRASH

__all__ = ["SNAPSHOTS"]


async def _every_save_is_kept(store: Any) -> None:
    await saved_turns(store, 3)
    snapshots = await store.snapshots(1)
    assert [s.revision for s in snapshots] == [1, 2, 3]
    assert [s.messages for s in snapshots] == [2, 4, 6]
    assert [s.parent for s in snapshots] == [None, (SessionId(1), 1), (SessionId(1), 2)]
    for snapshot in snapshots:
        loaded = await store.load(1, snapshot.revision)
        assert loaded.digest == snapshot.digest
        assert len(loaded.chat_messages) == snapshot.messages


async def _a_snapshot_counts_what_it_holds(store: Any) -> None:
    snapshot = await store.save(sample())
    assert snapshot.turns == 1
    assert snapshot.tool_calls == 2
    assert snapshot.errors == 1
    assert snapshot.size > 0
    assert snapshot.recorded_at.utcoffset().total_seconds() == 0


async def _a_save_that_changes_nothing_gives_the_head_back(store: Any) -> None:
    session = await saved_turns(store, 2)
    again = await store.save(session)
    assert again == (await store.snapshots(1))[-1]
    assert (await store.save(session, label="done")).label == "done"
    assert len(await store.snapshots(1)) == 2


async def _an_edit_anywhere_is_kept_and_leaves_the_old_snapshot_alone(store: Any) -> None:
    session = await saved_turns(store, 5)
    session.replace(4, UserMessage(content="edited"))
    session.remove(7)
    session.insert(0, UserMessage(content="first of all"))
    await store.save(session)
    assert await store.load(1) == session
    assert (await store.load(1, 5)).chat_messages[4].text == "question 2"


async def _messages_can_move_and_repeat(store: Any) -> None:
    session = AgentSession(id=1)
    for text in ("a", "b", "a", "c", "b"):
        session.push_user(text)
    await store.save(session)
    session.append(session.remove(0))
    session.append(session.chat_messages[0])
    await store.save(session)
    texts = [message.text for message in (await store.load(1)).chat_messages]
    assert texts == ["b", "a", "c", "b", "a", "b"]


async def _the_session_is_taken_before_the_first_await(store: Any) -> None:
    session = sample()
    saving = asyncio.ensure_future(store.save(session))
    await asyncio.sleep(0)
    session.push_user("too late")
    await saving
    assert (await store.load(1)).turn_count() == 1


async def _an_expected_head_is_checked_first(store: Any) -> None:
    session = await saved_turns(store, 2)
    other = session.copy()
    session.push_user("one")
    assert (await store.save(session, expect=2)).revision == 3
    other.push_user("two")
    error = await expect_raises(Conflict, store.save(other, expect=2))
    assert "3" in str(error)
    await expect_raises(Conflict, store.save(session, expect=0))
    await expect_raises(Conflict, store.save(sample(77), expect=1))
    assert (await store.save(sample(77), expect=0)).revision == 1
    assert len(await store.snapshots(1)) == 3


async def _a_save_from_an_old_snapshot_is_kept_and_marked_diverged(store: Any) -> None:
    await saved_turns(store, 3)
    old = await store.load(1, 2)
    old.push_user("from an older state")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        snapshot = await store.save(old)
    assert snapshot.revision == 4
    assert snapshot.diverged
    assert snapshot.parent == (SessionId(1), 2)
    assert [w.category for w in caught] == [DivergedWarning]
    assert (await store.load(1, 3)) is not None


async def _saves_of_one_object_need_not_wait_for_each_other(store: Any) -> None:
    session = await saved_turns(store, 1)
    session.push_user("one")
    first = asyncio.ensure_future(store.save(session))
    await asyncio.sleep(0)
    session.push_user("two")
    second = asyncio.ensure_future(store.save(session))
    await asyncio.gather(first, second)
    assert [s.diverged for s in await store.snapshots(1)] == [False, False, False]


async def _an_object_whose_save_was_cancelled_does_not_diverge(store: Any) -> None:
    session = await saved_turns(store, 1)
    session.push_user("one")
    saving = asyncio.ensure_future(store.save(session))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.gather(saving, return_exceptions=True)
    session.push_user("two")
    assert not (await store.save(session)).diverged
    assert await store.load(1) == session


async def _two_writers_both_keep_their_work(store: Any) -> None:
    await saved_turns(store, 1)
    mine, theirs = await store.load(1), await store.load(1)
    mine.push_user("mine")
    theirs.push_user("theirs")
    await store.save(theirs)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DivergedWarning)
        snapshot = await store.save(mine)
    assert snapshot.diverged
    assert (await store.load(1, 2)).chat_messages[-1].text == "theirs"
    assert (await store.load(1, 3)).chat_messages[-1].text == "mine"


async def _an_object_that_goes_on_does_not_diverge(store: Any) -> None:
    session = await saved_turns(store, 3)
    loaded = await store.load(1)
    loaded.push_user("more")
    assert not (await store.save(loaded)).diverged
    assert not any(s.diverged for s in await store.snapshots(1))
    assert session is not loaded


async def _snapshots_load_by_revision_and_by_label(store: Any) -> None:
    session = await saved_turns(store, 2)
    await store.label(1, 1, "before")
    assert len((await store.load(1, "before")).chat_messages) == 2
    assert len((await store.load(1, "1")).chat_messages) == 2
    assert await store.load(1) == session
    for missing in (0, 3, -1, 2**40, "after", ""):
        await expect_raises(SnapshotNotFound, store.load(1, missing))
    assert await store.load(2, 1) is None


async def _labels_are_unique_in_a_session(store: Any) -> None:
    session = await saved_turns(store, 2)
    assert (await store.label(1, 1, "good")).label == "good"
    await expect_raises(Conflict, store.label(1, 2, "good"))
    session.push_user("more")
    await expect_raises(Conflict, store.save(session, label="good"))
    assert len(await store.snapshots(1)) == 2
    assert (await store.label(1, "good", None)).label is None
    assert (await store.label(1, 2, "good")).label == "good"
    await saved_turns(store, 1, session_id=2)
    await store.label(2, 1, "good")


async def _labels_that_would_mislead_are_refused(store: Any) -> None:
    session = await saved_turns(store, 1)
    for name in ("", "  ", "12", "x" * 201):
        await expect_raises(StoreError, store.label(1, 1, name))
        await expect_raises(StoreError, store.save(session, label=name))


async def _a_name_that_can_not_be_stored_is_refused_or_not_there(store: Any) -> None:
    session = await saved_turns(store, 1)
    half = "\ud800 half a character"
    for refused in (
        store.label(1, 1, half),
        store.save(session, label=half),
        store.annotate(1, title=half),
        store.annotate(1, tags=["good", half]),
        store.annotate(1, tags="one text"),
        store.annotate(1, tags=[5]),
        store.annotate(1, metadata={"a": object()}),
    ):
        await expect_raises(StoreError, refused)
    for missing in (
        store.load(1, half),
        store.label(1, half, "x"),
        store.fork(1, half),
        store.revert(1, half),
        store.delete_snapshot(1, half),
    ):
        await expect_raises(SnapshotNotFound, missing)
    (item,) = (await store.sessions()).items
    assert (item.title, item.tags, item.snapshots) == (None, (), 1)


async def _calls_about_a_missing_snapshot_say_so(store: Any) -> None:
    await saved_turns(store, 1)
    for name in (2, 0, -1, 2**70, "no such label"):
        for call in (
            store.label(1, name, "x"),
            store.fork(1, name),
            store.revert(1, name),
            store.delete_snapshot(1, name),
        ):
            await expect_raises(SnapshotNotFound, call)
    assert len(await store.snapshots(1)) == 1


async def _calls_about_a_missing_session_say_so(store: Any) -> None:
    for call in (
        store.snapshots(9),
        store.label(9, 1, "x"),
        store.annotate(9, title="x"),
        store.fork(9),
        store.revert(9, 1),
        store.delete_snapshot(9, 1),
    ):
        error = await expect_raises(SessionNotFound, call)
        assert "9" in str(error)


async def _sessions_are_named_by_number_and_by_text(store: Any) -> None:
    await store.save(sample(SessionId(7)))
    await store.save(sample(SessionId(7, "ext")))
    await store.save(sample(SessionId(0, "thread-a")))
    assert (await store.load("7")).id == SessionId(7)
    assert (await store.load("7(ext)")).id == SessionId(7, "ext")
    assert (await store.load("thread-a")).id == SessionId(0, "thread-a")


async def _a_store_enters_as_itself(store: Any) -> None:
    async with store as entered:
        assert entered is store
        await store.save(sample())
    await expect_raises(StoreClosed, store.list())


async def _a_closed_store_says_so(store: Any) -> None:
    await store.save(sample())
    await store.close()
    await store.close()
    for call in (store.list(), store.load(1), store.save(sample(2)), store.sessions()):
        await expect_raises(StoreClosed, call)


SNAPSHOTS = (
    *(
        check_of(body)
        for body in (
            _every_save_is_kept,
            _a_snapshot_counts_what_it_holds,
            _a_save_that_changes_nothing_gives_the_head_back,
            _an_edit_anywhere_is_kept_and_leaves_the_old_snapshot_alone,
            _messages_can_move_and_repeat,
            _the_session_is_taken_before_the_first_await,
            _an_expected_head_is_checked_first,
            _a_save_from_an_old_snapshot_is_kept_and_marked_diverged,
            _saves_of_one_object_need_not_wait_for_each_other,
            _an_object_whose_save_was_cancelled_does_not_diverge,
            _two_writers_both_keep_their_work,
            _an_object_that_goes_on_does_not_diverge,
            _snapshots_load_by_revision_and_by_label,
            _labels_are_unique_in_a_session,
            _labels_that_would_mislead_are_refused,
            _a_name_that_can_not_be_stored_is_refused_or_not_there,
            _calls_about_a_missing_snapshot_say_so,
            _calls_about_a_missing_session_say_so,
            _sessions_are_named_by_number_and_by_text,
            _a_store_enters_as_itself,
            _a_closed_store_says_so,
        )
    ),
    *LINEAGE,
    *TRASH,
    *QUESTIONS,
)
"""The promises of ``SnapshotStore``."""
