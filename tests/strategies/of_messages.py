"""Messages of every kind and their JSON, and lists of them, well-formed or not."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from session_lab.models import (
    AssistantMessage,
    ChatMessage,
    CustomMessage,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
    message_from_wire,
)
from tests.strategies.of_json import json_objects, json_values, texts, unknown_fields

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


CALL_IDS = st.sampled_from(["call_1", "call_2", "call_3", "call_4", ""])


@cache
def _call_wires() -> SearchStrategy[dict[str, Any]]:
    arguments = st.one_of(
        json_objects(4).map(json.dumps), st.sampled_from(["{}", "", '{"q": ', "[1]", "NaN"])
    )
    known = st.fixed_dictionaries({"id": CALL_IDS, "name": texts(12), "arguments": arguments})
    return st.builds(dict.__or__, known, unknown_fields(frozenset({"id", "name", "arguments"})))


@cache
def _image_wires() -> SearchStrategy[Any]:
    detail = st.sampled_from(["Low", "High", "Auto", "Ultra"])
    url = st.fixed_dictionaries({"url": texts()}, optional={"detail": detail})
    base64 = st.fixed_dictionaries(
        {"data": st.sampled_from(["aGk=", "", "no base64!"])},
        optional={"media_type": st.sampled_from(["image/png", "image/svg+xml"]), "detail": detail},
    )
    return st.one_of(
        st.builds(lambda f: {"Url": f}, url),
        st.builds(lambda f: {"Base64": f}, base64),
        st.builds(lambda f: {"Url": f}, json_objects(3)),
        st.builds(lambda f: {"Svg": f}, json_values(3)),
        json_values(3),
    )


def _fields(
    required: dict[str, SearchStrategy[Any]], optional: dict[str, SearchStrategy[Any]]
) -> SearchStrategy[dict[str, Any]]:
    # `ephemeral` is never written by a crate; tests that want it on the wire put it there.
    names = frozenset(required) | frozenset(optional) | {"ephemeral"}
    known = st.fixed_dictionaries(required, optional=optional)
    return st.builds(dict.__or__, known, unknown_fields(names))


@cache
def _kind_wires(kind: str) -> SearchStrategy[dict[str, Any]]:
    maybe_text = st.one_of(st.none(), texts())
    images = st.lists(_image_wires(), max_size=2)
    match kind:
        case "System":
            return _fields({"content": texts()}, {})
        case "User":
            return _fields({"content": texts()}, {"images": images})
        case "Assistant":
            calls = st.one_of(st.none(), st.lists(_call_wires(), max_size=3))
            optional = {
                "content": maybe_text,
                "reasoning_content": maybe_text,
                "thinking_signature": maybe_text,
                "tool_calls": calls,
            }
            return _fields({}, optional)
        case "Tool":
            required = {"tool_call_id": CALL_IDS, "content": texts()}
            return _fields(required, {"name": maybe_text, "images": images})
        case _:
            return _fields({"role": texts(10), "data": json_values()}, {})


_KINDS = ("System", "User", "Assistant", "Tool", "Custom")


@cache
def _unknown_message_wires() -> SearchStrategy[Any]:
    names = st.one_of(st.sampled_from(["Developer", "user", "Summary"]), texts(10)).filter(
        lambda name: name not in _KINDS
    )
    fields = st.one_of(
        json_values(4), st.builds(lambda text: {"content": text}, texts()), json_objects(4)
    )
    return st.one_of(names, st.builds(lambda name, value: {name: value}, names, fields))


@cache
def wire_messages(*, unknown: bool = True) -> SearchStrategy[Any]:
    """Give the JSON of messages: every kind, empty fields spelled out or not, unknown fields.

    Args:
        unknown: also kinds that no version knows.
    """
    known = [
        st.builds(lambda fields, kind=kind: {kind: fields}, _kind_wires(kind)) for kind in _KINDS
    ]
    return st.one_of(*known, _unknown_message_wires()) if unknown else st.one_of(*known)


@cache
def _built_messages(*, ephemeral: bool) -> SearchStrategy[ChatMessage]:
    flag = st.booleans() if ephemeral else st.just(value=False)
    images = st.lists(_image_wires(), max_size=2)
    maybe_text = st.one_of(st.none(), texts())
    calls = st.builds(ToolCall, id=CALL_IDS, name=texts(12), arguments=texts())
    return st.one_of(
        st.builds(SystemMessage, content=texts(), ephemeral=flag),
        st.builds(UserMessage, content=texts(), images=images, ephemeral=flag),
        st.builds(
            AssistantMessage,
            content=maybe_text,
            reasoning_content=maybe_text,
            thinking_signature=maybe_text,
            tool_calls=st.one_of(st.none(), st.lists(calls, max_size=3)),
        ),
        st.builds(ToolMessage, tool_call_id=CALL_IDS, name=maybe_text, content=texts()),
        st.builds(CustomMessage, role=texts(10), data=json_values()),
    )


@cache
def messages(*, ephemeral: bool = False, unknown: bool = True) -> SearchStrategy[ChatMessage]:
    """Give messages of every kind, built by keyword or read from JSON.

    Args:
        ephemeral: some of them are ephemeral.
        unknown: also kinds that no version knows.
    """
    read = wire_messages(unknown=unknown).map(message_from_wire)
    return st.one_of(_built_messages(ephemeral=ephemeral), read)


@cache
def message_lists(
    max_size: int = 8, *, ephemeral: bool = False, unknown: bool = True
) -> SearchStrategy[list[ChatMessage]]:
    """Give lists of messages in any order, well-formed or not, some messages more than once."""
    one = messages(ephemeral=ephemeral, unknown=unknown)
    repeated = st.lists(one, min_size=1, max_size=3).flatmap(
        lambda pool: st.lists(st.sampled_from(pool), max_size=max_size)
    )
    return st.one_of(st.lists(one, max_size=max_size), repeated)


@cache
def _bystanders() -> SearchStrategy[ChatMessage]:
    """Give messages that neither ask for tool calls nor answer one."""
    kinds = [
        st.builds(lambda fields, kind=kind: {kind: fields}, _kind_wires(kind))
        for kind in ("System", "User", "Custom")
    ]
    spoken = st.builds(lambda text: {"Assistant": {"content": text, "tool_calls": None}}, texts())
    return st.one_of(*kinds, spoken, _unknown_message_wires()).map(message_from_wire)


@st.composite
def _batches(draw: st.DrawFn) -> list[ChatMessage]:
    """Give a batch of tool calls and, in any order, an answer to each."""
    ids = draw(st.lists(st.sampled_from(["c1", "c2", "c3", ""]), unique=True, max_size=3))
    calls = [{**draw(_call_wires()), "id": call_id} for call_id in ids]
    asked = {**draw(_kind_wires("Assistant")), "tool_calls": calls}
    batch = [message_from_wire({"Assistant": asked})]
    for call_id in draw(st.permutations(ids)):
        batch += draw(st.lists(_bystanders(), max_size=1))
        answer = {**draw(_kind_wires("Tool")), "tool_call_id": call_id}
        batch.append(message_from_wire({"Tool": answer}))
    return batch


@st.composite
def well_formed(draw: st.DrawFn, max_steps: int = 5) -> list[ChatMessage]:
    """Give lists of messages that ``validate_message_sequence`` lets pass."""
    found: list[ChatMessage] = draw(st.lists(st.builds(SystemMessage, content=texts()), max_size=2))
    found.append(UserMessage(content=draw(texts())))
    for _ in range(draw(st.integers(0, max_steps))):
        found += draw(st.one_of(st.lists(_bystanders(), min_size=1, max_size=1), _batches()))
    return found
