"""Problems and errors: one line that says what was wrong, where, and what to do."""

from __future__ import annotations

import json

import pytest

from session_lab.errors import Conflict, CorruptData
from session_lab.models import Problem, SessionId
from session_lab.views.problems import problem_view, problems_html, problems_text
from session_lab.views.text import escape_text
from tests.hostile import HOSTILE, seen_in

ROW = Problem(
    where="a.db, row 3", problem="not JSON", hint="restore it", session_id=SessionId(2**64 - 1)
)


def test_a_row_that_cannot_be_read_is_one_line_and_names_its_session():
    view = problem_view(ROW)
    assert str(view) == "a.db, row 3: not JSON. What to do: restore it."
    assert view.kind == "Problem"
    assert view.ref is not None
    assert SessionId.from_json(view.ref) == ROW.session_id


def test_our_errors_keep_their_parts():
    error = CorruptData("digest differs", where="a.db, session 3", hint="restore a backup")
    view = problem_view(error)
    assert (view.text, view.where, view.hint) == (error.problem, error.where, error.hint)
    assert (view.kind, view.ref) == ("CorruptData", None)
    assert str(view) == str(error)


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (Conflict("taken"), "taken"),
        (KeyError("x"), "KeyError: 'x'"),
        (ValueError(), "ValueError"),
        (
            OSError(13, "Permission denied", "a.db"),
            "PermissionError: [Errno 13] Permission denied: 'a.db'",
        ),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (ValueError("two\nlines"), "ValueError: two lines"),
    ],
)
def test_any_error_is_one_line(error: BaseException, line: str):
    assert str(problem_view(error)) == line


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_is_text_in_every_form(text: str):
    problems = [Problem(where=text, problem=text, hint=text), Conflict(text, where=text, hint=text)]
    for problem in (*problems, ValueError(text)):
        view = problem_view(problem)
        line = json.dumps(view.to_dict(), ensure_ascii=False)
        assert escape_text(line, keep_newlines=False) == line
        assert len(line) < 12_000
    html = problems_html(problems)
    assert html is not None
    seen = seen_in(html)
    assert [name for name, _ in seen.shape] == ["div", "ul", "li", "li"]
    assert not seen.oddities


def test_many_problems_are_counted():
    many = [ROW] * 25
    html = problems_html(many)
    assert html is not None
    for form in (problems_text(many), seen_in(html).text):
        assert "25 rows can't be read" in form
        assert form.count("not JSON") == 10
        assert "… 15 more" in form


def test_no_problem_is_nothing():
    assert problems_text([]) == ""
    assert problems_html([]) is None
