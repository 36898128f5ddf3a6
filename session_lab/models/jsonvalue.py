"""JSON values that can't be changed, and the two ways they are written.

Everything that reads or writes JSON text goes through here, so that the rules for numbers,
surrogates, depth and frozen containers stand in one place.  Knows nothing of messages or sessions.
"""

from __future__ import annotations

import hashlib
import json
import math
from typing import Annotated, Any, NoReturn

from pydantic import BeforeValidator, PlainSerializer

from session_lab.errors import FormatError

__all__ = [
    "FrozenDict",
    "FrozenJson",
    "FrozenList",
    "canonical_json",
    "digest_of",
    "encode_json",
    "freeze",
    "parse_json",
    "thaw",
]

DIGEST_BYTES = 20

MAX_DEPTH = 200
"""How deep a kept value may be nested.

Fixed, so that it does not hang on how deep the caller stands in Python's stack whether a file can
be read; above the 128 levels at which serde_json, agent-base's reader, refuses.
"""


class FrozenDict(dict[str, Any]):
    """A dict that can't be changed and is equal to a plain dict with the same content.

    >>> FrozenDict(a=1) == {"a": 1}
    True
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this JSON object is frozen; make a changed copy with dict(...)")

    __setitem__ = __delitem__ = pop = popitem = clear = update = setdefault = _refuse
    __ior__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(frozenset(self.items()))

    def __copy__(self) -> FrozenDict:
        return self

    def __deepcopy__(self, _memo: object) -> FrozenDict:
        return self

    def __reduce__(self) -> tuple[type[FrozenDict], tuple[dict[str, Any]]]:
        return type(self), (dict(self),)


class FrozenList(list[Any]):
    """A list that can't be changed and is equal to a plain list with the same content.

    >>> FrozenList([1, 2]) == [1, 2]
    True
    """

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("this JSON array is frozen; make a changed copy with list(...)")

    __setitem__ = __delitem__ = append = extend = insert = pop = remove = clear = _refuse
    sort = reverse = __iadd__ = __imul__ = _refuse

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self))

    def __copy__(self) -> FrozenList:
        return self

    def __deepcopy__(self, _memo: object) -> FrozenList:
        return self

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return type(self), (list(self),)


def freeze(value: Any) -> Any:
    """Give a JSON value whose objects and arrays can't be changed.

    Args:
        value: None, bool, int, finite float, str, or dicts (with str keys), lists and tuples
            of them, at most ``MAX_DEPTH`` levels deep.

    Returns:
        The same scalar, or a ``FrozenDict`` / ``FrozenList`` with frozen content.

    Raises:
        ValueError: the value has no JSON form.

    >>> freeze({"tags": ["a"]})["tags"].append("b")
    Traceback (most recent call last):
    ...
    TypeError: this JSON array is frozen; make a changed copy with list(...)
    """
    return _freeze(value, MAX_DEPTH)


def _freeze(value: Any, levels: int) -> Any:
    if value is None or isinstance(value, (str, bool, int, FrozenDict, FrozenList)):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError(f"{value!r} has no JSON form")
        return value
    if levels == 0:
        raise ValueError(f"nested more than {MAX_DEPTH} levels deep")
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"a JSON object's keys are text, not {key!r}")  # noqa: TRY004 - pydantic reports ValueErrors
        return FrozenDict({key: _freeze(item, levels - 1) for key, item in value.items()})
    if isinstance(value, (list, tuple)):
        return FrozenList([_freeze(item, levels - 1) for item in value])
    raise ValueError(f"{type(value).__name__} has no JSON form")


def thaw(value: Any) -> Any:
    """Give a plain, changeable copy of a JSON value.

    >>> thaw(FrozenDict(a=FrozenList([1])))
    {'a': [1]}
    """
    if isinstance(value, dict):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list):
        return [thaw(item) for item in value]
    return value


FrozenJson = Annotated[Any, BeforeValidator(freeze), PlainSerializer(thaw)]
"""A pydantic field that holds any JSON value, frozen to its depth."""


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"the number {text} is out of range")
    return value


_decoder = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
_plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_plain_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False)
_sorted = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
)
_sorted_ascii = json.JSONEncoder(
    ensure_ascii=True, separators=(",", ":"), allow_nan=False, sort_keys=True
)


def parse_json(text: bytes | str, *, where: str | None = None) -> Any:
    """Read JSON text as serde_json would: no NaN, no number out of range.

    A byte order mark is passed over.  Unlike there, the escape of a lone surrogate is read, and so
    is an integer past 64 bits.

    Args:
        text: UTF-8 bytes or text.
        where: the place to name in an error.

    Raises:
        FormatError: the text is no JSON, nested too deeply, or no UTF-8.

    >>> parse_json(b'{"id": 18446744073709551615}')
    {'id': 18446744073709551615}
    """
    hint = "check that the text was not cut off or edited by hand"
    try:
        if not isinstance(text, str):
            text = text.decode("utf-8")
        return _decoder.decode(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        full = f"{where}, {place}" if where else place
        raise FormatError(f"not JSON: {error.msg}", where=full, hint=hint) from error
    except UnicodeDecodeError as error:
        raise FormatError(
            f"not UTF-8 text (byte {error.start})", where=where, hint="re-encode it as UTF-8"
        ) from error
    except RecursionError as error:
        raise FormatError(
            "JSON nested too deeply to read", where=where, hint="flatten the value"
        ) from error
    except ValueError as error:
        raise FormatError(f"not JSON: {error}", where=where, hint=hint) from error


def _encode(value: Any, plain: json.JSONEncoder, ascii_only: json.JSONEncoder) -> bytes:
    try:
        try:
            return plain.encode(value).encode()
        except UnicodeEncodeError:
            # A lone surrogate has no UTF-8 form but has a JSON one: the \\uD800 escape.
            return ascii_only.encode(value).encode()
    except RecursionError as error:
        raise FormatError(
            "a value nested too deeply to write as JSON", hint="flatten the value"
        ) from error
    except ValueError as error:
        raise FormatError(
            f"a value that has no JSON form: {error}", hint="keep it as a text"
        ) from error


def encode_json(value: Any) -> bytes:
    r"""Write a JSON value compactly, in the order its objects have.

    >>> encode_json({"b": 1, "a": "ü"}).decode()
    '{"b":1,"a":"ü"}'
    """
    return _encode(value, _plain, _plain_ascii)


def canonical_json(value: Any) -> bytes:
    """Write a JSON value so that equal values give equal bytes (objects sorted by key).

    >>> canonical_json({"b": 1, "a": 2}).decode()
    '{"a":2,"b":1}'
    """
    return _encode(value, _sorted, _sorted_ascii)


def digest_of(data: bytes) -> str:
    """Give the digest of some bytes: BLAKE2b, 20 bytes, as 40 hexadecimal digits.

    >>> len(digest_of(b""))
    40
    """
    return hashlib.blake2b(data, digest_size=DIGEST_BYTES).hexdigest()
