"""Every value can be copied, pickled and compared, and comes back as what it was."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from session_lab import models
from session_lab.models import (
    Annotations,
    Filter,
    Page,
    Problem,
    Provenance,
    SessionId,
    SessionQuery,
    SessionSummary,
    Snapshot,
    TextDelta,
    ToolCall,
)
from session_lab.models.value import Value
from tests.strategies import (
    as_json,
    events,
    messages,
    run_states,
    session_ids,
    wire_events,
    wire_messages,
)

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SNAPSHOT = Snapshot(
    session_id=SessionId(1, "a"),
    revision=1,
    recorded_at=NOW,
    parent=(SessionId(1), 3),
    digest="0" * 40,
    messages=1,
    turns=1,
    tool_calls=0,
    size=10,
    provenance=Provenance(cell="c", execution_count=3),
)
PLAIN = [
    SNAPSHOT,
    SessionSummary(session_id=SessionId(1), updated_at=NOW, tags=("a", "b")),
    SessionQuery(search="x", filters=(Filter(column="errors", op=">", value=1),)),
    Page(items=(), problems=(Problem(where="a.db, row 1", problem="p", session_id=SessionId(2)),)),
    Annotations(title="t", metadata={"a": [1]}),
]


def clones(value: Any) -> list[Any]:
    dumped = [pickle.dumps(value, protocol) for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1)]
    return [
        copy.copy(value),
        copy.deepcopy(value),
        *map(pickle.loads, dumped),
    ]


@given(st.one_of(messages(ephemeral=True), wire_messages().map(models.message_from_wire)))
def test_a_message_is_copied_and_pickled_with_digest_form_and_flag(message: Any):
    digest = message.digest
    for clone in clones(message):
        assert clone == message
        assert hash(clone) == hash(message)
        assert type(clone) is type(message)
        assert clone.digest == digest
        assert clone.form == message.form
        assert clone.ephemeral is message.ephemeral
        assert as_json(clone.to_wire()) == as_json(message.to_wire())


@given(st.one_of(events(), wire_events().map(models.event_from_wire)))
def test_an_event_is_copied_and_pickled_with_the_name_it_came_under(event: Any):
    for clone in clones(event):
        assert clone == event
        assert clone.tag == event.tag
        assert as_json(clone.to_wire()) == as_json(event.to_wire())


@given(st.one_of(session_ids(), run_states()))
def test_ids_and_counters_are_copied_and_pickled(value: Any):
    for clone in clones(value):
        assert clone == value
        assert type(clone) is type(value)


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)
def test_what_stores_say_is_copied_and_pickled(value: Any):
    for clone in clones(value):
        assert clone == value
    assert type(value).model_validate(value.model_dump()) == value


def test_a_pickle_holds_no_digest_that_could_be_wrong():
    message = models.UserMessage(content="a")
    assert message.digest.encode() not in pickle.dumps(message)


@pytest.mark.parametrize(
    "model",
    sorted(
        (
            value
            for name in models.__all__
            if isinstance(value := getattr(models, name), type) and issubclass(value, BaseModel)
        ),
        key=lambda model: model.__name__,
    ),
    ids=lambda model: model.__name__,
)
def test_every_model_is_frozen(model: type[BaseModel]):
    assert model.model_config.get("frozen") is True


def test_a_value_that_allows_unknown_fields_gives_them_out_frozen():
    call = ToolCall(id="1", name="ls", arguments="{}", later={"a": [1]})
    event = TextDelta(session_id=SessionId(1), text="t", later=1)
    assert call.model_extra == {"later": {"a": [1]}}
    assert SessionId(1).model_extra is None
    assert not ToolCall(id="1", name="ls", arguments="{}").model_extra
    for value in (call, event):
        with pytest.raises(TypeError, match="frozen"):
            value.model_extra["later"] = 2
    with pytest.raises(TypeError, match="frozen"):
        call.model_extra["later"]["a"].append(2)


@pytest.mark.parametrize(
    ("value", "update"),
    [
        (SessionId(1), {"external_id": 7}),
        (ToolCall(id="1", name="ls", arguments="{}"), {"arguments": {}}),
        (ToolCall(id="1", name="ls", arguments="{}"), {"later": object()}),
        (models.RunState(), {"nudge_count": -1}),
        (models.UrlImage(url="u"), {"url": None}),
        (models.CheckpointStep(name="A"), {"name": None}),
    ],
)
def test_a_changed_copy_is_validated(value: Value, update: dict[str, Any]):
    with pytest.raises(ValidationError):
        value.model_copy(update=update)
    assert value.model_copy() == value
