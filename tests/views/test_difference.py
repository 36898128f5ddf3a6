"""How a diff is shown: what is told, what is folded, and that session text stays text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings

from session_lab.diffing import SessionDiff, diff
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
    UnknownMessage,
    UrlImage,
    UserMessage,
)
from session_lab.views.difference import (
    Folded,
    MessageRow,
    difference,
    difference_html,
    difference_text,
)
from session_lab.views.secrets import HIDDEN
from tests.hostile import HOSTILE, seen_in
from tests.strategies import changed_sessions

TOKEN = "ghp_" + "Ab3dEf6hIj" * 3 + "Ab3dEf"


def numbered(count: int) -> list[ChatMessage]:
    return [UserMessage(content=f"message number {n}") for n in range(count)]


def compare(a: list[ChatMessage], b: list[ChatMessage]) -> SessionDiff:
    return diff(AgentSession(id=1, chat_messages=a), AgentSession(id=1, chat_messages=b))


def rows(found: SessionDiff, **options: int) -> list[str]:
    """Give the rows as ``+2``, ``~3`` or ``3 folded``."""
    signs = {"same": "=", "added": "+", "removed": "-", "edited": "~", "moved": ">"}
    told = []
    for row in difference(found, **options).rows:
        if isinstance(row, Folded):
            told.append(f"{row.messages} folded")
        else:
            place = row.old_index if row.new_index is None else row.new_index
            told.append(f"{signs[row.op]}{place}")
    return told


def test_unchanged_runs_are_folded_but_for_a_message_on_either_side():
    old = numbered(20)
    new = [*old[:8], UserMessage(content="new"), *old[8:]]
    assert rows(compare(old, new)) == ["7 folded", "=7", "+8", "=9", "11 folded"]
    assert rows(compare(old, new), context=0) == ["8 folded", "+8", "12 folded"]
    assert rows(compare(old, new), context=3)[:2] == ["5 folded", "=5"]


def test_equal_sessions_show_one_folded_run():
    found = compare(numbered(3), numbered(3))
    assert rows(found) == ["3 folded"]
    assert difference_text(found) == (
        "session 1 · no difference, 3 unchanged messages\n\n… 3 unchanged messages"
    )


def test_a_limit_counts_the_changed_messages_it_leaves_out():
    old = numbered(10)
    new = [UserMessage(content=f"{m.text} again") for m in old]
    shown = difference(compare(old, new), limit=4)
    assert [row.op for row in shown.rows] == ["edited"] * 4
    assert shown.hidden == 6
    many = difference_text(compare([], numbered(45)))
    assert many.endswith("… 15 more changed messages not shown")
    assert "message number 29" in many
    assert "message number 30" not in many


def test_an_edit_shows_the_fields_that_differ_and_only_what_differs_in_them():
    before = ToolMessage(tool_call_id="c1", content="3 rows were read", images=())
    after = ToolMessage(
        tool_call_id="c1", content="4 rows were read", images=(UrlImage(url="https://x.invalid"),)
    )
    (row,) = difference(compare([before], [after])).rows
    assert isinstance(row, MessageRow)
    assert row.title == "tool · answer to c1"
    content, images = row.changes
    assert content.old is not None
    assert content.new is not None
    assert (content.name, content.old.middle, content.new.middle) == ("content", "3", "4")
    assert (images.name, images.kind, images.old) == ("images", "added", None)


def test_tool_calls_are_compared_as_a_person_reads_them():
    def calls(arguments: str) -> AssistantMessage:
        return AssistantMessage(tool_calls=(ToolCall(id="c", name="ls", arguments=arguments),))

    text = difference_text(compare([calls('{"path":"north"}')], [calls('{"path":"south"}')]))
    assert text.splitlines()[2:] == [
        "~ [0] assistant · calls ls",
        "    tool_calls",
        "    - → ls · c",
        "    - {",
        '    -   "path": "north"',
        "    - }",
        "    + → ls · c",
        "    + {",
        '    +   "path": "south"',
        "    + }",
    ]


def test_fields_of_the_session_are_told_one_by_one():
    a = AgentSession(id=1, always_allowed_actions=["read", "shell"])
    b = AgentSession(
        id=SessionId(2**64 - 1, "x"),
        always_allowed_actions=["read", "write"],
        run_state=RunState(nudge_count=2),
    )
    shown = difference(diff(a, b))
    told = [(c.name, c.old and c.old.text, c.new and c.new.text) for c in shown.fields]
    assert told == [
        ("id", "1", "18446744073709551615(x)"),
        ("always_allowed_actions", "shell", None),
        ("always_allowed_actions", None, "write"),
        ("run_state.nudge_count", "0", "2"),
    ]
    assert (shown.title, shown.old_name) == (
        "session 1 → session 18446744073709551615(x)",
        "session 1",
    )


def test_the_type_of_an_unknown_value_is_shown():
    old = UserMessage(content="a", tenant=1)  # type: ignore[call-arg]
    new = UserMessage(content="a", tenant="1")  # type: ignore[call-arg]
    (row,) = difference(compare([old], [new])).rows
    assert isinstance(row, MessageRow)
    (change,) = row.changes
    assert change.old is not None
    assert change.new is not None
    assert (change.old.text, change.new.text) == ("1", '"1"')


def test_names_given_to_the_two_sides_are_used():
    found = compare(numbered(1), numbered(2))
    shown = difference(found, names=("revision 3", "revision 5"))
    assert shown.title == "session 1: revision 3 → revision 5"
    assert (shown.old_name, shown.new_name) == ("revision 3", "revision 5")
    assert '<th scope="col"><bdi>revision 3</bdi></th>' in difference_html(
        found, names=("revision 3", "revision 5")
    )


def test_a_moved_message_says_where_it_was_and_is():
    old = [*numbered(4), SystemMessage(content="Be terse.")]
    text = difference_text(compare(old, [old[4], *old[:4]]))
    assert "> [4 → 0] system · moved\n    Be terse." in text


def test_secrets_are_hidden_in_static_forms_and_a_change_of_one_is_said():
    old = [UserMessage(content=f"use {TOKEN} now")]
    new = [UserMessage(content=f"use {TOKEN[:-1]}X now")]
    found = compare(old, new)
    for form in (difference_text(found), difference_html(found)):
        assert TOKEN[:-1] not in form
        assert HIDDEN in form
        assert "what differs is hidden or invisible" in form
    assert TOKEN in str(difference(compare([], old)).to_dict())
    assert TOKEN not in difference_text(compare([], old))
    assert TOKEN not in difference_html(compare([], [*old, CustomMessage(role=TOKEN, data=TOKEN)]))


def field_name(text: str) -> str:
    # pydantic takes no lone surrogate in a name.
    return f"field {text}"[:500].encode("utf-8", "replace").decode()


def everywhere(text: str) -> list[ChatMessage]:
    """Put a text into every place of a message."""
    call = ToolCall(id=text, name=text, arguments=text, extra=text)  # type: ignore[call-arg]
    return [
        SystemMessage(content=text),
        UserMessage(content=text, images=(UrlImage(url=text),)),
        AssistantMessage(content=text, reasoning_content=text, tool_calls=(call,)),
        ToolMessage(tool_call_id=text, name=text, content=text),
        CustomMessage(role=text, data={text: text}),
        UnknownMessage(raw={text: {"content": text}}),
        UserMessage(content="x", **{field_name(text): text}),  # type: ignore[arg-type]
    ]


def hostile_diffs(text: str) -> list[SessionDiff]:
    a = AgentSession(id=SessionId(0, "a"), chat_messages=everywhere("a"))
    b = AgentSession(
        id=SessionId(0, text),
        chat_messages=everywhere(text),
        always_allowed_actions=[text],
        run_state=RunState.from_wire({field_name(text): text}),
    )
    # Added, removed, edited (by their ids), moved.
    edited = [
        m.model_copy(update={"content": f"{text} b"}) for m in b.chat_messages if m.kind == "tool"
    ]
    c = AgentSession(chat_messages=[*b.chat_messages[3:], *b.chat_messages[:3], *edited])
    return [diff(a, b), diff(b, a), diff(b, c)]


def shape(found: SessionDiff) -> list[str]:
    return [element for element, _ in seen_in(difference_html(found)).shape]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_html(text: str):
    for found in hostile_diffs(text):
        seen = seen_in(difference_html(found))
        elements = {element for element, _ in seen.shape}
        names = {name for _, attributes in seen.shape for name, _ in attributes}
        assert elements <= {
            *("div", "style", "strong", "bdi", "table", "thead", "tbody", "tr", "th", "td"),
            *("code", "small", "pre", "del", "ins", "details", "summary", "p", "em"),
        }
        assert names <= {"class", "scope", "colspan"}
        assert not seen.oddities


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_can_not_pass_for_a_heading_in_text(text: str):
    for found in hostile_diffs(text):
        for line in difference_text(found).split("\n")[1:]:
            assert line == "" or line.startswith(("    ", "~ ", "+ [", "- [", "> [", "  [", "… "))
            assert line == "" or line.isprintable() or "\t" in line


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_front_end_gets_is_small_json(text: str):
    for found in hostile_diffs(text):
        sent = json.dumps(difference(found).to_dict(), allow_nan=False)
        assert len(sent) < 400_000


@settings(max_examples=40)
@given(changed_sessions())
def test_any_diff_can_be_shown(pair: tuple[AgentSession, AgentSession]):
    found = diff(*pair)
    assert not seen_in(difference_html(found)).oddities
    difference_text(found).encode()
    shown = difference(found)
    json.dumps(shown.to_dict(), allow_nan=False).encode()
    told = sum(row.messages if isinstance(row, Folded) else 1 for row in shown.rows)
    assert told == len(found.ops)
    assert shown.counts == dict(found.stats)


def test_a_diff_shows_itself():
    found = compare(numbered(1), numbered(2))
    assert found.to_text() == difference_text(found)
    assert found._repr_html_() == difference_html(found)
