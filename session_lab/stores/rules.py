"""The rules that all snapshot stores share, as pure functions: no database, no clock, no await."""

from __future__ import annotations

import re
import weakref
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

from session_lab.errors import StoreError
from session_lab.models import (
    AgentSession,
    Annotations,
    AssistantMessage,
    ChatMessage,
    RuntimeEvent,
    SessionId,
    SessionSummary,
    TextDelta,
    ThoughtDelta,
    ToolMessage,
    UserMessage,
    is_failed,
)
from session_lab.models.jsonvalue import freeze
from session_lab.models.snapshots import preview_of

__all__ = [
    "AnnotationChange",
    "Content",
    "FrozenState",
    "Key",
    "Place",
    "Standing",
    "check_annotations",
    "check_label",
    "check_title",
    "coalesced",
    "content_of",
    "first_free_fork",
    "freeze_state",
    "message_key",
    "revision_of",
    "search_text",
    "state_facts",
    "summary_of_session",
]

_DIGITS = re.compile(r"[0-9]+", re.ASCII)
LABEL_LENGTH = 200
REVISION_DIGITS = 18


Key = tuple[str, str | None]
"""What makes two messages one row of a log: digest and form."""


def message_key(message: ChatMessage) -> Key:
    """Give what makes two messages the same row: content and form."""
    form = message.form
    return message.digest, None if form is None else ",".join(form)


@dataclass(frozen=True, slots=True)
class Content:
    """Messages, with what is made of each of them for every save."""

    messages: tuple[ChatMessage, ...]
    keys: tuple[Key, ...]
    facts: StateFacts


@dataclass(frozen=True, slots=True)
class FrozenState:
    """A session's content at one moment, with what a store says about it."""

    session_id: SessionId
    session: AgentSession
    digest: str
    content: Content


@dataclass(frozen=True, slots=True)
class StateFacts:
    """The counts of a snapshot and the preview of a summary."""

    messages: int
    turns: int
    tool_calls: int
    errors: int
    size: int
    preview: str


def check_session(session: object) -> None:
    """Check that what somebody wants to save is a session.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(session, AgentSession):
        kind = type(session).__name__
        raise TypeError(f"a store keeps AgentSession objects, not {kind}: make one, or load one")


def freeze_state(session: AgentSession, before: Content | None = None) -> FrozenState:
    """Take a session's content as it is now.

    Args:
        session: the session.
        before: the content of an earlier save of it, to go on from.

    Raises:
        StoreError: the session has no id (as the crate's stores say).
        TypeError: it is no session.
    """
    check_session(session)
    if session.id is None:
        raise StoreError("session has no id", hint="make it with AgentSession(id=…) or copy(id=…)")
    own = session.copy()
    own.remove_ephemeral_messages()
    return FrozenState(session.id, own, own.digest, content_of(own.chat_messages, before))


def content_of(messages: tuple[ChatMessage, ...], before: Content | None = None) -> Content:
    """Describe messages; those of ``before`` that they begin with are not looked at again.

    >>> one = content_of((UserMessage(content="hi"),))
    >>> content_of((*one.messages, UserMessage(content="more")), one).facts.turns
    2
    """
    same = 0
    if before is not None:
        # The very same objects: equal messages may be written in different forms.
        pairs = zip(before.messages, messages, strict=False)
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1], pairs))
    if before is None or same < len(before.messages):
        facts = state_facts(messages)
    else:
        facts = state_facts(messages[same:], before.facts)
    known = () if before is None else before.keys[:same]
    return Content(messages, (*known, *map(message_key, messages[same:])), facts)


def state_facts(messages: tuple[ChatMessage, ...], before: StateFacts | None = None) -> StateFacts:
    """Count what a snapshot says about its messages, those counted ``before`` in front of them."""
    start = StateFacts(0, 0, 0, 0, 0, "") if before is None else before
    turns, tool_calls, errors, size = start.turns, start.tool_calls, start.errors, start.size
    preview = start.preview
    for message in messages:
        size += len(message.body)
        if isinstance(message, UserMessage):
            turns += 1
            preview = preview or preview_of(message.content)
        elif isinstance(message, AssistantMessage):
            tool_calls += len(message.tool_calls or ())
        elif isinstance(message, ToolMessage):
            errors += is_failed(message)
    return StateFacts(start.messages + len(messages), turns, tool_calls, errors, size, preview)


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
    """Give a title, label or tag back if it can be stored.

    Raises:
        StoreError: no text, or one with a lone surrogate, half of a character that no text file
            can hold.
    """
    if not isinstance(title, str):
        raise StoreError(f"{title!r} is no text", hint="give a str")
    try:
        title.encode()
    except UnicodeEncodeError as error:
        raise StoreError(
            f"{title!r} has half a character (a lone surrogate)", hint="take it out"
        ) from error
    return title


class AnnotationChange(NamedTuple):
    """What ``annotate`` is to change: checked, and taken before the first await."""

    title: str | None
    tags: tuple[str, ...] | None
    metadata: Mapping[str, Any] | None

    def applied_to(self, old: Annotations) -> Annotations:
        """Give the annotations with the new parts."""
        return old.changed(self.title, self.tags, self.metadata)


def check_annotations(
    title: str | None, tags: Sequence[str] | None, metadata: Mapping[str, Any] | None
) -> AnnotationChange:
    """Give what ``annotate`` was called with, if it can be stored.

    Raises:
        StoreError: a title or tag that is no text, tags that are one text, metadata that is no
            JSON object.

    >>> check_annotations("A title", ["red", "red"], {"a": 1})
    AnnotationChange(title='A title', tags=('red',), metadata={'a': 1})
    """
    if isinstance(tags, str):
        raise StoreError(f"the tags {tags!r} are one text", hint=f"give a list: [{tags!r}]")
    if metadata is not None and not isinstance(metadata, Mapping):
        raise StoreError(f"the metadata {metadata!r} is no JSON object", hint="give a dict")
    try:
        frozen = None if metadata is None else freeze(dict(metadata))
    except ValueError as error:
        raise StoreError(
            f"the metadata has no JSON form: {error}", hint="keep the value as a text"
        ) from error
    return AnnotationChange(
        title=None if title is None else check_title(title),
        tags=None if tags is None else tuple(dict.fromkeys(check_title(tag) for tag in tags)),
        metadata=frozen,
    )


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


class Place:
    """The snapshot that one session object stands on.

    Saves of one object share it, so that each finds where the one before it has left the object,
    also where nobody waited for that one or it was cancelled on the way.  ``content`` is that of
    the last one, for the next to go on from.
    """

    __slots__ = ("_at", "content")

    def __init__(self) -> None:
        self._at: tuple[SessionId, int] | None = None
        self.content: Content | None = None

    def move(self, session_id: SessionId, revision: int) -> None:
        """Remember that the object now stands on a revision."""
        self._at = (session_id, revision)

    def revision_in(self, session_id: SessionId) -> int | None:
        """Give the revision, None where the object was never loaded or saved as that session."""
        at = self._at
        return at[1] if at is not None and at[0] == session_id else None


class Standing:
    """Remember the place of each session object, without keeping the object alive."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[weakref.ref[AgentSession], Place]] = {}

    def of(self, session: AgentSession) -> Place:
        """Give the place of an object, a new one for an object not seen before."""
        key = id(session)
        known = self._known.get(key)
        if known is not None and known[0]() is session:
            return known[1]
        forget = self._known.pop
        place = Place()
        reference = weakref.ref(session, lambda _ref: forget(key, None) and None)
        self._known[key] = (reference, place)
        return place

    def put(self, session: AgentSession, session_id: SessionId, revision: int) -> None:
        """Remember that the object now stands on a revision."""
        self.of(session).move(session_id, revision)


def summary_of_session(session_id: SessionId, session: AgentSession) -> SessionSummary:
    """Describe a session of a store that keeps one state of it, and no times.

    >>> summary_of_session(SessionId(1), AgentSession(id=1)).snapshots
    1
    """
    facts = state_facts(session.stored_messages)
    return SessionSummary(
        session_id=session_id,
        messages=facts.messages,
        turns=facts.turns,
        tool_calls=facts.tool_calls,
        errors=facts.errors,
        preview=facts.preview,
        size=facts.size,
    )
