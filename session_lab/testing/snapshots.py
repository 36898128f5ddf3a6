"""The second part of the contract: what a store that keeps every save promises beyond the calls.

Saving, naming and lineage are here; ``trash`` and ``questions`` have the rest.
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
from session_lab.models import AgentSession, Provenance, SessionId, UserMessage
from session_lab.stores.base import current_provenance
from session_lab.stores.memory import InMemorySessionStore
from session_lab.testing.calls import sample
from session_lab.testing.checks import check_of, expect_raises
from session_lab.testing.questions import QUESTIONS
from session_lab.testing.trash import TRASH

__all__ = ["SNAPSHOTS"]


async def saved_turns(store: Any, turns: int, session_id: int = 1) -> AgentSession:
    """Save a session once a turn."""
    session = AgentSession(id=session_id)
    for number in range(turns):
        session.push_user(f"question {number}")
        session.push_assistant(f"answer {number}")
        await store.save(session)
    return session


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


async def _a_fork_starts_a_session_of_its_own(store: Any) -> None:
    session = await saved_turns(store, 3, session_id=42)
    fork = await store.fork(42, 2)
    assert fork.session_id == SessionId(0, "42~1")
    assert (fork.revision, fork.parent) == (1, (SessionId(42), 2))
    assert (await store.fork(42)).session_id == SessionId(0, "42~2")
    copy = await store.load(fork.session_id)
    assert copy.chat_messages == session.chat_messages[:4]
    copy.push_user("another way")
    await store.save(copy)
    assert await store.load(42) == session
    assert len(await store.snapshots(fork.session_id)) == 2


async def _a_fork_can_be_named_but_takes_no_place(store: Any) -> None:
    await saved_turns(store, 1, session_id=1)
    await saved_turns(store, 1, session_id=2)
    await expect_raises(Conflict, store.fork(1, new_id=2))
    assert (await store.fork(1, new_id="experiment")).session_id == SessionId(0, "experiment")


async def _a_fork_outlives_the_session_it_was_made_from(store: Any) -> None:
    session = await saved_turns(store, 2)
    fork = await store.fork(1)
    await store.delete(1)
    await store.purge()
    assert (await store.load(fork.session_id)).chat_messages == session.chat_messages


async def _revert_makes_old_content_the_head_again(store: Any) -> None:
    session = await saved_turns(store, 3)
    snapshot = await store.revert(1, 1)
    assert (snapshot.revision, snapshot.parent, snapshot.diverged) == (4, (SessionId(1), 1), False)
    assert len((await store.load(1)).chat_messages) == 2
    assert (await store.revert(1, 4)).revision == 4
    assert await store.load(1, 3) == session


async def _what_saved_a_snapshot_is_kept_with_it(store: Any) -> None:
    given = Provenance(cell="c1", execution_count=3, file="a.ipynb")
    assert (await store.save(sample(1), provenance=given)).provenance == given
    token = current_provenance.set(Provenance(kernel="k"))
    try:
        await store.save(sample(2))
    finally:
        current_provenance.reset(token)
    assert (await store.snapshots(2))[0].provenance == Provenance(kernel="k")
    assert (await store.save(sample(3))).provenance is None


async def _another_store_can_be_captured(store: Any) -> None:
    source = InMemorySessionStore()
    await source.save(sample(1))
    await source.save(sample(2))
    assert len(await store.capture(source)) == 2
    assert len(await store.capture(source)) == 0
    changed = await source.load(2)
    assert changed is not None
    changed.push_user("more")
    await source.save(changed)
    (snapshot,) = await store.capture(source)
    assert (snapshot.session_id, snapshot.revision) == (SessionId(2), 2)
    assert not snapshot.diverged
    assert await store.load(2) == changed
    (same,) = await store.capture(source, 1)
    assert same.revision == 1
    await expect_raises(SessionNotFound, store.capture(source, 9))


async def _a_capture_can_go_into_a_namespace(store: Any) -> None:
    source = InMemorySessionStore()
    await source.save(sample(SessionId(42, "ext")))
    await store.save(sample(42, text="mine"))
    (snapshot,) = await store.capture(source, namespace="prod")
    assert snapshot.session_id == SessionId(0, "prod/42(ext)")


async def _times_of_captured_sessions_are_not_invented(store: Any) -> None:
    source = InMemorySessionStore()
    await source.save(sample(1))
    await store.capture(source)
    await store.save(sample(2))
    by_id = {s.session_id: s for s in (await store.sessions()).items}
    assert by_id[SessionId(1)].created_at is None
    assert by_id[SessionId(1)].updated_at is None
    assert by_id[SessionId(2)].updated_at is not None


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
            _two_writers_both_keep_their_work,
            _an_object_that_goes_on_does_not_diverge,
            _snapshots_load_by_revision_and_by_label,
            _labels_are_unique_in_a_session,
            _labels_that_would_mislead_are_refused,
            _calls_about_a_missing_session_say_so,
            _sessions_are_named_by_number_and_by_text,
            _a_fork_starts_a_session_of_its_own,
            _a_fork_can_be_named_but_takes_no_place,
            _a_fork_outlives_the_session_it_was_made_from,
            _revert_makes_old_content_the_head_again,
            _what_saved_a_snapshot_is_kept_with_it,
            _another_store_can_be_captured,
            _a_capture_can_go_into_a_namespace,
            _times_of_captured_sessions_are_not_invented,
            _a_closed_store_says_so,
        )
    ),
    *TRASH,
    *QUESTIONS,
)
"""The promises of ``SnapshotStore``."""
