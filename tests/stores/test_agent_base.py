"""The agent-base store: real databases of several releases, and every kind of damage to one."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from session_lab import AgentBaseStore, AgentSession, SessionId, SessionQuery, open_store
from session_lab.errors import (
    CorruptData,
    FormatError,
    ReadOnlyStore,
    SkippedRowWarning,
    StoreError,
)
from session_lab.models import RunState
from tests.stores.crate_tables import GOOD, key, raw_rows

DATA = Path(__file__).parents[1] / "data" / "agent_base"


async def test_the_sample_database_opens_whole_and_its_bytes_stay(samples_dir, tmp_path):
    path = tmp_path / "copy.db"
    shutil.copy(samples_dir / "agent_base.db", path)
    before = path.read_bytes(), path.stat().st_mtime_ns
    async with AgentBaseStore(path) as store:
        page = await store.sessions(SessionQuery(limit=1000))
        assert not page.problems
        ids = await store.list()
        assert len(ids) == len(page.items) == await store.count() == len(raw_rows(path))
        for session_id in ids:
            session = await store.load(session_id)
            assert session.id == session_id
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [file.name for file in tmp_path.iterdir()] == ["copy.db"]


async def test_every_sample_is_written_back_as_it_was(samples_dir):
    path = samples_dir / "agent_base.db"
    async with AgentBaseStore(path) as store:
        for text in raw_rows(path).values():
            value = json.loads(text)
            session = await store.load(SessionId.from_wire(value["id"]))
            assert json.loads(session.to_json()) == value


async def test_a_session_says_where_it_came_from(samples_dir):
    async with AgentBaseStore(samples_dir / "agent_base.db") as store:
        session = await store.load("4071(deploy/checkout-api)")
    assert session.origin == {
        "format": "agent-base",
        "native_id": '{"id":4071,"external_id":"deploy/checkout-api"}',
        "form": "0.12.0",
    }


async def test_display_keys_are_read_as_well(tmp_path):
    path = DATA / "v0_1_display_keys.db"
    async with AgentBaseStore(path) as store:
        ids = await store.list()
        assert ids
        assert {str(session_id) for session_id in ids} == set(raw_rows(path))
        for session_id in ids:
            assert (await store.load(session_id)).id == session_id


async def test_of_two_rows_for_one_session_the_json_key_wins(database):
    path = database(("1", GOOD % 1), (key(1), (GOOD % 1).replace("hi", "newer")))
    async with AgentBaseStore(path, read_only=False) as store:
        assert await store.list() == (SessionId(1),)
        session = await store.load(1)
        assert session.chat_messages[0].text == "newer"
        session.push_user("more")
        await store.save(session)
        assert "more" in raw_rows(path)[key(1)]
        await store.delete(1)
        assert raw_rows(path) == {}


async def test_a_file_of_both_kinds_is_read_whole():
    async with AgentBaseStore(DATA / "v0_1_both_keys.db") as store:
        page = await store.sessions(SessionQuery(limit=1000))
        assert not page.problems
        assert {item.session_id for item in page.items} == set(await store.list())


async def test_a_save_keeps_the_kind_of_key_that_is_there(database):
    path = database(("1", GOOD % 1), ("2(x)", GOOD.replace("null", '"x"', 1) % 2))
    async with AgentBaseStore(path, read_only=False) as store:
        session = await store.load(1)
        session.push_user("more")
        await store.save(session)
        await store.save(AgentSession(id=3))
        assert set(raw_rows(path)) == {"1", "2(x)", "3"}


async def test_a_new_session_takes_the_form_of_the_file(database, tmp_path):
    flat = '{"id":{"id":1,"external_id":null},"chat_messages":[],"always_allowed_actions":[],"total_tool_calls":0,"nudge_count":0,"turn_tool_calls":0}'
    for name, row, expected in (
        ("flat.db", flat, {"total_tool_calls", "nudge_count", "turn_tool_calls"}),
        ("new.db", GOOD % 1, {"run_state"}),
    ):
        path = database((key(1), row), path=tmp_path / name)
        async with AgentBaseStore(path, read_only=False) as store:
            await store.save(
                AgentSession(id=2, total_tool_calls=4, run_state=RunState(nudge_count=1))
            )
            written = json.loads(raw_rows(path)[key(2)])
            assert written.keys() - {"id", "chat_messages", "always_allowed_actions"} == expected
            loaded = await store.load(2)
            assert (loaded.total_tool_calls, loaded.run_state.nudge_count) == (4, 1)


async def test_a_read_only_database_refuses_to_write(database):
    path = database((key(1), GOOD % 1))
    async with AgentBaseStore(path) as store:
        for call in (store.save(AgentSession(id=2)), store.delete(1)):
            with pytest.raises(ReadOnlyStore, match="read_only=False"):
                await call


async def test_summaries_follow_what_another_program_writes(database):
    path = database((key(1), GOOD % 1))
    async with AgentBaseStore(path) as store:
        assert (await store.sessions()).items[0].turns == 1
        connection = sqlite3.connect(path)
        with connection:
            connection.execute("INSERT INTO sessions VALUES (?, ?)", (key(2), GOOD % 2))
        connection.close()
        assert await store.count() == 2


BAD_ROWS = {
    "no JSON": (key(9), "{oops", "not JSON", "line 1, column 2"),
    "cut off": (key(9), (GOOD % 9)[:60], "not JSON", "line 1"),
    "no object": (key(9), "[1]", "expected a session", "$"),
    "no messages": (
        key(9),
        '{"id":{"id":9,"external_id":null}}',
        "list of messages",
        "$.chat_messages",
    ),
    "wrong message": (
        key(9),
        (GOOD % 9).replace('"hi"', "7"),
        "valid string",
        "$.chat_messages[0].User.content",
    ),
    "wrong counter": (
        key(9),
        (GOOD % 9).replace('"nudge_count":0', '"nudge_count":"x"'),
        "valid integer",
        "$.run_state.nudge_count",
    ),
    "no id inside": (
        key(9),
        (GOOD % 9).replace('{"id":9,"external_id":null}', "null"),
        "no id",
        "$.id",
    ),
    "another id inside": (key(9), GOOD % 8, "the id 8", "$.id"),
    "no text": (key(9), b"\xff\xfe", "UTF-8", "row 2"),
    "a number": (key(9), 5.5, "expected a session", "$"),
}


@pytest.mark.parametrize("kind", BAD_ROWS)
async def test_a_bad_row_is_reported_and_hides_no_other(database, kind):
    bad_key, bad_data, problem, place = BAD_ROWS[kind]
    path = database((key(1), GOOD % 1), (bad_key, bad_data), (key(2), GOOD % 2))
    async with AgentBaseStore(path) as store:
        page = await store.sessions()
        assert {item.session_id for item in page.items} == {SessionId(1), SessionId(2)}
        (report,) = page.problems
        assert report.session_id == SessionId(9)
        assert str(path) in report.where
        assert "row 2 (session 9)" in report.where
        assert place in report.where
        assert problem in report.problem
        with pytest.raises(FormatError) as raised:
            await store.load(9)
        assert str(path) in str(raised.value)
        assert problem in str(raised.value)
        assert await store.load(2) is not None
        assert await store.count() == 2


@pytest.mark.parametrize(
    "bad_key",
    [
        "",
        "nonsense",
        "042",
        "-1",
        "18446744073709551616",
        "42(",
        '{"id":-1,"external_id":null}',
        "{",
        "1.5",
    ],
)
async def test_a_key_that_does_not_parse_is_reported_and_hides_no_other(database, bad_key):
    path = database((key(1), GOOD % 1), (bad_key, GOOD % 2))
    async with AgentBaseStore(path) as store:
        page = await store.sessions()
        assert [item.session_id for item in page.items] == [SessionId(1)]
        (report,) = page.problems
        assert report.where.startswith(f"{path}, row 2")
        assert report.hint
        with pytest.warns(SkippedRowWarning, match="row 2"):
            assert await store.list() == (SessionId(1),)


async def test_a_key_written_by_hand_is_listed_and_found(database):
    path = database(('{"id": 7}', GOOD % 7))
    async with AgentBaseStore(path) as store:
        assert await store.list() == (SessionId(7),)
        assert (await store.load(7)).id == SessionId(7)


async def test_awkward_keys_are_data(database):
    path = database()
    odd = SessionId(1, "'; DROP TABLE sessions; --\"%_\u202e")
    async with AgentBaseStore(path, read_only=False) as store:
        await store.save(AgentSession(id=odd))
        assert await store.list() == (odd,)
        await store.delete(odd)
        assert await store.list() == ()


# -- files that are no such database ------------------------------------------------------------


def test_what_is_no_database_is_named(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("dear diary " * 100)
    with pytest.raises(FormatError, match=r"notes\.txt: this is no database.*What to do"):
        open_store(path)


def test_a_database_of_something_else_is_named(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    with pytest.raises(FormatError, match=r"something else.*customers"):
        open_store(path)


def test_a_sessions_table_of_another_shape_is_named(tmp_path):
    path = tmp_path / "web.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE sessions (token TEXT)")
    connection.close()
    with pytest.raises(FormatError, match=r"something else.*sessions"):
        open_store(path)


async def test_opened_directly_it_names_the_tables_as_well(tmp_path):
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE customers (name TEXT)")
    connection.close()
    for read_only in (True, False):
        async with AgentBaseStore(path, read_only=read_only) as store:
            with pytest.raises(FormatError, match=r"no agent-base database.*customers"):
                await store.list()


def test_a_folder_is_named(tmp_path):
    with pytest.raises(FormatError, match=r"a folder without sessions"):
        open_store(tmp_path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0,
    reason="root may read every file: run the tests as another user to see this one",
)
def test_an_unreadable_file_is_named(database):
    path = database((key(1), GOOD % 1))
    path.chmod(0)
    with pytest.raises(StoreError, match=r"can't be read: Permission denied.*permissions"):
        open_store(path)


def test_a_path_that_can_not_be_looked_at_is_named(tmp_path):
    loop = tmp_path / "loop.db"
    loop.symlink_to(loop)
    with pytest.raises(StoreError, match=r"loop\.db: the path can't be read"):
        open_store(loop)
    with pytest.raises(StoreError, match="can't be read"):
        open_store("nul\x00byte.db")


async def test_a_truncated_database_is_reported_as_damaged(database):
    path = database(*((key(n), (GOOD % n).replace("hi", "word " * 300)) for n in range(50)))
    whole = path.read_bytes()
    for share in (0.3, 0.9):
        path.write_bytes(whole[: int(len(whole) * share)])
        with pytest.raises((CorruptData, FormatError), match=r"sessions\.db.*What to do"):
            async with open_store(path) as store:
                await store.sessions()


async def test_a_header_and_nothing_else_is_reported(tmp_path):
    path = tmp_path / "cut.db"
    path.write_bytes(b"SQLite format 3\x00")
    with pytest.raises((CorruptData, FormatError), match=r"cut\.db.*What to do"):
        open_store(path)
