"""The static forms of a diff: what stays in a saved notebook, as text and as HTML.

Text of a session is always indented in the text form, and always inside its own element in the HTML
form, so that no message can pass for a heading.  The HTML form is readable without its styles:
signs, sides and ``<ins>``/``<del>`` carry the meaning, colours only help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from session_lab.views.html import SafeHtml, fragment, output, tag
from session_lab.views.text import count, one_line

if TYPE_CHECKING:
    from session_lab.views.contrast import Change, Version
    from session_lab.views.difference import Difference, MessageRow
    from session_lab.views.entries import Excerpt

__all__ = ["html_form", "text_form"]

_SIGNS = {"same": " ", "added": "+", "removed": "-", "edited": "~", "moved": ">"}
_INDENT = "    "
_BLANK = "\u00a0"
_LINE = 90
_LOOKS_SAME = "(they look the same: what differs is hidden or invisible)"
_FOLD_CHARACTERS, _FOLD_LINES = 800, 12

_CSS = """
.session-lab table.sl-diff { font-size: inherit; table-layout: fixed; width: 100%; }
.session-lab .sl-diff th, .session-lab .sl-diff td { padding: 3px 8px; width: 50%; }
.session-lab .sl-diff td.sl-old { border-left: 3px solid rgba(211, 47, 47, 0.75); }
.session-lab .sl-diff td.sl-new { border-left: 3px solid rgba(46, 140, 60, 0.75); }
.session-lab .sl-diff del { background: rgba(248, 81, 73, 0.22); }
.session-lab .sl-diff ins { background: rgba(46, 160, 67, 0.25); }
.session-lab .sl-diff del, .session-lab .sl-diff ins { color: inherit; }
"""


# -- text ------------------------------------------------------------------------------------------


def text_form(view: Difference) -> str:
    """Give the text of a diff.

    Args:
        view: what to show.
    """
    lines = [f"{view.title} · {view.summary}"]
    for change in view.fields:
        lines += _field_lines(change)
    for row in view.rows:
        lines.append("")
        lines += [row.text] if row.op == "folded" else _row_lines(row)
    if view.hidden:
        lines += ["", _hidden_line(view)]
    return "\n".join(lines)


def _hidden_line(view: Difference) -> str:
    return f"… {count(view.hidden, 'more changed message')} not shown"


def _field_lines(change: Change) -> list[str]:
    lines = [f"~ {change.name}"]
    if change.looks_same:
        lines.append(f"{_INDENT}{_LOOKS_SAME}")
    lines += _version_lines(change.old, "- ")
    lines += _version_lines(change.new, "+ ")
    return lines


def _version_lines(version: Version | None, sign: str) -> list[str]:
    if version is None:
        return []
    return [f"{_INDENT}{sign}{line}" for line in version.text.split("\n")]


def _row_lines(row: MessageRow) -> list[str]:
    lines = [f"{_SIGNS[row.op]} [{_place(row)}] {row.title}{_moved(row)}"]
    if row.op == "edited":
        for change in row.changes:
            lines.append(f"{_INDENT}{change.name}")
            lines += _field_lines(change)[1:]
    elif row.op in {"same", "moved"}:
        lines.append(f"{_INDENT}{one_line(row.text.text, _LINE)}")
    else:
        lines += [f"{_INDENT}{_SIGNS[row.op]} {line}" for line in row.text.text.split("\n")]
        lines += [f"{_INDENT}{_more(row.text)}"] if row.text.truncated else []
    return lines


def _place(row: MessageRow) -> str:
    places = [place for place in (row.old_index, row.new_index) if place is not None]
    return " → ".join(str(place) for place in dict.fromkeys(places))


def _moved(row: MessageRow) -> str:
    return " · moved" if row.moved else ""


def _more(excerpt: Excerpt) -> str:
    return f"… {count(excerpt.length, 'character')} in all"


# -- HTML ------------------------------------------------------------------------------------------


def html_form(view: Difference) -> SafeHtml:
    """Give the HTML of a diff.

    Args:
        view: what to show.
    """
    rows = [_field_row(change) for change in view.fields]
    rows += [_across(row.text) if row.op == "folded" else _message_rows(row) for row in view.rows]
    names = (view.old_name, view.new_name)
    heading = tag(
        "tr",
        None,
        *(tag("th", {"scope": "col"}, tag("bdi", None, name)) for name in names),
    )
    table = tag(
        "table",
        {"class": "sl-diff"},
        tag("thead", None, heading),
        tag("tbody", None, *rows),
    )
    return output(
        tag("div", None, tag("strong", None, tag("bdi", None, view.title))),
        tag("div", {"class": "sl-faint"}, view.summary),
        table if rows else None,
        tag("p", None, tag("em", None, _hidden_line(view))) if view.hidden else None,
        css=_CSS,
    )


def _across(*children: str, faint: bool = True) -> SafeHtml:
    attrs = {"colspan": 2, "class": "sl-faint" if faint else None}
    return tag("tr", None, tag("td", attrs, *children))


def _pair(old: SafeHtml | None, new: SafeHtml | None) -> SafeHtml:
    return tag(
        "tr",
        None,
        tag("td", {"class": "sl-old" if old else None}, old),
        tag("td", {"class": "sl-new" if new else None}, new),
    )


def _field_row(change: Change) -> SafeHtml:
    return fragment(_across(tag("code", None, f"~ {change.name}"), faint=False), _versions(change))


def _versions(change: Change) -> SafeHtml:
    note = _across(_LOOKS_SAME) if change.looks_same else None
    pair = _pair(
        None if change.old is None else _version(change.old, "del"),
        None if change.new is None else _version(change.new, "ins"),
    )
    return fragment(note, pair)


def _version(version: Version, element: str) -> SafeHtml:
    middle = tag(element, None, version.middle) if version.middle else None
    return tag("pre", None, fragment(version.start, middle, version.end))


def _message_rows(row: MessageRow) -> SafeHtml:
    title = _across(
        tag("code", None, f"{_SIGNS[row.op].replace(' ', _BLANK)} "),
        tag("strong", None, tag("bdi", None, row.title)),
        tag("small", None, f" [{_place(row)}]{_moved(row)}"),
        *_beside(row),
        faint=row.op == "same",
    )
    match row.op:
        case "edited":
            parts = []
            for change in row.changes:
                parts += [_across(tag("code", None, change.name)), _versions(change)]
            return fragment(title, *parts)
        case "added":
            return fragment(title, _pair(None, _block(row.text)))
        case "removed":
            return fragment(title, _pair(_block(row.text), None))
        case _:
            return title


def _beside(row: MessageRow) -> list[SafeHtml]:
    if row.op in {"same", "moved"} and row.text.text:
        return [fragment(" ", tag("bdi", None, one_line(row.text.text, _LINE)))]
    return []


def _block(excerpt: Excerpt) -> SafeHtml:
    """Give a text in an element of its own, folded where it is long."""
    if not excerpt.text:
        return tag("small", None, "(no text)")
    block = fragment(
        tag("pre", None, excerpt.text),
        tag("small", None, _more(excerpt)) if excerpt.truncated else None,
    )
    if len(excerpt.text) <= _FOLD_CHARACTERS and excerpt.text.count("\n") < _FOLD_LINES:
        return block
    start = tag("code", None, one_line(excerpt.text, _LINE))
    size = tag("small", None, f" {count(excerpt.length, 'character')}")
    return tag("details", None, tag("summary", None, start, size), block)
