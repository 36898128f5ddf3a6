"""Sessions with one text in every place that can hold some."""

from __future__ import annotations

from session_lab.models import (
    AgentSession,
    AssistantMessage,
    CustomMessage,
    RunState,
    SessionId,
    SystemMessage,
    ToolCall,
    ToolMessage,
    UserMessage,
    message_from_wire,
)

__all__ = ["calls", "everywhere"]


def calls(*ids: str) -> AssistantMessage:
    """Give an Assistant message with one batch of calls."""
    return AssistantMessage(
        tool_calls=[ToolCall(id=i, name=f"tool_{i}", arguments="{}") for i in ids]
    )


def everywhere(text: str) -> AgentSession:
    """Give a session that has a text in every place a session can have one."""
    field = "x_" + text.encode("utf-8", "replace").decode()  # pydantic's names are UTF-8
    images = [
        {"Url": {"url": text, "detail": text}},
        {"Base64": {"data": text, "media_type": text}},
        {"Other": {text: text}},
    ]
    batch = (
        ToolCall(id=text, name=text, arguments=text, **{field: text}),
        ToolCall(id="open", name=text, arguments="{}"),
    )
    session = AgentSession.from_wire(
        {
            "id": SessionId(7, text).to_wire(),
            "chat_messages": [],
            "always_allowed_actions": [text],
            "total_tool_calls": 1,
            "run_state": {},
            field: text,
        }
    )
    session.run_state = RunState(**{field: text})
    session.origin = {"format": text, "native_id": text, "raw": {text: text}}
    session.extend(
        [
            SystemMessage(content=text, **{field: text}),
            UserMessage(content=text, images=images),
            AssistantMessage(
                content=text, reasoning_content=text, thinking_signature=text, tool_calls=batch
            ),
            ToolMessage(tool_call_id=text, name=text, content=text, images=images),
            ToolMessage(tool_call_id=f"no{text}", content=text),
            CustomMessage(role=text, data={text: text}),
            message_from_wire({"New" + text: {"content": text}}),
            UserMessage(content=text, ephemeral=True),
        ]
    )
    return session
