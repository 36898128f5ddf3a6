"""The agent-base store on tables that change under it, or are not quite the crate's."""

# ruff: noqa: S608 - the rows are written out here

from __future__ import annotations

import sqlite3

import pytest

from session_lab import AgentBaseStore, SessionId
from session_lab.errors import FormatError, StoreError
from session_lab.stores import agent_base
from tests.stores.crate_tables import GOOD, key, raw_rows


async def test_a_row_that_is_replaced_while_it_is_read_is_found(database, monkeypatch):
    # Each save of the crate gives the row another number: the one found a moment ago is gone.
    path = database((key(1), GOOD % 1), (key(2), GOOD % 2))
    looking = agent_base.data_of

    def late(connection, row):
        other = sqlite3.connect(path)
        with other:
            newer = (GOOD % row.session_id.id).replace("hi", "newer")
            other.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?)", (row.key.decode(), newer)
            )
        other.close()
        return looking(connection, row)

    monkeypatch.setattr(agent_base, "data_of", late)
    async with AgentBaseStore(path) as store:
        assert (await store.load(1)).chat_messages[0].text == "newer"
        page = await store.sessions()
        assert not page.problems
        assert [item.preview for item in page.items] == ["newer", "newer"]


async def test_a_row_that_is_deleted_while_it_is_read_is_not_there(database, monkeypatch):
    path = database((key(1), GOOD % 1), (key(2), GOOD % 2))
    looking = agent_base.data_of

    def late(connection, row):
        other = sqlite3.connect(path)
        with other:
            other.execute("DELETE FROM sessions WHERE id = ?", (key(1),))
        other.close()
        return looking(connection, row)

    monkeypatch.setattr(agent_base, "data_of", late)
    async with AgentBaseStore(path) as store:
        assert await store.load(1) is None
        assert [item.session_id for item in (await store.sessions()).items] == [SessionId(2)]


@pytest.fixture
def odd_table(tmp_path):
    """Make a database whose table is not quite the crate's."""

    def make(*statements):
        path = tmp_path / "odd.db"
        connection = sqlite3.connect(path)
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()
        return path

    return make


async def test_a_save_into_a_table_without_a_unique_key_is_what_a_load_gives(odd_table):
    row = f"INSERT INTO sessions VALUES ('{key(1)}', '{GOOD % 1}', 'a note')"
    path = odd_table("CREATE TABLE sessions (id TEXT, data TEXT, note TEXT)", row)
    async with AgentBaseStore(path, read_only=False) as store:
        session = await store.load(1)
        session.push_user("more")
        await store.save(session)
        assert (await store.load(1)).turn_count() == 2
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT note FROM sessions").fetchall() == [("a note",)]
    connection.close()


async def test_keys_that_are_bytes_are_listed_and_found(odd_table):
    path = odd_table(
        "CREATE TABLE sessions (id BLOB PRIMARY KEY, data BLOB)",
        f"INSERT INTO sessions VALUES (CAST('{key(1)}' AS BLOB), CAST('{GOOD % 1}' AS BLOB))",
        f"INSERT INTO sessions VALUES (CAST('2' AS BLOB), '{GOOD % 2}')",
    )
    async with AgentBaseStore(path, read_only=False) as store:
        for session_id in await store.list():
            session = await store.load(session_id)
            session.push_user("more")
            await store.save(session)
            assert (await store.load(session_id)).turn_count() == 2
        await store.delete(2)
        assert await store.list() == (SessionId(1),)


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE t (a)", "CREATE VIEW sessions AS SELECT 'a' AS id, 'b' AS data"],
        ["CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL) WITHOUT ROWID"],
    ],
    ids=["view", "without rowid"],
)
@pytest.mark.parametrize("read_only", [True, False])
async def test_sessions_that_are_no_plain_table_are_named(odd_table, statements, read_only):
    path = odd_table(*statements)
    async with AgentBaseStore(path, read_only=read_only) as store:
        with pytest.raises(FormatError, match=r"odd\.db: .*its sessions is no plain table"):
            await store.list()


async def test_tables_with_odd_columns_give_rows_or_reports(odd_table):
    path = odd_table(
        "CREATE TABLE sessions (id INTEGER, data NUMERIC)",
        f"INSERT INTO sessions VALUES ('1', '{GOOD % 1}')",
        f"INSERT INTO sessions VALUES ('{key(2)}', '{GOOD % 2}')",
        "INSERT INTO sessions VALUES (NULL, NULL)",
        f"INSERT INTO sessions VALUES ('{key(3)}', NULL)",
    )
    async with AgentBaseStore(path) as store:
        page = await store.sessions()
        assert [item.session_id for item in page.items] == [SessionId(2)]
        assert len(page.problems) == 3


async def test_a_trigger_that_fails_undoes_the_whole_change(odd_table):
    path = odd_table(
        "CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)",
        f"INSERT INTO sessions VALUES ('{key(1)}', '{GOOD % 1}')",
        f"INSERT INTO sessions VALUES ('1', '{GOOD % 1}')",
        "CREATE TRIGGER no BEFORE DELETE ON sessions WHEN OLD.id = '1' "
        "BEGIN SELECT RAISE(ABORT, 'no'); END",
    )
    async with AgentBaseStore(path, read_only=False) as store:
        with pytest.raises(StoreError, match="no"):
            await store.delete(1)
    assert set(raw_rows(path)) == {key(1), "1"}
