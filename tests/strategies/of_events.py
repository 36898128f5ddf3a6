"""Runtime events, their checkpoints, and the JSON of both."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from session_lab.models import RuntimeEvent, SessionId, event_from_wire
from tests.strategies.of_json import counts, json_objects, json_values, texts, unknown_fields
from tests.strategies.of_messages import CALL_IDS, wire_messages
from tests.strategies.of_sessions import session_ids, wire_states

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


@cache
def _user_events() -> SearchStrategy[dict[str, Any]]:
    kinds: dict[str, dict[str, SearchStrategy[Any]]] = {
        "progress": {"text": texts()},
        "structured": {"event_type": texts(10), "data": json_values(4)},
        "toolPartialResult": {
            "tool_call_id": CALL_IDS,
            "content": texts(),
            "is_partial": st.booleans(),
        },
        "notice": {
            "kind": st.sampled_from(["warning", "progress", "info"]),
            "source": texts(10),
            "text": texts(),
        },
        "subAgentEvent": {"subagent": texts(10), "event": json_values(4)},
    }
    return st.one_of(
        *(
            st.fixed_dictionaries({"userEventType": st.just(kind), **fields})
            for kind, fields in kinds.items()
        )
    )


@cache
def _steps() -> SearchStrategy[Any]:
    triple = st.tuples(CALL_IDS, texts(10), texts()).map(list)
    triples = st.lists(triple, max_size=2)
    action = st.fixed_dictionaries(
        {"id": CALL_IDS, "name": texts(10), "args": st.one_of(texts(), json_values(3))}
    )
    result = st.fixed_dictionaries(
        {"tool_call_id": CALL_IDS, "tool_name": texts(10), "summary": texts()}
    )
    bodies: dict[str, dict[str, SearchStrategy[Any]]] = {
        "BeforeLlm": {
            "messages": st.lists(wire_messages(), max_size=2),
            "tools": st.lists(json_values(3), max_size=2),
        },
        "BeforeToolCalls": {"tool_calls": triples},
        "AfterToolCalls": {"tool_calls": triples, "results": st.lists(result, max_size=2)},
        "BeforeActions": {"actions": st.lists(action, max_size=2)},
        "AfterActions": {
            "actions": st.lists(action, max_size=2),
            "observation": json_objects(4),
        },
        "AfterSomethingNew": {"what": json_values(4)},
    }
    full = st.one_of(
        *(
            st.builds(lambda body, name=name: {name: body}, st.fixed_dictionaries(fields))
            for name, fields in bodies.items()
        )
    )
    return st.one_of(st.just("AfterUserInput"), full)


@cache
def _checkpoints() -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "session_id": session_ids().map(SessionId.to_wire),
            "user_input": texts(),
            "step": _steps(),
            "turn_count": st.integers(0, 2**32 - 1),
        },
        optional={
            "version": st.just(1),
            "backend": st.sampled_from(["tool_call", "code_act"]),
            "run_state": wire_states("0.12.0"),
        },
    )


@cache
def _requests() -> SearchStrategy[dict[str, Any]]:
    maybe_text = st.one_of(st.none(), texts())
    return st.fixed_dictionaries(
        {
            "title": texts(),
            "message": texts(),
            "action_key": maybe_text,
            "risk_level": st.sampled_from(["Safe", "Sensitive", "Destructive"]),
            "raw": json_values(4),
        },
        optional={"source": maybe_text},
    )


@cache
def _event_bodies() -> dict[str, dict[str, SearchStrategy[Any]]]:
    item = st.fixed_dictionaries(
        {"step": texts(), "status": st.sampled_from(["pending", "in_progress", "completed"])}
    )
    draft = {"index": counts(), "name": texts(10), "args_len": counts(), "count": counts()}
    started = {"tool_name": texts(10), "args_json": texts()}
    finished = {"tool_name": texts(10), "summary": texts(), "denied": st.booleans()}
    return {
        "textDelta": {"text": texts()},
        "thoughtDelta": {"text": texts()},
        "toolCallDraft": draft,
        "actionDraft": draft,
        "toolCallStarted": started,
        "actionStarted": started,
        "toolCallFinished": finished,
        "actionFinished": {**finished, "details": json_values(4)},
        "awaitingApproval": {"request": _requests()},
        "checkpoint": {"checkpoint": _checkpoints()},
        "runFinished": {},
        "runCancelled": {},
        "planUpdated": {
            "objective": texts(),
            "explanation": st.one_of(st.none(), texts()),
            "plan": st.lists(item, max_size=3),
        },
        "userEvent": {"event": _user_events()},
    }


@cache
def _known_events(tag: str) -> SearchStrategy[dict[str, Any]]:
    body = _event_bodies()[tag]
    known = st.fixed_dictionaries(
        {
            "runtimeEventType": st.just(tag),
            "session_id": session_ids().map(SessionId.to_wire),
            **body,
        },
        optional={"agent_id": texts(10), "trace_id": texts(10)},
    )
    names = frozenset({"runtimeEventType", "session_id", "agent_id", "trace_id", *body})
    return st.builds(dict.__or__, known, unknown_fields(names))


@cache
def _unknown_events() -> SearchStrategy[dict[str, Any]]:
    tags = texts(12).filter(lambda tag: tag not in _event_bodies())
    tagged = st.builds(lambda tag, rest: {**rest, "runtimeEventType": tag}, tags, json_objects(4))
    # 0.1.1 and 0.1.2 tagged their events with "type".
    older = st.builds(lambda rest: {**rest, "type": "textDelta"}, json_objects(4)).filter(
        lambda event: "runtimeEventType" not in event
    )
    return st.one_of(tagged, older)


@cache
def wire_events(*, unknown: bool = True) -> SearchStrategy[dict[str, Any]]:
    """Give the JSON objects of runtime events, of every kind and under old and new names.

    Args:
        unknown: also kinds that no version knows.
    """
    known = [_known_events(tag) for tag in _event_bodies()]
    return st.one_of(*known, _unknown_events()) if unknown else st.one_of(*known)


@cache
def events(*, unknown: bool = True) -> SearchStrategy[RuntimeEvent]:
    """Give runtime events; ``unknown`` as in ``wire_events``."""
    return wire_events(unknown=unknown).map(event_from_wire)
