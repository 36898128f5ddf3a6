"""``open_store`` tells what a path holds without touching it."""

from __future__ import annotations

import shutil
from importlib.metadata import EntryPoint

import pytest

from session_lab import (
    AgentBaseStore,
    InMemorySessionStore,
    SqliteSessionStore,
    open_store,
)
from session_lab.errors import FormatError, ReadOnlyStore, SessionLabError, StoreError
from session_lab.stores import open as opening
from session_lab.testing.calls import sample


def test_memory_gives_a_new_store_each_time():
    assert isinstance(open_store("memory://"), InMemorySessionStore)
    assert open_store("memory://") is not open_store("memory://")
    with pytest.raises(StoreError, match="nothing to read"):
        open_store("memory://", read_only=True)


async def test_a_path_where_nothing_is_becomes_a_store_on_first_use(tmp_path):
    path = tmp_path / "new.db"
    store = open_store(path)
    assert isinstance(store, SqliteSessionStore)
    assert not path.exists()
    async with store:
        await store.save(sample())
    assert path.is_file()
    again = open_store(str(path))
    assert isinstance(again, SqliteSessionStore)
    assert not again.read_only
    async with again:
        assert await again.load(1) == sample()


async def test_an_empty_file_is_a_new_store(tmp_path):
    path = tmp_path / "touched.db"
    path.touch()
    async with open_store(path) as store:
        await store.save(sample())
    assert isinstance(open_store(path), SqliteSessionStore)


async def test_options_reach_the_store(tmp_path):
    path = tmp_path / "a.db"
    async with open_store(path, durability="normal") as store:
        await store.save(sample())
        assert store.durability == "normal"
    async with open_store(path, read_only=True) as store:
        with pytest.raises(ReadOnlyStore):
            await store.save(sample())


def test_what_is_not_there_can_not_be_read(tmp_path):
    with pytest.raises(StoreError, match=r"gone\.db: there is nothing to read"):
        open_store(tmp_path / "gone.db", read_only=True)


def test_the_folder_of_a_new_store_must_be_there(tmp_path):
    with pytest.raises(StoreError, match="the folder is not there"):
        open_store(tmp_path / "no" / "such" / "a.db")


def test_another_systems_sessions_open_read_only(samples_dir, tmp_path):
    path = tmp_path / "copy.db"
    shutil.copy(samples_dir / "agent_base.db", path)
    store = open_store(path)
    assert isinstance(store, AgentBaseStore)
    assert store.read_only
    assert not open_store(path, read_only=False).read_only


def test_sqlite_addresses_name_files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert str(open_store("sqlite:///a.db").path) == "a.db"
    assert open_store(f"sqlite:///{tmp_path}/b.db").path == tmp_path / "b.db"
    for address in ("sqlite://", "sqlite:///", "sqlite://a.db"):
        with pytest.raises(FormatError, match="names no file"):
            open_store(address)


def test_an_address_of_an_unknown_kind_is_refused():
    with pytest.raises(FormatError, match="redis://"):
        open_store("redis://localhost")


def test_another_packages_format_is_found(tmp_path, monkeypatch):
    path = tmp_path / "x.toy"
    path.write_bytes(b"TOY!")

    point = EntryPoint("toy", f"{__name__}:TOY", opening.ENTRY_POINTS)
    monkeypatch.setattr(EntryPoint, "load", lambda _: TOY)
    monkeypatch.setattr(opening.importlib.metadata, "entry_points", lambda **_: [point])
    store = open_store(path)
    assert isinstance(store, ToyStore)
    assert (store.path, store.read_only) == (path, True)


def test_a_format_that_can_not_be_loaded_is_named(tmp_path, monkeypatch):
    path = tmp_path / "x.toy"
    path.write_bytes(b"TOY!")
    point = EntryPoint("toy", "no_such_module:x", opening.ENTRY_POINTS)
    monkeypatch.setattr(opening.importlib.metadata, "entry_points", lambda **_: [point])
    with pytest.raises(SessionLabError, match="'toy' can't be loaded"):
        open_store(path)


class ToyStore:
    def __init__(self, path, *, read_only):
        self.path, self.read_only = path, read_only


TOY = opening.Format(
    name="a toy",
    recognises=lambda look: look.head.startswith(b"TOY!"),
    store="session_lab.stores.open:Look",
)


@pytest.fixture(autouse=True)
def toy_store(monkeypatch):
    """Let the toy format's store be found where the format says."""
    monkeypatch.setattr(opening, "ToyStore", ToyStore, raising=False)
    monkeypatch.setitem(
        globals(),
        "TOY",
        opening.Format(TOY.name, TOY.recognises, "session_lab.stores.open:ToyStore"),
    )
