"""Stores to explore, and a page that asks as the real one does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from session_lab.explorer.present import ref_of
from session_lab.models import (
    AgentSession,
    AssistantMessage,
    SessionId,
    ToolCall,
    ToolMessage,
    UserMessage,
)
from session_lab.stores import InMemorySessionStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session_lab.explorer.session_explorer import SessionExplorer
    from session_lab.models import SessionRef

__all__ = ["FourCalls", "Page", "chat", "history", "ref"]


def ref(session: SessionRef) -> str:
    """Give a session's exact name as the page knows it."""
    return ref_of(SessionId.of(session))


def chat(session_id: SessionRef, *words: str, failed: bool = False) -> AgentSession:
    """Give a session of one turn a word, the last of which calls a tool."""
    session = AgentSession(id=session_id)
    for word in words:
        session.push_user(word)
        session.push_assistant(f"answer to {word}")
    call = ToolCall(id="c1", name="deploy", arguments='{"to": "shop"}')
    result = "Error: no route" if failed else "done"
    session.extend(
        [
            UserMessage(content="go"),
            AssistantMessage(content=None, tool_calls=[call]),
            ToolMessage(tool_call_id="c1", content=result),
        ]
    )
    return session


async def history(store: InMemorySessionStore, session_id: SessionRef, *words: str) -> None:
    """Save a session after each of its turns."""
    session = AgentSession(id=session_id)
    for word in words:
        session.push_user(word)
        session.push_assistant(f"answer to {word}")
        await store.save(session)


class FourCalls:
    """The least that a store can be: four calls, one state per session."""

    def __init__(self, *sessions: AgentSession) -> None:
        self.held = {session.id: session for session in sessions if session.id is not None}
        self.broken: dict[SessionId, Exception] = {}

    async def save(self, session: AgentSession) -> None:
        assert session.id is not None
        self.held[session.id] = session.copy()

    async def load(self, session_id: SessionId) -> AgentSession | None:
        if session_id in self.broken:
            raise self.broken[session_id]
        found = self.held.get(session_id)
        return None if found is None else found.copy()

    async def list(self) -> Sequence[SessionId]:
        return [*self.held, *self.broken]

    async def delete(self, session_id: SessionId) -> None:
        self.held.pop(session_id, None)


class Page:
    """What the browser does: send requests to the widget, and hear the answers."""

    def __init__(self, explorer: SessionExplorer) -> None:
        self.explorer = explorer
        self.answers: list[dict[str, Any]] = []
        self._heard = asyncio.Event()
        explorer.widget.send = self._hear

    def _hear(self, content: dict[str, Any], _buffers: object = None) -> None:
        self.answers.append(content)
        self._heard.set()

    def send(self, action: str, **parameters: Any) -> str:
        """Send a request, and go on without its answer."""
        request = f"r{len(self.answers)}-{action}"
        content = {"action": action, "request": request, **parameters}
        self.explorer.widget._handle_custom_msg(content, [])
        return request

    async def ask(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Send a request and wait for its answer."""
        request = self.send(action, **parameters)
        await self.settled()
        (answer,) = (each for each in self.answers if each["request"] == request)
        return answer

    async def heard(self, count: int) -> None:
        """Wait until so many requests are answered."""
        while len(self.answers) < count:
            self._heard.clear()
            await asyncio.wait_for(self._heard.wait(), timeout=30)

    async def settled(self) -> None:
        """Wait until all requests are answered."""
        while self.explorer.widget._tasks:
            await asyncio.gather(*self.explorer.widget._tasks)

    def __getattr__(self, name: str) -> Any:
        """Give a trait, as the page reads it: ``table`` is ``_table``."""
        return getattr(self.explorer.widget, f"_{name}")
