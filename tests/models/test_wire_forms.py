"""A session's JSON converted to another crate version's form, and JSON that is damaged."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_lab.errors import FormatError
from session_lab.models import FORMS, AgentSession
from tests.models.builders import A, C, S, U, X
from tests.strategies import WIRE_VERSIONS, as_json, damaged, sessions, wire_sessions


def read(wire: Any) -> AgentSession:
    return AgentSession.from_json(json.dumps(wire))


def written(session: AgentSession) -> Any:
    return json.loads(session.to_json())


# --- converted -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
@given(st.one_of(sessions(), wire_sessions().map(read)))
def test_a_converted_session_has_the_same_values(form: str, session: AgentSession):
    converted = AgentSession.from_json(session.to_json(version=form))
    assert converted == session
    assert converted.unknown_fields == session.unknown_fields
    assert json.loads(converted.to_json(version=form)) == json.loads(session.to_json(version=form))


@pytest.mark.parametrize(
    ("form", "keys", "state_keys"),
    [
        ("0.1.0", ["id", "messages", "chat_messages", "always_allowed_actions"], None),
        (
            "0.1.3",
            [
                "id",
                "chat_messages",
                "always_allowed_actions",
                "total_tool_calls",
                "nudge_count",
                "turn_tool_calls",
            ],
            None,
        ),
        (
            "0.2.1",
            [
                "id",
                "chat_messages",
                "always_allowed_actions",
                "total_tool_calls",
                "nudge_count",
                "turn_tool_calls",
                "reasoning_only_strikes",
                "empty_response_strikes",
            ],
            None,
        ),
        (
            "0.3.0",
            ["id", "chat_messages", "always_allowed_actions", "total_tool_calls", "run_state"],
            [
                "turn_tool_calls",
                "run_has_tool_calls",
                "reasoning_only_strikes",
                "empty_response_strikes",
                "nudge_count",
            ],
        ),
        (
            "0.12.0",
            ["id", "chat_messages", "always_allowed_actions", "run_state"],
            [
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
            ],
        ),
    ],
)
@pytest.mark.parametrize("source", WIRE_VERSIONS)
@settings(max_examples=10)
@given(st.data())
def test_a_converted_session_has_every_key_that_its_version_requires(
    source: str, form: str, keys: list[str], state_keys: list[str] | None, data: st.DataObject
):
    session = read(data.draw(wire_sessions(source, unknown=False)))
    out = json.loads(session.to_json(version=form))
    assert set(keys) <= out.keys()
    if state_keys is not None:
        assert set(keys) == out.keys()
        assert set(state_keys) <= out["run_state"].keys()


@pytest.mark.parametrize("form", FORMS)
def test_a_session_says_in_which_form_it_is(form: str):
    session = AgentSession(id=1, chat_messages=[S, U, A, C, X])
    assert session.form == "0.3.0"
    assert AgentSession.from_json(session.to_json(version=form)).form == form


@pytest.mark.parametrize("form", ["", "0.4.0", "1", "latest", "0.3"])
def test_a_form_that_does_not_exist_is_refused_with_those_that_do(form: str):
    with pytest.raises(FormatError, match=r"take one of 0\.1\.0, .*0\.12\.0"):
        AgentSession().to_json(version=form)


# --- damaged ---------------------------------------------------------------------------------------


@given(damaged(wire_sessions()))
def test_damaged_json_is_refused_with_its_place_or_kept_whole(wire: Any):
    try:
        session = read(wire)
    except FormatError as error:
        assert (error.where or "").startswith("$")  # noqa: PT017 - either way is right
        assert error.hint  # noqa: PT017
    else:
        assert as_json(written(session)) == as_json(wire)


DEEP = "[" * 201 + "]" * 201


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("null", "$"),
        ("[]", "$"),
        ('"session"', "$"),
        ("{}", "$.chat_messages"),
        ('{"chat_messages":null}', "$.chat_messages"),
        ('{"chat_messages":{}}', "$.chat_messages"),
        ('{"chat_messages":"[]"}', "$.chat_messages"),
        ('{"chat_messages":[{"User":{"content":"a"}},null]}', "$.chat_messages[1]"),
        ('{"chat_messages":[{"User":{"content":1}}]}', "$.chat_messages[0].User.content"),
        ('{"chat_messages":[],"id":7}', "$.id"),
        ('{"chat_messages":[],"id":{"id":-1}}', "$.id"),
        ('{"chat_messages":[],"always_allowed_actions":null}', "$.always_allowed_actions"),
        ('{"chat_messages":[],"always_allowed_actions":{}}', "$.always_allowed_actions"),
        ('{"chat_messages":[],"always_allowed_actions":[1]}', "$.always_allowed_actions"),
        ('{"chat_messages":[],"total_tool_calls":"1"}', "$.total_tool_calls"),
        ('{"chat_messages":[],"total_tool_calls":1.0}', "$.total_tool_calls"),
        ('{"chat_messages":[],"total_tool_calls":-1}', "$.total_tool_calls"),
        ('{"chat_messages":[],"total_tool_calls":true}', "$.total_tool_calls"),
        ('{"chat_messages":[],"nudge_count":"1"}', "$.nudge_count"),
        ('{"chat_messages":[],"run_state":[]}', "$.run_state"),
        ('{"chat_messages":[],"run_state":{"nudge_count":null}}', "$.run_state.nudge_count"),
        ('{"chat_messages":[],"run_state":{"nudge_count":-1}}', "$.run_state.nudge_count"),
        ('{"chat_messages":[],"run_state":{"turn_actions":"1"}}', "$.run_state.turn_actions"),
        ('{"chat_messages":[],"run_state":{"turn_tool_calls":1.5}}', "$.run_state.turn_tool_calls"),
        ('{"chat_messages":[],"run_state":{"run_has_actions":0}}', "$.run_state.run_has_actions"),
        ('{"chat_messages":[],"run_state":{"total_actions":null}}', "$.run_state.total_actions"),
        ('{"chat_messages":[],"run_state":{"later":DEEP}}', "$.run_state.later"),
        ('{"chat_messages":[],"later":DEEP}', "$.later"),
        ('{"chat_messages":[DEEP]}', "$.chat_messages[0]"),
        ('{"chat_messages":[{"Later":DEEP}]}', "$.chat_messages[0].raw"),
    ],
    ids=lambda value: value[:70],
)
def test_a_wrong_shape_is_refused_with_the_json_path(text: str, where: str):
    with pytest.raises(FormatError) as caught:
        AgentSession.from_json(text.replace("DEEP", DEEP))
    assert caught.value.where == where
    assert caught.value.hint


def test_a_lone_surrogate_is_kept_where_text_can_hold_it():
    text = (
        '{"id":{"id":0,"external_id":"\\ud800"},"chat_messages":[{"User":{"content":"a\\udfff"}},'
        '{"Custom":{"role":"\\ud83d","data":{"\\ud800":"\\ud800"}}}],"always_allowed_actions":'
        '["\\ud800"],"\\ud800":1}'
    )
    session = AgentSession.from_json(text)
    assert session.to_json().decode() == text
    assert AgentSession.from_json(session.to_json()) == session
    assert len(session.digest) == 40
