"""The static forms of a session: safe, capped, masked, and readable without styles."""

from __future__ import annotations

import re

import pytest
from hypothesis import given

from session_lab.models import (
    AgentSession,
    AssistantMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from session_lab.views.secrets import HIDDEN
from session_lab.views.text import escape_text
from session_lab.views.transcript import transcript_html, transcript_text
from tests.hostile import HOSTILE, seen_in
from tests.strategies import sessions
from tests.views.builders import calls, everywhere

ELEMENTS = {
    "bdi",
    "code",
    "details",
    "div",
    "em",
    "p",
    "pre",
    "small",
    "span",
    "strong",
    "style",
    "summary",
}
HEADING = re.compile(r"\[\d+\] ")


def long_session(messages: int) -> AgentSession:
    return AgentSession(
        id=1, chat_messages=[UserMessage(content=f"word-{i}") for i in range(messages)]
    )


def harmless_twin(text: str) -> str:
    """Give a text of the same length and the same lines that means nothing."""
    return re.sub(r"[^\s]", "x", escape_text(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_no_element_and_no_attribute_comes_from_a_hostile_text(text: str):
    seen = seen_in(transcript_html(everywhere(text)))
    assert {name for name, _ in seen.shape} <= ELEMENTS
    assert {attribute for _, attributes in seen.shape for attribute, _ in attributes} <= {
        "class",
        "open",
    }
    assert not seen.oddities
    assert seen.shape.count(("style", ())) == 1


@pytest.mark.parametrize("text", [text for text in HOSTILE if not escape_text(text).isspace()])
def test_a_hostile_text_is_shown_in_the_same_elements_as_a_harmless_one(text: str):
    def session(content: str) -> AgentSession:
        return AgentSession(
            id=1,
            chat_messages=[
                UserMessage(content=content),
                AssistantMessage(content=content, reasoning_content=content),
            ],
        )

    hostile, harmless = (
        seen_in(transcript_html(session(content))) for content in (text, harmless_twin(text))
    )
    assert hostile.shape == harmless.shape
    assert escape_text(text[:1000]) in hostile.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_bounded_in_the_static_forms(text: str):
    session = everywhere(text)
    assert len(transcript_html(session)) < 500_000
    assert len(transcript_text(session)) < 500_000


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_can_pass_for_a_heading(text: str):
    session = AgentSession(
        id=1,
        chat_messages=[
            UserMessage(content=text),
            AssistantMessage(content=text, reasoning_content=text),
        ],
    )
    headings = [line for line in transcript_text(session).splitlines() if HEADING.match(line)]
    assert headings == ["[0] user · turn 1", "[1] assistant"]


@given(sessions())
def test_any_session_has_both_forms(session: AgentSession):
    seen = seen_in(transcript_html(session))
    assert {name for name, _ in seen.shape} <= ELEMENTS
    assert not seen.oddities
    text = transcript_text(session)
    assert escape_text(text) == text
    text.encode()


def test_thirty_messages_are_shown_and_the_others_counted():
    seen = seen_in(transcript_html(long_session(100))).text
    text = transcript_text(long_session(100))
    for form in (seen, text):
        shown = [int(n) for n in re.findall(r"word-(\d+)", form)]
        assert shown == [*range(20), *range(90, 100)]
        assert "… 70 more messages not shown …" in form
        assert "100 messages" in form


@pytest.mark.parametrize("messages", [0, 1, 30])
def test_what_fits_is_shown_whole(messages: int):
    text = transcript_text(long_session(messages))
    assert len(re.findall(r"word-\d+", text)) == messages
    assert "not shown" not in text


def test_one_message_too_many_is_one_more_message():
    assert "… 1 more message not shown …" in transcript_text(long_session(31))


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_another_limit_can_be_asked_for(limit: int):
    text = transcript_text(long_session(8), limit=limit)
    assert len(re.findall(r"word-\d+", text)) == limit
    assert f"… {8 - limit} more messages not shown …" in text
    assert "not shown" not in transcript_text(long_session(8), limit=None)


def test_an_answer_is_shown_once_under_its_call():
    session = AgentSession(
        chat_messages=[calls("a"), ToolMessage(tool_call_id="a", content="the answer")]
    )
    for form in (transcript_text(session), seen_in(transcript_html(session)).text):
        assert form.count("the answer") == 1
        assert "answered" in form


def test_an_answer_whose_call_is_not_shown_stands_on_its_own():
    between = [UserMessage(content="u")] * 40
    session = AgentSession(
        chat_messages=[
            *between,
            calls("a"),
            *between,
            ToolMessage(tool_call_id="a", content="the answer"),
        ]
    )
    for form in (transcript_text(session), seen_in(transcript_html(session)).text):
        assert form.count("the answer") == 1
        assert "tool · tool_a · answers message 40" in form


def test_failed_unanswered_and_malformed_calls_are_open_and_say_so():
    batch = [
        ToolCall(id="a", name="good", arguments="{}"),
        ToolCall(id="b", name="bad", arguments="{}"),
        ToolCall(id="c", name="cut", arguments='{"q": '),
    ]
    session = AgentSession(
        chat_messages=[
            AssistantMessage(tool_calls=batch),
            ToolMessage(tool_call_id="a", content="fine"),
            ToolMessage(tool_call_id="b", content="Error: no such file"),
        ]
    )
    text, seen = transcript_text(session), seen_in(transcript_html(session))
    for form in (text, seen.text):
        assert "good" in form
        assert "failed" in form
        assert "unanswered, malformed arguments" in form
    folded = [attributes for name, attributes in seen.shape if name == "details"]
    calls_shown = [dict(a) for a in folded if ("class", "sl-call") in a]
    assert ["open" in attributes for attributes in calls_shown] == [False, True, True]


def test_a_long_text_is_folded_and_reasoning_always():
    session = AgentSession(
        chat_messages=[AssistantMessage(content="line\n" * 50, reasoning_content="hm")]
    )
    seen = seen_in(transcript_html(session))
    assert "reasoning (2 characters)" in seen.text
    assert "250 characters" in seen.text
    assert sum(name == "summary" for name, _ in seen.shape) == 3  # the header's counters too


def test_secrets_are_masked_in_the_static_forms_only():
    secret = "sk-" + "Ab3dEf6hIj" * 4
    session = AgentSession(
        id=1,
        chat_messages=[
            UserMessage(content=f"use {secret}"),
            AssistantMessage(
                tool_calls=[
                    ToolCall(id="a", name="f", arguments=f'{{"token": "{secret}"}}'),
                ],
                reasoning_content=secret,
            ),
            ToolMessage(tool_call_id="a", content="x" * 1_990 + " " + secret),
        ],
    )
    for form in (transcript_text(session), transcript_html(session), session._repr_html_()):
        assert "sk-" not in form
        assert form.count(HIDDEN) == 4


def test_a_session_shows_itself_in_a_notebook():
    session = long_session(2)
    assert session._repr_html_() == transcript_html(session)
    assert type(session._repr_html_()) is str
