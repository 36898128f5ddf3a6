"""Texts, JSON values, and the fields that no version knows."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from session_lab.models import MAX_ID

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_HOSTILE = (
    "",
    " ",
    "\n",
    "\x00",
    "</script><img src=x onerror=alert(1)>",
    "\x1b[2J\x1b]0;title\x07",
    "\u202egnp.exe",
    "\u2028\u2029\ufeff",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE sessions; --",
    "👩‍👩‍👧 e\u0301 你好 Straße",
    "❌ Tool 'x' execution failed: boom",
    '{"error": "no"}',
    "042",
    "42(a)",
)


def as_json(value: Any) -> str:
    """Write a JSON value so that two texts are equal exactly when the values are the same JSON.

    ``==`` would do but for 1, 1.0 and True, which are equal in Python.

    >>> as_json({"b": 1, "a": [True]}) == as_json({"a": [True], "b": 1.0})
    False
    """
    return json.dumps(value, sort_keys=True)


@cache
def texts(max_size: int = 30) -> SearchStrategy[str]:
    """Give texts: any characters UTF-8 can hold, and some that have broken programs before."""
    return st.one_of(st.text(max_size=max_size), st.sampled_from(_HOSTILE))


@cache
def _integers() -> SearchStrategy[int]:
    return st.one_of(
        st.integers(-3, 3),
        st.integers(-(2**70), 2**70),
        st.sampled_from([2**53 + 1, 2**63, MAX_ID, MAX_ID + 1, -(2**63) - 1]),
    )


@cache
def _scalars() -> SearchStrategy[Any]:
    floats = st.floats(allow_nan=False, allow_infinity=False)
    return st.one_of(st.none(), st.booleans(), _integers(), floats, texts())


@cache
def json_values(max_leaves: int = 8) -> SearchStrategy[Any]:
    """Give any JSON value, nested, with numbers past 64 bits."""
    return st.recursive(
        _scalars(),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(texts(10), inner, max_size=4)
        ),
        max_leaves=max_leaves,
    )


@cache
def json_objects(max_leaves: int = 8) -> SearchStrategy[dict[str, Any]]:
    """Give JSON objects."""
    return st.dictionaries(texts(10), json_values(max_leaves), max_size=4)


@cache
def unknown_fields(known: frozenset[str], *, often: bool = False) -> SearchStrategy[dict[str, Any]]:
    """Give fields that no version knows, some of them named like something in Python."""
    names = st.one_of(
        st.sampled_from(
            [
                "digest",
                "text",
                "_form",
                "_digest",
                "_body",
                "_tag",
                "self",
                "model_config",
                "tenant",
            ]
        ),
        st.text(min_size=1, max_size=8),
    ).filter(lambda name: name not in known)
    some = st.dictionaries(names, json_values(4), min_size=1, max_size=2)
    return some if often else st.one_of(st.just({}), st.just({}), some)


@cache
def counts() -> SearchStrategy[int]:
    return st.one_of(st.integers(0, 3), st.integers(0, MAX_ID))


def _places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Give the paths of all values inside a JSON value, its own first."""
    found = [path]
    if isinstance(value, dict):
        inner = list(value.items())
    else:
        inner = list(enumerate(value)) if isinstance(value, list) else []
    for key, item in inner:
        found += _places(item, (*path, key))
    return found


def _with(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """Give a copy with another value at a path."""
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _with(value[path[0]], path[1:], new)
    return copy


@st.composite
def damaged(draw: st.DrawFn, values: SearchStrategy[Any]) -> Any:
    """Give JSON values in which one value, at any depth, became another."""
    value = draw(values)
    path = draw(st.sampled_from(_places(value)))
    return _with(value, path, draw(json_values(3)))
