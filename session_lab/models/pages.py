"""Questions to a store about its sessions, and the pages that answer them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from session_lab.models.ids import SessionId
from session_lab.models.snapshots import SessionSummary

if TYPE_CHECKING:
    from session_lab.errors import SessionLabError

__all__ = ["SORT_COLUMNS", "Filter", "Page", "Problem", "SessionQuery", "SortColumn"]

SortColumn = Literal[
    "session_id",
    "title",
    "created_at",
    "updated_at",
    "snapshots",
    "messages",
    "turns",
    "tool_calls",
    "errors",
    "preview",
    "size",
]
"""A column that sessions can be sorted and filtered by."""

SORT_COLUMNS: tuple[SortColumn, ...] = SortColumn.__args__  # type: ignore[attr-defined]


class Filter(BaseModel):
    """Keep the sessions whose column compares so; one without a value never does.

    Args:
        column: a column of the summary, or ``tags``.
        op: the comparison; ``has`` is for tags and for a part of a text, in any case.
        value: a count, a UTC time or a text, as the column holds.

    >>> Filter(column="errors", op=">=", value=1).op
    '>='
    """

    model_config = ConfigDict(frozen=True)
    column: SortColumn | Literal["tags"]
    op: Literal["==", "!=", "<", "<=", ">", ">=", "has"]
    value: int | AwareDatetime | str


class SessionQuery(BaseModel):
    """Ask for a page of sessions.

    Args:
        search: literal words; each must occur, in any case, somewhere in the id as it is displayed,
            the title, the tags or the text of the head's messages.  None or blank: all sessions.
        filters: all must hold.
        sort: the column to sort by; sessions without a value come last.
        descending: the largest first.  Equal ones come in the order of their ids, always ascending.
        limit: sessions a page, 1 to 1,000.
        cursor: ``next_cursor`` of the page before, None for the first.

    >>> SessionQuery(search="timeout", sort="messages").limit
    50
    """

    model_config = ConfigDict(frozen=True)
    search: str | None = None
    filters: tuple[Filter, ...] = ()
    sort: SortColumn = "updated_at"
    descending: bool = True
    limit: int = Field(default=50, ge=1, le=1000)
    cursor: str | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """Give the words to look for, case folded.

        >>> SessionQuery(search="  Disk FULL ").words
        ('disk', 'full')
        """
        return tuple((self.search or "").casefold().split())


class Problem(BaseModel):
    """Report a row that a listing had to pass over.

    Args:
        where: file and row.
        problem: what is wrong.
        hint: what to do, or None.
        session_id: the session it would have been, where the key could be read.
    """

    model_config = ConfigDict(frozen=True)
    where: str
    problem: str
    hint: str | None = None
    session_id: SessionId | None = None

    @classmethod
    def of(cls, error: SessionLabError, session_id: SessionId | None = None) -> Problem:
        """Make a report of an error."""
        return cls(
            where=error.where or "", problem=error.problem, hint=error.hint, session_id=session_id
        )


class Page(BaseModel):
    """Answer a query.

    Args:
        items: the sessions, in the order asked for.
        next_cursor: asks for the page after this one; None on the last.
        problems: rows that can't be read, reported with the first page.
    """

    model_config = ConfigDict(frozen=True)
    items: tuple[SessionSummary, ...]
    next_cursor: str | None = None
    problems: tuple[Problem, ...] = ()

    def _repr_html_(self) -> str:
        """Show the page in a notebook, as HTML that runs and loads nothing."""
        from session_lab.views.sessions import page_html

        return str(page_html(self))
