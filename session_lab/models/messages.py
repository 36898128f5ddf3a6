"""The messages of a session, frozen to the depth, with agent-base's JSON as their wire form.

A message is written as an object with one key, the kind: ``{"User": {"content": "hi"}}``.
To add a field of a known kind, add it to its class here (and to ``_optional`` there when the
wire may leave it out); nothing else has to know.

Two forms of one message are kept apart:

- its *content*: the fields, known and unknown, without those that are absent or empty.  Digest and
  equality are about content, so a message that a newer crate rewrote with ``"name": null`` is the
  same message;
- its *form*: which empty fields the wire spelled out.  It is kept, so that what was read is
  written back as it came.

Tool calls and images have modules of their own.

Knows no session, no store and nothing of how messages are shown.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import ConfigDict, Field, ValidationError, field_validator

from session_lab.errors import FormatError
from session_lab.models.images import ImageField
from session_lab.models.jsonvalue import (
    FrozenJson,
    canonical_json,
    digest_of,
    parse_json,
)
from session_lab.models.tool_calls import ToolCall, ToolCalls
from session_lab.models.value import Value, format_error, slot

__all__ = [
    "AssistantMessage",
    "ChatMessage",
    "CustomMessage",
    "Message",
    "SystemMessage",
    "ToolCall",
    "ToolMessage",
    "UnknownMessage",
    "UserMessage",
    "message_from_body",
    "message_from_wire",
]


class Message(Value):
    """The common part of all messages: digest, equality, and the wire form.

    Two messages are equal when kind and content are; ``ephemeral`` is no part of either.
    """

    model_config = ConfigDict(extra="allow", strict=True)
    __slots__ = ("_body", "_digest", "_form")
    __pydantic_extra__: dict[str, FrozenJson] = Field(init=False)
    kept_slots: ClassVar[tuple[str, ...]] = ("_form",)

    kind: ClassVar[str]
    """``system``, ``user``, ``assistant``, ``tool``, ``custom`` or ``unknown``."""
    variant: ClassVar[str]
    """The key agent-base writes, such as ``User``."""
    _optional: ClassVar[tuple[str, ...]] = ()
    _spelled_out: ClassVar[tuple[str, ...]] = ()
    _flagged: ClassVar[bool] = False

    @property
    def text(self) -> str:
        """Give the words of the message, the empty string where it has none."""
        return getattr(self, "content", None) or ""

    @property
    def body(self) -> bytes:
        """Give the message's content as canonical JSON, the bytes that its digest is of."""
        body: bytes | None = slot(self, "_body")
        if body is None:
            body = canonical_json(self._content())
            object.__setattr__(self, "_body", body)
        return body

    @property
    def digest(self) -> str:
        """Give the digest of the message's kind and content, 40 hexadecimal digits.

        >>> UserMessage(content="hi").digest == UserMessage(content="hi", images=()).digest
        True
        """
        digest: str | None = slot(self, "_digest")
        if digest is None:
            digest = digest_of(self.body)
            object.__setattr__(self, "_digest", digest)
        return digest

    @property
    def form(self) -> tuple[str, ...] | None:
        """Name the empty fields that the wire spelled out; None for the newest crates' habit."""
        form: tuple[str, ...] | None = slot(self, "_form")
        return form

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name in type(self).model_fields:
            if name == "ephemeral":
                continue
            value = getattr(self, name)
            if name in self._optional and _is_empty(name, value):
                continue
            fields[name] = _wire_value(name, value)
        fields.update(self.model_extra or {})
        return fields

    def _content(self) -> Any:
        return {self.variant: self._fields()}

    def to_wire(self) -> Any:
        """Give the JSON value as agent-base writes it, in the form it was read in.

        >>> AssistantMessage(content="hi").to_wire()
        {'Assistant': {'content': 'hi', 'reasoning_content': None, 'tool_calls': None}}
        """
        form = self.form
        fields = self._fields()
        for name in self._spelled_out if form is None else form:
            if name in _SPELLINGS:
                fields.setdefault(*_SPELLINGS[name])
            else:
                fields.setdefault(name, None)
        known = [name for name in type(self).model_fields if name in fields]
        ordered = {name: fields.pop(name) for name in known}
        return {self.variant: {**ordered, **fields}}

    @classmethod
    def _from_fields(cls, fields: Any) -> Self:
        flag = fields.get("ephemeral") if cls._flagged and isinstance(fields, dict) else None
        if isinstance(flag, bool):
            # The flag lives in memory only. One that was written all the same says nothing here,
            # or the message would be lost with the next save; it is kept as a part of the form.
            fields = {name: value for name, value in fields.items() if name != "ephemeral"}
        message = cls.model_validate(fields)
        spelled = [n for n in cls._optional if n in fields and _is_empty(n, fields[n])]
        if isinstance(flag, bool):
            spelled.append("ephemeral:true" if flag else "ephemeral")
        if spelled != [name for name in cls._spelled_out if fields.get(name) is None]:
            object.__setattr__(message, "_form", tuple(spelled))
        return message

    def __eq__(self, other: object) -> bool:
        """Compare kind and content."""
        if not isinstance(other, Message):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __hash__(self) -> int:
        """Hash the content."""
        return hash(self.digest)


_NO_IMAGES: tuple[Any, ...] = ((), [])
_SPELLINGS: dict[str, tuple[str, Any]] = {
    "images": ("images", []),
    "ephemeral": ("ephemeral", False),
    "ephemeral:true": ("ephemeral", True),
}
"""What a name in a form stands for where it is not a field that is null."""


def _is_empty(name: str, value: Any) -> bool:
    # An empty list of tool calls is not the same as none: only images are dropped when empty.
    return value is None or (name == "images" and value in _NO_IMAGES)


def _wire_value(name: str, value: Any) -> Any:
    if value is not None and name in {"images", "tool_calls"}:
        return [item.to_wire() for item in value]
    return value


class SystemMessage(Message):
    """Tell the model how to behave.

    Args:
        content: the instructions.
        ephemeral: true for one that only this turn sees; such a message is never stored.
    """

    kind: ClassVar[str] = "system"
    variant: ClassVar[str] = "System"
    _flagged: ClassVar[bool] = True
    content: str
    ephemeral: bool = Field(default=False, repr=False)

    @property
    def role(self) -> str:
        """Give ``system``."""
        return self.kind


class UserMessage(Message):
    """Say what the user said; a turn starts with it.

    Args:
        content: the words.
        images: attachments, oldest first.
        ephemeral: true for one that only this turn sees; such a message is never stored.

    >>> UserMessage(content="hi").to_wire()
    {'User': {'content': 'hi'}}
    """

    kind: ClassVar[str] = "user"
    variant: ClassVar[str] = "User"
    _optional: ClassVar[tuple[str, ...]] = ("images",)
    _flagged: ClassVar[bool] = True
    content: str
    images: ImageField = ()
    ephemeral: bool = Field(default=False, repr=False)

    @property
    def role(self) -> str:
        """Give ``user``."""
        return self.kind


class AssistantMessage(Message):
    """Say what the model said, thought and asked to be run.

    Args:
        content: the words, or None where there are only tool calls.
        reasoning_content: the model's reasoning, where it shows it.
        thinking_signature: the provider's signature of the reasoning.
        tool_calls: the calls of one batch, or None.
    """

    kind: ClassVar[str] = "assistant"
    ephemeral: ClassVar[bool] = False
    variant: ClassVar[str] = "Assistant"
    _optional: ClassVar[tuple[str, ...]] = (
        "content",
        "reasoning_content",
        "thinking_signature",
        "tool_calls",
    )
    _spelled_out: ClassVar[tuple[str, ...]] = ("content", "reasoning_content", "tool_calls")
    content: str | None = None
    reasoning_content: str | None = None
    thinking_signature: str | None = None
    tool_calls: ToolCalls | None = None

    @property
    def role(self) -> str:
        """Give ``assistant``."""
        return self.kind


class ToolMessage(Message):
    """Answer one tool call.

    Args:
        tool_call_id: the id of the call it answers.
        name: the tool's name, where the crate wrote it.
        content: what the tool gave back, or the text of its error.
        images: pictures for the model to look at.
    """

    kind: ClassVar[str] = "tool"
    ephemeral: ClassVar[bool] = False
    variant: ClassVar[str] = "Tool"
    _optional: ClassVar[tuple[str, ...]] = ("name", "images")
    _spelled_out: ClassVar[tuple[str, ...]] = ("name",)
    tool_call_id: str
    name: str | None = None
    content: str
    images: ImageField = ()

    @property
    def role(self) -> str:
        """Give ``tool``."""
        return self.kind


class CustomMessage(Message):
    """Keep what the application put into the transcript; it is not sent to the model.

    Args:
        role: the application's own word, such as ``artifact``.
        data: any JSON value.
    """

    kind: ClassVar[str] = "custom"
    ephemeral: ClassVar[bool] = False
    variant: ClassVar[str] = "Custom"
    role: str
    data: FrozenJson

    @property
    def text(self) -> str:
        """Give the data as JSON text with sorted keys, as the crate's simplified view does."""
        return canonical_json(self.data).decode()


class UnknownMessage(Message):
    """Keep a message of a kind this version does not know.

    Args:
        raw: the JSON value exactly as read, usually an object with one key.

    Raises:
        pydantic.ValidationError: the value is of a known kind, or no message at all.

    >>> message_from_wire({"Developer": {"content": "be terse"}}).role
    'Developer'
    """

    kind: ClassVar[str] = "unknown"
    ephemeral: ClassVar[bool] = False
    variant: ClassVar[str] = "Unknown"
    model_config = ConfigDict(extra="forbid")
    raw: FrozenJson

    @field_validator("raw")
    @classmethod
    def _one_unknown_key(cls, raw: Any) -> Any:
        if isinstance(raw, str):
            return raw
        if not isinstance(raw, dict) or len(raw) != 1:
            raise ValueError("expected an object with one key, or a text")
        # Else it would be equal to the message of that kind, and be read back as one.
        if _VARIANTS.keys() & raw.keys():
            raise ValueError("this kind is known: build its own class")
        return raw

    @property
    def role(self) -> str:
        """Give the kind as the wire names it."""
        return self.raw if isinstance(self.raw, str) else str(next(iter(self.raw)))

    @property
    def text(self) -> str:
        """Give the content where it has one, else the JSON text of the whole."""
        fields = None if isinstance(self.raw, str) else self.raw[self.role]
        if isinstance(fields, dict) and isinstance(fields.get("content"), str):
            return str(fields["content"])
        return canonical_json(self.raw).decode()

    def _content(self) -> Any:
        return self.raw

    def to_wire(self) -> Any:
        """Give the JSON value back."""
        return self.raw


ChatMessage = (
    SystemMessage | UserMessage | AssistantMessage | ToolMessage | CustomMessage | UnknownMessage
)
"""Any message of a session."""

_VARIANTS: dict[str, type[Message]] = {
    model.variant: model
    for model in (SystemMessage, UserMessage, AssistantMessage, ToolMessage, CustomMessage)
}


def message_from_wire(value: Any, *, where: str = "$") -> ChatMessage:
    """Read a message from its JSON value.

    Args:
        value: as parsed from JSON.
        where: the JSON path to name in an error.

    Returns:
        A message of the known kind, else an ``UnknownMessage``.

    Raises:
        FormatError: no object with one key (nor a bare name), or a known kind of the wrong shape.

    >>> message_from_wire({"User": {"content": "hi"}})
    UserMessage(content='hi', images=())
    """
    if isinstance(value, str):
        return UnknownMessage(raw=value)
    if not isinstance(value, dict) or len(value) != 1:
        raise FormatError(
            "expected a message, an object with one key",
            where=where,
            hint='it looks like {"User": {"content": "…"}}',
        )
    ((variant, fields),) = value.items()
    model = _VARIANTS.get(variant)
    try:
        if model is None:
            return UnknownMessage(raw=value)
        return model._from_fields(fields)  # type: ignore[return-value]  # noqa: SLF001 - same module
    except ValidationError as error:
        raise format_error(error, where if model is None else f"{where}.{variant}") from error


def message_from_body(body: bytes, digest: str, form: tuple[str, ...] | None) -> ChatMessage:
    """Read a message from what a store keeps of it, without encoding it again.

    Args:
        body: its canonical JSON; ``digest`` must be the digest of these bytes (the caller checks).
        digest: 40 hexadecimal digits.
        form: the message's form.

    Raises:
        FormatError: the body is no message.
    """
    message = message_from_wire(parse_json(body))
    object.__setattr__(message, "_body", body)
    object.__setattr__(message, "_digest", digest)
    if form is None:
        if message.form is not None:
            object.__delattr__(message, "_form")
    else:
        object.__setattr__(message, "_form", form)
    return message
