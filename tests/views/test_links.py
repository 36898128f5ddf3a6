"""How messages belong together: turns, and answers with their calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given

from session_lab.models import AssistantMessage, SystemMessage, ToolMessage, UserMessage
from session_lab.views.links import link_messages
from tests.strategies import message_lists, well_formed
from tests.views.builders import calls

if TYPE_CHECKING:
    from session_lab.models import ChatMessage


def answer(call_id: str) -> ToolMessage:
    return ToolMessage(tool_call_id=call_id, content="ok")


def test_a_turn_begins_with_each_user_message():
    user, system = UserMessage(content="u"), SystemMessage(content="s")
    assert link_messages([system, user, system, user, user]).turns == (0, 1, 1, 2, 3)


def test_answers_find_their_calls_in_any_order():
    links = link_messages([calls("a", "b", "c"), answer("c"), answer("a")])
    assert links.answers == {1: (0, 2), 2: (0, 0)}
    assert links.names == {1: "tool_c", 2: "tool_a"}
    assert links.unanswered == 1
    assert not links.orphans


def test_an_id_used_again_in_each_batch_means_the_newest_batch():
    links = link_messages([calls("a"), answer("a"), calls("a"), answer("a")])
    assert links.answers == {1: (0, 0), 3: (2, 0)}


def test_an_id_used_again_before_it_was_answered_means_the_newest_batch():
    links = link_messages([calls("a"), calls("a"), answer("a")])
    assert links.answers == {2: (1, 0)}
    assert links.unanswered == 1


def test_a_late_answer_finds_an_older_batch():
    links = link_messages([calls("a"), calls("b"), answer("b"), answer("a")])
    assert links.answers == {2: (1, 0), 3: (0, 0)}


def test_an_id_twice_in_one_batch_is_answered_in_order():
    links = link_messages([calls("a", "a"), answer("a"), answer("a")])
    assert links.answers == {1: (0, 0), 2: (0, 1)}


def test_an_orphan_says_why():
    links = link_messages([answer("a"), calls("a"), answer("a"), answer("a")])
    assert links.orphans == {
        0: "no earlier call has this id",
        3: "message 2 answered this call already",
    }


@given(well_formed())
def test_a_well_formed_sequence_has_no_loose_ends(messages: list[ChatMessage]):
    links = link_messages(messages)
    assert not links.orphans
    assert links.unanswered == 0


@given(message_lists())
def test_each_answer_has_one_call_or_is_an_orphan(messages: list[ChatMessage]):
    links = link_messages(messages)
    tools = {i for i, message in enumerate(messages) if isinstance(message, ToolMessage)}
    assert links.answers.keys() | links.orphans.keys() == tools
    assert not links.answers.keys() & links.orphans.keys()
    assert len(set(links.answers.values())) == len(links.answers)
    assert links.answered == {place: index for index, place in links.answers.items()}
    for index, (asked, number) in links.answers.items():
        tool, message = messages[index], messages[asked]
        assert asked < index
        assert isinstance(tool, ToolMessage)
        assert isinstance(message, AssistantMessage)
        assert message.tool_calls is not None
        assert message.tool_calls[number].id == tool.tool_call_id
