"""How problems and errors are shown: one line that says what was wrong, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from session_lab.errors import SessionLabError
from session_lab.models import Problem
from session_lab.views.html import SafeHtml, fragment, tag
from session_lab.views.plain import to_plain
from session_lab.views.secrets import mask_secrets
from session_lab.views.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ProblemView", "problem_view", "problems_html", "problems_text"]

_LIMIT = 300
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem as it is shown; each text is one escaped line.

    Args:
        text: what was wrong.
        where: file, row, JSON path or line, empty where nothing says so.
        hint: what to do, empty where nothing says so.
        kind: the error's class, ``Problem`` for a row that a listing passed over.
        ref: the session it is about, the JSON of its id, or None.
    """

    text: str
    where: str
    hint: str
    kind: str
    ref: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Give the problem as a JSON object."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    def __str__(self) -> str:
        """Give all of it in one line."""
        line = f"{self.where}: {self.text}" if self.where else self.text
        return f"{line}. What to do: {self.hint}." if self.hint else line


def problem_view(problem: Problem | BaseException) -> ProblemView:
    """Show a problem or an error, also one of another library.

    Args:
        problem: what a listing reported, or what was raised.

    >>> str(problem_view(SessionLabError("not JSON", where="a.db, row 3", hint="restore it")))
    'a.db, row 3: not JSON. What to do: restore it.'
    >>> str(problem_view(KeyError("x")))
    "KeyError: 'x'"
    """
    if isinstance(problem, Problem):
        ref = None if problem.session_id is None else problem.session_id.to_json().decode()
        return _view(problem.problem, problem.where, problem.hint, "Problem", ref)
    kind = type(problem).__name__
    if isinstance(problem, SessionLabError):
        return _view(problem.problem, problem.where, problem.hint, kind)
    return _view(f"{kind}: {problem}" if str(problem) else kind, None, None, kind)


def _view(
    text: str, where: str | None, hint: str | None, kind: str, ref: str | None = None
) -> ProblemView:
    lines = [one_line(part or "", _LIMIT) for part in (text, where, hint)]
    return ProblemView(lines[0], lines[1], lines[2], kind, ref)


def problems_text(problems: Sequence[Problem | BaseException]) -> str:
    """Give problems as text, one a line, at most ten, secrets masked.

    >>> print(problems_text([Problem(where="a.db, row 3", problem="not JSON")]))
    1 row can't be read
      a.db, row 3: not JSON
    """
    if not problems:
        return ""
    lines = [f"{count(len(problems), 'row')} can't be read"]
    lines += [f"  {mask_secrets(str(problem_view(problem)))}" for problem in problems[:_SHOWN]]
    if len(problems) > _SHOWN:
        lines.append(f"  … {len(problems) - _SHOWN:,} more")
    return "\n".join(lines)


def problems_html(problems: Sequence[Problem | BaseException]) -> SafeHtml | None:
    """Give problems as HTML, to be put into the ``output`` of a table; None for none.

    >>> problems_html([]) is None
    True
    """
    if not problems:
        return None
    items = [
        tag("li", None, mask_secrets(str(problem_view(problem)))) for problem in problems[:_SHOWN]
    ]
    more = len(problems) - _SHOWN
    return fragment(
        tag("div", {"class": "sl-bad"}, f"{count(len(problems), 'row')} can't be read"),
        tag("ul", None, *items, tag("li", None, f"… {more:,} more") if more > 0 else None),
    )
