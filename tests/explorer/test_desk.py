"""A store with history is worked on as it is; a source of one state per session gets a sidecar."""

from __future__ import annotations

from typing import Any

import pytest

from session_lab.errors import Conflict, FormatError, ReadOnlyStore, SessionNotFound, StoreError
from session_lab.explorer.sidecar import SidecarDesk, desk_for
from session_lab.models import AgentSession, SessionId, SessionQuery
from session_lab.stores import InMemorySessionStore
from tests.explorer.builders import FourCalls, chat, history


def ids(page: Any) -> list[str]:
    return [str(item.session_id) for item in page.items]


async def test_a_store_with_history_is_listed_by_itself():
    store = InMemorySessionStore()
    await store.save(chat(1, "hello"))
    desk = desk_for(store)
    assert desk.history is desk.source is store
    assert ids(await desk.sessions(SessionQuery())) == ["1"]
    assert await desk.count(SessionQuery(search="nothing")) == 0
    assert not desk.is_local(SessionId(1))


def test_a_store_with_history_takes_no_sidecar():
    with pytest.raises(StoreError, match="keeps snapshots itself"):
        desk_for(InMemorySessionStore(), InMemorySessionStore())


async def test_a_deletion_names_its_trash_entry_and_comes_back():
    store = InMemorySessionStore()
    await store.save(chat(1, "hello"))
    desk = desk_for(store)
    deletion = await desk.delete(SessionId(1))
    assert str(deletion) == "session 1"
    assert await store.load(1) is None
    await desk.undelete(deletion)
    assert await store.load(1) is not None


async def test_deleting_what_is_not_there_is_said():
    with pytest.raises(SessionNotFound):
        await desk_for(InMemorySessionStore()).delete(SessionId(1))


async def test_the_only_snapshot_is_not_deleted_on_its_own():
    store = InMemorySessionStore()
    await history(store, 1, "one", "two")
    desk = desk_for(store)
    deletion = await desk.delete_snapshot(SessionId(1), 1)
    assert (deletion.revision, str(deletion)) == (1, "snapshot 1 of session 1")
    with pytest.raises(Conflict, match="only snapshot"):
        await desk.delete_snapshot(SessionId(1), 2)


async def test_a_store_opened_for_reading_refuses_each_change_with_the_reason():
    store = InMemorySessionStore()
    await store.save(chat(1, "hello"))
    store.read_only = True  # type: ignore[attr-defined]
    desk = desk_for(store)
    assert "read_only=False" in desk.reason_against("fork", SessionId(1))
    with pytest.raises(ReadOnlyStore, match="opened read-only"):
        await desk.label(SessionId(1), 1, "x")
    with pytest.raises(ReadOnlyStore):
        await desk.delete(SessionId(1))


# -- sidecar ---------------------------------------------------------------------------------------


async def test_a_session_is_captured_when_it_is_first_needed_and_not_before():
    source, sidecar = FourCalls(chat(1, "a"), chat(2, "b")), InMemorySessionStore()
    desk = desk_for(source, sidecar)
    assert ids(await desk.sessions(SessionQuery())) == ["1", "2"]
    assert await sidecar.list() == []
    await desk.prepare(SessionId(2))
    await desk.prepare(SessionId(2))
    assert await sidecar.list() == [SessionId(2)]
    assert len(await sidecar.snapshots(2)) == 1


async def test_what_people_do_goes_to_the_sidecar_and_the_source_stays_as_it_is():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.label(SessionId(1), 1, "first")
    fork = await desk.fork(SessionId(1), 1, None)
    assert str(fork.session_id) == "0(1~1)"
    assert list(source.held) == [SessionId(1)]
    assert source.held[SessionId(1)] == chat(1, "a")
    assert [str(i.session_id) for i in (await desk.sessions(SessionQuery())).items] == [
        "0(1~1)",
        "1",
    ]
    assert desk.is_local(fork.session_id)
    assert not desk.is_local(SessionId(1))


async def test_a_fork_gets_an_id_that_is_free_in_the_source_too():
    desk = desk_for(FourCalls(chat(1, "a"), chat("1~1", "b")))
    assert str((await desk.fork(SessionId(1), None, None)).session_id) == "0(1~2)"
    with pytest.raises(Conflict, match="already"):
        await desk.fork(SessionId(1), None, SessionId(0, "1~1"))


async def test_a_fork_does_not_take_the_id_of_a_deleted_one():
    desk = desk_for(FourCalls(chat(1, "a")))
    first = await desk.fork(SessionId(1), None, None)
    deletion = await desk.delete(first.session_id)
    second = await desk.fork(SessionId(1), None, None)
    assert second.session_id != first.session_id
    await desk.undelete(deletion)
    assert await desk.count(SessionQuery()) == 3


async def test_the_sidecar_speaks_for_a_session_it_holds():
    source = FourCalls(chat(1, "a", "b"), chat(2, "c"))
    desk = desk_for(source)
    await desk.prepare(SessionId(1))
    session = await desk.load(SessionId(1), None)
    session.push_user("only in the sidecar")
    await desk.history.save(session)
    (changed,) = (await desk.sessions(SessionQuery(search="sidecar"))).items
    assert (changed.session_id, changed.snapshots) == (SessionId(1), 2)
    assert await desk.count(SessionQuery()) == 2


async def test_search_finds_words_in_source_and_sidecar_alike():
    desk = desk_for(FourCalls(chat(1, "apples"), chat(2, "pears")))
    await desk.prepare(SessionId(1))
    assert ids(await desk.sessions(SessionQuery(search="APPLES"))) == ["1"]
    assert ids(await desk.sessions(SessionQuery(search="pears"))) == ["2"]
    assert ids(await desk.sessions(SessionQuery(search="deploy"))) == ["1", "2"]


async def test_source_and_sidecar_are_sorted_and_paged_as_one():
    desk = desk_for(FourCalls(*(chat(n, *"abcdefgh"[:n]) for n in range(1, 6))))
    await desk.fork(SessionId(3), None, SessionId(9))
    query = SessionQuery(sort="messages", limit=4)
    first = await desk.sessions(query)
    rest = await desk.sessions(query.model_copy(update={"cursor": first.next_cursor}))
    assert ids(first) + ids(rest) == ["5", "4", "3", "9", "2", "1"]


async def test_refresh_captures_again_what_was_captured_and_changed():
    source = FourCalls(chat(1, "a"), chat(2, "b"))
    desk = desk_for(source)
    await desk.prepare(SessionId(1))
    await source.save(chat(1, "a", "more"))
    await source.save(chat(2, "b", "more"))
    await desk.refresh()
    assert len(await desk.history.snapshots(1)) == 2
    assert await desk.history.list() == [SessionId(1)]
    assert "more" in (await desk.load(SessionId(1), None)).chat_messages[2].text


async def test_refresh_sees_a_source_that_went_back_to_what_it_was():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.prepare(SessionId(1))
    for words in (["a", "b"], ["a"]):
        await source.save(chat(1, *words))
        await desk.refresh()
    assert [s.messages for s in await desk.history.snapshots(1)] == [5, 7, 5]


async def test_a_revert_stays_while_the_source_does_not_change():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.prepare(SessionId(1))
    await source.save(chat(1, "a", "b"))
    await desk.refresh()
    await desk.revert(SessionId(1), 1)
    await desk.refresh()
    assert len(await desk.history.snapshots(1)) == 3
    assert await desk.load(SessionId(1), None) == chat(1, "a")


async def test_a_file_sidecar_knows_on_the_next_day_what_it_holds():
    source, sidecar = FourCalls(chat(1, "a")), InMemorySessionStore()
    await desk_for(source, sidecar).label(SessionId(1), 1, "kept")
    again = desk_for(source, sidecar)
    await again.prepare(SessionId(1))
    assert [s.label for s in await sidecar.snapshots(1)] == ["kept"]


async def test_a_session_that_left_the_source_stays_in_the_sidecar():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.prepare(SessionId(1))
    await source.delete(SessionId(1))
    await desk.refresh()
    assert ids(await desk.sessions(SessionQuery())) == ["1"]
    assert desk.is_local(SessionId(1))


async def test_a_session_newer_than_the_listing_is_found():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.sessions(SessionQuery())
    await source.save(chat(2, "b"))
    await desk.prepare(SessionId(2))
    assert ids(await desk.sessions(SessionQuery())) == ["1", "2"]


async def test_a_session_that_is_nowhere_is_said():
    desk = desk_for(FourCalls())
    with pytest.raises(SessionNotFound):
        await desk.prepare(SessionId(5))
    with pytest.raises(SessionNotFound):
        await desk.check_there(SessionId(5))


async def test_a_read_only_source_keeps_its_sessions_but_forks_may_go():
    source = FourCalls(chat(1, "a"))
    source.read_only = True  # type: ignore[attr-defined]
    desk = desk_for(source)
    fork = await desk.fork(SessionId(1), None, None)
    with pytest.raises(ReadOnlyStore, match=r"open_store\(path, read_only=False\)"):
        await desk.delete(SessionId(1))
    await desk.delete(fork.session_id)
    assert await desk.count(SessionQuery()) == 1


async def test_a_deletion_from_a_source_brings_back_its_state_and_its_history():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.label(SessionId(1), 1, "before")
    deletion = await desk.delete(SessionId(1))
    assert source.held == {}
    assert await desk.count(SessionQuery()) == 0
    await desk.undelete(deletion)
    assert source.held[SessionId(1)] == chat(1, "a")
    assert [s.label for s in await desk.history.snapshots(1)] == ["before"]
    assert await desk.count(SessionQuery()) == 1


async def test_a_deletion_is_not_taken_back_over_somebody_elses_session():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    deletion = await desk.delete(SessionId(1))
    await source.save(chat(1, "somebody else's"))
    with pytest.raises(Conflict):
        await desk.undelete(deletion)
    assert source.held[SessionId(1)] == chat(1, "somebody else's")


async def test_a_session_stored_under_another_id_is_not_mixed_up():
    source = FourCalls()
    source.held[SessionId(1)] = chat(2, "a")
    with pytest.raises(FormatError, match="says that it is 2"):
        await desk_for(source).prepare(SessionId(1))


# -- reading a plain store -------------------------------------------------------------------------


async def test_a_session_that_cannot_be_read_hides_no_other():
    source = FourCalls(chat(1, "a"))
    source.broken = {
        SessionId(2): FormatError("no JSON", where="x.db, row 2", hint="restore it"),
        SessionId(3): ZeroDivisionError("their bug"),
    }
    page = await desk_for(source).sessions(SessionQuery())
    assert ids(page) == ["1"]
    assert [(p.session_id, p.problem) for p in page.problems] == [
        (SessionId(2), "no JSON"),
        (SessionId(3), "the store raised ZeroDivisionError: their bug"),
    ]


async def test_a_session_that_cannot_be_read_is_no_session_of_the_sidecar():
    source = FourCalls(chat(1, "a"))
    source.broken = {SessionId(2): FormatError("no JSON")}
    source.read_only = True  # type: ignore[attr-defined]
    desk = desk_for(source)
    await desk.sessions(SessionQuery())
    assert not desk.is_local(SessionId(2))
    with pytest.raises(FormatError, match="no JSON"):
        await desk.prepare(SessionId(2))


async def test_reading_one_by_one_tells_how_far_it_is():
    said: list[tuple[str, int, int]] = []
    desk = desk_for(FourCalls(*(chat(n, "a") for n in range(45))))
    desk.progress = lambda *report: said.append(report)
    await desk.sessions(SessionQuery())
    assert said == [("Reading sessions", done, 45) for done in (0, 20, 40)]


async def test_the_source_is_read_once_until_it_is_refreshed():
    source = FourCalls(chat(1, "a"))
    desk = desk_for(source)
    await desk.sessions(SessionQuery())
    await source.save(chat(2, "b"))
    assert await desk.count(SessionQuery()) == 1
    await desk.refresh()
    assert await desk.count(SessionQuery()) == 2


async def test_ephemeral_messages_are_not_counted():
    session = AgentSession(id=1)
    session.push_user("kept")
    session.push_system("not kept", ephemeral=True)
    (item,) = (await desk_for(FourCalls(session)).sessions(SessionQuery())).items
    assert (item.messages, item.preview) == (1, "kept")


def test_a_desk_without_a_sidecar_gets_one_in_memory():
    desk = desk_for(FourCalls())
    assert isinstance(desk, SidecarDesk)
    assert isinstance(desk.history, InMemorySessionStore)
