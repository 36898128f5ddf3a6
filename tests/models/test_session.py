"""AgentSession: what its methods do, as the crate's do, and what counts for equality."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.errors import FormatError
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    RunState,
    SessionId,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from tests.models.builders import A, C, S, U, X, answer, calls
from tests.strategies import as_json, changed_sessions, edits, messages, sessions

U2 = UserMessage(content="u2")
U3 = UserMessage(content="u3")


def session_of(*chat: ChatMessage) -> AgentSession:
    return AgentSession(id=1, chat_messages=chat)


# --- making and changing ---------------------------------------------------------------------------


def test_a_new_session_is_empty_and_has_no_id():
    session = AgentSession()
    assert session.id is None
    assert session.chat_messages == session.always_allowed_actions == ()
    assert session.total_tool_calls == session.turn_count() == 0
    assert session.run_state == RunState()
    assert session.origin is None


@pytest.mark.parametrize(
    ("ref", "expected"),
    [(7, SessionId(7)), ("7", SessionId(7)), ("x", SessionId(0, "x")), (SessionId(0, "7"), None)],
)
def test_whatever_names_a_session_can_be_its_id(ref: Any, expected: SessionId | None):
    assert AgentSession(id=ref).id == (expected or ref)


def test_pushing_adds_messages_and_leaves_the_counters_alone():
    session = AgentSession(id=1, total_tool_calls=5)
    session.push_system("s")
    session.push_user("u")
    session.push_tool_calls([ToolCall(id="1", name="ls", arguments="{}")], text="t", reasoning="r")
    session.push_tool_result("1", "ok")
    session.push_assistant("a", reasoning="r")
    session.push_assistant(None)
    assert session.chat_messages == (
        SystemMessage(content="s"),
        UserMessage(content="u"),
        AssistantMessage(
            content="t",
            reasoning_content="r",
            tool_calls=[ToolCall(id="1", name="ls", arguments="{}")],
        ),
        ToolMessage(tool_call_id="1", content="ok"),
        AssistantMessage(content="a", reasoning_content="r"),
        AssistantMessage(),
    )
    assert session.total_tool_calls == 5
    assert session.run_state == RunState()


def test_messages_are_put_in_replaced_and_taken_out_by_index():
    session = session_of(S, U, A)
    session.insert(1, C)
    session.insert(-1, X)
    session.insert(99, U2)
    assert session.chat_messages == (S, C, U, X, A, U2)
    assert session.replace(-1, U3) == U2
    assert session.remove(0) == S
    assert session.chat_messages == (C, U, X, A, U3)
    session.append(U)
    session.extend([A, A])
    assert session.chat_messages == (C, U, X, A, U3, U, A, A)


@pytest.mark.parametrize("index", [3, -4])
def test_an_index_without_a_message_is_an_error_and_changes_nothing(index: int):
    session = session_of(S, U, A)
    with pytest.raises(IndexError):
        session.replace(index, U2)
    with pytest.raises(IndexError):
        session.remove(index)
    assert session.chat_messages == (S, U, A)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.append("hi"),
        lambda s: s.append({"User": {"content": "hi"}}),
        lambda s: s.extend([U, None]),
        lambda s: s.extend(U),
        lambda s: s.insert(0, "hi"),
        lambda s: s.replace(0, "hi"),
        lambda s: s.replace(slice(0, 1), U),
        lambda s: s.replace("0", U),
        lambda s: s.remove(slice(0, 1)),
        lambda s: s.set_chat_messages(["hi"]),
        lambda s: s.allow_action(7),
        lambda s: setattr(s, "run_state", {"nudge_count": 1}),
        lambda s: setattr(s, "run_state", None),
        lambda s: setattr(s, "total_tool_calls", "3"),
        lambda s: setattr(s, "total_tool_calls", 1.0),
        lambda s: setattr(s, "total_tool_calls", True),
        lambda s: setattr(s, "total_tool_calls", -1),
        lambda s: setattr(s, "chat_messages", []),
        lambda s: setattr(s, "id", 2),
        lambda s: setattr(s, "always_allowed_actions", ()),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(change: Callable[[AgentSession], object]):
    session = session_of(S, U)
    before = session.to_json()
    with pytest.raises((TypeError, ValueError, AttributeError)):
        change(session)
    assert session.to_json() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"chat_messages": ["hi"]},
        {"chat_messages": U},
        {"always_allowed_actions": [1]},
        {"total_tool_calls": -1},
        {"total_tool_calls": None},
        {"run_state": {}},
    ],
)
def test_a_session_is_not_made_of_what_it_can_not_write(fields: dict[str, Any]):
    with pytest.raises((TypeError, ValueError)):
        AgentSession(**fields)


def test_an_integer_of_numpy_counts_as_one():
    numpy = pytest.importorskip("numpy")
    session = AgentSession(total_tool_calls=numpy.int64(3))
    assert session == AgentSession(total_tool_calls=3)
    assert session.to_json() == AgentSession(total_tool_calls=3).to_json()


def test_the_messages_that_were_given_out_do_not_change_later():
    session = session_of(U)
    before = session.chat_messages
    session.push_assistant("a")
    assert before == (U,)
    assert session.chat_messages is session.chat_messages


# --- the crate's methods ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat", "turns"),
    [((), 0), ((S, A), 0), ((U,), 1), ((S, U, A, U2, U3), 3), ((X, C, U), 1)],
)
def test_a_turn_is_a_user_message(chat: tuple[ChatMessage, ...], turns: int):
    assert session_of(*chat).turn_count() == turns


@pytest.mark.parametrize(
    ("chat", "turns", "left"),
    [
        ((S, U, A, U2, A, U3), 3, (S, U, A, U2, A, U3)),
        ((S, U, A, U2, A, U3), 9, (S, U, A, U2, A, U3)),
        ((S, U, A, U2, A, U3), 2, (S, U2, A, U3)),
        ((S, U, A, U2, A, U3), 1, (S, U3)),
        ((S, U, A, U2, A, U3), 0, (S, U, A, U2, A, U3)),
        ((U, A, U2), 1, (U2,)),
        ((S, S, U, S, U2), 1, (S, S, U2)),
        ((A, S, U, A, U2), 1, (U2,)),
        ((S, C, U, U2), 1, (S, U2)),
        ((U, calls("1"), answer("1"), U2, A), 1, (U2, A)),
        ((S, A), 0, (S, A)),
        ((), 1, ()),
    ],
)
def test_trimming_drops_the_oldest_turns_and_keeps_leading_system_messages(
    chat: tuple[ChatMessage, ...], turns: int, left: tuple[ChatMessage, ...]
):
    session = session_of(*chat)
    session.trim_oldest_turns(turns)
    assert session.chat_messages == left


@given(sessions(ephemeral=True), st.integers(1, 5))
def test_trimming_leaves_the_newest_turns_and_nothing_else(session: AgentSession, turns: int):
    before = session.chat_messages
    session.trim_oldest_turns(turns)
    after = session.chat_messages
    assert session.turn_count() == min(turns, sum(m.kind == "user" for m in before))
    lead = next((i for i, m in enumerate(before) if m.kind != "system"), len(before))
    assert after == before or (
        after[:lead] == before[:lead]
        and after[lead].kind == "user"
        and after[lead:] == before[-len(after[lead:]) :]
    )


@pytest.mark.parametrize(
    ("chat", "added"),
    [
        ((), ()),
        ((U, A), ()),
        ((U, calls("1")), ("1",)),
        ((U, calls("2", "1")), ("2", "1")),
        ((U, calls("2", "1", "3"), answer("1")), ("2", "3")),
        ((U, calls("1"), answer("1")), ()),
        ((U, calls("1"), U2, A, X), ("1",)),
        ((U, calls("1"), calls("2")), ("2",)),
        ((U, calls("1"), calls()), ("1",)),
        ((U, calls("1", "1")), ("1", "1")),
        ((U, calls("1"), answer("9")), ("1",)),
    ],
)
def test_the_last_batch_has_its_open_calls_closed_in_their_order(
    chat: tuple[ChatMessage, ...], added: tuple[str, ...]
):
    session = session_of(*chat)
    session.close_dangling_tool_calls("stopped")
    assert session.chat_messages == (*chat, *(answer(call_id, "stopped") for call_id in added))


def test_ephemeral_messages_are_removed_at_the_end_of_a_turn():
    session = session_of(U)
    session.push_system("now", ephemeral=True)
    session.push_user("too", ephemeral=True)
    session.push_assistant("a")
    assert session.turn_count() == 2
    assert session.stored_messages == (U, A)
    session.remove_ephemeral_messages()
    assert session.chat_messages == (U, A)


def test_the_simple_view_leaves_out_what_only_calls_tools():
    session = session_of(
        S,
        U,
        calls("1"),
        calls("1", text=""),
        calls("1", text="t"),
        answer("1"),
        AssistantMessage(reasoning_content="r"),
        AssistantMessage(content=""),
        A,
        CustomMessage(role="note", data={"b": 1, "a": [None]}),
        X,
    )
    assert session.simple_messages() == [
        {"role": "System", "content": "s"},
        {"role": "User", "content": "u"},
        {"role": "Assistant", "content": "t"},
        {"role": "Tool", "content": "ok"},
        {"role": "Assistant", "content": ""},
        {"role": "Assistant", "content": "a"},
        {"role": "User", "content": '{"a":[null],"b":1}'},
        {"role": "Later", "content": "x"},
    ]


def test_setting_all_messages_validates_them_and_recounts_the_calls():
    session = AgentSession(id=1, total_tool_calls=9, run_state=RunState(turn_tool_calls=4))
    session.set_chat_messages([U, calls("1", "2"), answer("1"), answer("2"), calls(), A])
    assert session.total_tool_calls == 2
    assert session.run_state == RunState(turn_tool_calls=4)
    before = session.to_json()
    with pytest.raises(FormatError, match="unanswered"):
        session.set_chat_messages([U, calls("1")])
    assert session.to_json() == before


def test_an_action_is_allowed_once_for_good():
    session = AgentSession(always_allowed_actions=["b", "a", "b"])
    assert session.always_allowed_actions == ("b", "a")
    session.allow_action("c")
    session.allow_action("a")
    assert session.always_allowed_actions == ("b", "a", "c")
    assert session.is_action_allowed("c")
    assert not session.is_action_allowed("C")


# --- equality and digest ---------------------------------------------------------------------------


@given(changed_sessions())
def test_sessions_are_equal_exactly_when_all_they_hold_is(pair: tuple[AgentSession, AgentSession]):
    def content(session: AgentSession) -> tuple[Any, ...]:
        return (
            session.id,
            session.stored_messages,
            set(session.always_allowed_actions),
            session.total_tool_calls,
            as_json(session.run_state.values()),
        )

    before, after = pair
    same = content(before) == content(after)
    assert (before == after) is same
    assert (before.digest == after.digest) is same
    assert len(before.digest) == 40


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.push_user("x"),
        lambda s: s.allow_action("x"),
        lambda s: setattr(s, "total_tool_calls", 8),
        lambda s: setattr(s, "run_state", RunState(nudge_count=8)),
        lambda s: setattr(s, "run_state", RunState(later=None)),
        lambda s: s.replace(0, U2),
        lambda s: s.remove(0),
    ],
)
def test_every_field_counts_for_equality(change: Callable[[AgentSession], object]):
    session, other = session_of(U), session_of(U)
    assert session == other
    change(other)
    assert session != other
    assert session != session.copy(id=2)
    assert session != "session"


@given(sessions(ephemeral=True))
def test_ephemeral_messages_origin_and_the_order_of_permissions_count_for_nothing(
    session: AgentSession,
):
    other = AgentSession(
        id=session.id,
        chat_messages=session.stored_messages,
        always_allowed_actions=reversed(session.always_allowed_actions),
        total_tool_calls=session.total_tool_calls,
        run_state=session.run_state,
    )
    other.origin = {"format": "elsewhere"}
    assert other == session
    assert other.digest == session.digest


def test_a_live_session_has_no_hash():
    with pytest.raises(TypeError):
        hash(AgentSession())


# --- copies ----------------------------------------------------------------------------------------


@given(sessions(ephemeral=True), st.lists(edits(ephemeral=True), min_size=1, max_size=3))
def test_a_copy_goes_its_own_way(session: AgentSession, changes: list[Any]):
    before, digest = session.chat_messages, session.digest
    for other in (session.copy(), copy.copy(session), copy.deepcopy(session)):
        assert other == session
        assert other.chat_messages == before
        for edit in changes:
            edit(other)
        assert session.chat_messages == before
        assert session.digest == digest


@given(sessions(ephemeral=True))
def test_a_pickled_session_is_the_same_in_every_form(session: AgentSession):
    other = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own bytes
    assert other == session
    assert other.to_json() == session.to_json()
    assert [m.ephemeral for m in other.chat_messages] == [
        m.ephemeral for m in session.chat_messages
    ]


def test_a_copy_under_another_id_says_so_in_its_json():
    session = AgentSession.from_json(session_of(U).to_json())
    other = session.copy(id="fork")
    assert other.id == SessionId(0, "fork")
    assert session.id == SessionId(1)
    assert AgentSession.from_json(other.to_json()) == other


@given(messages())
def test_a_session_shares_messages_with_its_copy(message: ChatMessage):
    session = session_of(message)
    assert session.copy().chat_messages[0] is message


def test_a_session_names_itself_and_counts_what_it_holds():
    assert repr(session_of(S, U, A)) == "AgentSession(id=SessionId(1), messages=3, turns=1)"
