"""The static forms of an explorer: what a saved notebook shows where no kernel answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.views.html import SafeHtml, fragment, tag
from session_lab.views.problems import problems_html, problems_text
from session_lab.views.sessions import SESSION_COLUMNS, sessions_rows, sessions_text
from session_lab.views.tables import table_html
from session_lab.views.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from session_lab.models import Problem, SessionSummary

__all__ = ["explorer_html", "explorer_text"]

_NAME = 200
_SHOWN = frozenset(
    {"session_id", "title", "preview", "messages", "tool_calls", "errors", "snapshots"}
)


def explorer_text(
    name: str, sessions: Sequence[SessionSummary], total: int, problems: Sequence[Problem] = ()
) -> str:
    """Give an explorer's table as plain text, at most 30 rows, secrets masked.

    Args:
        name: what is explored.
        sessions: the page that is shown.
        total: how many sessions there are on all pages.
        problems: rows that can't be read.

    >>> print(explorer_text("a.db", [], 0))
    Session  Begins with  Messages  Calls  Failed
    -------  -----------  --------  -----  ------
    no sessions
    a.db: 0 sessions
    """
    parts = (sessions_text(sessions), _line(name, total), problems_text(problems))
    return "\n".join(part for part in parts if part)


def explorer_html(
    name: str, sessions: Sequence[SessionSummary], total: int, problems: Sequence[Problem] = ()
) -> SafeHtml:
    """Give an explorer's table as HTML, at most 30 rows, secrets masked.

    Args:
        name: what is explored.
        sessions: the page that is shown.
        total: how many sessions there are on all pages.
        problems: rows that can't be read.

    >>> "&lt;b&gt;.db: 0 sessions" in explorer_html("<b>.db", [], 0)
    True
    """
    rows = sessions_rows(sessions)
    titled = any(row.cells["title"] for row in rows)
    columns = [c for c in SESSION_COLUMNS if c.key in _SHOWN and (titled or c.key != "title")]
    below = fragment(tag("div", {"class": "sl-faint"}, _line(name, total)), problems_html(problems))
    return table_html(columns, rows, noun="session", below=below)


def _line(name: str, total: int) -> str:
    return f"{one_line(name, _NAME)}: {count(total, 'session')}"
