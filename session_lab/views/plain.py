"""How a view becomes what a front end receives: dicts, lists, texts, numbers, booleans and None."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

__all__ = ["to_plain"]


def to_plain(value: Any) -> Any:
    """Give a view as a JSON value, without sharing anything that could be changed.

    Args:
        value: a dataclass of this package, or texts, numbers, booleans, None, sequences and
            mappings of such.

    Returns:
        Dicts in the place of dataclasses and mappings, lists in the place of tuples.

    Raises:
        TypeError: a value that a front end could not receive.

    >>> to_plain({"tags": ("a", "b")})
    {'tags': ['a', 'b']}
    """
    if value is None or isinstance(value, (str, int, float)):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item) for item in value]
    raise TypeError(f"a view holds plain values, not {type(value).__name__}")
