"""What the SQLite store does beyond the contract: its file, its durability, damage, many users."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import threading

import pytest

from session_lab import AgentSession, SessionId, SqliteSessionStore
from session_lab.errors import (
    Conflict,
    CorruptData,
    FormatError,
    ReadOnlyStore,
    StoreError,
)
from session_lab.models import CheckpointReached, UserMessage, event_from_wire
from session_lab.stores.sqlite.schema import MIGRATIONS
from session_lab.testing.calls import sample


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.db"


def turns(count, *, session_id=1, text="x"):
    session = AgentSession(id=session_id)
    for number in range(count):
        session.push_user(f"{text} {number}")
    return session


def rows(path, sql):
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def change(path, sql, *values):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql, values)
    connection.close()


async def test_the_file_says_what_it_is(path):
    async with SqliteSessionStore(path) as store:
        await store.save(sample())
    assert rows(path, "PRAGMA application_id") == [(0x534C4142,)]
    assert rows(path, "PRAGMA user_version") == [(len(MIGRATIONS),)]


async def test_a_store_can_be_closed_and_opened_again(path):
    async with SqliteSessionStore(path) as store:
        session = turns(3)
        await store.save(session)
    async with SqliteSessionStore(path) as store:
        assert await store.load(1) == session
        session.push_user("more")
        assert (await store.save(session, expect=1)).revision == 2


@pytest.mark.parametrize(("durability", "setting"), [("full", 2), ("normal", 1)])
async def test_durability_is_a_setting_of_sqlite(path, durability, setting):
    async with SqliteSessionStore(path, durability=durability) as store:
        pragmas = await store._worker.call(
            lambda connection: [
                connection.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("synchronous", "journal_mode", "secure_delete")
            ]
        )
    assert pragmas == [setting, "wal", 1]


def test_a_durability_that_is_none_is_refused(path):
    with pytest.raises(ValueError, match="'full' or 'normal'"):
        SqliteSessionStore(path, durability="fast")


async def test_a_turn_writes_its_messages_and_nothing_else(path):
    async with SqliteSessionStore(path) as store:
        session = turns(100)
        await store.save(session)
        session.push_user("one more")
        await store.save(session)
        session.replace(50, UserMessage(content="edited"))
        await store.save(session)
    assert rows(path, "SELECT COUNT(*) FROM message") == [(102,)]
    assert [json.loads(ranges) for (ranges,) in rows(path, "SELECT ranges FROM snapshot")] == [
        [[0, 100]],
        [[0, 101]],
        [[0, 50], [101, 102], [51, 101]],
    ]


async def test_revert_writes_no_message(path):
    async with SqliteSessionStore(path) as store:
        session = turns(5)
        await store.save(session)
        session.remove(0)
        await store.save(session)
        await store.revert(1, 1)
    assert rows(path, "SELECT COUNT(*) FROM message") == [(5,)]


async def test_the_messages_of_a_checkpoint_are_kept_by_reference(path):
    session = turns(50)
    wires = [message.to_wire() for message in session.chat_messages]
    event = event_from_wire(
        {
            "runtimeEventType": "checkpoint",
            "session_id": {"id": 1, "external_id": None},
            "checkpoint": {
                "session_id": {"id": 1, "external_id": None},
                "user_input": "hi",
                "step": {
                    "BeforeLlm": {"messages": [*wires, {"User": {"content": "new"}}], "tools": []}
                },
                "turn_count": 1,
            },
        }
    )
    assert isinstance(event, CheckpointReached)
    async with SqliteSessionStore(path) as store:
        await store.save(session)
        for _ in range(3):
            await store.append_event(1, event)
        session.push_user("new")
        await store.save(session)
        assert [each.event for each in await store.events(1)] == [event] * 3
    assert rows(path, "SELECT COUNT(*) FROM message") == [(51,)]
    assert rows(path, "SELECT MAX(LENGTH(body)) < 400 FROM event") == [(1,)]


async def test_purging_leaves_no_text_in_the_file_nor_in_its_log(path):
    async with SqliteSessionStore(path) as store:
        secret, title = "an-unusual-secret-word", "a-title-nobody-else-has"
        await store.save(turns(3, text=secret))
        await store.annotate(1, title=title)
        await store.label(1, 1, "a-label-to-remove")
        await store.append_event(1, event_from_wire({"runtimeEventType": "odd", "text": secret}))
        kept = turns(3, session_id=2, text="other text")
        await store.save(kept)
        await store.delete(1)
        await store.purge()
        everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
        for word in (secret, title, "a-label-to-remove"):
            assert word.encode() not in everything
        assert await store.load(2) == kept


async def test_a_purge_that_can_not_empty_the_log_says_so(path, monkeypatch):
    monkeypatch.setattr("session_lab.stores.files.BUSY_SECONDS", 0.05)
    async with SqliteSessionStore(path) as store:
        await store.save(turns(3, text="an-unusual-secret-word"))
        await store.delete(1)
        reader = sqlite3.connect(path, isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM message").fetchall()
        with pytest.raises(StoreError, match=r"another reader.*call purge\(\) again"):
            await store.purge()
        reader.close()
        assert await store.purge() == 0
        everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"an-unusual-secret-word" not in everything


async def test_purging_one_snapshot_leaves_nothing_of_its_own_text(path):
    async with SqliteSessionStore(path) as store:
        session = turns(3, text="kept")
        await store.save(session)
        session.push_user("a-word-of-the-middle-snapshot")
        await store.save(session)
        session.remove(3)
        session.push_user("kept as well")
        await store.save(session)
        await store.delete_snapshot(1, 2)
        await store.purge()
        everything = b"".join(file.read_bytes() for file in path.parent.iterdir())
        assert b"a-word-of-the-middle-snapshot" not in everything
        assert await store.load(1) == session


async def test_a_damaged_message_is_never_shown_as_good(path):
    async with SqliteSessionStore(path) as store:
        await store.save(turns(3))
        await store.save(turns(2, session_id=2))
    change(path, "UPDATE message SET body = replace(body, 'x 1', 'y 1') WHERE id & 4294967295 = 1")
    async with SqliteSessionStore(path) as store:
        with pytest.raises(CorruptData, match=r"sessions\.db, session 1, revision 1, message row"):
            await store.load(1)
        assert [item.session_id for item in (await store.sessions()).items]


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM message WHERE id & 4294967295 = 1",
        "UPDATE snapshot SET envelope = replace(envelope, '\"total_tool_calls\":0', '\"total_tool_calls\":9')",
        "UPDATE snapshot SET envelope = 'nonsense'",
        "UPDATE snapshot SET ranges = '[[0,2]]'",
    ],
)
async def test_any_damage_to_a_snapshot_is_found_on_load(path, damage):
    async with SqliteSessionStore(path) as store:
        await store.save(turns(3))
    change(path, damage)
    async with SqliteSessionStore(path) as store:
        with pytest.raises(CorruptData, match="session 1, revision 1"):
            await store.load(1)


async def test_a_truncated_file_is_reported_as_damaged(path):
    async with SqliteSessionStore(path) as store:
        await store.save(turns(500, text="word " * 20))
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    async with SqliteSessionStore(path) as store:
        with pytest.raises(CorruptData, match=r"sessions\.db: the database file is damaged"):
            await store.load(1)


async def test_a_newer_schema_is_refused_and_left_alone(path):
    async with SqliteSessionStore(path) as store:
        await store.save(sample())
    change(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    async with SqliteSessionStore(path) as store:
        with pytest.raises(FormatError, match=r"newer session_lab \(schema version 99.*upgrade"):
            await store.list()
    assert path.read_bytes() == before


async def test_another_programs_database_is_refused_and_left_alone(path):
    change(path, "CREATE TABLE customers (name TEXT)")
    before = path.read_bytes()
    async with SqliteSessionStore(path) as store:
        with pytest.raises(FormatError, match=r"another program's.*customers"):
            await store.save(sample())
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_read_only_store_refuses_to_write(path):
    async with SqliteSessionStore(path) as store:
        await store.save(sample())
    before = path.read_bytes()
    async with SqliteSessionStore(path, read_only=True) as store:
        assert await store.load(1) == sample()
        for call in (
            store.save(sample(2)),
            store.delete(1),
            store.label(1, 1, "x"),
            store.annotate(1, title="x"),
            store.purge(),
        ):
            with pytest.raises(ReadOnlyStore, match="read_only=False"):
                await call
    assert path.read_bytes() == before


async def test_a_missing_folder_is_named(tmp_path):
    async with SqliteSessionStore(tmp_path / "nowhere" / "a.db") as store:
        with pytest.raises(StoreError, match="nowhere"):
            await store.list()


async def test_a_call_works_again_once_its_obstacle_is_gone(tmp_path):
    folder = tmp_path / "later"
    async with SqliteSessionStore(folder / "a.db") as store:
        with pytest.raises(StoreError):
            await store.list()
        folder.mkdir()
        assert await store.list() == []


async def test_two_stores_on_one_file_see_each_others_work(path):
    async with SqliteSessionStore(path) as one, SqliteSessionStore(path) as two:
        session = turns(1)
        await one.save(session)
        theirs = await two.load(1)
        theirs.push_user("theirs")
        await two.save(theirs)
        session.push_user("mine")
        with pytest.raises(Conflict):
            await one.save(session, expect=1)
        with pytest.warns(match="diverged"):
            snapshot = await one.save(session)
        assert (snapshot.revision, snapshot.diverged) == (3, True)
        assert [message.text for message in (await two.load(1)).chat_messages] == ["x 0", "mine"]


async def test_many_writers_of_one_session_lose_nothing(path):
    async def write(number):
        async with SqliteSessionStore(path) as store:
            for step in range(10):
                while True:
                    # The head is asked for first: a later one must not pass for what was loaded.
                    head = (await store.snapshots(1))[-1].revision
                    session = await store.load(1, head)
                    session.push_user(f"writer {number} step {step}")
                    try:
                        await store.save(session, expect=head)
                    except Conflict:
                        continue
                    break

    async with SqliteSessionStore(path) as store:
        await store.save(AgentSession(id=1))
    await asyncio.gather(*(write(number) for number in range(4)))
    async with SqliteSessionStore(path) as store:
        texts = [message.text for message in (await store.load(1)).chat_messages]
        assert len(texts) == 40
        assert set(texts) == {f"writer {n} step {s}" for n in range(4) for s in range(10)}
        assert not any(snapshot.diverged for snapshot in await store.snapshots(1))


async def test_several_stores_can_make_the_file_at_once(path):
    stores = [SqliteSessionStore(path) for _ in range(8)]
    await asyncio.gather(*(store.save(sample(n)) for n, store in enumerate(stores)))
    assert len(await stores[0].list()) == 8
    for store in stores:
        await store.close()


def test_a_store_can_be_shared_by_several_event_loops(path):
    store = SqliteSessionStore(path)
    problems = []

    def work(number):
        async def main():
            session = AgentSession(id=number)
            for step in range(5):
                session.push_user(f"step {step}")
                await store.save(session)

        try:
            asyncio.run(main())
        except Exception as error:  # noqa: BLE001 - told in the main thread
            problems.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not problems
    assert len(asyncio.run(store.list())) == 4
    asyncio.run(store.close())


async def test_a_cancelled_save_is_whole_or_not_there(path):
    async with SqliteSessionStore(path) as store:
        await store.list()
        tasks = [asyncio.ensure_future(store.save(turns(20, session_id=n))) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks[::2]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for session_id in await store.list():
            assert await store.load(session_id) == turns(20, session_id=session_id)
        kept = {session_id.id for session_id in await store.list()}
        assert kept >= set(range(1, 20, 2))


async def test_the_thread_ends_with_the_store(path):
    before = set(threading.enumerate())
    store = SqliteSessionStore(path)
    await store.save(sample())
    (thread,) = set(threading.enumerate()) - before
    assert thread.name == "session-lab sessions.db"
    await store.close()
    thread.join(5)
    assert not thread.is_alive()


def test_a_store_nobody_closed_does_not_keep_the_interpreter(path):
    program = (
        "import asyncio, sys\n"
        "from session_lab import AgentSession, SqliteSessionStore\n"
        "store = SqliteSessionStore(sys.argv[1])\n"
        "asyncio.run(store.save(AgentSession(id=1)))\n"
    )
    subprocess.run([sys.executable, "-c", program, str(path)], check=True, timeout=30)
    assert rows(path, "SELECT COUNT(*) FROM snapshot") == [(1,)]


KILLED = """
import asyncio, os, sys
from session_lab import AgentSession, SqliteSessionStore

async def main():
    store = SqliteSessionStore(sys.argv[1])
    session = AgentSession(id=1)
    while True:
        for _ in range(3):
            session.push_user("x" * 500)
        snapshot = await store.save(session)
        print(snapshot.revision, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("after", [1, 3, 8, 20, 45])
def test_a_killed_writer_loses_no_save_that_returned(path, after):
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        acknowledged = 0
        while acknowledged < after:
            acknowledged = int(process.stdout.readline())
        process.kill()
        acknowledged = max([acknowledged, *map(int, process.stdout.read().split())])

    async def look():
        async with SqliteSessionStore(path) as store:
            snapshots = await store.snapshots(1)
            assert len(snapshots) in (acknowledged, acknowledged + 1)
            for snapshot in snapshots:
                session = await store.load(1, snapshot.revision)
                assert len(session.chat_messages) == 3 * snapshot.revision

    asyncio.run(look())


async def test_the_oldest_forms_redundant_view_is_not_stored_twice(path):
    text = (
        '{"id":{"id":1,"external_id":null},"messages":[{"role":"User","content":"a long text"}],'
        '"chat_messages":[{"User":{"content":"a long text"}}],"always_allowed_actions":[]}'
    )
    async with SqliteSessionStore(path) as store:
        await store.save(AgentSession.from_json(text))
        assert json.loads((await store.load(1)).to_json()) == json.loads(text)
    assert rows(path, "SELECT instr(envelope, 'a long text') FROM snapshot") == [(0,)]


async def test_where_a_session_came_from_is_kept_beside_its_content(path):
    session = sample()
    session.origin = {"format": "other", "native_id": "abc", "raw": {"a": [1]}}
    async with SqliteSessionStore(path) as store:
        await store.save(session)
        loaded = await store.load(1)
    assert loaded.origin == session.origin
    assert loaded == sample()


async def test_file_names_of_all_kinds_work(tmp_path):
    for name in ("with space.db", "100%.db", "a?b#c.db", "ünï.db"):
        async with SqliteSessionStore(tmp_path / name) as store:
            await store.save(sample())
        assert (tmp_path / name).is_file()


async def test_sessions_named_oddly_are_found_again(path):
    odd = SessionId(3, "\ud800 half")
    async with SqliteSessionStore(path) as store:
        await store.save(sample(odd))
        assert await store.list() == [odd]
        assert (await store.load(odd)).id == odd
