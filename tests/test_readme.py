"""The README is true: its example runs, and what it links to is there."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


async def test_the_readmes_example_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    code = compile(block, "README.md", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names = {}
    result = eval(code, names)  # noqa: S307 - our own README
    if inspect.isawaitable(result):
        await result
    assert [snapshot.label for snapshot in await names["store"].snapshots(42)] == [None, "answered"]
    assert len(names["after"].chat_messages) == 2
    await names["store"].close()


def test_what_the_readme_links_to_is_there():
    targets = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_every_folder_the_readme_names_is_there():
    named = re.findall(r"`(session_lab/[^`]*|notebooks/|tests/|binder/)`", README)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []
