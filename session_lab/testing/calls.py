"""The first part of the contract: the four calls of agent-base's trait, and the optional fifth.

The checks call a store as the protocol says and look at nothing else.
"""

# ruff: noqa: S101 - a check is made of assertions

from __future__ import annotations

from typing import Any

from session_lab.errors import SessionLabError
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    Base64Image,
    CustomMessage,
    RunState,
    SessionId,
    TextDelta,
    ToolCall,
    UnknownMessage,
    UserMessage,
)
from session_lab.models.ids import MAX_ID
from session_lab.testing.checks import check_of, expect_raises

__all__ = ["CALLS", "sample"]

ODD_IDS = (
    SessionId(0),
    SessionId(1),
    SessionId(1, "1"),
    SessionId(1, ""),
    SessionId(0, "42"),
    SessionId(42),
    SessionId(42, "a(b)c"),
    SessionId(42, "ünï-代理-🤖"),
    SessionId(42, "'; DROP TABLE sessions; --"),
    SessionId(MAX_ID),
    SessionId(MAX_ID, "x" * 300),
)


def sample(session_id: SessionId | int = 1, text: str = "what is in the log?") -> AgentSession:
    """Make a session with a bit of everything."""
    session = AgentSession(id=session_id, run_state=RunState(turn_tool_calls=2, nudge_count=1))
    session.push_system("You watch a build server.")
    session.append(
        UserMessage(content=text, images=(Base64Image(data="aGk=", media_type="image/png"),))
    )
    session.push_tool_calls(
        [
            ToolCall(id="call_1", name="read_log", arguments='{"lines": 3}'),
            ToolCall(id="call_2", name="read_log", arguments='{"lines": '),
        ],
        reasoning="two looks are better",
    )
    session.push_tool_result("call_1", "ok\nok\nok")
    session.push_tool_result("call_2", "❌ Tool execution failed: bad arguments")
    session.append(CustomMessage(role="artifact", data={"rows": [1, 2.5, None, "ü"]}))
    session.append(UnknownMessage(raw={"Developer": {"content": "from the future"}}))
    session.append(AssistantMessage(content="three times ok", thinking_signature="sig"))
    session.allow_action("read_log")
    session.total_tool_calls = 2
    return session


async def _an_empty_store_lists_nothing(store: Any) -> None:
    assert list(await store.list()) == []


async def _an_unknown_session_loads_as_none(store: Any) -> None:
    assert await store.load(SessionId(999)) is None


async def _a_saved_session_loads_equal(store: Any) -> None:
    session = sample()
    await store.save(session)
    assert await store.load(SessionId(1)) == session


async def _all_fields_come_back(store: Any) -> None:
    session = sample()
    await store.save(session)
    loaded = await store.load(SessionId(1))
    assert loaded.chat_messages == session.chat_messages
    assert loaded.total_tool_calls == session.total_tool_calls
    assert loaded.run_state == session.run_state
    assert loaded.is_action_allowed("read_log")


async def _unknown_parts_of_its_json_come_back(store: Any) -> None:
    text = (
        '{"id":{"id":1,"external_id":null},"future":{"a":[1]},"chat_messages":['
        '{"User":{"content":"hi","priority":1}},{"Developer":{"content":"x"}}],'
        '"always_allowed_actions":[],"total_tool_calls":0,'
        '"run_state":{"turn_tool_calls":0,"run_has_tool_calls":false,'
        '"reasoning_only_strikes":0,"empty_response_strikes":0,"nudge_count":0,"new_one":7}}'
    )
    await store.save(AgentSession.from_json(text))
    loaded = await store.load(SessionId(1))
    assert loaded == AgentSession.from_json(text)
    assert loaded.unknown_fields == {"future": {"a": [1]}}


async def _a_second_save_takes_the_place_of_the_first(store: Any) -> None:
    session = sample()
    await store.save(session)
    session.push_user("and now?")
    await store.save(session)
    assert (await store.load(SessionId(1))).turn_count() == 2
    assert list(await store.list()) == [SessionId(1)]


async def _what_a_caller_does_to_a_session_afterwards_does_not_reach_the_store(store: Any) -> None:
    session = sample()
    await store.save(session)
    session.push_user("not saved")
    loaded = await store.load(SessionId(1))
    loaded.push_user("not saved either")
    assert (await store.load(SessionId(1))).turn_count() == 1


async def _ids_are_told_apart_exactly(store: Any) -> None:
    for session_id in ODD_IDS:
        await store.save(sample(session_id, text=f"I am {session_id!r}"))
    assert set(await store.list()) == set(ODD_IDS)
    assert len(await store.list()) == len(ODD_IDS)
    for session_id in ODD_IDS:
        loaded = await store.load(session_id)
        assert loaded.id == session_id
        assert loaded.chat_messages[1].text == f"I am {session_id!r}"


async def _a_session_without_an_id_is_refused(store: Any) -> None:
    error = await expect_raises(SessionLabError, store.save(AgentSession()))
    assert "no id" in str(error)
    assert list(await store.list()) == []


async def _an_empty_session_can_be_kept(store: Any) -> None:
    await store.save(AgentSession(id=5))
    assert await store.load(SessionId(5)) == AgentSession(id=5)


async def _ephemeral_messages_are_not_kept(store: Any) -> None:
    session = sample()
    session.push_user("only for this turn", ephemeral=True)
    session.push_system("only for this turn", ephemeral=True)
    await store.save(session)
    assert len((await store.load(SessionId(1))).chat_messages) == len(sample().chat_messages)
    assert session.turn_count() == 2


async def _awkward_text_comes_back_as_it_was(store: Any) -> None:
    texts = ["", "\x00", "a\u202eb", "\U0010ffff", "line\r\nline\u2028", "<script>", "x" * 100_000]
    session = AgentSession(id=1)
    for text in texts:
        session.push_user(text)
    await store.save(session)
    loaded = await store.load(SessionId(1))
    assert [message.text for message in loaded.chat_messages] == texts


async def _a_deleted_session_is_gone(store: Any) -> None:
    await store.save(sample(1))
    await store.save(sample(2))
    await store.delete(SessionId(1))
    assert await store.load(SessionId(1)) is None
    assert list(await store.list()) == [SessionId(2)]


async def _deleting_an_unknown_session_is_no_error(store: Any) -> None:
    await store.delete(SessionId(999))


async def _a_session_can_be_saved_again_after_its_deletion(store: Any) -> None:
    await store.save(sample())
    await store.delete(SessionId(1))
    await store.save(sample(text="back again"))
    assert (await store.load(SessionId(1))).chat_messages[1].text == "back again"


async def _an_event_can_be_appended_where_the_store_takes_events(store: Any) -> None:
    if not hasattr(store, "append_event"):
        return
    await store.append_event(SessionId(1), TextDelta(session_id=SessionId(1), text="Hel"))
    await store.save(sample())
    await store.append_event(SessionId(1), TextDelta(session_id=SessionId(1), text="lo"))
    assert await store.load(SessionId(1)) == sample()


CALLS = tuple(
    check_of(body)
    for body in (
        _an_empty_store_lists_nothing,
        _an_unknown_session_loads_as_none,
        _a_saved_session_loads_equal,
        _all_fields_come_back,
        _unknown_parts_of_its_json_come_back,
        _a_second_save_takes_the_place_of_the_first,
        _what_a_caller_does_to_a_session_afterwards_does_not_reach_the_store,
        _ids_are_told_apart_exactly,
        _a_session_without_an_id_is_refused,
        _an_empty_session_can_be_kept,
        _ephemeral_messages_are_not_kept,
        _awkward_text_comes_back_as_it_was,
        _a_deleted_session_is_gone,
        _deleting_an_unknown_session_is_no_error,
        _a_session_can_be_saved_again_after_its_deletion,
        _an_event_can_be_appended_where_the_store_takes_events,
    )
)
"""The promises of ``SessionStore`` and ``EventSink``."""
