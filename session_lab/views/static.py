"""The static forms of a transcript: what stays in a saved notebook, as text and as HTML.

Text of a session is always indented in the text form, and always inside its own element in the HTML
form, so that no message can pass for a heading.  The HTML form is readable without its styles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from session_lab.views.html import SafeHtml, fragment, output, tag
from session_lab.views.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from session_lab.views.entries import CallEntry, Entry, Excerpt
    from session_lab.views.header import Header

__all__ = ["StaticTranscript", "html_form", "text_form"]

CALLS = 20
"""Tool calls of one message that a static form shows."""
_FOLD_CHARACTERS, _FOLD_LINES = 800, 12
_SUMMARY = 90
_INDENT = "    "

_CSS = """
.session-lab .sl-message {
  border-left: 3px solid var(--jp-border-color1, rgba(128, 128, 128, 0.5));
  margin: 8px 0;
  padding: 1px 0 1px 10px;
}
.session-lab .sl-user { border-left-color: var(--jp-brand-color1, #1976d2); }
.session-lab .sl-assistant { border-left-color: var(--jp-success-color1, #388e3c); }
.session-lab .sl-tool { border-left-color: var(--jp-warn-color1, #f57c00); }
.session-lab .sl-failed { border-left-color: var(--jp-error-color1, #d32f2f); }
.session-lab .sl-call { margin: 3px 0 3px 12px; }
.session-lab div details > summary > code { background: transparent; padding: 0; }
"""


@dataclass(frozen=True, slots=True)
class StaticTranscript:
    """What a static form shows.

    Args:
        header: what is told of the whole session.
        entries: the messages shown.
        gap: before which of these entries messages are left out.
        hidden: how many are left out.
    """

    header: Header
    entries: tuple[Entry, ...]
    gap: int
    hidden: int

    @property
    def under_calls(self) -> frozenset[int]:
        """Give the indices of the answers that are shown under their calls."""
        calls = (call for entry in self.entries for call in entry.calls[:CALLS])
        return frozenset(call.answer.index for call in calls if call.answer)

    @property
    def hidden_line(self) -> str:
        """Say how many messages are left out."""
        return f"… {count(self.hidden, 'more message')} not shown …"

    def rows(self) -> Iterator[Entry | None]:
        """Give the entries that stand on their own, None where messages are left out."""
        under_calls = self.under_calls
        for position, entry in enumerate(self.entries):
            if self.hidden and position == self.gap:
                yield None
            if entry.index not in under_calls:
                yield entry
        if self.hidden and self.gap >= len(self.entries):
            yield None


def _facts(header: Header) -> str:
    facts = [count(header.messages, "message"), count(header.turns, "turn")]
    if header.tool_calls:
        facts.append(count(header.tool_calls, "tool call"))
    if header.failed:
        facts.append(f"{header.failed:,} failed")
    if header.unanswered:
        facts.append(f"{header.unanswered:,} unanswered")
    if header.orphans:
        facts.append(f"{count(header.orphans, 'answer')} without a call")
    if header.ephemeral:
        facts.append(f"{header.ephemeral:,} ephemeral")
    return " · ".join(facts)


def _title(header: Header) -> str:
    return f"Session {header.title}" if header.ref else header.title.capitalize()


def _more(excerpt: Excerpt | Entry) -> str | None:
    if not excerpt.truncated:
        return None
    return f"… {excerpt.length:,} characters in all"


def _heading(entry: Entry) -> str:
    parts = [entry.role if entry.kind != "unknown" else f"{entry.role} (unknown kind)"]
    if entry.kind == "custom":
        parts = [f"{entry.role} (custom)"]
    if entry.kind == "user":
        parts.append(f"turn {entry.turn}")
    if entry.kind == "tool":
        parts += [entry.tool] if entry.tool else []
        parts.append(
            f"no call: {entry.orphan}" if entry.orphan else f"answers message {entry.answers}"
        )
    if entry.ephemeral:
        parts.append("ephemeral")
    return " · ".join(parts)


def _call_state(call: CallEntry) -> str:
    state = "unanswered" if call.answer is None else "failed" if call.answer.failed else "answered"
    return f"{state}, malformed arguments" if call.malformed else state


# -- text ------------------------------------------------------------------------------------------


def text_form(view: StaticTranscript) -> str:
    """Give the plain text of a transcript.

    Args:
        view: what to show.
    """
    header = view.header
    lines = [f"{_title(header)} · {_facts(header)}"]
    if header.allowed_actions:
        lines.append(f"always allowed: {', '.join(header.allowed_actions)}")
    for entry in view.rows():
        lines.append("")
        lines += [view.hidden_line] if entry is None else _entry_lines(entry)
    return "\n".join(line.rstrip() for line in lines)


def _entry_lines(entry: Entry) -> list[str]:
    mark = " ✗ failed" if entry.failed else ""
    lines = [f"[{entry.index}] {_heading(entry)}{mark}"]
    if entry.reasoning:
        lines += _text_block(entry.reasoning, _INDENT, "(reasoning) ")
    lines += _text_block(entry, _INDENT)
    lines += [f"{_INDENT}(image: {image.summary})" for image in entry.images]
    if entry.extra:
        lines += _text_block(entry.extra, _INDENT, "(unknown fields) ")
    for call in entry.calls[:CALLS]:
        lines += _call_lines(call)
    hidden = len(entry.calls[CALLS:]) + entry.more_calls
    if hidden:
        lines.append(f"{_INDENT}… {count(hidden, 'more tool call')}")
    return lines


def _call_lines(call: CallEntry) -> list[str]:
    deeper = 2 * _INDENT
    lines = [f"{_INDENT}→ {call.name} · {call.id} · {_call_state(call)}"]
    lines += _text_block(call.arguments, deeper) or [f"{deeper}(no arguments)"]
    if call.extra:
        lines += _text_block(call.extra, deeper, "(unknown fields) ")
    if call.answer:
        mark = "✗" if call.answer.failed else "←"
        lines.append(f"{_INDENT}{mark} [{call.answer.index}]")
        lines += _text_block(call.answer, deeper)
        lines += [f"{deeper}(image: {image.summary})" for image in call.answer.images]
    return lines


def _text_block(excerpt: Excerpt | Entry, indent: str, first: str = "") -> list[str]:
    more = _more(excerpt)
    lines = f"{first}{excerpt.text}".split("\n") if excerpt.text or first else []
    return [f"{indent}{line}" for line in [*lines, *([more] if more else [])]]


# -- HTML ------------------------------------------------------------------------------------------


def html_form(view: StaticTranscript) -> SafeHtml:
    """Give the HTML of a transcript.

    Args:
        view: what to show.
    """
    header = view.header
    return output(
        tag("div", None, tag("strong", None, tag("bdi", None, _title(header)))),
        tag("div", {"class": "sl-faint"}, _facts(header)),
        _header_details(header),
        *(
            tag("p", None, tag("em", None, view.hidden_line)) if entry is None else _message(entry)
            for entry in view.rows()
        ),
        css=_CSS,
    )


def _header_details(header: Header) -> SafeHtml:
    allowed = ", ".join(header.allowed_actions) or "none"
    facts = {"always allowed": allowed, **header.counters, **header.origin}
    return tag(
        "details",
        None,
        tag("summary", {"class": "sl-faint"}, "permissions and counters"),
        tag("pre", None, "\n".join(f"{name}: {value}" for name, value in facts.items())),
        _block(header.unknown_fields, "unknown fields", folded=True),
    )


def _message(entry: Entry) -> SafeHtml:
    hidden = len(entry.calls[CALLS:]) + entry.more_calls
    return tag(
        "div",
        {"class": f"sl-message sl-{entry.kind}{' sl-failed' if entry.failed else ''}"},
        tag(
            "div",
            None,
            tag("strong", None, tag("bdi", None, _heading(entry))),
            tag("small", None, f" [{entry.index}]"),
            tag("span", {"class": "sl-bad"}, " ✗ failed") if entry.failed else None,
        ),
        _block(entry.reasoning, "reasoning", folded=True),
        _block(entry),
        *_images(entry),
        _block(entry.extra, "unknown fields", folded=True),
        *(_call_details(call) for call in entry.calls[:CALLS]),
        tag("p", None, f"… {count(hidden, 'more tool call')}") if hidden else None,
    )


def _images(entry: Entry) -> list[SafeHtml]:
    return [tag("div", {"class": "sl-faint"}, f"image: {image.summary}") for image in entry.images]


def _call_details(call: CallEntry) -> SafeHtml:
    bad = call.unanswered or call.malformed or (call.answer is not None and call.answer.failed)
    state = _call_state(call)
    return tag(
        "details",
        {"class": "sl-call", "open": bad},
        tag(
            "summary",
            None,
            tag("code", None, f"→ {call.name}"),
            tag("small", None, f" {call.id} · "),
            tag("span", {"class": "sl-bad" if bad else "sl-faint"}, f"✗ {state}" if bad else state),
        ),
        _block(call.arguments) or tag("div", {"class": "sl-faint"}, "no arguments"),
        _block(call.extra, "unknown fields", folded=True),
        None if call.answer is None else _answer(call.answer),
    )


def _answer(answer: Entry) -> SafeHtml:
    return fragment(
        tag(
            "div",
            {"class": "sl-faint"},
            f"{'failed with' if answer.failed else 'answer'} [{answer.index}]",
        ),
        _block(answer),
        *_images(answer),
        _block(answer.extra, "unknown fields", folded=True),
    )


def _block(
    excerpt: Excerpt | Entry | None, name: str = "", *, folded: bool = False
) -> SafeHtml | None:
    """Give a text in an element of its own, folded where it is long or asked to be."""
    if excerpt is None or not excerpt.text:
        return None
    more = _more(excerpt)
    block = fragment(tag("pre", None, excerpt.text), tag("small", None, more) if more else None)
    size = count(excerpt.length, "character")
    if folded:
        return tag(
            "details", None, tag("summary", {"class": "sl-faint"}, f"{name} ({size})"), block
        )
    if len(excerpt.text) <= _FOLD_CHARACTERS and excerpt.text.count("\n") < _FOLD_LINES:
        return block
    start = tag("code", None, one_line(excerpt.text, _SUMMARY))
    return tag("details", None, tag("summary", None, start, tag("small", None, f" {size}")), block)
