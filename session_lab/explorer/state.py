"""What the explorer shows, as values: a page of the table, an opened session, a comparison.

The controller makes them, ``present.py`` says how they look.  ``Outcome`` carries what an action came
to from the thread that fetched it to the one that shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from session_lab.explorer.protocol import PAGE_SIZE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from session_lab.diffing import SessionDiff
    from session_lab.explorer.desk import Deletion
    from session_lab.explorer.protocol import TabName
    from session_lab.models import (
        AgentSession,
        Page,
        Problem,
        SessionId,
        SessionQuery,
        SessionSummary,
        Snapshot,
    )
    from session_lab.views.difference import Difference
    from session_lab.views.transcript import Reading

__all__ = ["Compared", "Lane", "Notice", "Opened", "Outcome", "Part", "Table"]

R_co = TypeVar("R_co", covariant=True)

Lane = Literal["table", "opened", "compared"]
"""What an answer is about; of two answers about the same, the one asked for later counts."""

Part = Literal["table", "opened", "compared", "notices", "tab"]
"""A part of the panel that may have to be shown again."""


@dataclass(frozen=True, slots=True)
class Table:
    """A page of the sessions that a query finds.

    Args:
        query: what was asked, without a cursor.
        cursors: those of the pages from the first to this one.
        page: the answer.
        total: how many sessions the query finds.
        problems: rows that can't be read.
    """

    query: SessionQuery
    cursors: tuple[str | None, ...]
    page: Page
    total: int
    problems: tuple[Problem, ...] = ()

    @property
    def offset(self) -> int:
        """Give how many sessions the pages before this one hold."""
        return (len(self.cursors) - 1) * PAGE_SIZE


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A session that is looked at.

    Args:
        summary: of the session.
        snapshots: all of its snapshots, oldest first.
        snapshot: the one looked at.
        session: what is shown.
        given: the caller's own copy, which the caller may have changed.
        reading: what is shown, ready to be shown part by part.
    """

    summary: SessionSummary
    snapshots: tuple[Snapshot, ...]
    snapshot: Snapshot
    session: AgentSession
    given: AgentSession
    reading: Reading

    @property
    def session_id(self) -> SessionId:
        """Give the session's id."""
        return self.snapshot.session_id

    @property
    def is_newest(self) -> bool:
        """Tell whether the newest snapshot is looked at."""
        return self.snapshot.revision == self.snapshots[-1].revision


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two snapshots and what changed from one to the other.

    Args:
        left: the old one.
        right: the new one.
        diff: what changed.
        shown: the same for people.
    """

    left: Snapshot
    right: Snapshot
    diff: SessionDiff
    shown: Difference


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell about what was done.

    Args:
        text: a sentence.
        undo: what it takes to take it back, or None.
    """

    text: str
    undo: Deletion | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcome(Generic[R_co]):
    """What an action came to; None leaves things as they are.

    Args:
        result: for the caller.
        tickets: by lane, when its part was asked for.
        table: what the table shows.
        opened: what somebody asked to look at.
        reread: what was looked at when a session was changed, and how it stands now; shown
            where the session is still looked at.
        gone: a session that is not there any more.
        compared: what is compared.
        selection: what is selected.
        notice: what to tell.
        taken_back: the notice of a deletion that was taken back.
        tab: the tab to show.
    """

    result: R_co
    tickets: Mapping[Lane, int] = field(default_factory=dict)
    table: Table | None = None
    opened: Opened | None = None
    reread: tuple[Opened, Opened] | None = None
    gone: SessionId | None = None
    compared: Compared | None = None
    selection: tuple[SessionId, ...] | None = None
    notice: Notice | None = None
    taken_back: int | None = None
    tab: TabName | None = None
