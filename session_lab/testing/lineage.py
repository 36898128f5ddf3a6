"""The second part of the contract, continued: forks, reverts, provenance and captures."""

# ruff: noqa: S101 - a check is made of assertions

from __future__ import annotations

import warnings
from typing import Any

from session_lab.errors import Conflict, SessionNotFound, SkippedRowWarning
from session_lab.models import AgentSession, Provenance, SessionId, SessionRef
from session_lab.stores.base import current_provenance
from session_lab.stores.memory import InMemorySessionStore
from session_lab.testing.calls import sample
from session_lab.testing.checks import check_of, expect_raises

__all__ = ["LINEAGE", "saved_turns"]


async def saved_turns(store: Any, turns: int, session_id: int = 1) -> AgentSession:
    """Save a session once a turn."""
    session = AgentSession(id=session_id)
    for number in range(turns):
        session.push_user(f"question {number}")
        session.push_assistant(f"answer {number}")
        await store.save(session)
    return session


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


class _Damaged(InMemorySessionStore):
    """A source with one session that can't be read, whatever its author raises then."""

    async def load(
        self, session_id: SessionRef, snapshot: int | str | None = None
    ) -> AgentSession | None:
        if session_id == SessionId(2):
            raise KeyError("no such column")
        return await super().load(session_id, snapshot)


async def _a_capture_goes_on_past_what_its_source_can_not_read(store: Any) -> None:
    source = _Damaged()
    for number in (1, 2, 3):
        await source.save(sample(number))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        captured = await store.capture(source)
    assert [snapshot.session_id.id for snapshot in captured] == [1, 3]
    assert [w.category for w in caught] == [SkippedRowWarning]
    assert "session 2" in str(caught[0].message)


async def _times_of_captured_sessions_are_not_invented(store: Any) -> None:
    source = InMemorySessionStore()
    await source.save(sample(1))
    await store.capture(source)
    await store.save(sample(2))
    by_id = {s.session_id: s for s in (await store.sessions()).items}
    assert by_id[SessionId(1)].created_at is None
    assert by_id[SessionId(1)].updated_at is None
    assert by_id[SessionId(2)].updated_at is not None


LINEAGE = tuple(
    check_of(body)
    for body in (
        _a_fork_starts_a_session_of_its_own,
        _a_fork_can_be_named_but_takes_no_place,
        _a_fork_outlives_the_session_it_was_made_from,
        _revert_makes_old_content_the_head_again,
        _what_saved_a_snapshot_is_kept_with_it,
        _another_store_can_be_captured,
        _a_capture_can_go_into_a_namespace,
        _a_capture_goes_on_past_what_its_source_can_not_read,
        _times_of_captured_sessions_are_not_invented,
    )
)
"""The promises about where a snapshot comes from."""
