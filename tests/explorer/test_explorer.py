"""An explorer from a cell and from the page: nouns, verbs, requests, errors, static forms."""

from __future__ import annotations

import asyncio
import base64
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from session_lab import explore
from session_lab.errors import FormatError, SessionNotFound, StoreError
from session_lab.explorer import namespace
from session_lab.explorer.requests import ACTIONS, Answer
from session_lab.explorer.session_explorer import SessionExplorer
from session_lab.models import AgentSession, Base64Image, SessionId, UserMessage
from session_lab.running import run
from session_lab.samples import agent_base_db
from session_lab.stores import InMemorySessionStore, SqliteSessionStore, open_store
from tests.explorer.builders import FourCalls, Page, chat, history, ref
from tests.explorer.conforms import check
from tests.hostile import seen_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n and more").decode()


async def filled() -> InMemorySessionStore:
    store = InMemorySessionStore()
    await history(store, 1, "apples", "pears", "plums")
    await store.save(chat(2, "bread", failed=True))
    return store


@pytest.fixture
def explorer() -> SessionExplorer:
    return explore(run(filled()))


# -- opening ---------------------------------------------------------------------------------------


def test_the_first_page_is_there_when_explore_returns(explorer: SessionExplorer):
    assert {row["id"] for row in explorer.widget._table["rows"]} == {"1", "2"}
    assert repr(explorer) == "<SessionExplorer of in memory: 2 sessions>"
    nouns = explorer.session, explorer.snapshot, explorer.selection, explorer.comparison
    assert nouns == (None, None, (), None)
    assert explorer.last_error is None
    assert explorer.sidecar is None


def test_a_real_database_opens_by_its_path_and_its_bytes_stay():
    before = agent_base_db().read_bytes()
    explorer = explore(str(agent_base_db()))
    explorer.open(explorer.frame.index[0])
    explorer.label("looked at")
    explorer.fork()
    assert agent_base_db().read_bytes() == before
    assert explorer.sidecar is not None
    run(explorer.store.close())  # type: ignore[attr-defined]


def test_a_sidecar_file_keeps_what_was_done(tmp_path: Path):
    source = FourCalls(chat(1, "a"))
    explorer = explore(source, sidecar=tmp_path / "work.db")
    explorer.open(1)
    explorer.label("kept")
    assert isinstance(explorer.sidecar, SqliteSessionStore)
    run(explorer.sidecar.close())
    again = explore(source, sidecar=tmp_path / "work.db")
    again.open(1, "kept")
    assert again.snapshot is not None
    assert again.snapshot.revision == 1
    assert again.sidecar is not None
    run(again.sidecar.close())


def test_a_misspelt_path_is_an_error_and_makes_no_file(tmp_path: Path):
    with pytest.raises(StoreError, match="nothing to explore"):
        explore(tmp_path / "nowhere.db")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("thing", [42, object(), ["a.db"]])
def test_what_is_no_store_is_named(thing: Any):
    with pytest.raises(StoreError, match="is no store of sessions"):
        explore(thing)


def test_a_sidecar_must_keep_snapshots():
    with pytest.raises(StoreError, match="keeps no snapshots"):
        explore(FourCalls(), sidecar=FourCalls())  # type: ignore[arg-type]


def test_a_file_that_is_no_store_is_a_typed_error(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(FormatError, match=r"notes\.txt"):
        explore(tmp_path / "notes.txt")


def test_without_a_path_the_samples_open(monkeypatch: pytest.MonkeyPatch):
    store = run(filled())
    monkeypatch.setattr("session_lab.samples.open_samples", lambda: store)
    assert explore().store is store


# -- nouns and verbs -------------------------------------------------------------------------------


def test_nouns_are_ready_when_a_verb_returns(explorer: SessionExplorer):
    explorer.open(1, 2)
    assert explorer.session is not None
    assert explorer.snapshot is not None
    assert explorer.session.turn_count() == explorer.snapshot.revision == 2
    assert explorer.selection == (SessionId(1),)
    explorer.compare(snapshot=1)
    assert explorer.comparison is not None
    assert explorer.comparison.stats.added == 2
    assert explorer.widget._state["tab"] == "compare"
    explorer.open("1")
    assert explorer.widget._state["tab"] == "transcript"


def test_the_callers_copy_stands_on_the_snapshot_it_was_opened_at(explorer: SessionExplorer):
    explorer.open(1)
    assert explorer.session is not None
    explorer.session.push_user("mine")
    snapshot = run(explorer.store.save(explorer.session))
    assert (snapshot.revision, snapshot.parent, snapshot.diverged) == (  # type: ignore[attr-defined]
        4,
        (SessionId(1), 3),
        False,
    )
    assert explorer.widget._detail["entry_count"] == 6
    explorer.refresh()
    assert explorer.widget._detail["entry_count"] == 7


def test_the_frame_is_of_all_pages_of_the_search(explorer: SessionExplorer):
    for number in range(60):
        run(explorer.store.save(chat(100 + number, "many")))
    explorer.search("many")
    explorer.sort("session_id", descending=False)
    frame = explorer.frame
    assert list(frame["id"]) == list(range(100, 160))
    assert explorer.frame is frame
    explorer.search("")
    assert len(explorer.frame) == 62
    explorer.open(frame.index[0])
    assert explorer.selection == (SessionId(100),)


def test_verbs_that_change_give_what_the_store_gives(explorer: SessionExplorer):
    explorer.open(1)
    assert explorer.label("good", snapshot=1).label == "good"
    assert explorer.fork("mine", snapshot="good").session_id == SessionId(0, "mine")
    assert explorer.revert("good", session=1).revision == 4
    explorer.delete("mine")
    assert explorer.undo() == SessionId(0, "mine")
    explorer.delete_snapshot(2, session=1)
    assert explorer.undo() == SessionId(1)


def test_an_error_of_a_verb_is_raised_and_changes_nothing(explorer: SessionExplorer):
    explorer.open(1)
    before = explorer.widget._detail
    with pytest.raises(SessionNotFound):
        explorer.open(99)
    assert explorer.widget._detail == before
    assert explorer.widget._notices == {"items": []}


async def test_every_verb_can_be_awaited_in_a_cell():
    explorer = explore(await filled())
    await explorer.asearch("apples")
    await explorer.asort("messages", descending=True)
    await explorer.apage("next")
    await explorer.aopen(1)
    await explorer.aselect(1)
    await explorer.acompare()
    await explorer.alabel("x")
    await explorer.afork(snapshot="x")
    await explorer.arevert()
    await explorer.adelete()
    assert await explorer.aundo() == SessionId(0, "1~1")
    await explorer.adelete_snapshot(1, session=1)
    await explorer.arefresh()
    assert (await explorer.aentries(0))[0]["text"] == "apples"
    assert await explorer.afull_text(0) == "apples"
    assert (await explorer.acomparison_rows())[0]["kind"] in {"folded", "same"}
    await explorer.adismiss(1)


def test_another_thread_is_refused_before_anything_is_done(explorer: SessionExplorer):
    raised: list[BaseException] = []

    def work() -> None:
        for action in (lambda: explorer.delete(1), lambda: asyncio.run(explorer.adelete(1))):
            try:
                action()
            except RuntimeError as error:
                raised.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ["another thread" in str(error) for error in raised] == [True, True]
    assert run(explorer.store.load(SessionId(1))) is not None


# -- what is shown of what is there ----------------------------------------------------------------


def test_whole_texts_are_given_by_part(explorer: SessionExplorer):
    session = chat(5, "word " * 1000)
    run(explorer.store.save(session))
    explorer.open(5)
    assert len(explorer.full_text(0)) == 5000
    assert explorer.full_text(3, "arguments:0") == '{\n  "to": "shop"\n}'
    for index, part in ((99, "text"), (0, "reasoning"), (3, "arguments:7"), (0, "colour")):
        with pytest.raises(FormatError):
            explorer.full_text(index, part)


def test_a_picture_is_given_only_if_it_is_one(explorer: SessionExplorer):
    session = AgentSession(id=5)
    images = (
        Base64Image(data=PNG, media_type="text/html"),
        Base64Image(data=base64.b64encode(b"<svg onload=alert(1)>").decode()),
        Base64Image(data="no base64!"),
    )
    session.append(UserMessage(content="look", images=images))
    run(explorer.store.save(session))
    explorer.open(5)
    assert explorer.image(0) == ("image/png", PNG)
    for number in (1, 2, 3):
        with pytest.raises(FormatError):
            explorer.image(0, number)


def test_a_session_is_loaded_under_a_name_that_is_free(
    explorer: SessionExplorer, monkeypatch: pytest.MonkeyPatch
):
    names: dict[str, Any] = {"session": "the user's own"}
    monkeypatch.setattr("session_lab.explorer.contents.user_namespace", lambda: names)
    explorer.open(1)
    assert explorer.load_into_notebook() == "session_2"
    assert names["session_2"] is explorer.session
    assert explorer.load_into_notebook() == "session_2"
    explorer.open(2)
    assert explorer.load_into_notebook() == "session_2"
    names["session_2"].push_user("the user's work")
    explorer.open(1)
    assert explorer.load_into_notebook() == "session_3"
    assert names["session"] == "the user's own"
    assert explorer.widget._notices["items"][-1]["text"] == "The variable session_3 is session 1."


@pytest.mark.parametrize("name", ["", "a b", "class", "1x", "x.y", "__import__('os')"])
def test_only_names_of_variables_are_taken(name: str):
    with pytest.raises(StoreError, match="no name for a variable"):
        namespace.Loaded().put({}, name, AgentSession(id=1))


def test_outside_of_a_notebook_loading_is_refused(
    explorer: SessionExplorer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("session_lab.explorer.contents.user_namespace", lambda: None)
    explorer.open(1)
    with pytest.raises(StoreError, match="no notebook"):
        explorer.load_into_notebook()


# -- the page --------------------------------------------------------------------------------------


def requests() -> Iterator[tuple[str, dict[str, Any]]]:
    """Give one request of each action, in an order in which all succeed."""
    one = ref(1)
    yield "search", {"text": "apples"}
    yield "sort", {"column": "messages", "descending": True}
    yield "page", {"to": "next"}
    yield "refresh", {}
    yield "select", {"refs": [ref(2), one]}
    yield "open", {"ref": one, "revision": 2}
    yield "entries", {"start": 0}
    yield "full_text", {"index": 0, "part": "text"}
    yield "load_into_notebook", {}
    yield "compare", {"left": {"ref": one, "revision": 1}, "right": {"name": " 2 "}}
    yield "comparison_rows", {"start": 0}
    yield "label", {"ref": one, "revision": 1, "name": "good"}
    yield "revert", {"ref": one, "revision": 1}
    yield "delete_snapshot", {"ref": one, "revision": 2}
    yield "undo", {}
    yield "fork", {"ref": one, "revision": 1, "new_id": ""}
    yield "delete", {"ref": ref("1~1")}
    yield "dismiss", {"notice": 1}
    yield "image", {"index": 0, "number": 0}


async def test_each_request_of_the_page_is_done_and_answered_once(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("session_lab.explorer.contents.user_namespace", dict)
    store = await filled()
    picture = UserMessage(content="look", images=(Base64Image(data=PNG),))
    await store.save(AgentSession(id=3, chat_messages=[picture]))
    page = Page(explore(store))
    kinds = {}
    for action, parameters in requests():
        if action == "image":
            await page.ask("open", ref=ref(3))
        answer = await page.ask(action, **parameters)
        assert answer["kind"] != "failed", page.explorer.last_error
        check(answer, Answer)
        kinds[action] = answer["kind"]
    assert set(kinds) == set(ACTIONS)
    assert {action: kind for action, kind in kinds.items() if kind != "done"} == {
        "entries": "entries",
        "full_text": "full_text",
        "image": "image",
        "comparison_rows": "rows",
    }
    assert len({answer["request"] for answer in page.answers}) == len(page.answers)


async def test_the_page_sees_what_it_asked_for_before_the_answer():
    page = Page(explore(await filled()))
    seen: list[Any] = []
    page.explorer.widget.observe(lambda change: seen.append(change["name"]), ["_table", "_detail"])
    page.explorer.widget.send = lambda content, _buffers=None: seen.append(content["kind"])
    page.send("open", ref=ref(2), revision=None)
    await page.settled()
    assert seen == ["_table", "_detail", "done"]
    assert page.detail["id"] == "2"
    assert page.table["opened"] == ref(2)


async def test_the_page_chooses_its_tab_but_is_sent_to_a_comparison():
    page = Page(explore(await filled()))
    await page.ask("open", ref=ref(1))
    assert page.state["tab_seq"] == 0
    side = {"ref": ref(1), "revision": 1}
    await page.ask("compare", left=side, right={"ref": ref(2)})
    assert (page.state["tab"], page.state["tab_seq"]) == ("compare", 1)


async def test_an_error_of_a_click_becomes_a_notice_with_what_where_and_what_to_do():
    source = FourCalls(chat(1, "a"))
    source.broken = {SessionId(2): FormatError("no JSON", where="a.db, row 2", hint="restore it")}
    page = Page(explore(source))
    answer = await page.ask("open", ref=ref(2))
    assert answer["kind"] == "failed"
    (notice,) = page.notices["items"]
    assert notice == {
        "id": answer["notice"],
        "kind": "error",
        "text": "no JSON",
        "where": "a.db, row 2",
        "hint": "restore it",
        "seconds": 0,
    }
    assert isinstance(page.explorer.last_error, FormatError)
    assert page.explorer.last_error.__traceback__ is not None
    await page.ask("dismiss", notice=answer["notice"])
    assert page.notices == {"items": []}


async def test_an_error_nobody_thought_of_is_shown_too():
    source = FourCalls(chat(1, "a"))
    page = Page(explore(source))

    async def load(_session_id: object) -> None:
        raise ZeroDivisionError("their bug")

    source.load = load  # type: ignore[method-assign,assignment]
    await page.ask("open", ref=ref(1))
    assert page.notices["items"][0]["text"] == "ZeroDivisionError: their bug"
    assert isinstance(page.explorer.last_error, ZeroDivisionError)


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "open",
        {},
        {"action": "open"},
        {"action": "destroy", "request": "1"},
        {"action": "open", "request": "1", "ref": 42},
        {"action": "open", "request": "1", "ref": "no id"},
        {"action": "open", "request": "1", "ref": ref(1), "revision": 0},
        {"action": "open", "request": "1", "ref": ref(1), "more": True},
        {"action": "sort", "request": "1", "column": "__class__", "descending": True},
        {"action": "entries", "request": "1", "start": -1},
        {"action": "page", "request": "1", "to": "last"},
        {"action": "load_into_notebook", "request": "1", "name": "a; import os"},
        {"action": "compare", "request": "1", "left": {}, "right": {"name": " "}},
        {"action": "undo", "request": ["1"]},
    ],
)
async def test_a_request_that_is_none_is_answered_with_a_notice(content: Any):
    page = Page(explore(await filled()))
    page.explorer.widget._handle_custom_msg(content, [])
    await page.settled()
    (answer,) = page.answers
    assert answer["kind"] == "failed"
    assert len(page.notices["items"]) == 1


async def test_clicks_go_on_while_a_slow_store_answers():
    store = await filled()
    page, gate = Page(explore(store)), asyncio.Event()
    sessions = store.sessions

    async def slow(query: Any) -> Any:
        if query.search == "apples":
            await gate.wait()
        return await sessions(query)

    store.sessions = slow  # type: ignore[method-assign]
    page.send("search", text="apples")
    page.send("search", text="bread")
    page.send("open", ref=ref(1))
    await page.heard(2)
    gate.set()
    await page.settled()
    assert page.table["search"] == "bread"
    assert [row["id"] for row in page.table["rows"]] == ["2"]
    assert len(page.answers) == 3


async def test_a_long_reading_shows_how_far_it_is_and_then_no_more():
    source = FourCalls(*(chat(number, "a") for number in range(30)))
    page, seen = Page(explore(source)), []
    page.explorer.widget.observe(lambda change: seen.append(change["new"]["progress"]), "_state")
    await page.ask("refresh")
    assert seen[0] == {"text": "Reading sessions", "done": 0, "total": 30}
    assert seen[-1] is page.state["progress"] is None


def test_a_message_in_another_thread_is_answered_in_the_explorers_own():
    async def scenario() -> None:
        page, threads = Page(explore(await filled())), set()
        page.explorer.widget.observe(lambda _: threads.add(threading.get_ident()), "_detail")
        content = {"action": "open", "request": "1", "ref": ref(1), "revision": None}
        handle = page.explorer.widget._handle_custom_msg
        await asyncio.to_thread(handle, content, [])
        await page.heard(1)
        assert threads == {threading.get_ident()}

    asyncio.run(scenario())


def test_a_message_without_any_loop_is_answered_at_once(explorer: SessionExplorer):
    page = Page(explorer)
    page.send("open", ref=ref(1))
    assert [answer["kind"] for answer in page.answers] == ["done"]
    assert explorer.session is not None


# -- static forms ----------------------------------------------------------------------------------


def test_a_saved_notebook_shows_the_table_and_runs_nothing():
    store = InMemorySessionStore()
    run(store.save(chat("<img src=x onerror=alert(1)>", "<script>alert(1)</script>")))
    data, _ = explore(store)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    seen = seen_in(data["text/html"])
    assert not {"script", "img"} & {name for name, _ in seen.shape}
    assert "&lt;script&gt;" in data["text/html"]
    assert "in memory · sessions in memory: 1 session" in data["text/plain"]


def test_what_looks_like_a_secret_is_not_in_a_saved_notebook():
    store = InMemorySessionStore()
    run(store.save(chat(1, "api_key=0123456789abcdef0123")))
    explorer = explore(store)
    data, _ = explorer._repr_mimebundle_()
    assert "0123456789" not in data["text/html"] + data["text/plain"]
    assert "0123456789" in str(explorer.widget._table)


def test_without_the_extra_the_error_names_it():
    code = "import sys; sys.modules['anywidget'] = None; import session_lab; session_lab.explore()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert last == (
        'ImportError: explore() needs anywidget, which is missing: pip install "session-lab[lab]"'
    )


def test_an_id_that_is_half_right_gets_a_suggestion(samples_dir):
    explorer = explore(samples_dir / "agent_base.db")
    with pytest.raises(SessionNotFound, match=r"did you mean '4071\(deploy/checkout-api\)'"):
        explorer.open(4071)
    with pytest.raises(SessionNotFound, match=r"did you mean '4071\(deploy/checkout-api\)', '4072"):
        explorer.open("checkout-api")
    with pytest.raises(SessionNotFound, match="list"):
        explorer.open(123456)


def test_a_deletion_in_the_source_itself_says_what_still_has_the_session(samples_dir, tmp_path):
    path = tmp_path / "copy.db"
    path.write_bytes((samples_dir / "agent_base.db").read_bytes())
    explorer = explore(open_store(path, read_only=False))
    explorer.delete(2)
    (item,) = explorer._controller.notices.view()["items"]
    assert "from its database: only this notebook, until its kernel stops" in item["text"]
    explorer.undo()
    explorer = explore(open_store(path, read_only=False), sidecar=tmp_path / "notes.db")
    explorer.delete(2)
    (item,) = explorer._controller.notices.view()["items"]
    assert "only its sidecar" in item["text"]


def test_completion_offers_nouns_and_verbs_and_no_twins():
    listed = dir(explore(InMemorySessionStore()))
    assert {"session", "frame", "open", "compare", "fork", "undo"} <= set(listed)
    assert not {"aopen", "entries", "aentries"} & set(listed)
    assert not any(name.startswith("_") for name in listed)
