"""Changes of a session, for the laws of stores and diffs."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from tests.strategies.of_json import counts, texts
from tests.strategies.of_messages import message_lists, messages
from tests.strategies.of_sessions import run_states, sessions

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.strategies import SearchStrategy

    from session_lab.models import AgentSession, ChatMessage, RunState, SessionId


@dataclass(frozen=True)
class Edit:
    """Change a session in place when called; fits a session of any length.

    Args:
        what: the change in words, for the report of a failing law.
        change: does it.
    """

    what: str
    change: Callable[[AgentSession], object] = field(repr=False, compare=False)

    def __call__(self, session: AgentSession) -> None:
        """Change the session."""
        self.change(session)


def _at(session: AgentSession, position: int) -> int | None:
    """Give the index that a position means in this session, None where it has no message."""
    return position % len(session.chat_messages) if session.chat_messages else None


def _replace(position: int, message: ChatMessage) -> Edit:
    def change(session: AgentSession) -> None:
        index = _at(session, position)
        if index is not None:
            session.replace(index, message)

    return Edit(f"replace {position} by {message!r}", change)


def _reword(position: int, text: str) -> Edit:
    def change(session: AgentSession) -> None:
        index = _at(session, position)
        if index is not None and "content" in type(session.chat_messages[index]).model_fields:
            old = session.chat_messages[index]
            session.replace(index, old.model_copy(update={"content": text}))

    return Edit(f"reword {position} as {text!r}", change)


def _remove(position: int) -> Edit:
    def change(session: AgentSession) -> None:
        index = _at(session, position)
        if index is not None:
            session.remove(index)

    return Edit(f"remove {position}", change)


def _move(position: int, target: int) -> Edit:
    def change(session: AgentSession) -> None:
        index = _at(session, position)
        if index is not None:
            message = session.remove(index)
            session.insert(target % (len(session.chat_messages) + 1), message)

    return Edit(f"move {position} to {target}", change)


def _insert(position: int, message: ChatMessage) -> Edit:
    return Edit(
        f"insert {message!r} at {position}",
        lambda session: session.insert(position % (len(session.chat_messages) + 1), message),
    )


def _allow(key: str) -> Edit:
    return Edit(f"allow {key!r}", lambda session: session.allow_action(key))


def _set_total(total: int) -> Edit:
    return Edit(f"total = {total}", lambda session: setattr(session, "total_tool_calls", total))


def _set_state(state: RunState) -> Edit:
    return Edit(f"run_state = {state!r}", lambda session: setattr(session, "run_state", state))


def _trim(turns: int) -> Edit:
    return Edit(f"trim to {turns}", lambda session: session.trim_oldest_turns(turns))


def _close(text: str) -> Edit:
    return Edit(f"close with {text!r}", lambda session: session.close_dangling_tool_calls(text))


def _extend(more: list[ChatMessage]) -> Edit:
    return Edit(f"extend by {more!r}", lambda session: session.extend(more))


@cache
def edits(*, ephemeral: bool = False, unknown: bool = True) -> SearchStrategy[Edit]:
    """Give changes that can be made to any session, as ``edit(session)``.

    Args:
        ephemeral: some of the messages that come in are ephemeral.
        unknown: some of the messages that come in are of an unknown kind.
    """
    position = st.integers(0, 20)
    message = messages(ephemeral=ephemeral, unknown=unknown)
    return st.one_of(
        st.builds(_extend, message_lists(3, ephemeral=ephemeral, unknown=unknown)),
        st.builds(_insert, position, message),
        st.builds(_replace, position, message),
        st.builds(_reword, position, texts()),
        st.builds(_remove, position),
        st.builds(_move, position, position),
        st.builds(_trim, st.integers(0, 3)),
        st.builds(_close, texts()),
        st.builds(_allow, texts(10)),
        st.builds(_set_total, counts()),
        st.builds(_set_state, run_states(unknown=unknown)),
    )


@st.composite
def changed_sessions(
    draw: st.DrawFn,
    *,
    ids: SearchStrategy[SessionId | None] | None = None,
    max_edits: int = 4,
) -> tuple[AgentSession, AgentSession]:
    """Give a session and the same one after some edits: what a diff or a second save sees."""
    before = draw(sessions(ids=ids))
    after = before.copy()
    for edit in draw(st.lists(edits(), max_size=max_edits)):
        edit(after)
    return before, after
