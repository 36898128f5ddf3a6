"""Every action of the page has its method and its twin, and the other way round."""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

from session_lab.errors import FormatError
from session_lab.explorer import requests
from session_lab.explorer.assets import FOLDER
from session_lab.explorer.requests import ACTIONS, Request, read_request
from session_lab.explorer.session_explorer import SessionExplorer


def methods() -> set[str]:
    return {
        name
        for name, _ in inspect.getmembers(SessionExplorer, inspect.isfunction)
        if not name.startswith("_")
    }


def test_every_action_has_its_method_and_every_method_its_action():
    twins = {f"a{action}" for action in ACTIONS}
    assert methods() == set(ACTIONS) | twins


@pytest.mark.parametrize("action", ACTIONS)
def test_a_method_and_its_twin_take_and_give_the_same(action: str):
    plain, twin = getattr(SessionExplorer, action), getattr(SessionExplorer, f"a{action}")
    assert inspect.signature(plain) == inspect.signature(twin)
    assert not inspect.iscoroutinefunction(plain)
    assert inspect.iscoroutinefunction(twin)
    assert f"``{action}``" in inspect.getdoc(twin)  # type: ignore[operator]


def test_the_page_knows_the_same_actions():
    text = (FOLDER / "actions.mjs").read_text("utf-8")
    (listed,) = re.findall(r"export const ACTIONS = \[(.*?)\];", text, re.DOTALL)
    assert tuple(re.findall(r'"(\w+)"', listed)) == ACTIONS


def test_the_page_asks_only_what_there_is():
    asked = set()
    for file in FOLDER.glob("*.mjs"):
        asked |= set(re.findall(r'\bask\(\s*"(\w+)"', file.read_text("utf-8")))
    assert asked <= set(ACTIONS)
    assert len(asked) > 5


def test_each_request_has_one_class_with_a_sentence():
    classes = [
        value
        for value in vars(requests).values()
        if inspect.isclass(value)
        and value.__name__.endswith("Request")
        and value.__name__ != "_Request"
    ]
    assert {each.__name__ for each in classes} == {each.__name__ for each in Request.__args__}
    for each in classes:
        assert (each.__doc__ or "").strip().endswith((".", "there."))


@pytest.mark.parametrize(
    ("content", "where"),
    [
        ({"action": "open", "request": "1", "ref": 5}, "request.ref"),
        ({"action": "open", "request": 1, "ref": "x"}, "request.request"),
        ({"action": "entries", "request": "1", "start": True}, "request.start"),
        ({"action": "compare", "request": "1", "left": {"x": 1}, "right": {}}, "request.left.x"),
        ({"action": "explode", "request": "1"}, "request"),
        ("open", "request"),
    ],
)
def test_what_is_no_request_is_refused_with_the_place(content: Any, where: str):
    with pytest.raises(FormatError) as caught:
        read_request(content)
    assert caught.value.where == where
    assert caught.value.hint is not None
