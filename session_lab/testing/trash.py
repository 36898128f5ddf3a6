"""The second part of the contract, continued: the trash."""

# ruff: noqa: S101 - a check is made of assertions

from __future__ import annotations

from datetime import timedelta
from typing import Any

from session_lab.errors import Conflict, SnapshotNotFound
from session_lab.models import AgentSession, RunFinished, SessionId
from session_lab.testing.calls import sample
from session_lab.testing.checks import check_of, expect_raises

__all__ = ["TRASH", "said"]


async def said(store: Any, session_id: SessionId | int, *texts: str) -> AgentSession:
    """Save a session once for each text."""
    session = AgentSession(id=session_id)
    for text in texts:
        session.push_user(text)
        await store.save(session)
    return session


async def _a_deleted_session_waits_in_the_trash(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.annotate(1, title="A title")
    await store.delete(1)
    (entry,) = await store.trash()
    assert (entry.session_id, entry.revision, entry.snapshots) == (SessionId(1), None, 2)
    assert (entry.title, entry.preview, entry.messages) == ("A title", "one", 2)
    assert (await store.sessions()).items == ()


async def _undelete_brings_everything_back(store: Any) -> None:
    session = await said(store, 1, "one", "two")
    await store.label(1, 1, "start")
    before = await store.snapshots(1)
    await store.delete(1)
    head = await store.undelete((await store.trash())[0])
    assert head == before[-1]
    assert tuple(await store.snapshots(1)) == tuple(before)
    assert await store.load(1) == session
    assert len(await store.trash()) == 0


async def _a_save_after_a_deletion_starts_afresh(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.delete(1)
    snapshot = await store.save(sample(1), expect=0)
    assert (snapshot.revision, snapshot.parent, snapshot.diverged) == (3, None, False)
    assert len(await store.snapshots(1)) == 1
    (entry,) = await store.trash()
    await expect_raises(Conflict, store.undelete(entry))
    assert len(await store.trash()) == 1


async def _undelete_can_give_another_id(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.delete(1)
    await store.save(sample(1))
    (entry,) = await store.trash()
    await expect_raises(Conflict, store.undelete(entry, 1))
    head = await store.undelete(entry, "rescued")
    assert (head.session_id, head.revision) == (SessionId(0, "rescued"), 2)
    rescued = await store.load("rescued")
    assert rescued.id == SessionId(0, "rescued")
    assert rescued.digest == head.digest
    assert len((await store.load("rescued", 1)).chat_messages) == 1


async def _an_object_saved_after_its_sessions_deletion_is_not_lost(store: Any) -> None:
    session = await said(store, 1, "one")
    await store.delete(1)
    session.push_user("two")
    snapshot = await store.save(session, expect=0)
    assert snapshot.revision == 2
    assert await store.load(1) == session


async def _one_snapshot_can_go_and_come_back(store: Any) -> None:
    session = await said(store, 1, "one", "two", "three")
    await store.delete_snapshot(1, 2)
    assert [s.revision for s in await store.snapshots(1)] == [1, 3]
    await expect_raises(SnapshotNotFound, store.load(1, 2))
    assert await store.load(1) == session
    (entry,) = await store.trash()
    assert (entry.revision, entry.snapshots) == (2, 1)
    await store.undelete(entry)
    assert [s.revision for s in await store.snapshots(1)] == [1, 2, 3]
    assert len((await store.load(1, 2)).chat_messages) == 2


async def _deleting_the_head_makes_the_one_before_the_head(store: Any) -> None:
    session = await said(store, 1, "one", "two")
    await store.delete_snapshot(1, 2)
    assert len((await store.load(1)).chat_messages) == 1
    assert (await store.sessions()).items[0].messages == 1
    session.push_user("three")
    assert (await store.save(session, expect=1)).revision == 3


async def _with_the_last_snapshot_the_session_goes(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.delete_snapshot(1, 1)
    await store.delete_snapshot(1, 2)
    assert await store.load(1) is None
    assert list(await store.list()) == []
    newest, older = await store.trash()
    assert (newest.revision, older.revision) == (None, 1)
    await expect_raises(Conflict, store.undelete(older))
    await store.undelete(newest)
    await store.undelete(older)
    assert [s.revision for s in await store.snapshots(1)] == [1, 2]


async def _a_label_can_be_given_again_while_its_snapshot_is_in_the_trash(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.label(1, 1, "good")
    await store.delete_snapshot(1, 1)
    await store.label(1, 2, "good")
    await store.undelete((await store.trash())[0])
    assert [s.label for s in await store.snapshots(1)] == [None, "good"]


async def _a_snapshot_from_the_trash_can_become_a_session(store: Any) -> None:
    await said(store, 1, "one", "two", "three")
    await store.delete_snapshot(1, 2)
    head = await store.undelete((await store.trash())[0], "alone")
    assert (head.session_id, head.revision, head.messages) == (SessionId(0, "alone"), 2, 2)
    assert len((await store.load("alone")).chat_messages) == 2
    assert [s.revision for s in await store.snapshots(1)] == [1, 3]


async def _purged_is_gone_but_its_revisions_are_not_used_again(store: Any) -> None:
    await said(store, 1, "one", "two")
    await store.delete(1)
    (entry,) = await store.trash()
    assert await store.purge() == 1
    assert len(await store.trash()) == 0
    await expect_raises(SnapshotNotFound, store.undelete(entry))
    assert (await store.save(sample(1))).revision == 3


async def _purge_takes_what_it_is_given(store: Any) -> None:
    for number in (1, 2, 3):
        await said(store, number, f"session {number}")
        await store.delete(number)
    newest = (await store.trash())[0]
    assert newest.session_id == SessionId(3)
    assert await store.purge(older_than=timedelta(days=1)) == 0
    assert await store.purge([]) == 0
    assert await store.purge([newest]) == 1
    assert {entry.session_id for entry in await store.trash()} == {SessionId(1), SessionId(2)}


async def _purge_takes_snapshots_and_their_session_together(store: Any) -> None:
    await said(store, 1, "one", "two", "three")
    await store.delete_snapshot(1, 1)
    await store.delete_snapshot(1, 2)
    await store.delete(1)
    entries = await store.trash()
    assert await store.purge([*entries, *entries]) == 3
    assert len(await store.trash()) == 0
    await said(store, 2, "kept")
    await store.delete(2)
    await expect_raises(SnapshotNotFound, store.purge([*await store.trash(), entries[0]]))
    assert len(await store.trash()) == 1


async def _a_message_comes_back_after_its_snapshot_went(store: Any) -> None:
    session = await said(store, 1, "one", "two")
    again = session.remove(0)
    await store.save(session)
    await store.delete_snapshot(1, 1)
    await store.delete_snapshot(1, 2)
    await store.undelete((await store.trash())[0], "alone")
    await store.purge()
    session.append(again)
    await store.save(session)
    assert await store.load(1) == session


async def _a_session_with_events_only_can_go_and_come_back(store: Any) -> None:
    await store.append_event(1, RunFinished(session_id=SessionId(1)))
    await store.delete(1)
    (entry,) = await store.trash()
    assert (entry.snapshots, entry.messages) == (0, 0)
    assert await store.undelete(entry) is None
    assert len(await store.events(1)) == 1


async def _purging_a_snapshot_leaves_what_others_use(store: Any) -> None:
    session = await said(store, 1, "one", "two", "three")
    await store.delete_snapshot(1, 2)
    await store.purge()
    assert await store.load(1) == session
    assert len((await store.load(1, 1)).chat_messages) == 1
    session.push_user("four")
    await store.save(session)
    assert await store.load(1) == session


TRASH = tuple(
    check_of(body)
    for body in (
        _a_deleted_session_waits_in_the_trash,
        _undelete_brings_everything_back,
        _a_save_after_a_deletion_starts_afresh,
        _undelete_can_give_another_id,
        _an_object_saved_after_its_sessions_deletion_is_not_lost,
        _one_snapshot_can_go_and_come_back,
        _deleting_the_head_makes_the_one_before_the_head,
        _with_the_last_snapshot_the_session_goes,
        _a_label_can_be_given_again_while_its_snapshot_is_in_the_trash,
        _a_snapshot_from_the_trash_can_become_a_session,
        _purged_is_gone_but_its_revisions_are_not_used_again,
        _purge_takes_what_it_is_given,
        _purge_takes_snapshots_and_their_session_together,
        _a_message_comes_back_after_its_snapshot_went,
        _a_session_with_events_only_can_go_and_come_back,
        _purging_a_snapshot_leaves_what_others_use,
    )
)
"""The promises about deleting, taking back and purging."""
