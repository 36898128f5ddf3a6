"""What a diff is made of: one frozen value for each message and each changed field.

Only what was found is told here, not how it was found (``align.py``) nor how it is shown (views).
To add a kind of op, add its class and put it into ``Op``.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator

from session_lab.models import (
    ChatMessage,
    CustomMessage,
    Message,
    UnknownMessage,
    message_from_wire,
)
from session_lab.models.jsonvalue import FrozenJson, canonical_json, thaw

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "Added",
    "DiffStats",
    "Edited",
    "FieldChanged",
    "Moved",
    "Op",
    "Removed",
    "Same",
    "changed_fields",
    "message_fields",
]


def _read_message(value: Any) -> Any:
    return value if isinstance(value, Message) else message_from_wire(value)


# A message that is one already is taken as it is: it is frozen, and its digest is computed once.
MessageField = Annotated[
    ChatMessage,
    PlainValidator(_read_message),
    PlainSerializer(lambda message: thaw(message.to_wire())),
]


class FieldChanged(BaseModel):
    """Say that a field of a message, or of the session, has another value.

    Args:
        name: as the session's JSON names it.
        old: the JSON value before, None where there was none.
        new: the JSON value after, None where there is none.
        kind: ``added`` where the field was not there before, ``removed`` where it is gone.

    >>> FieldChanged(name="content", old="hi", new="hello").kind
    'changed'
    """

    model_config = ConfigDict(frozen=True)
    name: str
    old: FrozenJson = None
    new: FrozenJson = None
    kind: Literal["changed", "added", "removed"] = "changed"


def changed_fields(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChanged, ...]:
    """Compare two JSON objects field by field; as JSON, so 1 is not 1.0 and not true.

    Args:
        old: the fields before.
        new: the fields after.

    Returns:
        The changes in the order of ``old``, then what was added in the order of ``new``.

    >>> [change.name for change in changed_fields({"a": 1, "b": 2}, {"a": 1.0, "c": 3})]
    ['a', 'b', 'c']
    """
    found = []
    for name, value in old.items():
        if name not in new:
            found.append(FieldChanged(name=name, old=value, kind="removed"))
        elif canonical_json(value) != canonical_json(new[name]):
            found.append(FieldChanged(name=name, old=value, new=new[name]))
    found += [
        FieldChanged(name=name, new=value, kind="added")
        for name, value in new.items()
        if name not in old
    ]
    return tuple(found)


def message_fields(message: ChatMessage) -> dict[str, Any]:
    """Give the fields of a message's content under the names they have on the wire.

    Empty fields that the wire may leave out are left out here: they are no part of the content.

    Args:
        message: any message.  One of an unknown kind gives what its object holds, or ``raw``.

    >>> from session_lab.models import AssistantMessage
    >>> message_fields(AssistantMessage(content="hi"))
    {'content': 'hi'}
    """
    if isinstance(message, UnknownMessage):
        inside = message.raw if isinstance(message.raw, str) else message.raw[message.role]
        return dict(inside) if isinstance(inside, dict) else {"raw": message.raw}
    fields: dict[str, Any] = message.to_wire()[message.variant]
    if isinstance(message, CustomMessage):
        return dict(fields)
    known = type(message).model_fields
    return {
        name: value
        for name, value in fields.items()
        if not (name in known and (value is None or (name == "images" and not value)))
    }


class _Op(BaseModel):
    model_config = ConfigDict(frozen=True)


class Same(_Op):
    """Keep a message that is in both sessions, in the same order.

    Args:
        a_index: where it stands in the old session's stored messages, from 0.
        b_index: where it stands in the new session's.
        message: the message.
    """

    kind: Literal["same"] = "same"
    a_index: int
    b_index: int
    message: MessageField


class Added(_Op):
    """Bring in a message that only the new session has.

    Args:
        b_index: where it stands in the new session's stored messages, from 0.
        message: the message.
    """

    kind: Literal["added"] = "added"
    b_index: int
    message: MessageField

    @property
    def a_index(self) -> None:
        """Give None: it stands nowhere in the old session."""
        return


class Removed(_Op):
    """Drop a message that only the old session has.

    Args:
        a_index: where it stands in the old session's stored messages, from 0.
        message: the message.
    """

    kind: Literal["removed"] = "removed"
    a_index: int
    message: MessageField

    @property
    def b_index(self) -> None:
        """Give None: it stands nowhere in the new session."""
        return


class Edited(_Op):
    """Replace a message by another version of it.

    Args:
        a_index: where the old version stands in the old session's stored messages, from 0.
        b_index: where the new version stands in the new session's.
        old: the message before.
        new: the message after, of the same kind.
        moved: true where it is also out of the order of the rest.
    """

    kind: Literal["edited"] = "edited"
    a_index: int
    b_index: int
    old: MessageField
    new: MessageField
    moved: bool = False

    @cached_property
    def fields(self) -> tuple[FieldChanged, ...]:
        """Say which fields differ; computed when first asked for.

        >>> from session_lab.models import UserMessage
        >>> old, new = UserMessage(content="hi"), UserMessage(content="hello")
        >>> Edited(a_index=0, b_index=0, old=old, new=new).fields
        (FieldChanged(name='content', old='hi', new='hello', kind='changed'),)
        """
        return changed_fields(message_fields(self.old), message_fields(self.new))


class Moved(_Op):
    """Keep a message, unchanged, in another place among the others.

    Args:
        a_index: where it stands in the old session's stored messages, from 0.
        b_index: where it stands in the new session's.
        message: the message.
    """

    kind: Literal["moved"] = "moved"
    a_index: int
    b_index: int
    message: MessageField


Op = Annotated[Same | Added | Removed | Edited | Moved, Field(discriminator="kind")]
"""What happened to one message."""


class DiffStats(BaseModel):
    """Count the messages by what happened to them.

    Args:
        same: in both sessions, in the same order.
        added: only in the new one.
        removed: only in the old one.
        edited: in both, with another content, moved or not.
        moved: in both with the same content, in another order.

    >>> print(DiffStats(same=12, edited=1))
    12 same, 1 edited
    """

    model_config = ConfigDict(frozen=True)
    same: int = 0
    added: int = 0
    removed: int = 0
    edited: int = 0
    moved: int = 0

    def __str__(self) -> str:
        """Name the counts that are not 0."""
        counts = [f"{count} {name}" for name, count in self if count]
        return ", ".join(counts) or "no messages"
