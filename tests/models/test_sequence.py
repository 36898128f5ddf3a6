"""Which sequences of messages are well-formed: the table of the crate's rules, and their laws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.errors import FormatError
from session_lab.models import AgentSession, validate_message_sequence
from tests.models.builders import A, C, S, U, X, answer, calls
from tests.strategies import well_formed

if TYPE_CHECKING:
    from session_lab.models import ChatMessage

GOOD = [
    [U],
    [A],
    [X],
    [S, U],
    [U, U, A, A],
    [U, calls("1"), answer("1")],
    [calls("1"), answer("1")],
    [U, calls("1", "2"), answer("2"), answer("1"), A],
    [U, calls("1", text="let me see"), answer("1")],
    [U, calls("1"), answer("1"), calls("1"), answer("1")],
    [U, calls("1"), U, answer("1")],
    [U, calls("1"), A, S, C, X, answer("1")],
    [U, calls(), A],
    [U, calls(), calls("1"), answer("1"), calls()],
    [U, calls("1", "1"), answer("1")],
    [U, calls(""), answer("")],
]
BAD = [
    ([], "$.chat_messages", "no message that can be sent"),
    ([S], "$.chat_messages", "no message that can be sent"),
    ([C], "$.chat_messages", "no message that can be sent"),
    ([S, C, S], "$.chat_messages", "no message that can be sent"),
    ([answer("1")], "$.chat_messages[0]", "'1', but no call is waiting"),
    ([U, answer("1")], "$.chat_messages[1]", "'1', but no call is waiting"),
    ([U, calls(), answer("1")], "$.chat_messages[2]", "no call is waiting"),
    ([U, calls("1"), answer("1"), answer("1")], "$.chat_messages[3]", "no call is waiting"),
    ([U, calls("1", "2"), answer("1"), answer("1")], "$.chat_messages[3]", "answered already"),
    ([U, calls("1", "2"), answer("3")], "$.chat_messages[2]", "'3', which was answered already or"),
    ([U, calls("1", "1"), answer("1"), answer("1")], "$.chat_messages[3]", "no call is waiting"),
    ([U, calls("1"), calls("2")], "$.chat_messages[2]", "before '1' were answered"),
    ([U, calls("1"), calls()], "$.chat_messages[2]", "before '1' were answered"),
    ([U, calls("2", "1"), answer("1"), calls("3")], "$.chat_messages[3]", "before '2' were"),
    ([U, calls("1")], "$.chat_messages", "unanswered tool calls: '1'"),
    ([U, calls("2", "1"), U], "$.chat_messages", "unanswered tool calls: '1', '2'"),
    ([U, calls("1"), answer("1"), calls("2"), A], "$.chat_messages", "unanswered tool calls: '2'"),
]


@pytest.mark.parametrize("messages", GOOD)
def test_a_well_formed_sequence_passes(messages: list[ChatMessage]):
    validate_message_sequence(messages)


@pytest.mark.parametrize(("messages", "where", "problem"), BAD)
def test_a_broken_rule_is_named_with_its_place(
    messages: list[ChatMessage], where: str, problem: str
):
    with pytest.raises(FormatError) as caught:
        validate_message_sequence(messages)
    assert caught.value.where == where
    assert problem in caught.value.problem
    assert caught.value.hint


@given(well_formed())
def test_the_strategy_of_well_formed_sequences_keeps_its_word(messages: list[ChatMessage]):
    validate_message_sequence(messages)


@given(well_formed(), st.data())
def test_an_answer_that_is_lost_or_doubled_breaks_the_sequence(
    messages: list[ChatMessage], data: st.DataObject
):
    answers = [index for index, message in enumerate(messages) if message.kind == "tool"]
    if answers:
        at = data.draw(st.sampled_from(answers))
        with pytest.raises(FormatError):
            validate_message_sequence([*messages[:at], *messages[at + 1 :]])
        with pytest.raises(FormatError):
            validate_message_sequence([*messages[: at + 1], *messages[at:]])


@given(well_formed(), st.integers(0, 30))
def test_a_sequence_cut_off_anywhere_is_mended_by_closing_its_calls(
    messages: list[ChatMessage], end: int
):
    first_user = next(i for i, message in enumerate(messages) if message.kind == "user")
    session = AgentSession(chat_messages=messages[: first_user + 1 + end])
    kept = session.chat_messages
    session.close_dangling_tool_calls("cut off")
    validate_message_sequence(session.chat_messages)
    assert session.chat_messages[: len(kept)] == kept
    assert all(message.text == "cut off" for message in session.chat_messages[len(kept) :])


@given(well_formed())
def test_closing_calls_changes_nothing_where_all_are_answered(messages: list[ChatMessage]):
    session = AgentSession(chat_messages=messages)
    session.close_dangling_tool_calls("cut off")
    assert list(session.chat_messages) == messages
