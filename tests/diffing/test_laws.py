"""What holds for every diff, whatever the two sessions are.

Two kinds of sessions are drawn: rich ones, with anything a file could hold, for what is written
back; and crowded ones, made of a few messages that are equal to or like each other, for which
message is found to belong to which.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from session_lab.diffing import SessionDiff, diff
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UserMessage,
)
from tests.strategies import as_json, changed_sessions, sessions, wire_sessions

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

Pair = tuple[AgentSession, AgentSession]


def batch(*ids: str, path: str = "a.py") -> AssistantMessage:
    calls = tuple(ToolCall(id=one, name="read", arguments=f'{{"path": "{path}"}}') for one in ids)
    return AssistantMessage(tool_calls=calls)


CROWD: tuple[ChatMessage, ...] = (
    SystemMessage(content="Be terse."),
    SystemMessage(content="Be terse, please."),
    UserMessage(content="go on"),
    UserMessage(content="please fix the build of the parser"),
    UserMessage(content="please fix the build of the lexer"),
    UserMessage(content=""),
    AssistantMessage(content="please fix the build of the lexer"),
    AssistantMessage(content="Done: the build of the lexer is fixed."),
    AssistantMessage(content="Done: the build of the parser is fixed.", reasoning_content="hm"),
    batch("c1"),
    batch("c1", path="b.py"),
    batch("c1", "c2"),
    batch("c2", "c1", path="b.py"),
    ToolMessage(tool_call_id="c1", content="ok"),
    ToolMessage(tool_call_id="c1", content="Error: no such file"),
    ToolMessage(tool_call_id="c2", content="ok"),
    CustomMessage(role="artifact", data={"rows": [1, 2, 3]}),
    CustomMessage(role="artifact", data={"rows": [1, 2, 3.0]}),
    UnknownMessage(raw={"Developer": {"content": "please fix the build of the lexer"}}),
    UnknownMessage(raw="Pause"),
)


def crowded() -> SearchStrategy[Pair]:
    """Give two sessions of messages that are easily taken for one another."""
    some = st.lists(st.sampled_from(CROWD), max_size=14)
    spliced = st.builds(
        lambda whole, at, gone, new: (whole, whole[:at] + new + whole[at + gone :]),
        some,
        st.integers(0, 14),
        st.integers(0, 3),
        st.lists(st.sampled_from(CROWD), max_size=3),
    )
    moved = st.builds(
        lambda head, block, between, tail: (
            head + block + between + tail,
            head + between + block + tail,
        ),
        *[st.lists(st.sampled_from(CROWD), max_size=5)] * 4,
    )
    return st.one_of(spliced, moved, st.tuples(some, some)).map(
        lambda two: tuple(AgentSession(id=1, chat_messages=one) for one in two)
    )


def rich() -> SearchStrategy[Pair]:
    """Give two states of one session, and two sessions that have nothing to do with each other."""
    any_session = st.one_of(sessions(ephemeral=True), wire_sessions().map(AgentSession.from_wire))
    return st.one_of(changed_sessions(), st.tuples(any_session, any_session))


# Drawing a rich session takes a hundred times as long as comparing it.
few = settings(max_examples=40)
many = settings(max_examples=150)


def paired_by(found: SessionDiff, side: str) -> Counter[int]:
    indices = (getattr(op, f"{side}_index") for op in found.ops)
    return Counter(index for index in indices if index is not None)


@few
@given(rich())
def test_a_diff_leads_from_the_old_session_to_the_new_one_and_its_inverse_back(pair: Pair) -> None:
    a, b = pair
    found = diff(a, b)
    assert found.apply(a) == b
    assert found.invert().apply(b) == a
    assert found.invert().invert() == found
    assert AgentSession.from_json(found.apply(a).to_json()) == b


@few
@given(rich())
def test_comparing_applying_and_inverting_leave_both_sessions_untouched(pair: Pair) -> None:
    a, b = pair
    before = [(as_json(s.to_wire()), s.chat_messages, s.origin) for s in (a, b)]
    found = diff(a, b)
    result = found.apply(a)
    result.push_user("more")
    result.allow_action("anything")
    found.invert().apply(b)
    assert [(as_json(s.to_wire()), s.chat_messages, s.origin) for s in (a, b)] == before


@few
@given(wire_sessions().map(AgentSession.from_wire))
def test_a_diff_of_equal_sessions_is_empty_and_leaves_the_json_as_it_was(a: AgentSession) -> None:
    found = diff(a, a.copy())
    assert not found
    assert found.fields == ()
    assert {op.kind for op in found.ops} <= {"same"}
    assert found.apply(a).to_json() == a.to_json()


@many
@given(crowded())
def test_applying_and_inverting_hold_where_messages_are_alike(pair: Pair) -> None:
    a, b = pair
    found = diff(a, b)
    assert found.apply(a) == b
    assert found.invert().apply(b) == a
    assert found.invert().invert() == found


@many
@given(crowded())
def test_a_diff_is_true_exactly_when_the_sessions_differ(pair: Pair) -> None:
    a, b = pair
    found = diff(a, b)
    assert bool(found) == (a != b) == any(op.kind != "same" for op in found.ops)


@many
@given(crowded())
def test_each_message_of_either_session_is_in_exactly_one_op(pair: Pair) -> None:
    a, b = pair
    found = diff(a, b)
    assert paired_by(found, "a") == Counter(range(len(a.stored_messages)))
    assert paired_by(found, "b") == Counter(range(len(b.stored_messages)))


@many
@given(crowded())
def test_an_op_holds_the_messages_that_its_indices_name(pair: Pair) -> None:
    a, b = (session.stored_messages for session in pair)
    for op in diff(*pair).ops:
        if op.kind == "edited":
            assert (op.old, op.new) == (a[op.a_index], b[op.b_index])
            assert op.old != op.new
            assert op.old.kind == op.new.kind
            assert op.fields
        else:
            here = [a[op.a_index]] if op.a_index is not None else []
            there = [b[op.b_index]] if op.b_index is not None else []
            assert set(here + there) == {op.message}


@many
@given(crowded())
def test_ops_come_in_the_order_of_the_new_session_and_removed_ones_in_that_of_the_old(
    pair: Pair,
) -> None:
    ops = diff(*pair).ops
    in_new = [op.b_index for op in ops if op.b_index is not None]
    assert in_new == sorted(in_new)
    # What has moved stands elsewhere; all the rest is in the order of the old session.
    in_old = [
        op.a_index
        for op in ops
        if op.a_index is not None and op.kind != "moved" and not getattr(op, "moved", False)
    ]
    assert in_old == sorted(in_old)


@many
@given(crowded())
def test_stats_count_the_ops(pair: Pair) -> None:
    a, b = pair
    found = diff(a, b)
    counted = Counter(op.kind for op in found.ops)
    stats = found.stats
    assert dict(stats) == {name: counted[name] for name in dict(stats)}
    paired = stats.same + stats.edited + stats.moved
    assert paired + stats.removed == len(a.stored_messages)
    assert paired + stats.added == len(b.stored_messages)


@many
@given(crowded())
def test_no_content_is_both_added_and_removed(pair: Pair) -> None:
    ops = diff(*pair).ops
    added = {op.message.digest for op in ops if op.kind == "added"}
    removed = {op.message.digest for op in ops if op.kind == "removed"}
    assert not added & removed


@many
@given(crowded())
def test_the_inverse_says_the_opposite(pair: Pair) -> None:
    found = diff(*pair)
    opposite = {"added": "removed", "removed": "added"}
    there = Counter((op.kind, op.a_index, op.b_index) for op in found.ops)
    back = Counter(
        (opposite.get(op.kind, op.kind), op.b_index, op.a_index) for op in found.invert().ops
    )
    assert there == back
