"""Ids, counters and sessions, and the JSON that every crate version wrote of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from session_lab.models import MAX_ID, AgentSession, RunState, SessionId
from tests.strategies.of_json import counts, texts, unknown_fields
from tests.strategies.of_messages import message_lists, well_formed, wire_messages

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

WIRE_VERSIONS = ("0.1.0", "0.1.3", "0.2.1", "0.3.0", "0.4.0", "0.5.0", "0.11.0", "0.12.0")
"""The crate versions from which on a session is written with other keys."""


@cache
def session_ids() -> SearchStrategy[SessionId]:
    """Give ids, with an external id and without, from 0 to the largest u64."""
    numbers = st.one_of(
        st.integers(0, 5), st.sampled_from([0, 2**53, 2**63, MAX_ID]), st.integers(0, MAX_ID)
    )
    external = st.one_of(st.none(), st.sampled_from(["a", "b", "support/2031", ""]), texts())
    return st.builds(SessionId, numbers, external)


@cache
def run_states(*, unknown: bool = True) -> SearchStrategy[RunState]:
    """Give the counters of a run, some with fields that no version knows."""
    known = st.fixed_dictionaries(
        {},
        optional={
            "turn_tool_calls": counts(),
            "run_has_tool_calls": st.booleans(),
            "reasoning_only_strikes": counts(),
            "empty_response_strikes": counts(),
            "nudge_count": counts(),
            "truncation_strikes": counts(),
            "thinking_disabled_for_rest_of_run": st.booleans(),
            "awaiting_human": st.booleans(),
            "original_thinking_enabled": st.booleans(),
        },
    )
    if not unknown:
        return known.map(RunState.from_wire)
    return st.builds(dict.__or__, known, unknown_fields(STATE_NAMES)).map(RunState.from_wire)


_OLD_STATE = (
    "turn_tool_calls",
    "run_has_tool_calls",
    "reasoning_only_strikes",
    "empty_response_strikes",
    "nudge_count",
)
_NEW_STATE = (
    "total_actions",
    "turn_actions",
    "run_has_actions",
    "reasoning_only_strikes",
    "empty_response_strikes",
    "nudge_count",
    "thinking_disabled_for_rest_of_run",
    "original_thinking_enabled",
    "truncation_strikes",
    "awaiting_human",
)
_THINKING = ("thinking_disabled_for_rest_of_run", "original_thinking_enabled")
_STATE_KEYS = {
    "0.3.0": _OLD_STATE,
    "0.4.0": (*_OLD_STATE, *_THINKING),
    "0.5.0": (*_OLD_STATE, *_THINKING, "truncation_strikes"),
    "0.11.0": (*_OLD_STATE, *_THINKING, "truncation_strikes", "awaiting_human"),
    "0.12.0": _NEW_STATE,
}
STATE_NAMES = frozenset(_OLD_STATE + _NEW_STATE + ("total_tool_calls",))
_FLAT_KEYS = {
    "0.1.3": ("total_tool_calls", "nudge_count", "turn_tool_calls"),
    "0.2.1": (
        "total_tool_calls",
        "nudge_count",
        "turn_tool_calls",
        "reasoning_only_strikes",
        "empty_response_strikes",
    ),
}
_TOP_NAMES = frozenset(
    {"id", "messages", "chat_messages", "always_allowed_actions", "run_state"}
    | set(_FLAT_KEYS["0.2.1"])
)


@cache
def _allowed() -> SearchStrategy[list[str]]:
    return st.lists(st.one_of(st.sampled_from(["shell", "write:src"]), texts(10)), max_size=3)


def sessions(
    *,
    ids: SearchStrategy[SessionId | None] | None = None,
    ephemeral: bool = False,
    unknown: bool = True,
) -> SearchStrategy[AgentSession]:
    """Give sessions built by keyword, their messages well-formed or not.

    Args:
        ids: the session ids; None stands for any and for none at all.
        ephemeral: some messages are ephemeral.
        unknown: also message kinds and counters that no version knows.
    """
    if ids is None:
        ids = st.one_of(st.none(), session_ids())
    several = message_lists(ephemeral=ephemeral, unknown=unknown)
    return st.builds(
        AgentSession,
        id=ids,
        chat_messages=st.one_of(several, well_formed()) if unknown else several,
        always_allowed_actions=_allowed(),
        total_tool_calls=counts(),
        run_state=run_states(unknown=unknown),
    )


@st.composite
def wire_states(draw: st.DrawFn, version: str) -> dict[str, Any]:
    state: dict[str, Any] = {}
    for name in _STATE_KEYS[version]:
        flag = name.startswith(("run_has", "thinking", "original", "awaiting"))
        state[name] = draw(st.booleans() if flag else counts())
    return state | draw(unknown_fields(STATE_NAMES))


@st.composite
def wire_sessions(
    draw: st.DrawFn, version: str | None = None, *, unknown: bool = True
) -> dict[str, Any]:
    """Give the JSON object of a session as some crate version wrote it.

    Args:
        draw: given by hypothesis.
        version: one of ``WIRE_VERSIONS``; None for any.
        unknown: also unknown message kinds and unknown top-level fields.
    """
    version = version or draw(st.sampled_from(WIRE_VERSIONS))
    wired_id = draw(st.one_of(st.none(), session_ids().map(SessionId.to_wire)))
    session: dict[str, Any] = {"id": wired_id}
    if version == "0.1.0":
        roles = st.sampled_from(["System", "User", "Assistant", "Tool"])
        simple = st.fixed_dictionaries({"role": roles, "content": texts()})
        session["messages"] = draw(st.lists(simple, max_size=3))
    session["chat_messages"] = draw(st.lists(wire_messages(unknown=unknown), max_size=5))
    session["always_allowed_actions"] = draw(_allowed())
    for name in _FLAT_KEYS.get(version, ()):
        session[name] = draw(counts())
    if version in _STATE_KEYS:
        if version != "0.12.0":
            session["total_tool_calls"] = draw(counts())
        session["run_state"] = draw(wire_states(version))
    return session | (draw(unknown_fields(_TOP_NAMES)) if unknown else {})
