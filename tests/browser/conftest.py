"""One JupyterLab, one page and one kernel for all tests of the browser.

Without Chromium the tests are skipped, and say how to get it; with ``SESSION_LAB_REQUIRE_BROWSER=1``
they fail instead.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.lab import CHROMIUM_FLAGS, Notebook, Watch, chromium_path, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator

_SIZE = {"width": 1440, "height": 900}
_HOW_TO_GET_IT = (
    "there is no Chromium: install it (Debian and Ubuntu: apt-get install chromium) "
    "or name one with SESSION_LAB_CHROMIUM=/path/to/it"
)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium; skip where there is none."""
    path = chromium_path()
    if path is None:
        if os.environ.get("SESSION_LAB_REQUIRE_BROWSER") == "1":
            pytest.fail(_HOW_TO_GET_IT)
        pytest.skip(_HOW_TO_GET_IT)
    return {**browser_type_launch_args, "executable_path": path, "args": list(CHROMIUM_FLAGS)}


@pytest.fixture(scope="session")
def open_lab(
    browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Notebook, Watch]]:
    """Give the notebook that all tests share, and what watches its page."""
    folder = tmp_path_factory.mktemp("lab")
    context = browser.new_context(viewport=_SIZE)
    page = context.new_page()
    with serve(folder) as address:
        watch = Watch(page, address)
        yield Notebook(page, address, folder), watch
        context.close()


@pytest.fixture
def notebook(open_lab: tuple[Notebook, Watch]) -> Iterator[Notebook]:
    """Give the shared notebook; fail the test if its page did what nobody asked for."""
    shared, watch = open_lab
    watch.strange.clear()
    shared.page.set_viewport_size(_SIZE)
    yield shared
    assert watch.strange == []


@pytest.fixture
def work_folder(notebook: Notebook) -> Path:
    """Give the folder that the kernel works in."""
    return notebook.folder


@pytest.fixture
def samples(notebook: Notebook) -> Locator:
    """Show an explorer of the sample sessions, a snapshot for every turn."""
    return notebook.run(
        "from session_lab import explore\n"
        "from session_lab.samples import open_samples\n"
        "explorer = explore(open_samples())\n"
        "explorer"
    )


@pytest.fixture
def rows(samples: Locator) -> Callable[[str], Locator]:
    """Find rows of the sample sessions' table by a text in them."""
    return lambda text: samples.locator(".slx-row", has_text=text)
