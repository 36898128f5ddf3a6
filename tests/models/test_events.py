"""Runtime events and checkpoints: read under old and new names, written as they came."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from pydantic import ValidationError

from session_lab.errors import FormatError
from session_lab.models import (
    ApprovalRequest,
    AwaitingApproval,
    CheckpointStep,
    PlanItem,
    PlanUpdated,
    RunCancelled,
    RunFinished,
    RuntimeEvent,
    SessionId,
    TextDelta,
    ThoughtDelta,
    ToolCall,
    ToolCallDraft,
    ToolCallFinished,
    ToolCallStarted,
    UnknownEvent,
    UserEvent,
    UserMessage,
    event_from_json,
    event_from_wire,
)
from tests.strategies import as_json, damaged, events, wire_events

ID = {"id": 7, "external_id": None}
DEEP = json.loads("[" * 201 + "]" * 201)


def wire(tag: str, **fields: Any) -> dict[str, Any]:
    return {"runtimeEventType": tag, "session_id": ID, **fields}


# --- JSON ------------------------------------------------------------------------------------------


@given(wire_events())
def test_an_event_is_written_as_it_was_read(value: dict[str, Any]):
    event = event_from_wire(value)
    assert as_json(event.to_wire()) == as_json(value)
    assert event_from_json(event.to_json()) == event
    assert event_from_json(json.dumps(value)).tag == event.tag


@given(wire_events(unknown=False))
def test_an_event_of_a_known_kind_is_never_kept_raw(value: dict[str, Any]):
    event = event_from_wire(value)
    assert not isinstance(event, UnknownEvent)
    assert event.tag == value["runtimeEventType"]
    assert event.session_id == SessionId.from_wire(value["session_id"])
    assert event.agent_id == value.get("agent_id")
    assert event.trace_id == value.get("trace_id")


@given(damaged(wire_events()))
def test_damaged_json_is_refused_with_its_place_or_kept_whole(value: Any):
    try:
        event = event_from_wire(value)
    except FormatError as error:
        assert (error.where or "").startswith("$")  # noqa: PT017 - either way is right
        assert error.hint  # noqa: PT017
    else:
        assert as_json(event.to_wire()) == as_json(value)


@pytest.mark.parametrize(
    ("event", "value"),
    [
        (TextDelta(session_id=SessionId(7), text="t"), wire("textDelta", text="t")),
        (ThoughtDelta(session_id=SessionId(7), text="t"), wire("thoughtDelta", text="t")),
        (
            ToolCallDraft(session_id=SessionId(7), index=0, name="ls", args_len=2, count=1),
            wire("actionDraft", index=0, name="ls", args_len=2, count=1),
        ),
        (
            ToolCallStarted(session_id=SessionId(7), tool_name="ls", args_json="{}"),
            wire("toolCallStarted", tool_name="ls", args_json="{}"),
        ),
        (
            ToolCallFinished(session_id=SessionId(7), tool_name="ls", summary="s", denied=True),
            wire("toolCallFinished", tool_name="ls", summary="s", denied=True),
        ),
        (RunFinished(session_id=SessionId(7), trace_id="t"), wire("runFinished", trace_id="t")),
        (RunCancelled(session_id=SessionId(7)), wire("runCancelled")),
        (
            PlanUpdated(
                session_id=SessionId(7),
                objective="o",
                explanation=None,
                plan=(PlanItem(step="s", status="pending"),),
            ),
            wire(
                "planUpdated",
                objective="o",
                explanation=None,
                plan=[{"step": "s", "status": "pending"}],
            ),
        ),
        (
            AwaitingApproval(
                session_id=SessionId(7),
                request=ApprovalRequest(title="t", message="m", risk_level="Safe"),
            ),
            wire("awaitingApproval", request={"title": "t", "message": "m", "risk_level": "Safe"}),
        ),
        (
            UserEvent(session_id=SessionId(7), event={"userEventType": "progress", "text": "t"}),
            wire("userEvent", event={"userEventType": "progress", "text": "t"}),
        ),
    ],
)
def test_a_new_event_is_written_with_the_fields_it_was_given(
    event: RuntimeEvent, value: dict[str, Any]
):
    assert event.to_wire() == value
    assert event_from_wire(value) == event
    assert type(event_from_wire(value)) is type(event)


@pytest.mark.parametrize(
    ("older", "newer", "fields"),
    [
        ("toolCallDraft", "actionDraft", {"index": 0, "name": "ls", "args_len": 1, "count": 1}),
        ("toolCallStarted", "actionStarted", {"tool_name": "ls", "args_json": "{}"}),
        ("toolCallFinished", "actionFinished", {"tool_name": "ls", "summary": ""}),
    ],
)
def test_an_event_is_the_same_under_its_older_and_its_newer_name(
    older: str, newer: str, fields: dict[str, Any]
):
    one, other = event_from_wire(wire(older, **fields)), event_from_wire(wire(newer, **fields))
    assert one == other
    assert (one.tag, other.tag) == (older, newer)
    assert (one.to_wire(), other.to_wire()) == (wire(older, **fields), wire(newer, **fields))


def test_an_event_of_the_first_crates_is_kept_under_no_name():
    value = {"type": "textDelta", "session_id": ID, "text": "t"}
    event = event_from_wire(value)
    assert isinstance(event, UnknownEvent)
    assert event.tag == "?"
    assert event.to_wire() == value


@pytest.mark.parametrize(
    "value",
    [
        {**wire("runFinished"), "session_id": {"id": 7}},
        {**wire("runFinished"), "session_id": {**ID, "tenant": "t"}},
        wire("checkpoint", checkpoint={"session_id": {"id": 7}, "user_input": "", "step": "A", "turn_count": 0}),
        wire("checkpoint", checkpoint={"session_id": ID, "user_input": "", "step": {"A": None}, "turn_count": 0}),
    ],
)  # fmt: skip
def test_an_event_that_says_more_than_its_class_can_is_kept_whole(value: dict[str, Any]):
    event = event_from_wire(value)
    assert not isinstance(event, UnknownEvent)
    assert event.session_id == SessionId(7)
    assert event.to_wire() == value
    assert pickle.loads(pickle.dumps(event)).to_wire() == value  # noqa: S301 - our own bytes
    copy = event.model_copy(update={"trace_id": "t"})
    assert copy.to_wire()["session_id"] == ID
    assert copy.to_wire()["trace_id"] == "t"


def test_no_field_from_a_file_passes_for_the_name_of_an_event():
    value = {
        **wire("actionStarted", tool_name="ls", args_json="{}"),
        "_tag": "runFinished",
        "tag": "runFinished",
        "tags": ["runFinished"],
    }
    for tag in ("actionStarted", "toolCallStarted"):
        event = event_from_wire({**value, "runtimeEventType": tag})
        assert isinstance(event, ToolCallStarted)
        assert event.tag == tag


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (None, "$"),
        ([], "$"),
        ("runFinished", "$"),
        ({"runtimeEventType": "runFinished"}, "$.session_id"),
        ({**wire("runFinished"), "session_id": 7}, "$.session_id"),
        ({**wire("runFinished"), "session_id": {"id": "7"}}, "$.session_id"),
        ({**wire("runFinished"), "session_id": {**ID, "later": DEEP}}, "$"),
        ({**wire("runFinished"), "later": DEEP}, "$.later"),
        ({**wire("later"), "later": DEEP}, "$.raw"),
        (wire("textDelta"), "$.text"),
        (wire("textDelta", text=None), "$.text"),
        (wire("textDelta", text=7), "$.text"),
        (wire("textDelta", text="t", agent_id=7), "$.agent_id"),
        (wire("actionDraft", index="0", name="", args_len=0, count=0), "$.index"),
        (wire("actionDraft", index=0, name="", args_len=0.0, count=0), "$.args_len"),
        (wire("actionDraft", index=0, name="", args_len=0, count=True), "$.count"),
        (wire("toolCallFinished", tool_name="", summary="", denied="no"), "$.denied"),
        (wire("toolCallFinished", tool_name="", summary="", denied=None), "$.denied"),
        (wire("planUpdated", objective="", plan={}), "$.plan"),
        (wire("planUpdated", objective="", plan=[{"step": "s"}]), "$.plan[0].status"),
        (wire("awaitingApproval", request={"title": "", "message": ""}), "$.request.risk_level"),
        (wire("checkpoint", checkpoint={"session_id": 7}), "$.checkpoint.session_id"),
        (
            wire(
                "checkpoint",
                checkpoint={"session_id": ID, "user_input": "", "step": 7, "turn_count": 0},
            ),
            "$.checkpoint.step",
        ),
        (
            wire(
                "checkpoint",
                checkpoint={"session_id": ID, "user_input": "", "step": "A", "turn_count": "0"},
            ),
            "$.checkpoint.turn_count",
        ),
    ],
)
def test_a_known_kind_of_another_shape_is_refused_with_the_json_path(value: Any, where: str):
    with pytest.raises(FormatError) as caught:
        event_from_wire(value)
    assert caught.value.where == where
    assert caught.value.hint


def test_the_place_of_an_error_starts_with_file_and_line():
    with pytest.raises(FormatError, match=r"^a\.jsonl, line 3, \$\.text: "):
        event_from_json(json.dumps(wire("textDelta")), where="a.jsonl, line 3")
    with pytest.raises(FormatError, match=r"^a\.jsonl, line 3, line 1, column 1: not JSON"):
        event_from_json("", where="a.jsonl, line 3")
    with pytest.raises(FormatError, match=r"^\$\.text: "):
        event_from_json(json.dumps(wire("textDelta")))


@pytest.mark.parametrize("raw", [None, 7, "runFinished", []])
def test_an_unknown_event_is_an_object(raw: Any):
    with pytest.raises(ValidationError):
        UnknownEvent(raw=raw)


# --- frozen and copied -----------------------------------------------------------------------------


@given(events())
def test_nothing_inside_an_event_can_be_changed(event: RuntimeEvent):
    before = as_json(event.to_wire())
    for name in type(event).model_fields:
        with pytest.raises(ValidationError):
            setattr(event, name, None)
    assert as_json(event.to_wire()) == before
    if isinstance(event, UserEvent):
        with pytest.raises(TypeError, match="frozen"):
            event.event["text"] = "changed"


def test_a_changed_copy_writes_no_field_that_was_never_given():
    event = event_from_wire(wire("actionStarted", tool_name="ls", args_json="{}", later=[1]))
    copy = event.model_copy(update={"tool_name": "rm"})
    assert copy.to_wire() == wire("actionStarted", tool_name="rm", args_json="{}", later=[1])
    with pytest.raises(ValidationError):
        event.model_copy(update={"tool_name": 7})


# --- checkpoints -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        ("AfterUserInput", ()),
        ({"BeforeLlm": {"messages": [], "tools": []}}, ()),
        (
            {"BeforeToolCalls": {"tool_calls": [["1", "ls", "{}"], ["2", "rm", ""]]}},
            (
                ToolCall(id="1", name="ls", arguments="{}"),
                ToolCall(id="2", name="rm", arguments=""),
            ),
        ),
        (
            {"AfterActions": {"actions": [{"id": "1", "name": "ls", "args": "{}", "format": "x"}]}},
            (ToolCall(id="1", name="ls", arguments="{}"),),
        ),
        (
            {"BeforeActions": {"actions": [{"id": "1", "name": "py", "args": {"code": "1"}}]}},
            (ToolCall(id="1", name="py", arguments='{"code":"1"}'),),
        ),
    ],
)
def test_the_calls_of_a_step_are_read_in_either_generation(step: Any, calls: tuple[ToolCall, ...]):
    found = CheckpointStep.from_wire(step)
    assert found.tool_calls == calls
    assert found.messages == ()
    assert found.to_wire() == step


def test_the_messages_of_a_step_are_read():
    step = {"BeforeLlm": {"messages": [{"User": {"content": "u"}}], "tools": []}}
    assert CheckpointStep.from_wire(step).messages == (UserMessage(content="u"),)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({"tool_calls": 7}, "$.step.X.tool_calls"),
        ({"tool_calls": {"a": 1}}, "$.step.X.tool_calls"),
        ({"tool_calls": [["1", "ls"]]}, "$.step.X.tool_calls[0]"),
        ({"tool_calls": [["1", "ls", "{}", 4]]}, "$.step.X.tool_calls[0]"),
        ({"tool_calls": [["1", "ls", "{}"], [1, 2, 3]]}, "$.step.X.tool_calls[1]"),
        ({"tool_calls": [None]}, "$.step.X.tool_calls[0]"),
        ({"tool_calls": ["abc"]}, "$.step.X.tool_calls[0]"),
        ({"actions": [{"id": "1"}]}, "$.step.X.actions[0]"),
        ({"actions": [7]}, "$.step.X.actions[0]"),
    ],
)
def test_a_step_with_calls_of_another_shape_says_where(fields: Any, where: str):
    step = CheckpointStep.from_wire({"X": fields})
    assert step.to_wire() == {"X": fields}
    with pytest.raises(FormatError) as caught:
        _ = step.tool_calls
    assert caught.value.where == where
    assert caught.value.hint


@pytest.mark.parametrize(
    ("messages", "where"),
    [(7, "$.step.BeforeLlm.messages"), ([{}], "$.step.BeforeLlm.messages[0]")],
)
def test_a_step_with_messages_of_another_shape_says_where(messages: Any, where: str):
    step = CheckpointStep.from_wire({"BeforeLlm": {"messages": messages}})
    with pytest.raises(FormatError) as caught:
        _ = step.messages
    assert caught.value.where == where
