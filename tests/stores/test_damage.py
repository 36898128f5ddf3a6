"""A bad row is reported and hides no other; values that no column holds raise errors of ours."""

from __future__ import annotations

import sqlite3

import pytest

from session_lab import AgentSession, SessionId, SessionQuery, SqliteSessionStore
from session_lab.errors import CorruptData, SessionLabError, SkippedRowWarning, StoreError
from session_lab.models import Provenance, RunFinished, TextDelta, TrashEntry
from session_lab.testing.calls import sample


@pytest.fixture
def path(tmp_path):
    return tmp_path / "sessions.db"


def change(path, sql, *values):
    connection = sqlite3.connect(path)
    with connection:
        connection.execute(sql, values)
    connection.close()


async def fill(path):
    async with SqliteSessionStore(path) as store:
        for number in (1, 2, 3):
            session = sample(number, f"text {number}")
            await store.save(session)
            session.push_user("more")
            await store.save(session)
            await store.append_event(number, RunFinished(session_id=SessionId(number)))
            await store.append_event(number, TextDelta(session_id=SessionId(number), text="x"))


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE history SET tags = '{' WHERE number = 2",
        "UPDATE history SET tags = '[5]' WHERE number = 2",
        "UPDATE history SET tags = x'ff' WHERE number = 2",
        "UPDATE history SET updated_at = 'soon' WHERE number = 2",
        "UPDATE history SET updated_at = 9000000000000000000 WHERE number = 2",
        "UPDATE history SET size = 'big' WHERE number = 2",
        "UPDATE history SET key = x'00000000000000020161ff' WHERE number = 2",
    ],
)
@pytest.mark.parametrize("limit", [1, 50])
async def test_a_bad_history_is_reported_and_hides_no_other(path, damage, limit):
    await fill(path)
    change(path, damage)
    async with SqliteSessionStore(path) as store:
        seen, problems, cursor = [], [], None
        while True:
            query = SessionQuery(
                sort="session_id", descending=False, limit=limit, cursor=cursor, search="text"
            )
            page = await store.sessions(query)
            seen += [item.session_id.id for item in page.items]
            problems += page.problems
            cursor = page.next_cursor
            if cursor is None:
                break
        assert seen == [1, 3]
        assert {str(path) in problem.where and bool(problem.hint) for problem in problems} == {True}


async def test_a_key_that_is_none_is_reported_and_hides_no_other(path):
    await fill(path)
    change(path, "UPDATE history SET key = x'00000000000000020161ff' WHERE number = 2")
    async with SqliteSessionStore(path) as store:
        with pytest.warns(SkippedRowWarning, match=r"sessions\.db, key") as caught:
            assert [each.id for each in await store.list()] == [1, 3]
        assert caught[0].filename == __file__


@pytest.mark.parametrize(
    "damage",
    ["recorded_at = 'x'", "provenance = '{'", "parent_key = 'x'", "digest = 5", "label = x'ff'"],
)
async def test_a_bad_snapshot_is_reported_and_hides_no_other(path, damage):
    await fill(path)
    change(path, f"UPDATE snapshot SET parent_revision = 1, {damage} WHERE id = (2 << 32) + 1")  # noqa: S608
    async with SqliteSessionStore(path) as store:
        with pytest.warns(SkippedRowWarning, match="session 2, revision 1"):
            assert [snapshot.revision for snapshot in await store.snapshots(2)] == [2]
        assert await store.load(2) is not None


@pytest.mark.parametrize(
    "damage", ["body = '{'", "body = 5", "at = 'x'", "ranges = '['", "ranges = '[[0,9]]'"]
)
async def test_a_bad_event_is_reported_and_hides_no_other(path, damage):
    await fill(path)
    change(path, f"UPDATE event SET {damage} WHERE id = (2 << 32) + 1")  # noqa: S608
    async with SqliteSessionStore(path) as store:
        with pytest.warns(SkippedRowWarning, match="session 2, event 1"):
            assert [event.seq for event in await store.events(2)] == [2]
        await store.append_event(2, RunFinished(session_id=SessionId(2)))


async def test_a_bad_entry_of_the_trash_is_reported_and_hides_no_other(path):
    await fill(path)
    async with SqliteSessionStore(path) as store:
        for number in (1, 2, 3):
            await store.delete(number)
    change(path, "UPDATE history SET deleted_at = 'x' WHERE number = 2")
    async with SqliteSessionStore(path) as store:
        with pytest.warns(SkippedRowWarning, match="history 2"):
            assert {entry.session_id.id for entry in await store.trash()} == {1, 3}


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE snapshot SET ranges = 'x'",
        "UPDATE snapshot SET ranges = '[[0]]'",
        "UPDATE snapshot SET ranges = '[[\"a\",2]]'",
        "UPDATE snapshot SET ranges = '[[0,1e30]]'",
        "UPDATE snapshot SET ranges = '[[-3,2]]'",
        "UPDATE snapshot SET ranges = '[[0,4294967296]]'",
        "UPDATE snapshot SET ranges = '[[0,999999999999999999999999]]'",
        "UPDATE snapshot SET envelope = '5'",
        "UPDATE snapshot SET envelope = 7",
        "UPDATE snapshot SET digest = 'text'",
        "UPDATE snapshot SET origin = '{'",
        "UPDATE message SET digest = 'text'",
        "UPDATE message SET body = 5",
        "UPDATE message SET form = x'00'",
    ],
)
async def test_whatever_stands_in_a_column_a_load_gives_the_session_or_says_damaged(path, damage):
    await fill(path)
    change(path, damage)
    async with SqliteSessionStore(path) as store:
        with pytest.raises(CorruptData, match=r"sessions\.db, session 1, revision 2.*What to do"):
            await store.load(1)
        assert await store.count(SessionQuery(search="nowhere")) == 0


async def test_tables_that_are_views_of_a_hostile_file_get_an_error(path):
    await fill(path)
    change(path, "ALTER TABLE message RENAME TO hidden")
    change(path, "CREATE VIEW message AS SELECT id, digest, form, fold(body) AS body FROM hidden")
    async with SqliteSessionStore(path) as store:
        with pytest.raises(SessionLabError):
            await store.load(1)
        session = sample(1)
        session.push_user("new")
        with pytest.raises(SessionLabError):
            await store.save(session, expect=2)


def entry(key):
    return TrashEntry(
        key=key,
        session_id=SessionId(1),
        deleted_at="2020-01-01T00:00:00Z",
        snapshots=1,
        messages=1,
        size=1,
    )


@pytest.mark.parametrize(
    "key", ["", "h", "x1", "h" + "9" * 30, "h" + "9" * 6000, "s1." + "9" * 40, "s1", "h1.1", "h٣"]
)
async def test_a_forged_entry_is_not_in_the_trash(path, key):
    async with SqliteSessionStore(path) as store:
        await store.save(sample())
        await store.delete(1)
        for call in (store.undelete(entry(key)), store.purge([entry(key)])):
            with pytest.raises(SessionLabError, match="not in the trash"):
                await call
        assert len(await store.trash()) == 1


async def test_provenance_is_kept_whatever_its_texts_are(path):
    odd = Provenance(cell="\ud800 half", execution_count=2**70)
    async with SqliteSessionStore(path) as store:
        await store.save(sample(), provenance=odd)
        assert (await store.snapshots(1))[0].provenance == odd


async def test_an_origin_that_is_no_json_is_refused_and_nothing_is_written(path):
    session = sample()
    session.origin = {"raw": object()}
    async with SqliteSessionStore(path) as store:
        with pytest.raises(StoreError, match=r"origin has no JSON form.*What to do"):
            await store.save(session)
        assert await store.list() == []


async def test_a_value_the_driver_refuses_is_an_error_of_ours(path):
    async with SqliteSessionStore(path) as store:
        for value in (2**70, "\ud800"):
            with pytest.raises(StoreError, match=r"sessions\.db: a value can't be kept"):
                await store._worker.call(lambda c, v=value: c.execute("SELECT ?", (v,)))
        await store.save(AgentSession(id=1))
