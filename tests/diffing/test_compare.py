"""``diff`` and ``SessionDiff``: fields, application, refusal, and what is left alone."""

from __future__ import annotations

import copy
import json
import pickle
import re
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from session_lab.diffing import (
    Added,
    DiffStats,
    Edited,
    FieldChanged,
    Moved,
    Removed,
    Same,
    diff,
    message_fields,
)
from session_lab.errors import DiffError
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    CustomMessage,
    Message,
    RunState,
    SessionId,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UserMessage,
)

if TYPE_CHECKING:
    from pathlib import Path


def session(**fields: Any) -> AgentSession:
    return AgentSession(**{"id": 1, "chat_messages": [UserMessage(content="hi")], **fields})


def read(**fields: Any) -> AgentSession:
    wire = {"id": None, "chat_messages": [], "always_allowed_actions": []}
    return AgentSession.from_json(json.dumps({**wire, **fields}))


# -- session fields --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("id", session(), session(id="2(x)")),
        ("id", session(), session(id=None)),
        ("id", session(id=None), session()),
        ("always_allowed_actions", session(), session(always_allowed_actions=["shell"])),
        ("total_tool_calls", session(), session(total_tool_calls=3)),
        ("run_state", session(), session(run_state=RunState(nudge_count=1))),
        ("run_state", session(), session(run_state=RunState.from_wire({"newer": [1]}))),
        ("tenant", read(tenant="a"), read(tenant="b")),
        ("tenant", read(tenant=1), read(tenant=True)),
        ("tenant", read(tenant=None), read(tenant=[])),
    ],
)
def test_a_changed_field_is_named_and_applied(name: str, old: AgentSession, new: AgentSession):
    found = diff(old, new)
    assert [(change.name, change.kind) for change in found.fields] == [(name, "changed")]
    assert found.apply(old) == new
    assert found.invert().apply(new) == old


def test_an_unknown_field_that_comes_or_goes_is_told_from_one_that_is_null():
    without, with_null = read(), read(tenant=None)
    found = diff(without, with_null)
    assert found.fields == (FieldChanged(name="tenant", kind="added"),)
    assert b'"tenant":null' in found.apply(without).to_json()
    assert b"tenant" not in found.invert().apply(with_null).to_json()


def test_the_order_of_allowed_actions_is_no_change():
    a = session(always_allowed_actions=["a", "b"])
    b = session(always_allowed_actions=["b", "a"], total_tool_calls=1)
    found = diff(a, b)
    assert [change.name for change in found.fields] == ["total_tool_calls"]
    assert found.apply(a).always_allowed_actions == ("a", "b")


def test_a_number_that_only_python_takes_for_equal_is_a_change():
    a, b = read(run_state={"x": 1}), read(run_state={"x": True})
    assert diff(a, b)
    assert diff(a, b).apply(a) == b
    c = read(run_state={"x": 1.0})
    assert diff(a, c).apply(a) == c


# -- apply -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "extra"),
    [
        ("0.1.0", {"messages": [{"role": "User", "content": "hi"}]}),
        ("0.1.3", {"total_tool_calls": 1, "nudge_count": 2, "turn_tool_calls": 3}),
        ("0.3.0", {"total_tool_calls": 1, "run_state": {"nudge_count": 2}}),
        ("0.12.0", {"run_state": {"total_actions": 1, "turn_actions": 3, "nudge_count": 2}}),
    ],
)
def test_what_is_applied_keeps_the_form_of_the_old_session(form: str, extra: dict[str, Any]):
    old = read(chat_messages=[{"User": {"content": "hi"}}], tenant="a", **extra)
    new = old.copy(id=7)
    new.push_assistant("hello")
    new.total_tool_calls = 9
    new.run_state = RunState(nudge_count=5)
    result = diff(old, new).apply(old)
    assert result == new
    assert json.loads(result.to_json()) == json.loads(new.to_json())
    assert (
        list(json.loads(result.to_json()))[: 3 + len(extra)]
        == list(json.loads(old.to_json()))[: 3 + len(extra)]
    ), form


def test_messages_that_did_not_change_are_written_as_they_were():
    # Older crates leave out what newer ones spell out as null; both are the same message.
    old = read(chat_messages=[{"Assistant": {"content": "hi"}}, {"User": {"content": "x"}}])
    new = read(
        chat_messages=[
            {"Assistant": {"content": "hi", "tool_calls": None, "thinking_signature": None}},
            {"User": {"content": "y"}},
        ]
    )
    messages = json.loads(diff(old, new).apply(old).to_json())["chat_messages"]
    assert messages == [{"Assistant": {"content": "hi"}}, {"User": {"content": "y"}}]


def test_where_a_foreign_session_came_from_is_kept():
    old, new = session(), session(total_tool_calls=1)
    old.origin = {"format": "other"}
    assert diff(old, new).apply(old).origin == {"format": "other"}


def test_ephemeral_messages_are_left_out():
    old, new = session(), session()
    old.push_system("only now", ephemeral=True)
    new.push_user("stays")
    new.push_user("only now", ephemeral=True)
    found = diff(old, new)
    assert dict(found.stats) == {"same": 1, "added": 1, "removed": 0, "edited": 0, "moved": 0}
    assert [message.text for message in found.apply(old).chat_messages] == ["hi", "stays"]


def test_a_diff_does_not_change_with_its_sessions():
    old, new = session(), session()
    new.push_user("more")
    found = diff(old, new)
    before = found.ops, found.fields
    old.push_user("later")
    new.total_tool_calls = 99
    assert (found.ops, found.fields) == before
    assert [op.kind for op in found.ops] == ["same", "added"]


# -- refusal ---------------------------------------------------------------------------------------


def refusal(found_on: AgentSession) -> str:
    old, new = session(), session()
    old.push_assistant("hello")
    new.push_user("more")
    with pytest.raises(DiffError) as caught:
        diff(old, new).apply(found_on)
    assert "new one with diff(a, b)" in str(caught.value)
    return str(caught.value)


def test_a_session_with_another_message_is_refused_by_naming_the_first():
    other = session()
    other.push_assistant("bonjour")
    other.push_user("extra")
    assert refusal(other).startswith("session 1: stored message 1 (assistant) is not the one")


def test_a_session_with_more_or_fewer_messages_is_refused():
    assert "it has 1 stored messages, not 2" in refusal(session())


def test_a_session_with_another_field_is_refused_by_naming_it():
    other = session(total_tool_calls=5)
    other.push_assistant("hello")
    assert "total_tool_calls changed" in refusal(other)
    same = session(id=2)
    same.push_assistant("hello")
    assert refusal(same).startswith("session 2: it is not the one that was compared: id changed")


def test_a_diff_is_not_applied_twice():
    old, new = session(), session()
    new.push_user("more")
    found = diff(old, new)
    with pytest.raises(DiffError, match="it has 2 stored messages, not 1"):
        found.apply(found.apply(old))


def test_comparing_with_nothing_says_so():
    with pytest.raises(TypeError, match=r"two AgentSessions, not NoneType .*load gives None"):
        diff(session(), None)  # type: ignore[arg-type]


# -- ops -------------------------------------------------------------------------------------------


def edit(old: Message, new: Message) -> list[tuple[str, str]]:
    op = Edited(a_index=0, b_index=0, old=old, new=new)
    return [(change.name, change.kind) for change in op.fields]


def test_an_edit_names_each_field_that_differs_and_how():
    old = AssistantMessage(content="a", reasoning_content="hm")
    calls = (ToolCall(id="c", name="ls", arguments="{}"),)
    assert edit(old, AssistantMessage(content="b", tool_calls=calls)) == [
        ("content", "changed"),
        ("reasoning_content", "removed"),
        ("tool_calls", "added"),
    ]


def test_an_edit_of_a_field_that_no_version_knows_is_named():
    old, new = UserMessage(content="a"), UserMessage(content="a", tenant=None)  # type: ignore[call-arg]
    assert edit(old, new) == [("tenant", "added")]


def test_the_fields_of_a_message_are_its_content_and_not_its_form():
    spelled_out = AssistantMessage(content="a", tool_calls=None)
    assert message_fields(spelled_out) == {"content": "a"}
    assert message_fields(AssistantMessage(tool_calls=())) == {"tool_calls": []}
    assert message_fields(UserMessage(content="a", images=())) == {"content": "a"}
    assert message_fields(ToolMessage(tool_call_id="c", content="")) == {
        "tool_call_id": "c",
        "content": "",
    }
    assert message_fields(CustomMessage(role="r", data=None)) == {"role": "r", "data": None}
    assert message_fields(UnknownMessage(raw={"Note": {"images": None}})) == {"images": None}
    assert message_fields(UnknownMessage(raw={"Note": [1]})) == {"raw": {"Note": [1]}}
    assert message_fields(UnknownMessage(raw="Note")) == {"raw": "Note"}


def test_ops_are_frozen_and_read_and_written_as_json():
    message = AssistantMessage(content="a", tool_calls=(ToolCall(id="c", name="n", arguments=""),))
    for op in (
        Same(a_index=0, b_index=1, message=message),
        Added(b_index=1, message=message),
        Removed(a_index=1, message=message),
        Moved(a_index=0, b_index=1, message=message),
        Edited(a_index=0, b_index=1, old=message, new=AssistantMessage(content="b")),
    ):
        assert type(op).model_validate_json(op.model_dump_json()) == op
        with pytest.raises(ValidationError):
            op.kind = "other"  # type: ignore[assignment]
        with pytest.raises((ValidationError, AttributeError)):
            op.a_index = 9


def test_a_diff_is_frozen_equal_by_content_and_can_be_copied_and_pickled():
    old, new = session(), session(id=2)
    new.push_user("more")
    found = diff(old, new)
    assert found == diff(old.copy(), new.copy()) != found.invert()
    assert hash(found) == hash(diff(old, new))
    assert copy.deepcopy(found) == found
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes
    with pytest.raises(AttributeError):
        found.runs = ()  # type: ignore[misc]


def test_stats_and_repr_leave_out_what_is_zero():
    assert str(DiffStats()) == "no messages"
    new = session(id=SessionId(2, "x"))
    new.push_user("more")
    assert repr(diff(session(), new)) == "SessionDiff(1 same, 1 added; changed: id)"


def test_a_frame_has_a_row_for_each_message():
    old = session(chat_messages=[UserMessage(content="hi"), UserMessage(content="fix the build")])
    new = session(chat_messages=[UserMessage(content="fix the biuld"), UserMessage(content="bye")])
    frame = diff(old, new).to_frame()
    assert frame["op"].tolist() == ["removed", "edited", "added"]
    assert frame["fields"].tolist() == [(), ("content",), ()]
    assert frame["new_text"].isna().tolist() == [True, False, False]
    assert str(frame.dtypes["a_index"]) == "Int64"
    assert list(frame.dtypes) == list(diff(session(), session(chat_messages=[])).to_frame().dtypes)


def test_from_turn_to_turn_a_recorded_session_grows_at_its_end_and_is_trimmed_in_one_piece(
    samples_dir: Path,
):
    states: dict[SessionId | None, AgentSession] = {}
    compared = trimmed = 0
    for line in (samples_dir / "turns.jsonl").read_bytes().splitlines():
        state = AgentSession.from_wire(json.loads(line)["state"])
        before = states.get(state.id)
        if before is not None:
            found = diff(before, state)
            kinds = "".join(op.kind[0] for op in found.ops)
            assert re.fullmatch("s*r*s*a*", kinds)
            trimmed += "r" in kinds
            assert json.loads(found.apply(before).to_json()) == json.loads(state.to_json())
            assert found.invert().apply(state) == before
            compared += 1
        states[state.id] = state
    assert compared > 10
    assert trimmed > 0
