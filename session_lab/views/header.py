"""What is told of a session above its messages: name, counts, permissions, counters, origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from session_lab.models import ToolMessage, is_failed
from session_lab.views.entries import Excerpt, Reader, pretty_json

if TYPE_CHECKING:
    from session_lab.models import AgentSession
    from session_lab.views.links import Links

__all__ = ["Header", "header_of"]


@dataclass(frozen=True, slots=True)
class Header:
    """What is told of a whole session.

    Args:
        title: its id as people write it, or that it has none.
        ref: its exact name, the JSON of its id; None where it has no id.
        messages: count of messages, ephemeral ones too.
        ephemeral: how many of them no store keeps.
        turns: count of User messages.
        tool_calls: count of tool calls in the messages.
        failed: count of tool answers that report a failure.
        unanswered: count of calls without an answer.
        orphans: count of tool answers that answer no call.
        allowed_actions: what the user allowed for good.
        counters: the session's counters by their names, as text.
        unknown_fields: fields that this version does not know as JSON, or None.
        origin: where a foreign record came from, by name; its raw record as JSON.
    """

    title: str
    ref: str | None
    messages: int
    ephemeral: int
    turns: int
    tool_calls: int
    failed: int
    unanswered: int
    orphans: int
    allowed_actions: tuple[str, ...]
    counters: dict[str, str]
    unknown_fields: Excerpt | None
    origin: dict[str, str]


def header_of(session: AgentSession, links: Links, reader: Reader) -> Header:
    """Give what is told of a session.

    Args:
        session: the session.
        links: how its messages belong together.
        reader: how texts are brought in.

    >>> from session_lab.models import AgentSession
    >>> from session_lab.views.links import link_messages
    >>> header_of(AgentSession(id=42), link_messages(()), Reader()).ref
    '{"id":42,"external_id":null}'
    """
    messages = session.chat_messages
    counters = {"total_tool_calls": session.total_tool_calls, **session.run_state.values()}
    return Header(
        title="session without an id" if session.id is None else reader.line(str(session.id)),
        ref=None if session.id is None else session.id.to_json().decode(),
        messages=len(messages),
        ephemeral=sum(message.ephemeral for message in messages),
        turns=links.turns[-1] if links.turns else 0,
        tool_calls=links.tool_calls,
        failed=sum(isinstance(m, ToolMessage) and is_failed(m) for m in messages),
        unanswered=links.unanswered,
        orphans=len(links.orphans),
        allowed_actions=tuple(reader.line(action) for action in session.always_allowed_actions),
        counters={reader.line(name): _counter(value, reader) for name, value in counters.items()},
        unknown_fields=reader.json(session.unknown_fields),
        origin={
            reader.line(str(name)): reader.line(value)
            if isinstance(value, str)
            else reader.excerpt(pretty_json(value)).text
            for name, value in (session.origin or {}).items()
        },
    )


def _counter(value: Any, reader: Reader) -> str:
    # As text, since a front end's numbers hold 53 bits only.
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else reader.line(pretty_json(value))
