"""A session as a person reads it: facts at the top, then its messages with calls and answers joined.

``transcript`` gives a part of a session as data for a front end; ``transcript_text`` and
``transcript_html`` are the static forms that stay readable in a saved notebook.  How one message is
shown is in ``entries.py``, what the static forms look like in ``static.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from session_lab.models import AssistantMessage
from session_lab.views.entries import (
    Entry,
    EntryMaker,
    Reader,
    message_text,
    pretty_arguments,
    pretty_json,
)
from session_lab.views.header import Header, header_of
from session_lab.views.links import link_messages
from session_lab.views.plain import to_plain
from session_lab.views.static import StaticTranscript, html_form, text_form
from session_lab.views.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from session_lab.models import AgentSession, ChatMessage
    from session_lab.views.html import SafeHtml

__all__ = [
    "STATIC_MESSAGES",
    "Reading",
    "Transcript",
    "entry_full_text",
    "transcript",
    "transcript_html",
    "transcript_text",
]

STATIC_MESSAGES = 30
"""Messages that a static form shows."""
_STATIC_TAIL = 10

Part = Literal["text", "reasoning", "signature", "arguments", "extra"]
"""A text of an entry that may have been shortened."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A part of a session as a front end draws it.

    Args:
        header: what is told of the whole session.
        start: the index of the first entry.
        stop: the index after the last entry.
        total: count of messages.
        entries: the messages from ``start`` to ``stop``, in their order.  A Tool message is an
            entry of its own and also stands under the call it answers.
    """

    header: Header
    start: int
    stop: int
    total: int
    entries: tuple[Entry, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the whole as a JSON object of dicts, lists, texts, numbers, booleans and None."""
        plain: dict[str, Any] = to_plain(self)
        return plain


class Reading:
    """Hold a session ready to be shown part by part, as it is now.

    The session is looked through once; each part costs what is in it.  What happens to the session
    later does not show.

    Args:
        session: the session; it is not changed.
        masked: hide what looks like a secret.

    >>> from session_lab.models import AgentSession
    >>> session = AgentSession(id=1)
    >>> session.push_user("hi")
    >>> reading = Reading(session)
    >>> session.push_assistant("ho")
    >>> [entry.text for entry in reading.part().entries]
    ['hi']
    """

    def __init__(self, session: AgentSession, *, masked: bool = False) -> None:
        messages = session.chat_messages
        links = link_messages(messages)
        reader = Reader(masked=masked)
        self.total = len(messages)
        self.header = header_of(session, links, reader)
        self._maker = EntryMaker(messages, links, reader)

    def entries(self, indices: Iterable[int]) -> tuple[Entry, ...]:
        """Give the entries of some messages.

        Args:
            indices: their places among all messages, from 0.
        """
        return tuple(self._maker.entry(index) for index in indices)

    def part(self, start: int = 0, stop: int | None = None) -> Transcript:
        """Give the messages from ``start`` to ``stop``, which count as in a slice."""
        first, last, _ = slice(start, stop).indices(self.total)
        return Transcript(
            header=self.header,
            start=first,
            stop=max(first, last),
            total=self.total,
            entries=self.entries(range(first, last)),
        )


def transcript(
    session: AgentSession, *, start: int = 0, stop: int | None = None, masked: bool = False
) -> Transcript:
    """Show a part of a session; for one part after the other, keep a ``Reading``.

    Only the messages from ``start`` to ``stop`` are rendered; the others are looked at for turns,
    calls and failures.

    Args:
        session: the session; it is not changed.
        start: the first message, as in a slice.
        stop: the message after the last one, as in a slice.
        masked: hide what looks like a secret.

    >>> from session_lab.models import AgentSession
    >>> session = AgentSession(id=1)
    >>> session.push_user("hi")
    >>> transcript(session).entries[0].text
    'hi'
    """
    return Reading(session, masked=masked).part(start, stop)


def entry_full_text(
    session: AgentSession, index: int, part: Part = "text", *, call: int | None = None
) -> str:
    """Give a text that an entry holds only the start of, whole and escaped.

    Args:
        session: the session.
        index: the message's place, from 0.
        part: which text of the message; of a call ``arguments`` or ``extra``.
        call: the call's place in its batch, from 0; None for the message's own texts.

    Raises:
        IndexError: there is no such message or call.
        ValueError: the message or call has no such part.

    >>> from session_lab.models import AgentSession, UserMessage
    >>> session = AgentSession(chat_messages=[UserMessage(content="hi " * 1000)])
    >>> len(entry_full_text(session, 0))
    3000
    """
    messages = session.chat_messages
    if not 0 <= index < len(messages):
        raise IndexError(f"there is no message {index}; the session has {len(messages)}")
    message = messages[index]
    parts = _parts(message) if call is None else _call_parts(message, index, call)
    if part not in parts:
        owner = f"message {index}" if call is None else f"call {call} of message {index}"
        raise ValueError(f"{owner} has no {part}; it has {', '.join(parts)}")
    return escape_text(parts[part])


def _parts(message: ChatMessage) -> dict[str, str]:
    parts = {"text": message_text(message)}
    if isinstance(message, AssistantMessage):
        parts |= {
            "reasoning": message.reasoning_content or "",
            "signature": message.thinking_signature or "",
        }
    if message.model_extra:
        parts["extra"] = pretty_json(message.model_extra)
    return parts


def _call_parts(message: ChatMessage, index: int, number: int) -> dict[str, str]:
    calls = (message.tool_calls or ()) if isinstance(message, AssistantMessage) else ()
    if not 0 <= number < len(calls):
        raise IndexError(f"message {index} has no call {number}; it has {len(calls)}")
    call = calls[number]
    parts = {"arguments": pretty_arguments(call.arguments)[0]}
    if call.model_extra:
        parts["extra"] = pretty_json(call.model_extra)
    return parts


def transcript_text(session: AgentSession, *, limit: int | None = STATIC_MESSAGES) -> str:
    """Give a session as plain text, with secrets masked and control characters escaped.

    Args:
        session: the session.
        limit: how many messages at most, the last ones among them; None for all.

    >>> from session_lab.models import AgentSession
    >>> session = AgentSession(id=1)
    >>> session.push_user("hi")
    >>> print(transcript_text(session))
    Session 1 · 1 message · 1 turn
    <BLANKLINE>
    [0] user · turn 1
        hi
    """
    return text_form(_static(session, limit))


def transcript_html(session: AgentSession, *, limit: int | None = STATIC_MESSAGES) -> SafeHtml:
    """Give a session as HTML that runs nothing, loads nothing and has its secrets masked.

    Args:
        session: the session.
        limit: how many messages at most, the last ones among them; None for all.

    >>> from session_lab.models import AgentSession
    >>> session = AgentSession(id=1)
    >>> session.push_user("<script>")
    >>> "&lt;script&gt;" in transcript_html(session)
    True
    """
    return html_form(_static(session, limit))


def _static(session: AgentSession, limit: int | None) -> StaticTranscript:
    reading = Reading(session, masked=True)
    total = reading.total
    # How a session began and how it ended tell most about it: what is left out is between.
    shown = total if limit is None else max(0, min(limit, total))
    tail = min(_STATIC_TAIL, shown // 2) if shown < total else 0
    return StaticTranscript(
        header=reading.header,
        entries=reading.entries([*range(shown - tail), *range(total - tail, total)]),
        gap=shown - tail,
        hidden=total - shown,
    )
