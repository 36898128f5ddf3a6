"""A real JupyterLab on loopback, and one notebook in it that tests write into.

``serve`` starts the server in a folder of its own, away from the user's settings; ``Notebook`` drives
it through ``window.jupyterapp``.  How to do so was tried out for JupyterLab 4.4 to 4.6.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import session_lab

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Locator, Page

__all__ = ["CHROMIUM_FLAGS", "Notebook", "Watch", "chromium_path", "serve"]

CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""What Chromium needs on a machine without network or screen."""

_START_SECONDS = 90
_READY_MS = 90_000
_SHOWN_MS = 20_000
_EMPTY_CELL = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}


def chromium_path() -> str | None:
    """Give the path of the system's Chromium, None where there is none."""
    named = os.environ.get("SESSION_LAB_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return named or next(filter(None, map(shutil.which, names)), None)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Run JupyterLab with a folder of its own.

    Args:
        folder: an empty folder; the notebooks' folder is ``work`` in it.

    Returns:
        A context manager that gives the server's address.

    Raises:
        RuntimeError: it did not start; with what it said.
    """
    work, port = folder / "work", _free_port()
    work.mkdir()
    settings = folder / "jupyterlab_settings_dir" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    # Else JupyterLab asks in a corner of the screen whether it may look for news.
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    own = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    source = str(Path(session_lab.__file__).parent.parent)
    environment = {
        **os.environ,
        **{name: str(folder / name.lower()) for name in own},
        # The kernel works in another folder; it must find the same session_lab.
        "PYTHONPATH": os.pathsep.join(filter(None, (source, os.environ.get("PYTHONPATH")))),
    }
    command = [sys.executable, "-m", "jupyterlab", f"--port={port}", "--ip=127.0.0.1"]
    command += ["--no-browser", "--ServerApp.port_retries=0", "--IdentityProvider.token="]
    command += ["--LabApp.expose_app_in_browser=True"]
    command += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    address, log = f"http://127.0.0.1:{port}", folder / "lab.log"
    with log.open("wb") as said:
        server = subprocess.Popen(command, cwd=work, env=environment, stdout=said, stderr=said)
        try:
            _wait_for(f"{address}/api/status", server, log)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 - our own server
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


class Watch:
    """What a page did that no test expects: dialogs, requests elsewhere, errors of scripts.

    Args:
        page: the page to watch.
        address: where everything it loads comes from.
    """

    def __init__(self, page: Page, address: str) -> None:
        self.strange: list[str] = []
        host = address.removeprefix("http://")
        allowed = (f"http://{host}/", f"ws://{host}/", "data:", "blob:")

        def check(url: str) -> None:
            if not url.startswith(allowed):
                self.strange.append(f"request to {url[:200]}")

        page.on("request", lambda request: check(request.url))
        page.on("websocket", lambda web_socket: check(web_socket.url))
        page.on("popup", lambda popup: self.strange.append(f"window {popup.url[:200]}"))
        page.on("pageerror", lambda error: self.strange.append(f"error {error.stack}"))
        page.on("dialog", self._dialog)

    def _dialog(self, dialog: Any) -> None:
        self.strange.append(f"dialog {dialog.message[:200]}")
        dialog.dismiss()


class Notebook:
    """A notebook that is open in JupyterLab, with its kernel.

    Args:
        page: a page of the browser.
        address: the server.
        folder: the folder given to ``serve``.
        name: the notebook's name, without a suffix.
    """

    def __init__(self, page: Page, address: str, folder: Path, name: str = "explorer") -> None:
        self.page = page
        self.folder = folder / "work"
        self.name = f"{name}.ipynb"
        self.write("")
        page.goto(f"{address}/lab?reset")
        page.wait_for_function("window.jupyterapp?.restored", timeout=_READY_MS)
        page.evaluate("jupyterapp.restored.then(() => null)")
        self.open()

    def write(self, *sources: str) -> None:
        """Write the notebook's file."""
        cells = [{**_EMPTY_CELL, "id": f"cell-{n}", "source": s} for n, s in enumerate(sources)]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = {"cells": cells, "metadata": {"kernelspec": kernel}}
        text = json.dumps({**content, "nbformat": 4, "nbformat_minor": 5})
        (self.folder / self.name).write_text(text, encoding="utf-8")

    def open(self) -> None:
        """Open the file and wait for its kernel."""
        command = "path => jupyterapp.commands.execute('docmanager:open', {path}).then(() => null)"
        self.page.evaluate(command, self.name)
        ready = """path => {
            const widget = jupyterapp.shell.currentWidget;
            return widget?.context?.path === path && widget.context.isReady &&
                widget.sessionContext.session?.kernel?.status === "idle";
        }"""
        self.page.wait_for_function(ready, arg=self.name, timeout=_READY_MS)

    def command(self, name: str, **arguments: Any) -> None:
        """Run a command of JupyterLab."""
        execute = "([name, args]) => jupyterapp.commands.execute(name, args).then(() => null)"
        self.page.evaluate(execute, [name, arguments])

    def run(self, source: str) -> Locator:
        """Run a cell, and give the explorer that it shows.

        Args:
            source: the code of the notebook's only cell.

        Raises:
            AssertionError: the cell raised instead.
        """
        self.run_cells(source)
        outputs = self.page.locator(".jp-OutputArea-output")
        said = outputs.and_(self.page.locator("[data-mime-type='application/vnd.jupyter.stderr']"))
        explorer = outputs.locator(".slx")
        explorer.or_(said).first.wait_for(timeout=_SHOWN_MS)
        assert explorer.count() > 0, said.first.inner_text()
        return explorer.first

    def run_cells(self, *sources: str) -> None:
        """Replace the notebook's cells and run them all, until the kernel rests."""
        fill = """async sources => {
            const panel = jupyterapp.shell.currentWidget;
            const cells = sources.map((source) => ({
                cell_type: "code", source, metadata: {}, outputs: [], execution_count: null}));
            const model = panel.content.model.sharedModel;
            model.transact(() => {
                model.deleteCellRange(0, model.cells.length);
                model.insertCells(0, cells);
            });
            await jupyterapp.commands.execute("notebook:run-all-cells");
        }"""
        self.page.evaluate(fill, list(sources))

    def restart_kernel(self) -> None:
        """Restart the kernel; what ran in it is gone."""
        kernel = "jupyterapp.shell.currentWidget.sessionContext.session.kernel"
        self.page.evaluate(f"{kernel}.restart()")
        self.page.wait_for_function(f"{kernel}.status === 'idle'", timeout=_READY_MS)

    def cell_count(self) -> int:
        """Count the notebook's cells."""
        count = "jupyterapp.shell.currentWidget.content.model.cells.length"
        return int(self.page.evaluate(count))

    def python(self, expression: str) -> Any:
        """Give what an expression is in the kernel, by its repr; run a statement, for None.

        Raises:
            AssertionError: it raised in the kernel.
        """
        try:
            compile(expression, "<expression>", "eval")
        except SyntaxError:
            code, asked = expression, {}
        else:
            code, asked = "", {"it": f"repr({expression})"}
        execute = """async ([code, user_expressions]) => {
            const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
            const content = {code, user_expressions, store_history: false};
            return (await kernel.requestExecute(content).done).content;
        }"""
        reply = self.page.evaluate(execute, [code, asked])
        assert reply["status"] == "ok", reply
        if not asked:
            return None
        answer = reply["user_expressions"]["it"]
        assert answer["status"] == "ok", f"{expression}: {answer}"
        shown = ast.literal_eval(answer["data"]["text/plain"])
        try:
            return ast.literal_eval(shown)
        except (SyntaxError, ValueError):
            return shown
