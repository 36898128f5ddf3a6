"""Messages: nothing of their JSON is lost, digest and equality are about content, all is frozen."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from session_lab.errors import FormatError
from session_lab.models import (
    AssistantMessage,
    Base64Image,
    ChatMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UnknownMessage,
    UrlImage,
    UserMessage,
    message_from_wire,
)
from session_lab.models.jsonvalue import digest_of
from session_lab.models.messages import message_from_body
from tests.strategies import as_json, damaged, messages, texts, wire_messages

if TYPE_CHECKING:
    from collections.abc import Callable

OPTIONAL = {
    "User": {"images"},
    "Assistant": {"content", "reasoning_content", "thinking_signature", "tool_calls"},
    "Tool": {"name", "images"},
}


def content_of(wire: Any) -> str:
    """Say what a message's JSON means: optional fields that are empty mean nothing."""
    if isinstance(wire, str):
        return as_json(wire)
    ((kind, fields),) = wire.items()
    optional = OPTIONAL.get(kind, set())
    if optional:
        fields = {
            name: value
            for name, value in fields.items()
            if name not in optional or (value is not None and (name, value) != ("images", []))
        }
    return as_json({kind: fields})


def reread(message: ChatMessage) -> ChatMessage:
    return message_from_wire(json.loads(json.dumps(message.to_wire())))


# --- JSON ------------------------------------------------------------------------------------------


@given(wire_messages())
def test_a_message_is_written_as_it_was_read(wire: Any):
    assert as_json(message_from_wire(wire).to_wire()) == as_json(wire)


@given(messages())
def test_a_message_that_was_written_is_read_back_equal(message: ChatMessage):
    again = reread(message)
    assert again == message
    assert type(again) is type(message)
    assert as_json(again.to_wire()) == as_json(message.to_wire())
    assert (again.role, again.text) == (message.role, message.text)


@given(damaged(wire_messages()))
def test_damaged_json_is_refused_with_its_place_or_kept_whole(wire: Any):
    try:
        message = message_from_wire(wire, where="$.chat_messages[3]")
    except FormatError as error:
        assert (error.where or "").startswith("$.chat_messages[3]")  # noqa: PT017 - either way is right
        assert error.hint  # noqa: PT017
    else:
        assert as_json(message.to_wire()) == as_json(wire)


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (SystemMessage(content="s"), '{"System":{"content":"s"}}'),
        (UserMessage(content="u"), '{"User":{"content":"u"}}'),
        (
            UserMessage(content="u", images=[UrlImage(url="http://x/", detail="Low")]),
            '{"User":{"content":"u","images":[{"Url":{"url":"http://x/","detail":"Low"}}]}}',
        ),
        (
            UserMessage(content="u", images=(Base64Image(data="aGk=", media_type="image/png"),)),
            '{"User":{"content":"u","images":[{"Base64":{"data":"aGk=","media_type":"image/png"}}]}}',
        ),
        (
            AssistantMessage(content="a"),
            '{"Assistant":{"content":"a","reasoning_content":null,"tool_calls":null}}',
        ),
        (
            AssistantMessage(
                reasoning_content="r",
                thinking_signature="t",
                tool_calls=[ToolCall(id="1", name="n", arguments="{}")],
            ),
            (
                '{"Assistant":{"content":null,"reasoning_content":"r","thinking_signature":"t",'
                '"tool_calls":[{"id":"1","name":"n","arguments":"{}"}]}}'
            ),
        ),
        (
            ToolMessage(tool_call_id="1", content="c"),
            '{"Tool":{"tool_call_id":"1","name":null,"content":"c"}}',
        ),
        (
            CustomMessage(role="artifact", data={"b": 1, "a": None}),
            '{"Custom":{"role":"artifact","data":{"b":1,"a":null}}}',
        ),
    ],
)
def test_a_new_message_is_written_letter_for_letter_as_the_newest_crate_does(
    message: ChatMessage, wire: str
):
    assert json.dumps(message.to_wire(), separators=(",", ":")) == wire
    assert message_from_wire(json.loads(wire)).form is None


@pytest.mark.parametrize(
    ("wire", "where"),
    [
        ("null", "$"),
        ("7", "$"),
        ("[]", "$"),
        ("{}", "$"),
        ('{"User":{"content":"a"},"Tool":{}}', "$"),
        ('{"User":null}', "$.User"),
        ('{"User":[]}', "$.User"),
        ('{"User":"hi"}', "$.User"),
        ('{"User":{}}', "$.User.content"),
        ('{"User":{"content":null}}', "$.User.content"),
        ('{"User":{"content":7}}', "$.User.content"),
        ('{"User":{"content":["a"]}}', "$.User.content"),
        ('{"User":{"content":"a","images":null}}', "$.User.images"),
        ('{"User":{"content":"a","images":{}}}', "$.User.images"),
        ('{"User":{"content":"a","ephemeral":"yes"}}', "$.User.ephemeral"),
        ('{"User":{"content":"a","ephemeral":null}}', "$.User.ephemeral"),
        ('{"System":{"content":false}}', "$.System.content"),
        ('{"Assistant":{"content":7}}', "$.Assistant.content"),
        ('{"Assistant":{"tool_calls":{}}}', "$.Assistant.tool_calls"),
        ('{"Assistant":{"tool_calls":[null]}}', "$.Assistant.tool_calls[0]"),
        (
            '{"Assistant":{"tool_calls":[{"id":"1","name":"n","arguments":"{}"},{"id":2}]}}',
            "$.Assistant.tool_calls[1].id",
        ),
        (
            '{"Assistant":{"tool_calls":[{"id":"1","name":"n","arguments":{}}]}}',
            "$.Assistant.tool_calls[0].arguments",
        ),
        ('{"Tool":{"content":"a"}}', "$.Tool.tool_call_id"),
        ('{"Tool":{"tool_call_id":null,"content":"a"}}', "$.Tool.tool_call_id"),
        ('{"Tool":{"tool_call_id":"1","content":"a","name":[]}}', "$.Tool.name"),
        ('{"Custom":{"role":"r"}}', "$.Custom.data"),
        ('{"Custom":{"data":1}}', "$.Custom.role"),
        ('{"Custom":{"role":"r","data":%s}}' % ("[" * 201 + "]" * 201), "$.Custom.data"),
        ('{"User":{"content":"a","a b":%s}}' % ("[" * 201 + "]" * 201), '$.User["a b"]'),
        ('{"Later":%s}' % ("[" * 201 + "]" * 201), "$.raw"),
    ],
    ids=lambda value: value[:60],
)
def test_a_known_kind_of_another_shape_is_refused_with_the_json_path(wire: str, where: str):
    with pytest.raises(FormatError) as caught:
        message_from_wire(json.loads(wire))
    assert caught.value.where == where
    assert caught.value.hint


@pytest.mark.parametrize("flag", [True, False])
@pytest.mark.parametrize("kind", ["System", "User"])
def test_an_ephemeral_flag_that_was_written_is_kept_and_makes_nothing_ephemeral(
    kind: str, *, flag: bool
):
    wire = {kind: {"content": "a", "ephemeral": flag}}
    message = message_from_wire(wire)
    assert message.to_wire() == wire
    assert not message.ephemeral
    assert message == message_from_wire({kind: {"content": "a"}})
    assert message_from_body(message.body, message.digest, message.form).to_wire() == wire


@given(texts(), st.sampled_from([SystemMessage, UserMessage]))
def test_whether_a_message_is_ephemeral_is_no_part_of_its_content(text: str, kind: type):
    brief, lasting = kind(content=text, ephemeral=True), kind(content=text)
    assert brief.ephemeral
    assert brief == lasting
    assert brief.digest == lasting.digest
    assert brief.to_wire() == lasting.to_wire()


# --- digest and equality ---------------------------------------------------------------------------


@given(wire_messages(), wire_messages())
def test_messages_are_equal_exactly_when_kind_and_content_are(one: Any, other: Any):
    same = content_of(one) == content_of(other)
    first, second = message_from_wire(one), message_from_wire(other)
    assert (first == second) is same
    assert (first.digest == second.digest) is same
    assert len({first, second}) == 2 - same


@given(wire_messages(), st.data())
def test_empty_fields_and_the_order_of_keys_do_not_change_the_digest(wire: Any, data: Any):
    if isinstance(wire, dict) and isinstance(next(iter(wire.values())), dict):
        ((kind, fields),) = wire.items()
        empty = {name: [] if name == "images" else None for name in OPTIONAL.get(kind, ())}
        names = data.draw(st.permutations([*fields, *(empty.keys() - fields.keys())]))
        spelled = {kind: {name: fields.get(name, empty.get(name)) for name in names}}
        one, other = message_from_wire(wire), message_from_wire(spelled)
        assert one == other
        assert one.digest == other.digest
        assert one.text == other.text
        assert as_json(other.to_wire()) == as_json(spelled)


@given(messages())
def test_the_digest_is_of_the_body(message: ChatMessage):
    assert message.digest == digest_of(message.body)
    assert len(message.digest) == 40


@given(messages())
def test_body_and_form_are_all_that_is_needed_to_have_the_message_again(message: ChatMessage):
    again = message_from_body(message.body, message.digest, message.form)
    assert again == message
    assert type(again) is type(message)
    assert again.body == message.body
    assert again.form == message.form
    assert as_json(again.to_wire()) == as_json(message.to_wire())


def test_no_field_from_a_file_passes_for_what_we_know_about_a_message():
    other = UserMessage(content="trusted")
    wire = {
        "User": {
            "content": "hostile",
            "_digest": other.digest,
            "_body": other.body.decode(),
            "_form": ["content"],
            "digest": other.digest,
            "body": "b",
            "form": "f",
            "text": "t",
            "role": "system",
            "kind": "system",
            "variant": "System",
            "model_extra": {},
            "__class__": "c",
            "__dict__": {},
        }
    }
    message = message_from_wire(wire)
    assert message.digest == digest_of(message.body) != other.digest
    assert message != other
    assert message.form is None
    assert (message.role, message.kind, message.text) == ("user", "user", "hostile")
    assert message.to_wire() == wire


def test_kinds_with_the_same_text_are_different_messages():
    same = [
        SystemMessage(content="x"),
        UserMessage(content="x"),
        AssistantMessage(content="x"),
        AssistantMessage(reasoning_content="x"),
        ToolMessage(tool_call_id="", content="x"),
        CustomMessage(role="", data="x"),
        UnknownMessage(raw="x"),
        UnknownMessage(raw={"x": None}),
    ]
    assert len(set(same)) == len(same)
    assert UserMessage(content="x") != "x"


def test_an_empty_list_of_calls_is_not_the_same_as_none():
    assert AssistantMessage(tool_calls=[]) != AssistantMessage()


# --- frozen ----------------------------------------------------------------------------------------


@given(messages(), st.data())
def test_no_field_of_a_message_can_be_set_or_deleted(message: ChatMessage, data: Any):
    unknown = [name for name in message.model_extra or () if not name.startswith("_")]
    name = data.draw(st.sampled_from([*type(message).model_fields, *unknown]))
    before = as_json(message.to_wire())
    with pytest.raises((ValidationError, AttributeError)):
        setattr(message, name, "changed")
    with pytest.raises((ValidationError, AttributeError)):
        delattr(message, name)
    assert as_json(message.to_wire()) == before


@pytest.mark.parametrize(
    "change",
    [
        lambda m: m.model_extra.__setitem__("tenant", 2),
        lambda m: m.model_extra["tenant"].append(2),
        lambda m: m.tenant.append(2),
        lambda m: m.tool_calls.__setitem__(0, None),
        lambda m: m.tool_calls.append(None),
        lambda m: setattr(m.tool_calls[0], "id", "2"),
        lambda m: m.tool_calls[0].model_extra["meta"].update(a=2),
        lambda m: setattr(m, "digest", "0"),
        lambda m: setattr(m, "new", 1),
    ],
)
def test_nothing_inside_a_message_can_be_changed(change: Callable[[Any], Any]):
    call = {"id": "1", "name": "n", "arguments": "{}", "meta": {"a": 1}}
    message = message_from_wire({"Assistant": {"tool_calls": [call], "tenant": [1]}})
    before = as_json(message.to_wire()), message.digest
    with pytest.raises((TypeError, AttributeError, ValidationError)):
        change(message)
    assert (as_json(message.to_wire()), message.digest) == before


@pytest.mark.parametrize(
    ("message", "inside"),
    [
        (CustomMessage(role="r", data={"a": [1]}), lambda m: m.data["a"]),
        (UnknownMessage(raw={"New": {"a": [1]}}), lambda m: m.raw["New"]["a"]),
        (UserMessage(content="", images=[{"New": [1]}]), lambda m: m.images[0].raw["New"]),
        (
            UserMessage(content="", images=[{"Url": {"url": "u", "a": [1]}}]),
            lambda m: m.images[0].model_extra["a"],
        ),
    ],
)
def test_json_inside_a_message_is_frozen(message: ChatMessage, inside: Callable[[Any], Any]):
    with pytest.raises(TypeError, match="frozen"):
        inside(message).append(2)
    assert inside(message) == [1]


def test_a_message_does_not_follow_later_changes_of_what_it_was_made_from():
    data, calls = {"a": [1]}, [ToolCall(id="1", name="n", arguments="{}")]
    custom, asked = CustomMessage(role="r", data=data), AssistantMessage(tool_calls=calls)
    data["a"].append(2)
    calls.clear()
    assert custom.data == {"a": [1]}
    assert len(asked.tool_calls or ()) == 1


# --- copies ----------------------------------------------------------------------------------------


@given(messages(), texts())
def test_a_changed_copy_has_a_digest_of_its_own(message: ChatMessage, text: str):
    if "content" in type(message).model_fields:
        before = message.digest
        copy = message.model_copy(update={"content": text})
        assert copy.digest == digest_of(copy.body)
        assert (copy == message) is (copy.content == message.content)
        assert copy.model_extra == message.model_extra
        assert message.digest == before
        assert reread(copy) == copy


def test_a_changed_copy_keeps_the_form_and_the_unknown_fields():
    message = message_from_wire({"Tool": {"tool_call_id": "1", "content": "a", "later": [1]}})
    copy = message.model_copy(update={"content": "b"})
    assert copy.to_wire() == {"Tool": {"tool_call_id": "1", "content": "b", "later": [1]}}
    named = message.model_copy(update={"name": "ls"})
    assert named.to_wire()["Tool"]["name"] == "ls"


@pytest.mark.parametrize(
    "update", [{"content": 7}, {"images": 7}, {"ephemeral": 1}, {"x": object()}]
)
def test_a_copy_is_validated(update: dict[str, Any]):
    with pytest.raises(ValidationError):
        UserMessage(content="a").model_copy(update=update)
