"""The file behind a store: what reading leaves, what a stopped program left, files that go away."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from session_lab import AgentBaseStore, AgentSession, SqliteSessionStore, open_store
from session_lab.errors import FormatError, StoreError
from session_lab.testing.calls import sample

ROW = '{"id":{"id":%d,"external_id":null},"chat_messages":[{"User":{"content":"hi"}}],"always_allowed_actions":[]}'


def make_foreign(path, *, logged=False, count=1):
    """Make an agent-base database, as a program that uses a write-ahead log would leave it."""
    connection = sqlite3.connect(path, isolation_level=None)
    if logged:
        connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)")
    for number in range(1, count + 1):
        key = f'{{"id":{number},"external_id":null}}'
        connection.execute("INSERT INTO sessions VALUES (?, ?)", (key, ROW % number))
    connection.close()
    return path


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@pytest.mark.parametrize("logged", [False, True])
async def test_reading_a_foreign_file_leaves_it_and_its_folder_as_they_are(tmp_path, logged):
    path = make_foreign(tmp_path / "a.db", logged=logged)
    before = contents(tmp_path)
    async with open_store(path) as store:
        assert isinstance(store, AgentBaseStore)
        assert len(await store.list()) == 1
        assert contents(tmp_path) == before
    assert contents(tmp_path) == before


async def test_reading_our_own_file_leaves_it_and_its_folder_as_they_are(tmp_path):
    path = tmp_path / "a.db"
    async with SqliteSessionStore(path) as store:
        await store.save(sample())
    before = contents(tmp_path)
    async with open_store(path, read_only=True) as store:
        assert await store.load(1) == sample()
    assert contents(tmp_path) == before


@pytest.mark.parametrize("kind", [SqliteSessionStore, AgentBaseStore])
async def test_a_reader_sees_what_is_written_after_it_opened(tmp_path, kind):
    path = tmp_path / "a.db"
    async with kind(path, read_only=False) as writer:
        await writer.save(sample(1))
    async with kind(path, read_only=True) as reader:
        assert len(await reader.list()) == 1
        assert await reader.count() == 1
        async with kind(path, read_only=False) as writer:
            await writer.save(sample(2))
            assert len(await reader.list()) == 2
            assert await reader.count() == 2
        assert len(await reader.list()) == 2


READ = """
import asyncio, os, sys
from session_lab import open_store

async def main():
    async with open_store(sys.argv[1], read_only=True) as store:
        print(len(await store.list()))

if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
asyncio.run(main())
"""


@pytest.fixture
def shared_folder():
    """Give a folder that other users can enter, unlike those of tmp_path."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are POSIX's")
async def test_a_store_in_a_folder_that_can_not_be_written_can_be_read(shared_folder):
    folder = shared_folder
    async with SqliteSessionStore(folder / "a.db") as store:
        await store.save(sample())
    (folder / "a.db").chmod(0o444)
    folder.chmod(0o555)
    try:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        found = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", READ, str(folder / "a.db")],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
    finally:
        folder.chmod(0o755)
    if "Permission denied" in found.stderr or "No module named" in found.stderr:
        pytest.skip("another user can't run this interpreter")
    assert found.stdout.strip() == "1", found.stderr


STOPPED = """
import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE sessions SET data = data || printf('%1000s', 'x')")
os._exit(9)
"""


def stop_in_the_middle(program, path):
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)


async def test_a_file_left_by_a_stopped_program_is_named_and_can_be_repaired(tmp_path):
    path = make_foreign(tmp_path / "a.db", count=200)
    stop_in_the_middle(STOPPED, path)
    assert (tmp_path / "a.db-journal").stat().st_size
    before = contents(tmp_path)
    with pytest.raises(StoreError, match=r"stopped in the middle.*read_only=False.*a\.db-journal"):
        open_store(path)
    assert contents(tmp_path) == before
    async with open_store(path, read_only=False) as store:
        assert len(await store.list()) == 200
        assert not (await store.sessions()).problems
    async with open_store(path) as store:
        assert await store.load(1) is not None


async def test_a_store_that_was_stopped_while_it_was_made_is_made_again(tmp_path):
    path = tmp_path / "a.db"
    async with SqliteSessionStore(path) as store:
        await store.list()
    # As a crash leaves it: a header, and a journal that takes it back to an empty file.
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.close()
    kill = STOPPED.replace("UPDATE sessions SET data = data || printf('%1000s', 'x')", "%s")
    fill = "CREATE TABLE big AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i<2000) SELECT i, hex(randomblob(500)) FROM n"
    stop_in_the_middle(kill % fill, path)
    assert (tmp_path / "a.db-journal").stat().st_size
    async with open_store(path) as store:
        await store.save(sample())
        assert await store.load(1) == sample()


async def test_nothing_is_written_to_a_file_that_was_removed(tmp_path):
    path = tmp_path / "a.db"
    async with SqliteSessionStore(path) as store:
        session = sample()
        await store.save(session)
        aside = tmp_path / "aside.db"
        path.rename(aside)
        session.push_user("more")
        with pytest.raises(StoreError, match=r"a\.db: the file was removed or replaced"):
            await store.save(session)
        aside.rename(path)
        assert (await store.save(session)).revision == 2


async def test_nothing_is_written_to_a_file_that_was_replaced(tmp_path):
    path = make_foreign(tmp_path / "a.db")
    async with AgentBaseStore(path, read_only=False) as store:
        await store.save(sample(1))
        path.unlink()
        make_foreign(path, count=3)
        with pytest.raises(StoreError, match="removed or replaced"):
            await store.save(sample(2))
    async with AgentBaseStore(path) as store:
        assert len(await store.list()) == 3


async def test_a_reader_goes_on_in_the_file_that_took_the_place(tmp_path):
    path = make_foreign(tmp_path / "a.db")
    async with AgentBaseStore(path) as store:
        assert await store.count() == 1
        make_foreign(tmp_path / "b.db", count=3).replace(path)
        assert await store.count() == 3


async def test_a_relative_path_means_the_folder_of_when_it_was_given(tmp_path, monkeypatch):
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    monkeypatch.chdir(tmp_path / "one")
    async with open_store("a.db") as store:
        monkeypatch.chdir(tmp_path / "two")
        await store.save(sample())
    assert (tmp_path / "one" / "a.db").is_file()
    assert not (tmp_path / "two" / "a.db").exists()


async def test_a_tilde_means_the_home_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    async with open_store("~/a.db") as store:
        await store.save(sample())
    assert (tmp_path / "a.db").is_file()
    assert SqliteSessionStore("~/a.db").path == tmp_path / "a.db"
    assert AgentBaseStore("~/a.db").path == tmp_path / "a.db"


def test_sqlites_own_name_for_memory_makes_no_file_of_that_name():
    for address in (":memory:", "sqlite:///:memory:", ""):
        with pytest.raises(FormatError, match="memory://"):
            open_store(address)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX's")
@pytest.mark.parametrize("kind", [SqliteSessionStore, AgentBaseStore, open_store])
async def test_a_pipe_is_refused_at_once(tmp_path, kind):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FormatError, match="neither a file nor a folder"):
        async with asyncio.timeout(5):
            await kind(tmp_path / "pipe").list()


async def test_a_folder_is_refused_by_name(tmp_path):
    with pytest.raises(FormatError, match="this is a folder"):
        await SqliteSessionStore(tmp_path).list()


FORKED = """
import asyncio, os, sys, warnings
from session_lab import AgentSession, SqliteSessionStore
from session_lab.errors import StoreError

warnings.simplefilter("ignore", DeprecationWarning)
store = SqliteSessionStore(sys.argv[1])
asyncio.run(store.save(AgentSession(id=1)))
child = os.fork()
if child == 0:
    try:
        asyncio.run(asyncio.wait_for(store.save(AgentSession(id=2)), 5))
    except StoreError as error:
        os._exit(7 if "fork" in str(error) else 8)
    os._exit(9)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
asyncio.run(store.save(AgentSession(id=3)))
print(len(asyncio.run(store.list())))
asyncio.run(store.close())
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are POSIX's")
def test_a_store_in_a_forked_process_says_so_and_does_not_hang(tmp_path):
    found = subprocess.run(
        [sys.executable, "-c", FORKED, str(tmp_path / "a.db")],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=Path(__file__).parents[2],
    )
    assert found.stdout.strip() == "2", found.stderr


async def test_a_job_that_raises_leaves_no_transaction_open(tmp_path):
    store = SqliteSessionStore(tmp_path / "a.db")

    def job(connection):
        connection.execute("BEGIN IMMEDIATE")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await store._worker.call(job)
    await store.save(AgentSession(id=1))
    assert len(await store.list()) == 1
    await store.close()


async def test_a_job_that_raises_stop_iteration_hangs_nobody(tmp_path):
    store = SqliteSessionStore(tmp_path / "a.db")

    def job(_connection):
        raise StopIteration

    with pytest.raises(RuntimeError, match="StopIteration"):
        await asyncio.wait_for(store._worker.call(job), 5)
    await store.close()


def test_a_loop_that_ends_while_a_call_runs_leaves_the_store_whole(tmp_path):
    store = SqliteSessionStore(tmp_path / "a.db")

    async def leave():
        asyncio.ensure_future(store.save(sample(1)))  # noqa: RUF006 - nobody is to wait for it
        await asyncio.sleep(0)

    asyncio.run(leave())
    assert [each.id for each in asyncio.run(store.list())] == [1]
    asyncio.run(store.close())
