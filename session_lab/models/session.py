"""``AgentSession``: the live state of one chat with an agent.

Mutable, but only through its methods; what it holds (messages, counters, id) is frozen.  Reads and
writes agent-base's JSON in every crate's form (``wire.py`` knows the forms).  Knows no store.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, SupportsIndex

from session_lab.errors import FormatError
from session_lab.models.ids import SessionId
from session_lab.models.jsonvalue import (
    FrozenDict,
    canonical_json,
    digest_of,
    encode_json,
    parse_json,
)
from session_lab.models.messages import (
    AssistantMessage,
    Message,
    SystemMessage,
    ToolMessage,
    UserMessage,
    message_from_wire,
)
from session_lab.models.run_state import RunState
from session_lab.models.sequence import validate_message_sequence
from session_lab.models.simple import simple_messages
from session_lab.models.wire import (
    KNOWN,
    SessionValues,
    convert_envelope,
    form_of,
    frozen_envelope,
    new_envelope,
    read_envelope,
    updated_envelope,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from session_lab.models.ids import SessionRef
    from session_lab.models.messages import ChatMessage, ToolCall

__all__ = ["AgentSession"]


class AgentSession:
    """Hold the live state of one chat: its messages, permissions and counters.

    Args:
        id: the session's id (whatever ``SessionId.of`` takes), or None for one without.
        chat_messages: oldest first; the sequence is not validated here.
        always_allowed_actions: action keys the user allowed for good.
        total_tool_calls: tool calls over the session's life.
        run_state: counters of the current run.

    Equality compares id, messages, permissions (in any order), counters and unknown fields;
    ephemeral messages and ``origin`` count in nothing.

    >>> session = AgentSession(id=1)
    >>> session.push_user("hi")
    >>> session.turn_count()
    1
    """

    __hash__ = None  # type: ignore[assignment]  # live state: equal today, different tomorrow

    def __init__(
        self,
        *,
        id: SessionRef | None = None,  # noqa: A002 - the wire name
        chat_messages: Iterable[ChatMessage] = (),
        always_allowed_actions: Iterable[str] = (),
        total_tool_calls: int = 0,
        run_state: RunState | None = None,
    ) -> None:
        self._id = None if id is None else SessionId.of(id)
        self._messages: list[ChatMessage] = _checked(chat_messages)
        self._tuple: tuple[ChatMessage, ...] | None = None
        self._allowed = tuple(dict.fromkeys(map(_checked_key, always_allowed_actions)))
        self.total_tool_calls = total_tool_calls
        self.run_state = RunState() if run_state is None else run_state
        self._envelope = new_envelope()
        self._messages_read: tuple[ChatMessage, ...] | None = None
        self.origin: Mapping[str, Any] | None = None

    # -- fields ---------------------------------------------------------------------------------

    @property
    def id(self) -> SessionId | None:
        """Give the session's id."""
        return self._id

    @property
    def chat_messages(self) -> tuple[ChatMessage, ...]:
        """Give all messages, oldest first, ephemeral ones too."""
        if self._tuple is None:
            self._tuple = tuple(self._messages)
        return self._tuple

    @property
    def stored_messages(self) -> tuple[ChatMessage, ...]:
        """Give the messages that JSON, digest and stores see: all but the ephemeral ones."""
        if any(message.ephemeral for message in self._messages):
            return tuple(message for message in self._messages if not message.ephemeral)
        return self.chat_messages

    @property
    def always_allowed_actions(self) -> tuple[str, ...]:
        """Give the action keys that were allowed for good, in the order they were read."""
        return self._allowed

    @property
    def form(self) -> str:
        """Name the form the session is written in: the first crate version that wrote it so."""
        return form_of(self._envelope)

    @property
    def total_tool_calls(self) -> int:
        """Give or set the count of tool calls over the session's life.

        Raises:
            TypeError: set to something else than an integer.
            ValueError: set to a negative one.
        """
        return self._total

    @total_tool_calls.setter
    def total_tool_calls(self, total: SupportsIndex) -> None:
        if isinstance(total, bool):
            raise TypeError("total_tool_calls is a count, not a bool")
        count = operator.index(total)
        if count < 0:
            raise ValueError(f"total_tool_calls is a count, not {count}")
        self._total = count

    @property
    def run_state(self) -> RunState:
        """Give or set the counters of the current run.

        Raises:
            TypeError: set to something else than a ``RunState``.
        """
        return self._run_state

    @run_state.setter
    def run_state(self, state: RunState) -> None:
        if not isinstance(state, RunState):
            raise TypeError(f"run_state is a RunState, not {type(state).__name__}")
        self._run_state = state

    @property
    def unknown_fields(self) -> Mapping[str, Any]:
        """Give the top-level fields that this version does not know, as they were read."""
        return FrozenDict({n: v for n, v in self._envelope.items() if n not in KNOWN})

    # -- changes --------------------------------------------------------------------------------

    def _changed(self) -> None:
        self._tuple = None

    def append(self, message: ChatMessage) -> None:
        """Add a message at the end.

        Raises:
            TypeError: not a message.
        """
        self.extend((message,))

    def extend(self, messages: Iterable[ChatMessage]) -> None:
        """Add messages at the end."""
        self._messages.extend(_checked(messages))
        self._changed()

    def insert(self, index: SupportsIndex, message: ChatMessage) -> None:
        """Put a message before the one at ``index``, as ``list.insert`` does."""
        self._messages.insert(index, *_checked((message,)))
        self._changed()

    def replace(self, index: SupportsIndex, message: ChatMessage) -> ChatMessage:
        """Put a message in the place of the one at ``index``, and give that one back.

        Raises:
            IndexError: no such message.
        """
        (new,) = _checked((message,))
        at = operator.index(index)
        old = self._messages[at]
        self._messages[at] = new
        self._changed()
        return old

    def remove(self, index: SupportsIndex) -> ChatMessage:
        """Take the message at ``index`` out, and give it back.

        Raises:
            IndexError: no such message.
        """
        old = self._messages.pop(index)
        self._changed()
        return old

    def push_system(self, text: str, *, ephemeral: bool = False) -> None:
        """Add a System message."""
        self.append(SystemMessage(content=text, ephemeral=ephemeral))

    def push_user(self, text: str, *, ephemeral: bool = False) -> None:
        """Add a User message: a new turn."""
        self.append(UserMessage(content=text, ephemeral=ephemeral))

    def push_assistant(self, text: str | None, *, reasoning: str | None = None) -> None:
        """Add an Assistant message with text, and reasoning where there is some."""
        self.append(AssistantMessage(content=text, reasoning_content=reasoning))

    def push_tool_calls(
        self, calls: Sequence[ToolCall], *, text: str | None = None, reasoning: str | None = None
    ) -> None:
        """Add an Assistant message with one batch of tool calls; counters stay as they are."""
        self.append(
            AssistantMessage(content=text, reasoning_content=reasoning, tool_calls=tuple(calls))
        )

    def push_tool_result(self, tool_call_id: str, text: str) -> None:
        """Add the answer to a tool call."""
        self.append(ToolMessage(tool_call_id=tool_call_id, content=text))

    def set_chat_messages(self, messages: Iterable[ChatMessage]) -> None:
        """Replace all messages after validating them, and recount ``total_tool_calls``.

        Raises:
            FormatError: the sequence is not well-formed; nothing was changed.
        """
        new = _checked(messages)
        validate_message_sequence(new)
        self._messages = new
        self._changed()
        self.total_tool_calls = sum(
            len(m.tool_calls or ()) for m in new if isinstance(m, AssistantMessage)
        )

    def trim_oldest_turns(self, max_turns: int) -> None:
        """Drop the oldest turns until at most ``max_turns`` are left; leading System messages stay.

        As in the crate, nothing is dropped where all turns would have to go.
        """
        starts = [i for i, m in enumerate(self._messages) if isinstance(m, UserMessage)]
        surplus = len(starts) - max_turns
        if surplus <= 0 or surplus >= len(starts):
            return
        prefix = 0
        while isinstance(self._messages[prefix], SystemMessage):
            prefix += 1
        del self._messages[prefix : starts[surplus]]
        self._changed()

    def close_dangling_tool_calls(self, error: str) -> None:
        """Answer every unanswered call of the last batch with ``error``."""
        for index in range(len(self._messages) - 1, -1, -1):
            message = self._messages[index]
            if isinstance(message, AssistantMessage) and message.tool_calls:
                later = self._messages[index + 1 :]
                answered = {m.tool_call_id for m in later if isinstance(m, ToolMessage)}
                for call in message.tool_calls:
                    if call.id not in answered:
                        self.push_tool_result(call.id, error)
                return

    def remove_ephemeral_messages(self) -> None:
        """Drop the ephemeral messages, as happens at the end of a turn."""
        self._messages = [message for message in self._messages if not message.ephemeral]
        self._changed()

    def allow_action(self, action_key: str) -> None:
        """Allow an action for good."""
        if _checked_key(action_key) not in self._allowed:
            self._allowed = (*self._allowed, action_key)

    # -- questions ------------------------------------------------------------------------------

    def is_action_allowed(self, action_key: str) -> bool:
        """Tell whether an action was allowed for good."""
        return action_key in self._allowed

    def turn_count(self) -> int:
        """Count the turns: the User messages."""
        return sum(isinstance(message, UserMessage) for message in self._messages)

    def simple_messages(self) -> list[dict[str, str]]:
        """Give role and text of the messages that have words."""
        return simple_messages(self._messages)

    @property
    def digest(self) -> str:
        """Give the digest of the session's content, 40 hexadecimal digits; equal ones are equal."""
        state = self.run_state.values()
        content = {
            "id": None if self._id is None else self._id.to_wire(),
            "always_allowed_actions": sorted(self._allowed),
            "total_tool_calls": self.total_tool_calls,
            "run_state": state,
            "unknown": self.unknown_fields,
            "chat_messages": [message.digest for message in self.stored_messages],
        }
        return digest_of(canonical_json(content))

    def __eq__(self, other: object) -> bool:
        """Compare all content, id included."""
        if not isinstance(other, AgentSession):
            return NotImplemented
        return self is other or self.digest == other.digest

    def __repr__(self) -> str:
        """Name the session and count what it holds."""
        return (
            f"AgentSession(id={self._id!r}, messages={len(self._messages)}, "
            f"turns={self.turn_count()})"
        )

    def _repr_html_(self) -> str:
        """Show the session in a notebook, as HTML that runs and loads nothing."""
        from session_lab.views.transcript import transcript_html

        return str(transcript_html(self))

    def copy(self, *, id: SessionRef | None = None) -> AgentSession:  # noqa: A002 - the wire name
        """Give an independent copy, under another id where one is given."""
        copy = AgentSession.__new__(AgentSession)
        copy.__dict__.update(self.__dict__)
        copy._messages = list(self._messages)  # noqa: SLF001 - same class
        if id is not None:
            copy._id = SessionId.of(id)  # noqa: SLF001 - same class
        return copy

    __copy__ = copy

    def __deepcopy__(self, _memo: object) -> AgentSession:
        """Give an independent copy; what is inside is frozen."""
        return self.copy()

    # -- JSON -----------------------------------------------------------------------------------

    def envelope(self) -> dict[str, Any]:
        """Give the session's JSON object with ``chat_messages`` left None, as stores keep it."""
        values = SessionValues(self._id, self._allowed, self.total_tool_calls, self.run_state)
        messages: tuple[ChatMessage, ...] | None = self.stored_messages
        if messages == self._messages_read:
            # What stands in the envelope about the messages is left as it was read.
            messages = None
        return updated_envelope(self._envelope, values, messages)

    @classmethod
    def from_parts(
        cls, envelope: Mapping[str, Any], messages: Iterable[ChatMessage]
    ) -> AgentSession:
        """Put a session together from an envelope and its messages.

        Raises:
            FormatError: the envelope has another shape.
        """
        values = read_envelope(envelope)
        session = cls(
            id=values.id,
            chat_messages=messages,
            always_allowed_actions=values.always_allowed_actions,
            total_tool_calls=values.total_tool_calls,
            run_state=values.run_state,
        )
        session._envelope = frozen_envelope(envelope)
        if "messages" in envelope:
            session._messages_read = session.stored_messages
        return session

    @classmethod
    def from_wire(cls, value: Any) -> AgentSession:
        """Read a session from its parsed JSON object.

        Raises:
            FormatError: another shape; ``where`` is the JSON path.
        """
        if not isinstance(value, dict):
            raise FormatError(
                "expected a session, a JSON object",
                where="$",
                hint="check that this is the JSON of an agent-base session",
            )
        messages = value.get("chat_messages")
        if not isinstance(messages, list):
            raise FormatError(
                "expected a list of messages",
                where="$.chat_messages",
                hint="check that this is the JSON of an agent-base session",
            )
        read = [
            message_from_wire(item, where=f"$.chat_messages[{index}]")
            for index, item in enumerate(messages)
        ]
        return cls.from_parts(value, read)

    @classmethod
    def from_json(cls, text: bytes | str) -> AgentSession:
        """Read a session from agent-base's JSON, in any crate version's form.

        Raises:
            FormatError: no JSON, or not the shape of a session.
        TypeError: neither text nor bytes; ``from_wire`` takes what is parsed already.

        >>> AgentSession.from_json('{"id":null,"chat_messages":[],"always_allowed_actions":[]}')
        AgentSession(id=None, messages=0, turns=0)
        """
        if not isinstance(text, (bytes, str)):
            kind = type(text).__name__
            raise TypeError(f"from_json reads text or bytes, not {kind}; from_wire takes a dict")
        return cls.from_wire(parse_json(text))

    def to_wire(self, *, version: str | None = None) -> dict[str, Any]:
        """Give the session's JSON object; see ``to_json``."""
        messages = self.stored_messages
        if version is None:
            envelope = self.envelope()
        else:
            values = SessionValues(self._id, self._allowed, self.total_tool_calls, self.run_state)
            envelope = convert_envelope(self._envelope, values, messages, version)
        envelope["chat_messages"] = [message.to_wire() for message in messages]
        return envelope

    def to_json(self, *, version: str | None = None) -> bytes:
        """Write the session as agent-base's JSON.

        Args:
            version: None keeps the form the session was read in (new ones are written as 0.3.0,
                which all later crates read); else one of ``wire.FORMS``.

        Raises:
            FormatError: no such form.

        >>> AgentSession(id=1).to_json(version="0.1.0")
        b'{"id":{"id":1,"external_id":null},"messages":[],"chat_messages":[],"always_allowed_actions":[]}'
        """
        return encode_json(self.to_wire(version=version))


def _checked(messages: Iterable[ChatMessage]) -> list[ChatMessage]:
    checked = list(messages)
    for message in checked:
        if not isinstance(message, Message):
            raise TypeError(f"a session holds messages, not {type(message).__name__}")
    return checked


def _checked_key(key: str) -> str:
    if not isinstance(key, str):
        raise TypeError(f"an action key is a text, not {type(key).__name__}")
    return key
