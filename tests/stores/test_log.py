"""The SQLite store's log of messages: nothing a snapshot uses is lost, nothing purged stays."""

from __future__ import annotations

import asyncio
import random
import sqlite3

import pytest

from session_lab import AgentSession, SessionId, SqliteSessionStore, UserMessage
from session_lab.errors import CorruptData, StoreError
from session_lab.models import RunFinished, TextDelta, event_from_wire
from session_lab.stores.sqlite import schema, trash
from session_lab.stores.sqlite.rows import LAST


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.db"


def said(*texts, session_id=1):
    session = AgentSession(id=session_id)
    for text in texts:
        session.push_user(text)
    return session


def change(path, sql, *values):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql, values)
    connection.close()


def rows(path, sql):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def everything(path):
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def checkpoint(messages):
    return event_from_wire(
        {
            "runtimeEventType": "checkpoint",
            "session_id": {"id": 1},
            "checkpoint": {
                "session_id": {"id": 1},
                "user_input": "",
                "step": {"BeforeLlm": {"messages": [m.to_wire() for m in messages], "tools": []}},
                "turn_count": 0,
            },
        }
    )


async def test_what_another_store_has_purged_is_written_again(path):
    async with SqliteSessionStore(path) as one, SqliteSessionStore(path) as two:
        session = said("a", "b", "c")
        await one.save(session)
        again = session.remove(1)
        await one.save(session)
        await two.delete_snapshot(1, 1)
        await two.purge()
        session.append(again)
        await one.save(session)
        assert await two.load(1) == session


async def test_an_event_that_was_not_written_leaves_no_trace_in_the_next_save(path):
    async with SqliteSessionStore(path) as store:
        session = said("a")
        await store.save(session)
        change(
            path, "CREATE TRIGGER no BEFORE INSERT ON event BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        with pytest.raises(StoreError, match="no"):
            await store.append_event(1, checkpoint([UserMessage(content="b")]))
        change(path, "DROP TRIGGER no")
        session.push_user("other")
        session.push_user("b")
        await store.save(session)
        assert await store.load(1) == session


async def test_a_save_that_was_not_written_leaves_no_trace_in_the_next_one(path):
    async with SqliteSessionStore(path) as store:
        session = said("a")
        await store.save(session)
        change(
            path, "CREATE TRIGGER no BEFORE INSERT ON snapshot BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
        session.push_user("b")
        with pytest.raises(StoreError, match="no"):
            await store.save(session)
        change(path, "DROP TRIGGER no")
        session.insert(0, UserMessage(content="c"))
        snapshot = await store.save(session)
        assert (snapshot.revision, snapshot.diverged) == (2, False)
        assert await store.load(1) == session


@pytest.mark.parametrize("pages", [12, 14, 20, 40, 80])
async def test_a_full_disk_is_named_and_costs_no_save_that_returned(path, pages):
    async with SqliteSessionStore(path) as store:
        session = AgentSession(id=1)
        await store.save(session)
        await store._worker.call(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchall())
        kept = session.copy()

        async def fill():
            nonlocal kept
            while True:
                session.push_user(f"{len(session.chat_messages)} " + "word " * 1500)
                await store.save(session)
                kept = session.copy()

        with pytest.raises(StoreError, match=r"sessions\.db: the disk is full.*make room"):
            await fill()
        assert await store.load(1) == kept
        await store._worker.call(lambda c: c.execute("PRAGMA max_page_count = 1000000").fetchall())
        session.push_user("room again")
        assert not (await store.save(session)).diverged
        assert await store.load(1) == session


async def test_a_head_with_missing_messages_is_no_ground_for_the_next_save(path):
    async with SqliteSessionStore(path) as store:
        session = said("a", "b", "c")
        await store.save(session)
    change(path, "DELETE FROM message WHERE id & 4294967295 = 1")
    async with SqliteSessionStore(path) as store:
        with pytest.raises(CorruptData):
            await store.load(1)
        session.push_user("d")
        with pytest.warns(match="diverged"):
            await store.save(session)
        assert await store.load(1) == session


async def test_a_stream_of_deltas_costs_the_same_at_its_end(path):
    async with SqliteSessionStore(path, durability="normal") as store:
        delta = TextDelta(session_id=SessionId(1), text="token ")
        written = []
        for _ in range(2):
            for _ in range(400):
                await store.append_event(1, delta)
            count = "SELECT SUM(LENGTH(body)) FROM event"
            written.append(await store._worker.call(lambda c, sql=count: c.execute(sql).fetchone()))
        # The event's own row stays as it was: each delta is a row of its own.
        assert written[0] == written[1]
        (event,) = await store.events(1)
        assert event.event.text == "token " * 800
        await store.delete(1)
        await store.purge()
    assert b"token" not in everything(path)


def numbered(secret, step, generator):
    return f"{secret}{step} " * generator.choice([1, 3, 30, 100, 400, 900])


@pytest.mark.parametrize("seed", [8, 32])
async def test_purging_leaves_no_text_between_the_rows_either(path, seed):
    # These left the word in pages whose rows had moved to another one.
    generator = random.Random(seed)  # noqa: S311 - to have the same rows again
    async with SqliteSessionStore(path, durability="normal") as store:
        sessions = {number: AgentSession(id=number) for number in range(6)}
        for step in range(60):
            number = generator.randrange(6)
            session = sessions[number]
            secret = "an-unusual-secret-word" if number < 3 else "plain"
            for _ in range(generator.randrange(1, 5)):
                text = numbered(secret, step, generator)
                index = generator.randrange(len(session.chat_messages) + 1)
                session.insert(index, UserMessage(content=text))
            await store.save(session)
        for number in range(3):
            await store.delete(number)
        await store.purge()
        assert b"an-unusual-secret-word" not in everything(path)
        for number in range(3, 6):
            if sessions[number].chat_messages:
                assert await store.load(number) == sessions[number]


async def test_a_purge_that_was_stopped_half_way_is_finished_by_the_next(path, monkeypatch):
    async with SqliteSessionStore(path) as store:
        await store.save(said("an-unusual-secret-word"))
        await store.delete(1)

        def stop(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(trash, "_wipe", stop)
            with pytest.raises(KeyboardInterrupt):
                await store.purge()
        assert await store.trash() == []
    assert rows(path, "SELECT COUNT(*) FROM unwiped") == [(1,)]
    async with SqliteSessionStore(path) as store:
        assert await store.purge() == 0
    assert rows(path, "SELECT COUNT(*) FROM unwiped") == [(0,)]


async def test_the_first_versions_files_are_brought_up_to_date(path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:1])
        async with SqliteSessionStore(path) as store:
            session = said("a", "b")
            await store.save(session)
    assert rows(path, "PRAGMA user_version") == [(1,)]
    async with SqliteSessionStore(path) as store:
        assert await store.load(1) == session
        await store.append_event(1, TextDelta(session_id=SessionId(1), text="a"))
        await store.append_event(1, TextDelta(session_id=SessionId(1), text="b"))
        assert (await store.events(1))[0].event.text == "ab"
    assert rows(path, "PRAGMA user_version") == [(len(schema.MIGRATIONS),)]


async def test_a_history_at_its_end_takes_nothing_from_the_next_one(path):
    async with SqliteSessionStore(path) as store:
        await store.save(said("one"))
        await store.save(said("two", session_id=2))
        await store.append_event(1, RunFinished(session_id=SessionId(1)))
    for column, call in (
        ("next_revision", lambda store: store.save(said("more"), expect=1)),
        ("log_end", lambda store: store.save(said("one", "more"), expect=1)),
        ("next_event", lambda store: store.append_event(1, RunFinished(session_id=SessionId(1)))),
    ):
        (old,) = rows(path, f"SELECT {column} FROM history WHERE number = 1")[0]  # noqa: S608
        change(path, f"UPDATE history SET {column} = ? WHERE number = 1", LAST + 1)  # noqa: S608
        async with SqliteSessionStore(path) as store:
            with pytest.raises(StoreError, match="full or damaged"):
                await call(store)
        change(path, f"UPDATE history SET {column} = ? WHERE number = 1", old)  # noqa: S608
    async with SqliteSessionStore(path) as store:
        assert await store.load(2) == said("two", session_id=2)
        assert await store.load(1) == said("one")


async def test_a_big_session_is_taken_back_under_another_id_in_one_reading(path):
    async with SqliteSessionStore(path, durability="normal") as store:
        session = said(*(f"message {number}" for number in range(50)))
        for number in range(10):
            session.push_user(f"more {number}")
            await store.save(session)
        await store.delete(1)
        reads = []

        def trace(sql):
            if "digest, form, body FROM message" in sql:
                reads.append(sql)

        await store._worker.call(lambda connection: connection.set_trace_callback(trace))
        await store.undelete((await store.trash())[0], "new")
        assert len(reads) == 1
        for number in range(1, 11):
            loaded = await store.load("new", number)
            assert len(loaded.chat_messages) == 50 + number


async def test_files_can_be_made_by_many_stores_at_the_same_moment(tmp_path):
    for attempt in range(15):
        path = tmp_path / f"{attempt}.db"
        stores = [SqliteSessionStore(path) for _ in range(6)]
        await asyncio.gather(*(s.save(said("a", session_id=n)) for n, s in enumerate(stores)))
        await asyncio.gather(*(store.close() for store in stores))
