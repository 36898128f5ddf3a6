"""What a message says: kind, role, text, parsed arguments, images, and whether a tool failed."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from session_lab.models import (
    Base64Image,
    ToolCall,
    ToolMessage,
    UnknownImage,
    UnknownMessage,
    UrlImage,
    is_failed,
    message_from_wire,
)


@pytest.mark.parametrize(
    ("wire", "kind", "role", "text"),
    [
        ({"System": {"content": "s"}}, "system", "system", "s"),
        ({"User": {"content": "u"}}, "user", "user", "u"),
        ({"Assistant": {"content": None}}, "assistant", "assistant", ""),
        ({"Assistant": {"content": "a"}}, "assistant", "assistant", "a"),
        ({"Tool": {"tool_call_id": "1", "content": "t"}}, "tool", "tool", "t"),
        ({"Custom": {"role": "note", "data": {"b": 1, "a": 2}}}, "custom", "note", '{"a":2,"b":1}'),
        ({"Custom": {"role": "note", "data": "x"}}, "custom", "note", '"x"'),
        ({"Developer": {"content": "d"}}, "unknown", "Developer", "d"),
        ({"Developer": {"content": 1}}, "unknown", "Developer", '{"Developer":{"content":1}}'),
        ({"Marker": None}, "unknown", "Marker", '{"Marker":null}'),
        ("Compacted", "unknown", "Compacted", '"Compacted"'),
        ("User", "unknown", "User", '"User"'),
    ],
)
def test_a_message_has_a_kind_a_role_and_a_text(wire: Any, kind: str, role: str, text: str):
    message = message_from_wire(wire)
    assert (message.kind, message.role, message.text) == (kind, role, text)


@pytest.mark.parametrize(
    "raw", [{"User": {"content": "a"}}, {"Tool": 1}, {}, {"a": 1, "b": 2}, [], 1]
)
def test_an_unknown_message_is_neither_of_a_known_kind_nor_anything_else(raw: Any):
    with pytest.raises(ValidationError):
        UnknownMessage(raw=raw)


def test_an_unknown_message_takes_no_fields_that_it_could_not_write():
    with pytest.raises(ValidationError):
        UnknownMessage(raw={"New": 1}, content="lost")


@pytest.mark.parametrize(
    ("arguments", "parsed"),
    [
        ("{}", {}),
        ('{"a":[1]}', {"a": [1]}),
        ("[1]", [1]),
        ('"x"', "x"),
        ("", None),
        ('{"a":', None),
        ('{"a":1} trailing', None),
        ("NaN", None),
        ('{"a":NaN}', None),
        ("1e999", None),
        ("9" * 5000, None),
        ("[" * 201 + "]" * 201, None),
        ("[" * 100_000, None),
        ("```json\n{}\n```", None),
    ],
    ids=lambda value: ascii(value)[:30],
)
def test_arguments_are_parsed_where_the_model_wrote_json(arguments: str, parsed: Any):
    call = ToolCall(id="1", name="n", arguments=arguments)
    assert call.parsed == parsed
    assert call.to_wire() == {"id": "1", "name": "n", "arguments": arguments}


@pytest.mark.parametrize(
    ("wire", "image"),
    [
        ({"Url": {"url": "u"}}, UrlImage(url="u")),
        ({"Url": {"url": "u", "detail": "Ultra"}}, UrlImage(url="u", detail="Ultra")),
        ({"Base64": {"data": "d", "detail": "Low"}}, Base64Image(data="d", detail="Low")),
        (
            {"Url": {"url": "u", "detail": None}},
            UnknownImage(raw={"Url": {"url": "u", "detail": None}}),
        ),
        ({"Url": {"url": 7}}, UnknownImage(raw={"Url": {"url": 7}})),
        ({"Url": {}}, UnknownImage(raw={"Url": {}})),
        ({"Svg": "x"}, UnknownImage(raw={"Svg": "x"})),
        (None, UnknownImage(raw=None)),
    ],
)
def test_an_odd_image_does_not_make_its_message_unreadable(wire: Any, image: Any):
    message = message_from_wire({"User": {"content": "", "images": [wire]}})
    assert message.images == (image,)
    assert message.to_wire() == {"User": {"content": "", "images": [wire]}}


@pytest.mark.parametrize(
    ("text", "failed"),
    [
        ("❌ Tool execution failed: boom", True),
        ("\n  ❌ no", True),
        ("Error: no such file", True),
        ("ERROR: x", True),
        ("Traceback (most recent call last):\n  File", True),
        ("Tool 'ls' execution failed: x", True),
        ("Tool 'ls' not registered", True),
        ("Tool timeout exceeded", True),
        ('{"error": "no"}', True),
        ('{"is_error": true}', True),
        ('{"isError": true, "content": []}', True),
        ("", False),
        ("ok", False),
        ("0 errors, Error: none", False),
        ("Tool 'ls' is fine", False),
        ('{"error": null}', False),
        ('{"error": ""}', False),
        ('{"error": false, "rows": 3}', False),
        ('{"errors": 0}', False),
        ('{"is_error": "true"}', False),
        ('["error"]', False),
        ('{"error": ', False),
        ('{"error":' * 100_000, False),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_whether_a_tool_failed_is_told_by_its_text(text: str, *, failed: bool):
    assert is_failed(ToolMessage(tool_call_id="1", content=text)) is failed


def test_a_tool_failed_where_a_newer_crate_says_so():
    wire = {"Tool": {"tool_call_id": "1", "content": "fine", "is_error": True}}
    assert is_failed(message_from_wire(wire))
