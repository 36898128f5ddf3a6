"""Both directions between this package and the real agent-base crate, through a program built here."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest

from session_lab import AgentBaseStore, AgentSession, SessionId, ToolCall
from session_lab.errors import FormatError
from session_lab.models import (
    FORMS,
    AssistantMessage,
    Base64Image,
    CustomMessage,
    RunState,
    SystemMessage,
    ToolMessage,
    UrlImage,
    UserMessage,
    event_from_json,
    validate_message_sequence,
)

PROGRAM = Path(__file__).parent / "agent_base"


def json_lines(text):
    # Not splitlines: it also splits at U+2028, which JSON may hold as it is.
    return [json.loads(line) for line in text.split("\n") if line]


@pytest.fixture(scope="session")
def interop():
    """Build the program and give a function that runs it."""
    cargo = shutil.which("cargo")
    if cargo is None:
        pytest.skip("cargo is not there: install Rust from your system's packages or rustup.rs")
    target = Path(os.environ.get("CARGO_TARGET_DIR") or PROGRAM / "target")
    built = subprocess.run(
        [cargo, "build", "--quiet", "--target-dir", str(target)],
        cwd=PROGRAM,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr[-4000:]

    def run(*arguments):
        done = subprocess.run(
            [str(target / "debug" / "agent-base-interop"), *map(str, arguments)],
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stderr[-4000:]
        return json_lines(done.stdout)

    return run


def rows(path):
    connection = sqlite3.connect(path)
    try:
        return {key: json.loads(data) for key, data in connection.execute("SELECT * FROM sessions")}
    finally:
        connection.close()


def test_the_samples_are_what_the_crate_writes(interop, tmp_path, samples_dir):
    path, turns, events = (tmp_path / name for name in ("a.db", "turns.jsonl", "events.jsonl"))
    interop("write", path, "--turns", turns, "--events", events)
    assert rows(path) == rows(samples_dir / "agent_base.db")
    for made, shipped in ((turns, "turns.jsonl"), (events, "events.jsonl")):
        assert json_lines(made.read_text(encoding="utf-8")) == json_lines(
            (samples_dir / shipped).read_text(encoding="utf-8")
        )


async def test_what_the_crate_writes_is_read_without_loss(interop, tmp_path):
    path = tmp_path / "a.db"
    interop("write", path)
    async with AgentBaseStore(path) as store:
        assert len(await store.list()) == len(rows(path)) >= 30
        for value in rows(path).values():
            session = await store.load(SessionId.from_wire(value["id"]))
            assert json.loads(session.to_json()) == value


def test_the_crates_events_are_read_without_loss(samples_dir):
    for line in (samples_dir / "events.jsonl").read_bytes().splitlines():
        event = event_from_json(line)
        assert type(event).__name__ != "UnknownEvent"
        assert event.to_wire() == json.loads(line)


def made_here():
    """Make sessions with all that the crate knows."""
    full = AgentSession(
        id=SessionId(2**64 - 1, "made/here (1) ünï 🤖"),
        total_tool_calls=2,
        run_state=RunState(
            turn_tool_calls=2,
            run_has_tool_calls=True,
            reasoning_only_strikes=1,
            empty_response_strikes=2,
            nudge_count=3,
            truncation_strikes=4,
            thinking_disabled_for_rest_of_run=True,
            awaiting_human=True,
            original_thinking_enabled=True,
        ),
    )
    full.push_system("be brief")
    full.append(
        UserMessage(
            content="look \u2028 at \x01 this",
            images=(
                UrlImage(url="https://example.org/a.png", detail="Low"),
                Base64Image(data="aGk=", media_type="image/png"),
            ),
        )
    )
    full.push_tool_calls(
        [
            ToolCall(id="1", name="read", arguments='{"a": 1}'),
            ToolCall(id="2", name="read", arguments='{"a": '),
        ],
        text="I look",
        reasoning="hm",
    )
    full.append(ToolMessage(tool_call_id="2", content="two", name="read"))
    full.append(ToolMessage(tool_call_id="1", content="one", images=(UrlImage(url="u"),)))
    full.append(CustomMessage(role="artifact", data={"deep": [1, 2.5, None, {"a": "b"}]}))
    full.append(AssistantMessage(content="done", thinking_signature="sig"))
    full.allow_action("read")
    full.allow_action("write")
    return [full, AgentSession(id=3), AgentSession(id=SessionId(0, "0b6e-uuid"))]


async def test_what_we_write_is_what_the_crate_sees(interop, tmp_path):
    path = tmp_path / "ours.db"
    async with AgentBaseStore(path, read_only=False) as store:
        for session in made_here():
            await store.save(session)
    seen = {line["state"]["id"]["id"]: line for line in interop("read", path)}
    assert len(seen) == len(made_here())
    for session in made_here():
        line = seen[session.id.id]
        assert line["key"] == session.id.to_wire()
        assert AgentSession.from_wire(line["state"]) == session
    assert seen[2**64 - 1]["valid"] is True


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_we_write_is_read_by_the_crate(interop, tmp_path, form):
    path = tmp_path / "forms.db"
    session = made_here()[0]
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("CREATE TABLE sessions (id TEXT PRIMARY KEY, data TEXT NOT NULL)")
        text = session.to_json(version=form).decode()
        connection.execute(
            "INSERT INTO sessions VALUES (?, ?)", (session.id.to_json().decode(), text)
        )
    connection.close()
    (line,) = interop("read", path)
    assert "error" not in line
    assert AgentSession.from_wire(line["state"]) == session


async def test_the_crate_goes_on_with_samples_that_were_changed_here(
    interop, tmp_path, samples_dir
):
    path = tmp_path / "changed.db"
    shutil.copy(samples_dir / "agent_base.db", path)
    async with AgentBaseStore(path, read_only=False) as store:
        for session_id in await store.list():
            session = await store.load(session_id)
            session.push_user("one more thing")
            session.total_tool_calls += 1
            await store.save(session)
        await store.delete(1)
        expected = {str(each): await store.load(each) for each in await store.list()}
    lines = interop("read", path)
    assert len(lines) == len(expected)
    for line in lines:
        assert line["valid"] is True
        read = AgentSession.from_wire(line["state"])
        assert read == expected[str(read.id)]


def sequences():
    """Make sequences of messages, most of them broken in some way."""
    chance = random.Random(20261123)  # noqa: S311 - the same cases each time
    for _ in range(400):
        messages = []
        for _ in range(chance.randrange(7)):
            calls = tuple(
                ToolCall(id=chance.choice("abc"), name="t", arguments="{}")
                for _ in range(chance.randrange(3))
            )
            messages.append(
                chance.choice(
                    [
                        SystemMessage(content="s"),
                        UserMessage(content="u"),
                        AssistantMessage(content="a"),
                        AssistantMessage(tool_calls=calls),
                        AssistantMessage(tool_calls=calls),
                        ToolMessage(tool_call_id=chance.choice("abc"), content="t"),
                        ToolMessage(tool_call_id=chance.choice("abc"), content="t"),
                        CustomMessage(role="r", data=1),
                    ]
                )
            )
        yield messages


def is_valid(messages):
    try:
        validate_message_sequence(messages)
    except FormatError:
        return False
    return True


def test_the_rules_for_sequences_are_the_crates(interop, tmp_path):
    path = tmp_path / "sequences.jsonl"
    cases = list(sequences())
    path.write_text("".join(json.dumps([m.to_wire() for m in case]) + "\n" for case in cases))
    verdicts = [line["ok"] for line in interop("validate", path)]
    assert len(verdicts) == len(cases)
    assert {True, False} == set(verdicts)
    for case, verdict in zip(cases, verdicts, strict=True):
        assert is_valid(case) is verdict, case
