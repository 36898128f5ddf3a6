"""What the crates themselves wrote is read, and written as it came: the samples and the fixtures."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import session_lab
from session_lab.models import (
    FORMS,
    AgentSession,
    SessionId,
    UnknownEvent,
    UnknownMessage,
    event_from_json,
    validate_message_sequence,
)
from session_lab.models.messages import message_from_body
from tests.strategies import as_json

SAMPLES = Path(session_lab.__file__).parent / "samples"
FIXTURES = Path(__file__).parents[1] / "data" / "agent_base"


# Not `splitlines`: it also splits at U+2028 and the like, which JSON text may hold as they are.
def lines_of(paths: list[Path]) -> list[Any]:
    return [
        pytest.param(line, id=f"{path.stem}:{number}")
        for path in paths
        for number, line in enumerate(path.read_text("utf-8").split("\n"), 1)
        if line
    ]


def rows_of(paths: list[Path]) -> list[Any]:
    rows = []
    for path in paths:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as connection:
            found = connection.execute("SELECT id, data FROM sessions ORDER BY id").fetchall()
        rows += [pytest.param(key, data, id=f"{path.stem}:{key}") for key, data in found]
    return rows


SESSIONS = lines_of(sorted(FIXTURES.glob("v*[0-9].jsonl")))
TURNS = lines_of([SAMPLES / "turns.jsonl"])
EVENTS = lines_of([*sorted(FIXTURES.glob("*_events.jsonl")), SAMPLES / "events.jsonl"])
ROWS = rows_of([*sorted(FIXTURES.glob("*.db")), SAMPLES / "agent_base.db"])


def check(text: str) -> AgentSession:
    session = AgentSession.from_json(text)
    wire = json.loads(text)
    assert as_json(json.loads(session.to_json())) == as_json(wire)
    assert list(json.loads(session.to_json())) == list(wire)
    assert not any(isinstance(message, UnknownMessage) for message in session.chat_messages)
    for form in FORMS:
        assert AgentSession.from_json(session.to_json(version=form)) == session
    for message in session.chat_messages:
        again = message_from_body(message.body, message.digest, message.form)
        assert as_json(again.to_wire()) == as_json(message.to_wire())
    return session


def test_there_is_something_to_read_from_every_generation():
    names = {path.name for path in FIXTURES.iterdir()}
    assert {f"v{v}.jsonl" for v in ("0_1_0", "0_1_3", "0_2_1", "0_3_1", "0_5_0")} <= names
    assert len(TURNS) > 50
    assert len(EVENTS) > 100
    assert len(ROWS) > 20


@pytest.mark.parametrize("text", SESSIONS)
def test_a_session_of_a_crate_is_written_as_it_was_read(text: str):
    check(text)


@pytest.mark.parametrize("text", TURNS)
def test_a_state_after_a_turn_is_written_as_it_was_read(text: str):
    line = json.loads(text)
    session = check(json.dumps(line["state"]))
    assert session.id == SessionId.from_wire(line["session"])


@pytest.mark.parametrize(("key", "data"), ROWS)
def test_a_row_of_a_database_is_written_as_it_was_read(key: str, data: str):
    session = check(data)
    assert session.id == (SessionId.from_json(key) if key.startswith("{") else SessionId.of(key))


@pytest.mark.parametrize("text", EVENTS)
def test_an_event_of_a_crate_is_written_as_it_was_read(text: str):
    event = event_from_json(text)
    assert as_json(event.to_wire()) == as_json(json.loads(text))
    assert isinstance(event, UnknownEvent) is ("runtimeEventType" not in json.loads(text))


def test_the_session_ends_of_the_samples_are_well_formed():
    for row in ROWS:
        if row.id.startswith("agent_base"):
            session = AgentSession.from_json(row.values[1])
            if session.turn_count():
                validate_message_sequence(session.chat_messages)
