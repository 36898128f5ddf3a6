"""One message as a person sees it: plain data that a front end draws as it is.

Every text here is escaped (``escape_text``), shortened, and safe to send as JSON.  A new part of a
message gets a field of ``Entry`` and a line in ``EntryMaker``.  How messages belong together is in
``links.py``; how a whole session is shown in ``transcript.py``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, assert_never

from session_lab.errors import FormatError
from session_lab.models import (
    AssistantMessage,
    Base64Image,
    CustomMessage,
    SystemMessage,
    ToolMessage,
    UnknownImage,
    UnknownMessage,
    UrlImage,
    UserMessage,
    is_failed,
)
from session_lab.models.jsonvalue import parse_json
from session_lab.views.secrets import mask_secrets, masked_start
from session_lab.views.text import escape_text, human_bytes, one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from session_lab.models import ChatMessage, Image, ToolCall
    from session_lab.views.links import Links

__all__ = [
    "CALL_LIMIT",
    "NAME_LIMIT",
    "TEXT_LIMIT",
    "CallEntry",
    "Entry",
    "EntryMaker",
    "Excerpt",
    "ImageFact",
    "Reader",
    "message_text",
    "pretty_arguments",
    "pretty_json",
]

TEXT_LIMIT = 2000
"""Characters of a text that an entry holds; ``entry_full_text`` gives the rest."""
NAME_LIMIT = 200
"""Characters of an id, a name or an address."""
CALL_LIMIT = 200
"""Tool calls of one message that an entry holds."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The start of a text.

    Args:
        text: escaped.
        length: characters of the whole text, before escaping.
        truncated: true where there is more.
    """

    text: str
    length: int
    truncated: bool


@dataclass(frozen=True, slots=True)
class ImageFact:
    """What is known of an image without showing it.

    Args:
        kind: ``base64``, ``url`` or ``unknown``.
        media_type: such as ``image/png``, None where nothing says so.
        size: bytes of the decoded image, None where it is elsewhere.
        url: the address as text, None for an image that is carried along.  Never load it.
        detail: the detail asked for, or None.
        summary: all of this in one line.
    """

    kind: Literal["base64", "url", "unknown"]
    media_type: str | None
    size: int | None
    url: str | None
    detail: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class CallEntry:
    """A tool call with its answer.

    Args:
        number: its place in the message's batch, from 0.
        id: what the answer refers to.
        name: the tool.
        arguments: as indented JSON, or as they were written where they are malformed.
        malformed: true where the arguments are no JSON document.
        answer: the Tool message that answers it, None where there is none.
        unanswered: true where there is no answer.
        extra: unknown fields as JSON, or None.
    """

    number: int
    id: str
    name: str
    arguments: Excerpt
    malformed: bool
    answer: Entry | None
    unanswered: bool
    extra: Excerpt | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One message.

    Args:
        index: its place in ``chat_messages``, from 0.
        kind: ``system``, ``user``, ``assistant``, ``tool``, ``custom`` or ``unknown``.
        role: the role as the message names it; for custom and unknown ones any text.
        turn: 1 for the messages from the first User message on, 0 before it.
        text: the words, or JSON, at most 2,000 characters of it.
        length: characters of the whole text.
        truncated: true where ``text`` is not all of it.
        format: ``text``, or ``json`` for the data of custom and unknown messages.
        reasoning: the model's reasoning, or None.
        signature: the provider's signature of the reasoning, or None.
        calls: tool calls in their order, at most 200, each with its answer.
        more_calls: how many calls were left out.
        call_id: of a Tool message, the id it answers.
        tool: of a Tool message, the tool's name where it is known.
        answers: of a Tool message, the index of the message with the call it answers.
        orphan: of a Tool message that answers no call: why.
        failed: true for a Tool message that reports a failure (``is_failed``).
        images: what is known of the images.
        extra: unknown fields as JSON, or None.
        ephemeral: true for a message that no store keeps.
    """

    index: int
    kind: str
    role: str
    turn: int
    text: str
    length: int
    truncated: bool
    format: Literal["text", "json"] = "text"
    reasoning: Excerpt | None = None
    signature: Excerpt | None = None
    calls: tuple[CallEntry, ...] = ()
    more_calls: int = 0
    call_id: str | None = None
    tool: str | None = None
    answers: int | None = None
    orphan: str | None = None
    failed: bool = False
    images: tuple[ImageFact, ...] = ()
    extra: Excerpt | None = None
    ephemeral: bool = False


def pretty_json(value: Any) -> str:
    r"""Write a JSON value over several lines; what can't be written is said, not raised.

    >>> pretty_json({"q": ["ü"]})
    '{\n  "q": [\n    "ü"\n  ]\n}'
    """
    try:
        return json.dumps(value, indent=2, ensure_ascii=False)
    except (RecursionError, TypeError, ValueError) as error:
        return f"(this value can't be written as JSON: {error})"


def pretty_arguments(text: str) -> tuple[str, bool]:
    r"""Indent a call's arguments; give them as they are, and True, where they are malformed.

    >>> pretty_arguments('{"q":1}'), pretty_arguments('{"q":')
    (('{\n  "q": 1\n}', False), ('{"q":', True))
    """
    try:
        return pretty_json(parse_json(text)), False
    except FormatError:
        return text, True


def message_text(message: ChatMessage) -> str:
    r"""Give the whole text of a message as it is shown, not escaped.

    >>> message_text(CustomMessage(role="artifact", data=[1]))
    '[\n  1\n]'
    """
    match message:
        case SystemMessage() | UserMessage() | ToolMessage():
            return message.content
        case AssistantMessage():
            return message.content or ""
        case CustomMessage():
            return pretty_json(message.data)
        case UnknownMessage():
            return pretty_json(message.raw)
        case _:
            assert_never(message)


@dataclass(frozen=True, slots=True)
class Reader:
    """How texts are brought into a view.

    Args:
        limit: characters of a text.
        masked: hide what looks like a secret, as static forms do.

    >>> Reader(limit=5).excerpt("transcript")
    Excerpt(text='trans', length=10, truncated=True)
    """

    limit: int = TEXT_LIMIT
    masked: bool = False

    def excerpt(self, text: str) -> Excerpt:
        """Give the start of a text."""
        start = masked_start(text, self.limit) if self.masked else text[: self.limit]
        return Excerpt(escape_text(start), len(text), len(text) > self.limit)

    def line(self, text: str) -> str:
        """Give a name, an id or an address as one line."""
        bounded = text[: 8 * NAME_LIMIT]
        return one_line(mask_secrets(bounded) if self.masked else bounded, NAME_LIMIT)

    def json(self, value: Mapping[str, Any] | None) -> Excerpt | None:
        """Give fields as JSON, None where there are none."""
        return self.excerpt(pretty_json(value)) if value else None


@dataclass(frozen=True, slots=True)
class EntryMaker:
    """Make the entries of a session's messages.

    Args:
        messages: all messages of the session.
        links: how they belong together.
        reader: how texts are brought in.

    >>> from session_lab.views.links import link_messages
    >>> messages = (UserMessage(content="hi"),)
    >>> entry = EntryMaker(messages, link_messages(messages)).entry(0)
    >>> entry.role, entry.turn, entry.text
    ('user', 1, 'hi')
    """

    messages: Sequence[ChatMessage]
    links: Links
    reader: Reader = Reader()

    def entry(self, index: int) -> Entry:
        """Give the entry of one message.

        Args:
            index: its place among all messages, from 0.
        """
        message, reader = self.messages[index], self.reader
        parts: dict[str, Any] = {}
        if isinstance(message, AssistantMessage):
            parts = self._assistant_parts(message, index)
        elif isinstance(message, ToolMessage):
            parts = self._tool_parts(message, index)
        elif isinstance(message, (CustomMessage, UnknownMessage)):
            parts = {"format": "json"}
        start = reader.excerpt(message_text(message))
        images = message.images if isinstance(message, (UserMessage, ToolMessage)) else ()
        return Entry(
            index=index,
            kind=message.kind,
            role=reader.line(message.role),
            turn=self.links.turns[index],
            text=start.text,
            length=start.length,
            truncated=start.truncated,
            images=tuple(_image_fact(image, reader) for image in images),
            extra=reader.json(message.model_extra),
            ephemeral=message.ephemeral,
            **parts,
        )

    def _assistant_parts(self, message: AssistantMessage, index: int) -> dict[str, Any]:
        calls = message.tool_calls or ()
        reasoning, signature = message.reasoning_content, message.thinking_signature
        return {
            "reasoning": self.reader.excerpt(reasoning) if reasoning else None,
            "signature": self.reader.excerpt(signature) if signature else None,
            "calls": tuple(
                self._call(call, index, number) for number, call in enumerate(calls[:CALL_LIMIT])
            ),
            "more_calls": max(0, len(calls) - CALL_LIMIT),
        }

    def _call(self, call: ToolCall, index: int, number: int) -> CallEntry:
        arguments, malformed = pretty_arguments(call.arguments)
        answer = self.links.answered.get((index, number))
        return CallEntry(
            number=number,
            id=self.reader.line(call.id),
            name=self.reader.line(call.name),
            arguments=self.reader.excerpt(arguments),
            malformed=malformed,
            answer=None if answer is None else self.entry(answer),
            unanswered=answer is None,
            extra=self.reader.json(call.model_extra),
        )

    def _tool_parts(self, message: ToolMessage, index: int) -> dict[str, Any]:
        asked = self.links.answers.get(index)
        name = message.name or self.links.names.get(index)
        return {
            "call_id": self.reader.line(message.tool_call_id),
            "tool": None if name is None else self.reader.line(name),
            "answers": None if asked is None else asked[0],
            "orphan": self.links.orphans.get(index),
            "failed": is_failed(message),
        }


def _image_fact(image: Image, reader: Reader) -> ImageFact:
    match image:
        case Base64Image():
            media_type = reader.line(image.media_type) if image.media_type else None
            size = _decoded_size(image.data)
            detail = reader.line(image.detail) if image.detail else None
            summary = f"{media_type or 'unknown type'}, {human_bytes(size)}"
            return ImageFact("base64", media_type, size, None, detail, summary)
        case UrlImage():
            url = reader.line(image.url)
            detail = reader.line(image.detail) if image.detail else None
            return ImageFact("url", None, None, url, detail, f"{url} (not loaded)")
        case UnknownImage():
            shown = reader.line(pretty_json(image.raw))
            return ImageFact("unknown", None, None, None, None, f"unknown kind: {shown}")
        case _:
            assert_never(image)


def _decoded_size(data: str) -> int:
    """Give the bytes that Base64 text stands for, from its length."""
    digits = len(data) - data.count("\n") - data.count("\r")
    return (digits - data[-2:].count("=")) * 3 // 4
