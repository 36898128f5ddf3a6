"""Whether a JSON value has the shape that a TypedDict of the protocol declares, no more and no less."""

from __future__ import annotations

import types
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from session_lab.explorer import protocol

__all__ = ["check"]


def check(value: Any, kind: Any, where: str = "$") -> None:
    """Assert that a value has the shape; the message names the place."""
    origin = get_origin(kind)
    if is_typeddict(kind):
        assert isinstance(value, dict), f"{where}: {value!r}"
        hints = get_type_hints(kind, localns=vars(protocol))
        assert value.keys() <= hints.keys(), f"{where}: {value.keys() - hints.keys()}"
        assert value.keys() >= kind.__required_keys__, f"{where}: no {hints.keys() - value.keys()}"
        for name, item in value.items():
            check(item, hints[name], f"{where}.{name}")
    elif origin is list:
        assert isinstance(value, list), f"{where}: {value!r}"
        for index, item in enumerate(value):
            check(item, get_args(kind)[0], f"{where}[{index}]")
    elif origin is dict:
        assert isinstance(value, dict), f"{where}: {value!r}"
        for name, item in value.items():
            check(name, get_args(kind)[0], where)
            check(item, get_args(kind)[1], f"{where}.{name}")
    elif origin is Literal:
        assert value in get_args(kind), f"{where}: {value!r}"
    elif origin in (Union, types.UnionType):
        check(value, _fitting(value, get_args(kind)), where)
    else:
        assert type(value) is kind or (value is None and kind is type(None)), f"{where}: {value!r}"


def _fitting(value: Any, kinds: tuple[Any, ...]) -> Any:
    if value is None:
        assert type(None) in kinds
        return type(None)
    (kind,) = (each for each in kinds if each is not type(None))
    return kind
