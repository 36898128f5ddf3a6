"""A session's JSON in every crate version's form: nothing is lost, changes land where they belong."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_lab.models import AgentSession, RunState, SessionId, UserMessage
from tests.models.builders import A, answer, calls
from tests.strategies import (
    WIRE_VERSIONS,
    as_json,
    edits,
    run_states,
    session_ids,
    wire_sessions,
)

NEW_NAMES = {"turn_tool_calls": "turn_actions", "run_has_tool_calls": "run_has_actions"}
FLAT_HOLDS = {
    "0.1.0": set(),
    "0.1.3": {"nudge_count", "turn_tool_calls"},
    "0.2.1": {"nudge_count", "turn_tool_calls", "reasoning_only_strikes", "empty_response_strikes"},
}


def read(wire: Any) -> AgentSession:
    return AgentSession.from_json(json.dumps(wire))


def written(session: AgentSession) -> Any:
    return json.loads(session.to_json())


def without(wire: dict[str, Any], *names: str) -> str:
    return as_json({name: value for name, value in wire.items() if name not in names})


# --- unchanged -------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@given(st.data())
def test_an_unchanged_session_is_written_as_it_was_read(version: str, data: st.DataObject):
    wire = data.draw(wire_sessions(version))
    session = read(wire)
    assert as_json(written(session)) == as_json(wire)
    assert list(written(session)) == list(wire)
    assert read(written(session)) == session


@given(wire_sessions(), st.lists(edits(), min_size=1, max_size=3))
def test_a_session_that_was_changed_and_changed_back_is_written_as_it_was_read(
    wire: dict[str, Any], changes: list[Any]
):
    session = read(wire)
    chat, total, state = session.chat_messages, session.total_tool_calls, session.run_state
    allowed = session.always_allowed_actions
    for edit in changes:
        edit(session)
    while session.chat_messages:
        session.remove(0)
    session.extend(chat)
    session.total_tool_calls, session.run_state = total, state
    if session.always_allowed_actions == allowed:
        assert as_json(written(session)) == as_json(wire)


@given(wire_sessions(), st.integers(0, 9))
def test_ephemeral_messages_come_and_go_without_a_trace(wire: dict[str, Any], at: int):
    session = read(wire)
    session.insert(at, UserMessage(content="now", ephemeral=True))
    assert as_json(written(session)) == as_json(wire)
    session.remove_ephemeral_messages()
    assert as_json(written(session)) == as_json(wire)


@given(wire_sessions())
def test_parts_put_together_again_are_the_session(wire: dict[str, Any]):
    session = read(wire)
    envelope = json.loads(json.dumps(session.envelope()))
    again = AgentSession.from_parts(envelope, session.stored_messages)
    assert again == session
    assert again.to_json() == session.to_json()


def test_a_new_session_is_written_letter_for_letter_as_crate_0_3_0_does():
    session = AgentSession(id=7, always_allowed_actions=["shell"], total_tool_calls=2)
    session.push_user("hé")
    assert session.to_json().decode() == (
        '{"id":{"id":7,"external_id":null},"chat_messages":[{"User":{"content":"hé"}}],'
        '"always_allowed_actions":["shell"],"total_tool_calls":2,"run_state":'
        '{"turn_tool_calls":0,"run_has_tool_calls":false,"reasoning_only_strikes":0,'
        '"empty_response_strikes":0,"nudge_count":0}}'
    )


# --- what is read ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@settings(max_examples=40)
@given(st.data())
def test_each_version_keeps_its_counters_where_it_says(version: str, data: st.DataObject):
    wire = data.draw(wire_sessions(version))
    session, state = read(wire), wire.get("run_state", wire)
    assert session.total_tool_calls == wire.get("total_tool_calls", state.get("total_actions", 0))
    for name in RunState.model_fields:
        spelled = NEW_NAMES.get(name, name) if version == "0.12.0" else name
        assert getattr(session.run_state, name) == state.get(spelled, 0)
    assert session.id == (wire["id"] and SessionId.from_wire(wire["id"]))
    assert set(session.always_allowed_actions) == set(wire["always_allowed_actions"])
    assert len(session.chat_messages) == len(wire["chat_messages"])


@pytest.mark.parametrize(
    ("fields", "total", "state"),
    [
        ("", 0, RunState()),
        ('"run_state":null,"total_tool_calls":null,"nudge_count":null', 0, RunState()),
        ('"run_state":{}', 0, RunState()),
        ('"nudge_count":2', 0, RunState(nudge_count=2)),
        ('"nudge_count":2,"run_state":{"turn_tool_calls":3}', 0, RunState(turn_tool_calls=3)),
        ('"run_state":{"total_actions":4}', 4, RunState()),
        ('"run_state":{"total_tool_calls":4}', 4, RunState()),
        ('"total_tool_calls":5,"run_state":{"total_actions":4}', 5, RunState()),
        ('"total_tool_calls":0,"run_state":{"total_actions":4}', 0, RunState()),
        ('"run_state":{"turn_actions":3}', 0, RunState(turn_tool_calls=3)),
        ('"run_state":{"run_has_actions":true}', 0, RunState(run_has_tool_calls=True)),
        ('"run_state":{"turn_actions":3,"turn_tool_calls":2}', 0, RunState(turn_tool_calls=3)),
        ('"run_state":{"turn_tool_calls":2,"turn_actions":3}', 0, RunState(turn_tool_calls=3)),
        ('"run_state":{"later":[1]}', 0, RunState(later=[1])),
    ],
)
def test_run_state_wins_over_flat_counters_and_what_is_missing_counts_as_0(
    fields: str, total: int, state: RunState
):
    text = '{"chat_messages":[]%s}' % (fields and f",{fields}")
    session = AgentSession.from_json(text)
    assert (session.total_tool_calls, session.run_state) == (total, state)
    assert as_json(written(session)) == as_json(json.loads(text))
    session.total_tool_calls, session.run_state = 9, RunState(turn_tool_calls=8, nudge_count=7)
    assert read(written(session)) == session


def test_an_unknown_field_counts_for_equality():
    one, other, same = (
        read({"chat_messages": [], "tenant": tenant})
        for tenant in ({"a": 1, "b": 2}, {"a": 1}, {"b": 2, "a": 1})
    )
    assert one != other
    assert one.digest != other.digest
    assert one == same
    assert one.digest == same.digest


def test_unknown_fields_are_shown_and_frozen():
    session = AgentSession.from_json('{"chat_messages":[],"tenant":{"a":[1]},"run_state":{}}')
    assert session.unknown_fields == {"tenant": {"a": [1]}}
    with pytest.raises(TypeError, match="frozen"):
        session.unknown_fields["tenant"]["a"].append(2)


# --- changed ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@settings(max_examples=40)
@given(st.data())
def test_a_changed_total_lands_where_the_version_keeps_it(version: str, data: st.DataObject):
    wire = data.draw(wire_sessions(version))
    session = read(wire)
    session.total_tool_calls += 1
    out = written(session)
    if version == "0.12.0":
        assert out["run_state"]["total_actions"] == session.total_tool_calls
        assert without(out, "run_state") == without(wire, "run_state")
        assert without(out["run_state"], "total_actions") == without(
            wire["run_state"], "total_actions"
        )
    else:
        assert out["total_tool_calls"] == session.total_tool_calls
        assert without(out, "total_tool_calls") == without(wire, "total_tool_calls")
    assert read(out) == session


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@pytest.mark.parametrize("name", list(RunState.model_fields))
@settings(max_examples=10)
@given(st.data())
def test_a_changed_counter_lands_where_the_version_keeps_it(
    version: str, name: str, data: st.DataObject
):
    wire = data.draw(wire_sessions(version))
    session = read(wire)
    before = getattr(session.run_state, name)
    new = not before if isinstance(before, bool) else before + 1
    session.run_state = session.run_state.model_copy(update={name: new})
    out = written(session)
    assert read(out) == session
    if "run_state" in wire:
        spelled = NEW_NAMES.get(name, name) if version == "0.12.0" else name
        assert out["run_state"][spelled] == new
        assert without(out, "run_state") == without(wire, "run_state")
        assert without(out["run_state"], spelled) == without(wire["run_state"], spelled)
    elif name in FLAT_HOLDS["0.2.1"]:
        assert out[name] == new
        assert without(out, name) == without(wire, name)
    else:
        # The flat forms have no place for it.
        assert out["run_state"][name] == new
        assert without(out, "run_state") == without(wire)


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@settings(max_examples=40)
@given(st.data())
def test_other_counters_altogether_are_read_back(version: str, data: st.DataObject):
    session = read(data.draw(wire_sessions(version)))
    session.run_state = data.draw(run_states())
    assert read(written(session)) == session


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@settings(max_examples=40)
@given(st.data())
def test_another_id_or_permission_changes_nothing_else(version: str, data: st.DataObject):
    wire = data.draw(wire_sessions(version))
    session = read(wire).copy(id=data.draw(session_ids()))
    assert without(written(session), "id") == without(wire, "id")
    assert written(session)["id"] == session.id.to_wire()
    session.allow_action("something new")
    names = "id", "always_allowed_actions"
    assert without(written(session), *names) == without(wire, *names)
    assert written(session)["always_allowed_actions"] == list(session.always_allowed_actions)
    assert read(written(session)) == session


@pytest.mark.parametrize("version", WIRE_VERSIONS)
@settings(max_examples=40)
@given(st.data())
def test_a_changed_message_leaves_the_others_as_they_were_read(version: str, data: st.DataObject):
    wire = data.draw(wire_sessions(version))
    session = read(wire)
    session.push_user("something new")
    out = written(session)
    names = "chat_messages", "messages"
    assert without(out, *names) == without(wire, *names)
    assert as_json(out["chat_messages"][:-1]) == as_json(wire["chat_messages"])
    assert ("messages" in out) is (version == "0.1.0")
    assert read(out) == session


@given(wire_sessions(), st.lists(edits(), max_size=4))
def test_no_edit_makes_a_session_that_is_not_read_back(wire: dict[str, Any], changes: list[Any]):
    session = read(wire)
    for edit in changes:
        edit(session)
    again = read(written(session))
    assert again == session
    assert again.digest == session.digest
    assert again.to_json() == session.to_json()
    assert set(written(session)) >= set(wire)


def test_the_simple_view_of_the_oldest_form_follows_the_messages():
    wire = {
        "id": None,
        "messages": [{"role": "User", "content": "as it was written"}],
        "chat_messages": [{"User": {"content": "u"}}],
        "always_allowed_actions": [],
    }
    session = read(wire)
    session.allow_action("x")
    assert written(session)["messages"] == wire["messages"]
    session.extend([calls("1"), answer("1"), A])
    session.push_user("now", ephemeral=True)
    assert written(session)["messages"] == [
        {"role": "User", "content": "u"},
        {"role": "Tool", "content": "ok"},
        {"role": "Assistant", "content": "a"},
    ]


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), (0, False), ([1], [True])])
def test_values_that_only_python_takes_for_equal_are_a_change(old: Any, new: Any):
    session = AgentSession(run_state=RunState(later=old))
    session = read(written(session))
    session.run_state = RunState(later=new)
    assert as_json(written(session)["run_state"]["later"]) == as_json(new)


@pytest.mark.parametrize(
    "name", ["turn_actions", "run_has_actions", "total_actions", "total_tool_calls"]
)
def test_a_counter_has_one_name_here(name: str):
    with pytest.raises(ValueError, match=f"{name} is called"):
        RunState(**{name: 1})
