"""What a source of one state per session holds, as summaries that are read once and kept.

A store that can be asked for summaries is asked; one of four calls is listed and its sessions are
loaded, with progress.  It is only read.  No snapshot, widget or view is known here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from session_lab.errors import SessionLabError
from session_lab.models import AgentSession, Problem, SessionId, SessionQuery, SessionSummary
from session_lab.stores.base import QueryableStore, SessionStore
from session_lab.stores.query import words_in
from session_lab.stores.rules import search_text, summary_of_session

__all__ = ["Listed", "Progress", "SourceListing"]

Progress = Callable[[str, int, int], None]
"""Is told what is going on, how much is done, and of how much (0: not known)."""

_LIMIT = 1000
_BREATH = 20
"""Sessions after which other tasks of the loop get their turn."""


@dataclass(frozen=True, slots=True)
class Listed:
    """All sessions of a source.

    Args:
        summaries: by id.
        problems: the rows that can't be read.
    """

    summaries: dict[SessionId, SessionSummary]
    problems: tuple[Problem, ...]

    def ids(self) -> frozenset[SessionId]:
        """Give the ids that the source holds, those of rows that can't be read too."""
        unread = {problem.session_id for problem in self.problems if problem.session_id}
        return frozenset(self.summaries) | unread


class SourceListing:
    """Read the summaries of a source, and keep them until told to forget.

    Args:
        source: any store; it is only read.
        progress: is told how far a long reading is.
    """

    def __init__(self, source: SessionStore, progress: Progress) -> None:
        self._source = source
        self._progress = progress
        self._listed: Listed | None = None
        self._found: tuple[tuple[str, ...], frozenset[SessionId]] | None = None

    def forget(self) -> None:
        """Read anew at the next question."""
        self._listed = self._found = None

    async def listed(self) -> Listed:
        """Give all sessions."""
        if self._listed is None:
            if isinstance(self._source, QueryableStore):
                self._listed = await _asked(self._source, SessionQuery(limit=_LIMIT))
            else:
                self._listed = await self._loaded()
        return self._listed

    async def matching(self, query: SessionQuery) -> frozenset[SessionId]:
        """Give the sessions in which each of the query's words occurs; the latest are kept."""
        if not query.words:
            return frozenset((await self.listed()).summaries)
        if self._found is None or self._found[0] != query.words:
            if isinstance(self._source, QueryableStore):
                asked = SessionQuery(search=query.search, limit=_LIMIT)
                found = frozenset((await _asked(self._source, asked)).summaries)
            else:
                found = await self._searched(query.words)
            self._found = query.words, found
        return self._found[1]

    async def _loaded(self) -> Listed:
        summaries, problems = {}, []
        async for session_id, session, problem in self._each("Reading sessions"):
            if session is not None:
                summaries[session_id] = summary_of_session(session_id, session)
            elif problem is not None:
                problems.append(problem)
        return Listed(summaries, tuple(problems))

    async def _searched(self, words: tuple[str, ...]) -> frozenset[SessionId]:
        return frozenset(
            [
                session_id
                async for session_id, session, _ in self._each("Searching sessions")
                if session is not None
                and words_in(words, map(search_text, session.stored_messages))
            ]
        )

    async def _each(
        self, what: str
    ) -> AsyncIterator[tuple[SessionId, AgentSession | None, Problem | None]]:
        """Load one session after the other; one that can't be read stops nothing."""
        ids = [SessionId.of(ref) for ref in await self._source.list()]
        for number, session_id in enumerate(ids):
            if number % _BREATH == 0:
                self._progress(what, number, len(ids))
                await asyncio.sleep(0)
            try:
                yield session_id, await self._source.load(session_id), None
            except SessionLabError as error:
                yield session_id, None, Problem.of(error, session_id)
            except Exception as error:  # noqa: BLE001 - somebody's own store: its rows are reported too
                yield session_id, None, _foreign_problem(session_id, error)


async def _asked(store: QueryableStore, query: SessionQuery) -> Listed:
    """Read all pages of a query."""
    page = await store.sessions(query)
    summaries = {item.session_id: item for item in page.items}
    problems = page.problems
    while page.next_cursor is not None:
        page = await store.sessions(query.model_copy(update={"cursor": page.next_cursor}))
        summaries |= {item.session_id: item for item in page.items}
    return Listed(summaries, problems)


def _foreign_problem(session_id: SessionId, error: Exception) -> Problem:
    return Problem(
        where=f"session {session_id}",
        problem=f"the store raised {type(error).__name__}: {error}",
        hint="load the session by hand to see the whole traceback",
        session_id=session_id,
    )
