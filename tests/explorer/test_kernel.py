"""A real kernel: clicks are answered from the main thread and from a subshell, cells wait for no one."""

from __future__ import annotations

import queue
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.explorer.builders import ref

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

jupyter_client = pytest.importorskip("jupyter_client", reason="needs the extra session-lab[lab]")

SET_UP = """
from session_lab import AgentSession, InMemorySessionStore, explore, run
store = InMemorySessionStore()
for number in (1, 2, 3):
    one = AgentSession(id=number)
    one.push_user(f"word {number}")
    run(store.save(one))
explorer = explore(store)
explorer
"""


class Kernel:
    """A kernel, and the page's side of one explorer in it."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.shown = self.execute(SET_UP)
        self.model = self.printed("print(explorer.widget.model_id)")

    def execute(self, code: str) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        reply = self.client.execute_interactive(code, timeout=60, output_hook=messages.append)
        assert reply["content"]["status"] == "ok", reply["content"]
        return messages

    def printed(self, code: str) -> str:
        said = [m["content"]["text"] for m in self.execute(code) if m["msg_type"] == "stream"]
        return "".join(said).strip()

    def click(self, content: dict[str, Any], *, subshell: str | None = None) -> None:
        data = {"comm_id": self.model, "data": {"method": "custom", "content": content}}
        message = self.client.session.msg("comm_msg", data)
        if subshell is not None:
            message["header"]["subshell_id"] = subshell
        self.client.shell_channel.send(message)

    def answer(self, request: str) -> dict[str, Any]:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            data = message["content"].get("data", {})
            if data.get("method") == "custom" and data["content"].get("request") == request:
                return data["content"]
        raise AssertionError(f"no answer to {request}")

    def subshell(self) -> str | None:
        message = self.client.session.msg("create_subshell_request", {})
        self.client.control_channel.send(message)
        return self.client.get_control_msg(timeout=10)["content"].get("subshell_id")


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder: Path = tmp_path_factory.mktemp("kernel")
    manager = jupyter_client.KernelManager()
    manager.kernel_spec.argv = [
        sys.executable,
        "-Xfrozen_modules=off",
        "-m",
        "ipykernel_launcher",
        "-f",
        "{connection_file}",
    ]
    manager.start_kernel(cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield Kernel(client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_the_last_value_of_a_cell_is_live_and_static(kernel: Kernel):
    (result,) = (m for m in kernel.shown if m["msg_type"] == "execute_result")
    assert set(result["content"]["data"]) == {
        "application/vnd.jupyter.widget-view+json",
        "text/html",
        "text/plain",
    }


def test_a_click_is_answered(kernel: Kernel):
    kernel.click({"action": "open", "request": "a", "ref": ref(1)})
    assert kernel.answer("a") == {"kind": "done", "request": "a"}
    assert kernel.printed("print(explorer.session)").startswith("AgentSession(id=SessionId(1)")


def test_a_click_puts_the_session_into_the_notebook(kernel: Kernel):
    kernel.click({"action": "open", "request": "b", "ref": ref(2)})
    kernel.click({"action": "load_into_notebook", "request": "c"})
    assert kernel.answer("c")["kind"] == "done"
    assert kernel.printed("print(session is explorer.session, session.id)") == "True 2"


def test_a_click_in_a_subshell_is_answered_by_the_main_thread(kernel: Kernel):
    subshell = kernel.subshell()
    if subshell is None:
        pytest.skip("this ipykernel has no subshells: update to 7 to test them")
    kernel.execute(
        "import threading\nseen = []\n"
        "explorer.widget.observe(lambda _: seen.append(threading.current_thread()), '_detail')"
    )
    kernel.click({"action": "open", "request": "d", "ref": ref(3)}, subshell=subshell)
    assert kernel.answer("d")["kind"] == "done"
    assert kernel.printed("print(seen == [threading.main_thread()])") == "True"


def test_verbs_work_in_a_cell_plain_and_awaited(kernel: Kernel):
    said = kernel.printed(
        "explorer.open(1)\nawait explorer.aopen(2)\nexplorer.fork()\nawait explorer.adelete()\n"
        "print(explorer.undo(), len(explorer.frame), explorer.last_error)"
    )
    assert said == "0(2~1) 4 None"
