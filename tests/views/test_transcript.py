"""The transcript as data: everything a message holds, shortened, joined, and fit to be sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from session_lab.models import (
    AgentSession,
    AssistantMessage,
    Base64Image,
    CustomMessage,
    SessionId,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UrlImage,
    UserMessage,
    message_from_wire,
)
from session_lab.views import transcript as transcript_module
from session_lab.views.entries import CALL_LIMIT, TEXT_LIMIT, EntryMaker
from session_lab.views.text import escape_text
from session_lab.views.transcript import Reading, entry_full_text, transcript
from tests.hostile import HOSTILE
from tests.strategies import sessions
from tests.views.builders import calls, everywhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from session_lab.views.entries import Entry


def entry_of(message: Any) -> Entry:
    return transcript(AgentSession(chat_messages=[message])).entries[0]


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from strings_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings_in(item)
    else:
        assert value is None or isinstance(value, (bool, int))


def test_entries_come_in_order_with_kind_role_and_turn():
    session = AgentSession(
        chat_messages=[
            SystemMessage(content="s"),
            UserMessage(content="u"),
            AssistantMessage(content="a"),
            CustomMessage(role="artifact", data=[1]),
            message_from_wire({"Developer": {"content": "d"}}),
            UserMessage(content="v"),
        ]
    )
    entries = transcript(session).entries
    assert [(e.index, e.kind, e.role, e.turn) for e in entries] == [
        (0, "system", "system", 0),
        (1, "user", "user", 1),
        (2, "assistant", "assistant", 1),
        (3, "custom", "artifact", 1),
        (4, "unknown", "Developer", 1),
        (5, "user", "user", 2),
    ]
    assert [e.text for e in entries[:3]] == ["s", "u", "a"]


def test_a_call_stands_with_its_answer_and_the_answer_with_its_call():
    session = AgentSession(
        chat_messages=[
            calls("a", "b"),
            ToolMessage(tool_call_id="b", content="❌ boom"),
            ToolMessage(tool_call_id="a", content="fine"),
        ]
    )
    asked, second, first = transcript(session).entries
    assert [call.name for call in asked.calls] == ["tool_a", "tool_b"]
    assert [call.answer for call in asked.calls] == [first, second]
    assert not any(call.unanswered for call in asked.calls)
    assert (first.answers, first.tool, first.call_id, first.failed) == (0, "tool_a", "a", False)
    assert (second.answers, second.tool, second.call_id, second.failed) == (0, "tool_b", "b", True)


def test_a_call_without_an_answer_and_an_answer_without_a_call_are_marked():
    session = AgentSession(
        chat_messages=[calls("a"), ToolMessage(tool_call_id="x", name="ls", content="?")]
    )
    asked, orphan = transcript(session).entries
    assert asked.calls[0].unanswered
    assert asked.calls[0].answer is None
    assert (orphan.answers, orphan.orphan, orphan.tool) == (
        None,
        "no earlier call has this id",
        "ls",
    )


def test_a_call_in_the_window_has_its_answer_even_from_outside_of_it():
    session = AgentSession(chat_messages=[calls("a"), ToolMessage(tool_call_id="a", content="x")])
    (asked,) = transcript(session, stop=1).entries
    assert asked.calls[0].answer is not None
    assert asked.calls[0].answer.text == "x"
    (answer,) = transcript(session, start=1).entries
    assert answer.answers == 0


def test_arguments_are_indented_and_malformed_ones_shown_as_they_are():
    batch = [
        ToolCall(id="a", name="f", arguments='{"q":"ü","n":[1]}'),
        ToolCall(id="b", name="f", arguments='{"q": '),
        ToolCall(id="c", name="f", arguments="null"),
        ToolCall(id="d", name="f", arguments="[" * 100_000),
    ]
    good, bad, null, deep = entry_of(AssistantMessage(tool_calls=batch)).calls
    assert good.arguments.text == '{\n  "q": "ü",\n  "n": [\n    1\n  ]\n}'
    assert (bad.arguments.text, bad.malformed) == ('{"q": ', True)
    assert (null.arguments.text, null.malformed) == ("null", False)
    assert (deep.arguments.length, deep.malformed) == (100_000, True)


def test_a_long_text_is_shortened_and_says_how_long_it_is():
    entry = entry_of(UserMessage(content="x" * 5000))
    assert (len(entry.text), entry.length, entry.truncated) == (TEXT_LIMIT, 5000, True)
    short = entry_of(UserMessage(content="x" * TEXT_LIMIT))
    assert (len(short.text), short.truncated) == (TEXT_LIMIT, False)


def test_reasoning_signature_and_unknown_fields_are_shown():
    message = message_from_wire(
        {
            "Assistant": {
                "content": None,
                "reasoning_content": "hm",
                "thinking_signature": "s1",
                "x": [1],
            }
        }
    )
    entry = entry_of(message)
    assert entry.text == ""
    assert entry.reasoning is not None
    assert entry.reasoning.text == "hm"
    assert entry.signature is not None
    assert entry.signature.text == "s1"
    assert entry.extra is not None
    assert json.loads(entry.extra.text) == {"x": [1]}


def test_images_are_facts_and_addresses_are_text():
    message = UserMessage(
        content="",
        images=(
            Base64Image(data="aGVsbG8=", media_type="image/png"),
            Base64Image(data="aGVs\nbG8h", detail="Low"),
            UrlImage(url="https://example.invalid/" + "a" * 900, detail="High"),
            {"Svg": {"text": "<svg/>"}},
        ),
    )
    png, bare, url, unknown = entry_of(message).images
    assert (png.kind, png.media_type, png.size, png.summary) == (
        "base64",
        "image/png",
        5,
        "image/png, 5 B",
    )
    assert (bare.media_type, bare.size, bare.detail) == (None, 6, "Low")
    assert url.url is not None
    assert url.url.startswith("https://example.invalid/aaa")
    assert len(url.url) <= 200
    assert (url.size, url.detail) == (None, "High")
    assert unknown.kind == "unknown"
    assert "Svg" in unknown.summary


def test_custom_data_and_unknown_messages_are_json():
    custom = entry_of(CustomMessage(role="artifact", data={"b": [1], "a": "ü"}))
    assert (custom.format, json.loads(custom.text)) == ("json", {"b": [1], "a": "ü"})
    raw = {"Developer": {"content": "x", "level": 2}}
    assert json.loads(entry_of(message_from_wire(raw)).text) == raw


def test_an_ephemeral_message_is_marked():
    assert entry_of(UserMessage(content="x", ephemeral=True)).ephemeral
    assert not entry_of(UserMessage(content="x")).ephemeral


def test_too_many_calls_of_one_message_are_counted_instead():
    batch = [ToolCall(id=str(i), name="f", arguments="{}") for i in range(CALL_LIMIT + 5)]
    entry = entry_of(AssistantMessage(tool_calls=batch))
    assert (len(entry.calls), entry.more_calls) == (CALL_LIMIT, 5)


def test_the_header_tells_of_the_whole_session():
    session = AgentSession(
        id=SessionId(2**64 - 1, "ext"),
        chat_messages=[
            UserMessage(content="u"),
            calls("a", "b"),
            ToolMessage(tool_call_id="a", content="Error: no"),
            ToolMessage(tool_call_id="z", content="?"),
            UserMessage(content="v", ephemeral=True),
        ],
        always_allowed_actions=["fs:read"],
        total_tool_calls=2**60,
    )
    header = transcript(session, start=4).header
    assert header.title == "18446744073709551615(ext)"
    assert header.ref is not None
    assert SessionId.from_json(header.ref) == session.id
    assert (header.messages, header.ephemeral, header.turns, header.tool_calls) == (5, 1, 2, 2)
    assert (header.failed, header.unanswered, header.orphans) == (1, 1, 1)
    assert header.allowed_actions == ("fs:read",)
    assert header.counters["total_tool_calls"] == f"{2**60:,}"
    assert header.counters["run_has_tool_calls"] == "no"


def test_a_session_without_an_id_or_messages_is_shown():
    view = transcript(AgentSession())
    assert (view.header.ref, view.entries, view.total) == (None, (), 0)


@given(sessions(), st.integers(-5, 12), st.one_of(st.none(), st.integers(-5, 12)))
def test_a_window_is_that_part_of_the_whole(session: AgentSession, start: int, stop: int | None):
    whole, part = transcript(session), transcript(session, start=start, stop=stop)
    assert part.entries == whole.entries[start:stop]
    assert part.header == whole.header
    assert (part.stop - part.start, part.total) == (len(part.entries), len(whole.entries))
    assert [entry.index for entry in part.entries] == list(range(part.start, part.stop))


@given(sessions())
def test_the_plain_form_can_be_sent_as_it_is(session: AgentSession):
    plain = transcript(session).to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    for text in strings_in(plain):
        text.encode()


@given(sessions())
def test_a_view_changes_nothing(session: AgentSession):
    before = session.to_json()
    transcript(session).to_dict()
    assert session.to_json() == before


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_escaped_and_bounded_in_every_field(text: str):
    plain = transcript(everywhere(text)).to_dict()
    ref = plain["header"].pop("ref")
    assert SessionId.from_json(ref) == SessionId(7, text)
    for shown in strings_in(plain):
        assert escape_text(shown) == shown
        assert len(shown) <= 10 * TEXT_LIMIT


def test_only_the_window_is_rendered(monkeypatch: pytest.MonkeyPatch):
    rendered: list[int] = []

    class Watched(EntryMaker):
        def entry(self, index: int) -> Entry:
            rendered.append(index)
            return super().entry(index)

    monkeypatch.setattr(transcript_module, "EntryMaker", Watched)
    session = AgentSession(chat_messages=[UserMessage(content="u")] * 10_000)
    assert len(transcript(session, start=5000, stop=5020).entries) == 20
    assert rendered == list(range(5000, 5020))


def test_a_reading_stays_as_it_was():
    session = AgentSession(chat_messages=[UserMessage(content="u")])
    reading = Reading(session)
    session.push_user("v")
    assert (reading.total, len(reading.part().entries), reading.header.turns) == (1, 1, 1)
    assert Reading(session).total == 2


def test_the_whole_text_of_each_part_can_be_had():
    call = ToolCall(id="a", name="f", arguments='{"q":"' + "x" * 5000 + '"}', note="y" * 5000)
    message = AssistantMessage(
        content="a" * 5000,
        reasoning_content="b" * 5000,
        thinking_signature="c" * 5000,
        tool_calls=[call],
        later="d" * 5000,
    )
    session = AgentSession(chat_messages=[message])
    assert entry_full_text(session, 0) == "a" * 5000
    assert entry_full_text(session, 0, "reasoning") == "b" * 5000
    assert entry_full_text(session, 0, "signature") == "c" * 5000
    assert json.loads(entry_full_text(session, 0, "extra")) == {"later": "d" * 5000}
    assert json.loads(entry_full_text(session, 0, "arguments", call=0)) == {"q": "x" * 5000}
    assert json.loads(entry_full_text(session, 0, "extra", call=0)) == {"note": "y" * 5000}


@given(sessions())
def test_an_entry_holds_the_start_of_its_whole_text(session: AgentSession):
    for entry in transcript(session).entries:
        assert entry_full_text(session, entry.index).startswith(entry.text)
        assert entry.truncated == (entry.length > TEXT_LIMIT)


def test_the_whole_text_is_escaped():
    session = AgentSession(chat_messages=[UserMessage(content="\x1b[2J" * 1000)])
    assert entry_full_text(session, 0) == r"\x1b[2J" * 1000


@pytest.mark.parametrize(
    ("index", "part", "call", "error", "says"),
    [
        (1, "text", None, IndexError, "no message 1; the session has 1"),
        (-1, "text", None, IndexError, "no message -1"),
        (0, "text", 3, IndexError, "message 0 has no call 3"),
        (0, "reasoning", None, ValueError, "message 0 has no reasoning; it has text"),
        (0, "extra", None, ValueError, "message 0 has no extra"),
    ],
)
def test_a_part_that_is_not_there_is_named(
    index: int, part: Any, call: int | None, error: type[Exception], says: str
):
    session = AgentSession(chat_messages=[UserMessage(content="u")])
    with pytest.raises(error, match=says):
        entry_full_text(session, index, part, call=call)
