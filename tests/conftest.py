"""What every test gets: a watch over the event loop, Hypothesis' profiles, the samples' folder."""

from __future__ import annotations

import os
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from blockbuster import BlockBuster
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent

# On CI the same examples each time, so that a failure can be run again anywhere; elsewhere fewer
# and new ones, which add up over many runs. No deadline: a busy machine is no bug.
settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("dev", max_examples=30, deadline=None)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)

FOLDER_MARKS = {"browser": pytest.mark.browser, "interop": pytest.mark.interop}

# Functions of ours that hold the loop on purpose, and what they do meanwhile.
MAY_BLOCK = (
    # It gives the result to plain code: waiting is what it is for.
    ("session_lab/running.py", "run", ("threading.Lock.",)),
    # The first use of a public name imports its module: once, and that is reading files.
    ("session_lab/__init__.py", "__getattr__", ("io.", "os.", "threading.Lock.")),
    # Synchronous by contract: a stat, the first bytes and the table names.
    ("session_lab/explorer/opening.py", "explore", ("io.", "os.", "sqlite3.", "threading.Lock.")),
    ("session_lab/stores/open.py", "open_store", ("io.", "os.", "sqlite3.", "threading.Lock.")),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by their folder, and put those of the browser last.

    Playwright keeps a loop running in the main thread from its first test on, and no test that
    needs a loop of its own there can run after that.
    """
    for item in items:
        if item.path.is_relative_to(HERE):
            mark = FOLDER_MARKS.get(item.path.relative_to(HERE).parts[0])
            if mark is not None:
                item.add_marker(mark)
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(scope="session")
def loop_watch() -> BlockBuster:
    """Raise where session_lab blocks a running event loop; asleep until a test wakes it."""
    # running.py is below every coroutine that `run` runs: what a test does there is its own affair.
    watch = BlockBuster("session_lab", excluded_modules=["session_lab.running"])
    for filename, function, allowed in MAY_BLOCK:
        for name, watched in watch.functions.items():
            if name.startswith(allowed):
                watched.can_block_in(filename, function)
    return watch


@pytest.fixture(autouse=True)
def event_loop_is_never_blocked(loop_watch: BlockBuster) -> Iterator[None]:
    """Fail a test in which session_lab blocks an event loop, the test's own or that of `run`."""
    loop_watch.activate()
    try:
        yield
    finally:
        loop_watch.deactivate()


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """Give the folder of the sessions that are shipped as data."""
    return Path(str(files("session_lab"))) / "samples"
