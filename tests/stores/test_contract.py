"""Every store keeps the promises of the contract suite, and the suite notices one that does not."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from session_lab import AgentBaseStore, InMemorySessionStore, SqliteSessionStore
from session_lab.models import AgentSession, SessionId
from session_lab.stores import SessionStore, SnapshotStore
from session_lab.testing import CALLS, SNAPSHOTS, check_store, checks_for

ALL = (*CALLS, *SNAPSHOTS)


@pytest.mark.parametrize("check", ALL, ids=str)
async def test_the_memory_store_keeps_the_promise_that(check):
    await check.run(InMemorySessionStore)


@pytest.mark.parametrize("check", ALL, ids=str)
async def test_the_sqlite_store_keeps_the_promise_that(check, tmp_path):
    numbers = itertools.count()
    await check.run(lambda: SqliteSessionStore(tmp_path / f"{next(numbers)}.db"))


@pytest.mark.parametrize("check", CALLS, ids=str)
async def test_the_agent_base_store_keeps_the_promise_that(check, tmp_path):
    numbers = itertools.count()
    await check.run(lambda: AgentBaseStore(tmp_path / f"{next(numbers)}.db", read_only=False))


def test_our_stores_are_what_their_protocols_say(tmp_path):
    assert isinstance(InMemorySessionStore(), SnapshotStore)
    assert isinstance(SqliteSessionStore(tmp_path / "a.db"), SnapshotStore)
    plain = AgentBaseStore(tmp_path / "b.db")
    assert isinstance(plain, SessionStore)
    assert not isinstance(plain, SnapshotStore)
    assert checks_for(plain) == CALLS
    assert checks_for(InMemorySessionStore()) == ALL


class ForgetfulStore:
    """A plain store with three faults: it shares objects, mixes up ids, and takes anything."""

    def __init__(self):
        self.kept = {}

    async def save(self, session):
        self.kept[session.id and session.id.id] = session

    async def load(self, session_id):
        return self.kept.get(session_id.id)

    async def list(self):
        return [SessionId(number) for number in self.kept if number is not None]

    async def delete(self, session_id):
        del self.kept[session_id.id]


async def test_the_suite_names_what_a_faulty_store_breaks():
    report = await check_store(ForgetfulStore)
    broken = {str(outcome.check) for outcome in report.broken}
    assert broken == {
        "what a caller does to a session afterwards does not reach the store",
        "ids are told apart exactly",
        "a session without an id is refused",
        "ephemeral messages are not kept",
        "deleting an unknown session is no error",
    }
    assert f"{len(CALLS) - 5} of {len(CALLS)} promises kept" in str(report)


async def test_a_report_shows_the_promise_and_the_line_of_the_store():
    report = str(await check_store(ForgetfulStore))
    assert "    the promise: await store.delete(SessionId(999))\n" in report
    assert f"    the store: {__file__}:" in report
    assert "del self.kept[session_id.id]" in report
    assert "AssertionError: )" not in report


class HangingStore(ForgetfulStore):
    """A store with a call that never ends."""

    async def list(self):
        await asyncio.Event().wait()


async def test_a_call_that_never_ends_is_reported():
    checks = [check for check in CALLS if "lists nothing" in str(check)]
    report = await check_store(HangingStore, checks, seconds=0.05)
    assert "TimeoutError" in str(report)


class NoHistoryStore(InMemorySessionStore):
    """A snapshot store that keeps the head only."""

    async def _record(self, save):
        history = self._live(save.state.session_id)
        if history is not None:
            history.kept.clear()
        return await super()._record(save)


async def test_the_suite_notices_a_store_without_history():
    broken = {str(outcome.check) for outcome in (await check_store(NoHistoryStore)).broken}
    assert "every save is kept" in broken
    assert "two writers both keep their work" in broken


async def test_a_report_of_a_good_store_is_one_line():
    assert str(await check_store(InMemorySessionStore)) == f"{len(ALL)} of {len(ALL)} promises kept"


async def test_checks_can_be_run_on_a_store_that_is_made_by_a_coroutine():
    async def make():
        store = InMemorySessionStore()
        await store.close()
        return InMemorySessionStore()

    assert not (await check_store(make)).broken


def test_a_session_object_can_be_dropped_while_its_store_lives():
    # The store remembers on which revision an object stands, but must not keep it alive.
    import gc
    import weakref

    from session_lab.stores.rules import Standing

    standing = Standing()
    session = AgentSession(id=1)
    standing.put(session, SessionId(1), 1)
    reference = weakref.ref(session)
    del session
    gc.collect()
    assert reference() is None
    assert not standing._known


async def test_what_is_no_session_is_refused_in_words(tmp_path):
    for store in (
        InMemorySessionStore(),
        SqliteSessionStore(tmp_path / "a.db"),
        AgentBaseStore(tmp_path / "b.db", read_only=False),
    ):
        with pytest.raises(TypeError, match="keeps AgentSession objects, not str"):
            await store.save("x")
        await store.close()
