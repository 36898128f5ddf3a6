"""The rules that all snapshot stores share, as pure functions: no database, no clock, no await."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from session_lab.errors import StoreError
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    ChatMessage,
    RuntimeEvent,
    SessionId,
    TextDelta,
    ThoughtDelta,
    ToolMessage,
    UserMessage,
    is_failed,
)
from session_lab.models.snapshots import preview_of

__all__ = [
    "FrozenState",
    "Standing",
    "check_label",
    "check_title",
    "coalesced",
    "first_free_fork",
    "freeze_state",
    "revision_of",
    "search_text",
    "state_facts",
]

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
LABEL_LENGTH = 200
REVISION_DIGITS = 18


@dataclass(frozen=True, slots=True)
class FrozenState:
    """A session's content at one moment, with what a store says about it."""

    session_id: SessionId
    session: AgentSession
    messages: tuple[ChatMessage, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class StateFacts:
    """The counts of a snapshot and the preview of a summary."""

    messages: int
    turns: int
    tool_calls: int
    errors: int
    size: int
    preview: str


def freeze_state(session: AgentSession) -> FrozenState:
    """Take a session's content as it is now.

    Raises:
        StoreError: the session has no id (as the crate's stores say).
    """
    if session.id is None:
        raise StoreError("session has no id", hint="make it with AgentSession(id=…) or copy(id=…)")
    own = session.copy()
    own.remove_ephemeral_messages()
    return FrozenState(session.id, own, own.chat_messages, own.digest)


def state_facts(messages: tuple[ChatMessage, ...]) -> StateFacts:
    """Count what a snapshot says about its messages."""
    turns = tool_calls = errors = size = 0
    preview = ""
    for message in messages:
        size += len(message.body)
        if isinstance(message, UserMessage):
            turns += 1
            preview = preview or preview_of(message.content)
        elif isinstance(message, AssistantMessage):
            tool_calls += len(message.tool_calls or ())
        elif isinstance(message, ToolMessage):
            errors += is_failed(message)
    return StateFacts(len(messages), turns, tool_calls, errors, size, preview)


def check_label(name: str) -> str:
    """Give a label back if it may be one.

    Raises:
        StoreError: blank, all digits (that would mean a revision), or over 200 characters.

    >>> check_label("before the fix")
    'before the fix'
    """
    if not name.strip():
        raise StoreError("a label can't be blank", hint="give a word, or None to take it away")
    if _DIGITS.fullmatch(name):
        raise StoreError(f"the label {name!r} would mean a revision", hint="add a letter to it")
    if len(name) > LABEL_LENGTH:
        raise StoreError(f"a label has at most {LABEL_LENGTH} characters, not {len(name)}")
    return check_title(name)


def check_title(title: str) -> str:
    """Give a title or label back if it can be stored.

    Raises:
        StoreError: it has a lone surrogate, half of a character that no text file can hold.
    """
    try:
        title.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{title!r} has half a character (a lone surrogate)", hint="take it out"
        ) from error
    return title


def search_text(message: ChatMessage) -> str:
    """Give what a search looks through: words, reasoning, and the tool calls' names and arguments.

    >>> from session_lab.models import ToolCall
    >>> call = ToolCall(id="1", name="read_file", arguments='{"path": "a.py"}')
    >>> search_text(AssistantMessage(tool_calls=(call,))).split()
    ['read_file', '{"path":', '"a.py"}']
    """
    parts = [message.text]
    if isinstance(message, AssistantMessage):
        parts.append(message.reasoning_content or "")
        for call in message.tool_calls or ():
            parts += [call.name, call.arguments]
    return "\n".join(parts)


def revision_of(snapshot: int | str) -> int | None:
    """Give the revision that a snapshot's name means, None where it is a label.

    >>> revision_of("7"), revision_of(7), revision_of("v7")
    (7, 7, None)
    """
    if isinstance(snapshot, str):
        return (
            int(snapshot)
            if _DIGITS.fullmatch(snapshot) and len(snapshot) <= REVISION_DIGITS
            else None
        )
    if isinstance(snapshot, bool) or not hasattr(snapshot, "__index__"):
        raise StoreError(f"{snapshot!r} names no snapshot", hint="give a revision or a label")
    return snapshot.__index__()


def first_free_fork(source: SessionId, taken: Callable[[SessionId], bool]) -> SessionId:
    """Give the id of a new fork: ``SessionId(0, "<display>~n")`` with the first free number.

    >>> first_free_fork(SessionId(42), lambda id: id.external_id == "42~1")
    SessionId(0, '42~2')
    """
    number = 1
    while taken(candidate := SessionId(0, f"{source}~{number}")):
        number += 1
    return candidate


def coalesced(last: RuntimeEvent, event: RuntimeEvent) -> RuntimeEvent | None:
    """Join a streamed delta to the one before it; None where they don't belong together.

    >>> one = TextDelta(session_id=SessionId(1), text="Hel")
    >>> coalesced(one, TextDelta(session_id=SessionId(1), text="lo")).text
    'Hello'
    """
    if isinstance(event, (TextDelta, ThoughtDelta)) and type(last) is type(event):
        before, after = _context(last), _context(event)
        if before == after:
            return event.model_copy(update={"text": last.text + event.text})
    return None


def _context(event: TextDelta | ThoughtDelta) -> dict[str, Any]:
    return {name: value for name, value in event.to_wire().items() if name != "text"}


class Standing:
    """Remember which snapshot each session object stands on, without keeping the object alive."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[AgentSession], SessionId, int]] = {}

    def put(self, session: AgentSession, session_id: SessionId, revision: int) -> None:
        """Remember that the object now stands on a revision."""
        key = id(session)
        forget = self._known.pop
        self._known[key] = (
            weakref.ref(session, lambda _ref: forget(key, None) and None),
            session_id,
            revision,
        )

    def get(self, session: AgentSession, session_id: SessionId) -> int | None:
        """Give the revision the object stands on, None where it was never loaded or saved here."""
        known = self._known.get(id(session))
        if known is None or known[0]() is not session or known[1] != session_id:
            return None
        return known[2]
