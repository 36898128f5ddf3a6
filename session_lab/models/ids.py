"""Session ids: agent-base's pair of a u64 and an optional text, and the ways people write them."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from functools import total_ordering
from typing import Any, Self

from pydantic import Field, StrictInt, StrictStr, ValidationError

from session_lab.errors import FormatError
from session_lab.models.jsonvalue import encode_json, parse_json
from session_lab.models.value import Value

__all__ = ["MAX_ID", "SessionId", "SessionRef"]

MAX_ID = 2**64 - 1
"""The largest number of a session: agent-base's ids are unsigned 64-bit."""

_NUMBER = re.compile(r"0|[1-9][0-9]{0,19}", re.ASCII)
_DISPLAY = re.compile(r"(0|[1-9][0-9]{0,19})\((.*)\)", re.ASCII | re.DOTALL)


@total_ordering
class SessionId(Value):
    """Name a session: a number and, where it has one, an external id.

    Args:
        id: 0 to 18446744073709551615 (u64).
        external_id: the host application's own name for the session, matched exactly.

    Ordered by number, then by external id with None first.  Source: agent-types
    ``SessionId`` (its ``Display`` is what ``str()`` gives here).

    >>> str(SessionId(42)), str(SessionId(42, "my-ext-id"))
    ('42', '42(my-ext-id)')
    >>> SessionId(7) < SessionId(7, "a") < SessionId(8)
    True
    """

    id: StrictInt = Field(ge=0, le=MAX_ID)
    external_id: StrictStr | None = None

    def __init__(self, id: Any, external_id: str | None = None) -> None:  # noqa: A002 - the wire name
        fields = {"id": _integer(id), "external_id": external_id}
        super().__init__(**fields)

    def __str__(self) -> str:
        """Give agent-base's display form: ``42`` or ``42(ext)``."""
        return str(self.id) if self.external_id is None else f"{self.id}({self.external_id})"

    def __repr__(self) -> str:
        """Give the Python expression that makes this id."""
        if self.external_id is None:
            return f"SessionId({self.id})"
        return f"SessionId({self.id}, {self.external_id!r})"

    # Iterable as pydantic makes models, an id would look like a list to pandas: ``frame.loc[id]``.
    __iter__ = None  # type: ignore[assignment]

    def __lt__(self, other: object) -> bool:
        """Compare by number, then by external id with None first."""
        if not isinstance(other, SessionId):
            return NotImplemented
        return self._order() < other._order()

    def _order(self) -> tuple[int, bool, str]:
        return self.id, self.external_id is not None, self.external_id or ""

    @classmethod
    def of(cls, ref: SessionRef) -> SessionId:
        """Give the id that somebody means by an id, a number or a text.

        Args:
            ref: a ``SessionId`` (taken as it is), an integer (numpy's too, no bool), or a text:
                a canonical decimal means that number, ``42(ext)`` means both parts, anything
                else means ``SessionId(0, text)``.

        Raises:
            FormatError: neither of these, or a number outside u64.

        >>> SessionId.of("42"), SessionId.of("42(a)"), SessionId.of("042"), SessionId.of(7)
        (SessionId(42), SessionId(42, 'a'), SessionId(0, '042'), SessionId(7))
        """
        if isinstance(ref, SessionId):
            return ref
        if isinstance(ref, str):
            return cls._of_text(ref)
        try:
            return cls(ref)
        except (TypeError, ValidationError) as error:
            raise FormatError(
                f"{_shown(ref)} names no session",
                hint=f"give a SessionId, a number from 0 to {MAX_ID}, or a text",
            ) from error

    @classmethod
    def _of_text(cls, text: str) -> SessionId:
        if _NUMBER.fullmatch(text) and int(text) <= MAX_ID:
            return cls(int(text))
        match = _DISPLAY.fullmatch(text)
        if match and int(match[1]) <= MAX_ID:
            return cls(int(match[1]), match[2])
        return cls(0, text)

    @classmethod
    def from_wire(cls, value: object, *, where: str = "$") -> SessionId:
        """Read an id from its JSON value, ``{"id": 42, "external_id": null}``.

        As in the crate, ``external_id`` may be left out and other fields count for nothing.

        Raises:
            FormatError: another shape; ``where`` is the JSON path to name.
        """
        if isinstance(value, Mapping) and "id" in value:
            try:
                return cls(value["id"], value.get("external_id"))
            except (TypeError, ValidationError):
                pass
        raise FormatError(
            'expected a session id like {"id": 42, "external_id": null}',
            where=where,
            hint=f"the number goes from 0 to {MAX_ID}, the external id is a text or null",
        )

    def to_wire(self) -> dict[str, Any]:
        """Give the JSON value of the id.

        >>> SessionId(42, "a").to_wire()
        {'id': 42, 'external_id': 'a'}
        """
        return {"id": self.id, "external_id": self.external_id}

    def to_json(self) -> bytes:
        """Give the id as the JSON text that newer agent-base crates use as a database key.

        >>> SessionId(42).to_json()
        b'{"id":42,"external_id":null}'
        """
        return encode_json(self.to_wire())

    @classmethod
    def from_json(cls, text: bytes | str) -> Self:
        """Read an id from JSON text.

        Raises:
            FormatError: the text is no JSON or has another shape.
        """
        found = cls.from_wire(parse_json(text))
        return cls(found.id, found.external_id)


SessionRef = SessionId | int | str
"""What names a session wherever one is asked for."""


def _shown(ref: object) -> str:
    # Python refuses to write very long integers.
    return "a number that large" if isinstance(ref, int) and abs(ref) > MAX_ID else repr(ref)


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError("True and False name no session")
    return operator.index(value)
