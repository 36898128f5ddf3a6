"""A diff of two sessions as a person reads it: the changed fields, then the changed messages.

``difference`` gives it as data for a front end; ``difference_text`` and ``difference_html`` are the
static forms that stay readable in a saved notebook; what these look like is in
``difference_static.py``.  What differs within a text is cut out in ``contrast.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, assert_never

from session_lab.diffing import (
    Added,
    Edited,
    FieldChanged,
    Moved,
    Removed,
    Same,
    changed_fields,
)
from session_lab.models import AssistantMessage, SessionId
from session_lab.views.contrast import Change, contrast
from session_lab.views.difference_static import html_form, text_form
from session_lab.views.entries import Excerpt, Reader, pretty_json
from session_lab.views.message_text import calls_text, message_text, message_title
from session_lab.views.plain import to_plain
from session_lab.views.text import count

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from session_lab.diffing import Op, SessionDiff, Side
    from session_lab.models import ChatMessage
    from session_lab.views.html import SafeHtml

__all__ = [
    "STATIC_MESSAGES",
    "Difference",
    "Folded",
    "MessageRow",
    "difference",
    "difference_html",
    "difference_text",
]

STATIC_MESSAGES = 30
"""Messages that a static form shows."""


@dataclass(frozen=True, slots=True)
class Folded:
    """A run of unchanged messages that are not shown.

    Args:
        messages: how many.
        text: the same in words.
        op: always ``folded``.
    """

    messages: int
    text: str
    op: Literal["folded"] = "folded"


@dataclass(frozen=True, slots=True)
class MessageRow:
    """What happened to one message.

    Args:
        op: ``same``, ``added``, ``removed``, ``edited`` or ``moved``.
        old_index: where it stands in the old session, from 0; None for an added one.
        new_index: where it stands in the new session, from 0; None for a removed one.
        kind: ``system``, ``user``, ``assistant``, ``tool``, ``custom`` or ``unknown``.
        title: its role, and what tells it from others of that role.
        moved: true where it is out of the order of the rest, edited or not.
        text: the start of its words and tool calls; of an edited one, of the new version.
        changes: of an edited one, the fields that differ.
    """

    op: Literal["same", "added", "removed", "edited", "moved"]
    old_index: int | None
    new_index: int | None
    kind: str
    title: str
    moved: bool
    text: Excerpt
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """A diff as a front end draws it.

    Args:
        title: what was compared.
        old_name: what the old session is called.
        new_name: what the new session is called.
        summary: the counts in words.
        counts: messages by what happened to them.
        fields: changes outside the messages.
        rows: the changed messages with a few around them, in the order of the new session.
        hidden: how many changed messages there are beyond these.
    """

    title: str
    old_name: str
    new_name: str
    summary: str
    counts: dict[str, int]
    fields: tuple[Change, ...]
    rows: tuple[MessageRow | Folded, ...]
    hidden: int

    def to_dict(self) -> dict[str, Any]:
        """Give the whole as a JSON object of dicts, lists, texts, numbers, booleans and None."""
        plain: dict[str, Any] = to_plain(self)
        return plain


def difference(
    diff: SessionDiff,
    *,
    names: tuple[str, str] | None = None,
    context: int = 1,
    limit: int | None = None,
    masked: bool = False,
) -> Difference:
    """Show a diff.

    Args:
        diff: the diff.
        names: what the old and the new session are called; by default their ids.
        context: unchanged messages to show before and after each change.
        limit: messages to show at most, None for all.
        masked: hide what looks like a secret.

    >>> from session_lab.diffing import diff
    >>> from session_lab.models import AgentSession
    >>> a, b = AgentSession(id=1), AgentSession(id=1)
    >>> b.push_user("hi")
    >>> shown = difference(diff(a, b))
    >>> shown.summary, shown.rows[0].text.text
    ('1 added', 'hi')
    """
    reader = Reader(masked=masked)
    title, old_name, new_name = _names(diff.old, diff.new, names, reader)
    shown, hidden = _rows(diff.ops, reader, context=context, limit=limit)
    fields = tuple(_session_changes(diff.fields, reader))
    return Difference(
        title=title,
        old_name=old_name,
        new_name=new_name,
        summary=_summary(diff, fields),
        counts=dict(diff.stats),
        fields=fields,
        rows=shown,
        hidden=hidden,
    )


def _names(
    old: Side, new: Side, names: tuple[str, str] | None, reader: Reader
) -> tuple[str, str, str]:
    ids = [
        "session without an id" if side.id is None else f"session {reader.line(str(side.id))}"
        for side in (old, new)
    ]
    if names is not None:
        ours = [reader.line(name) for name in names]
        where = f"{ids[0]}: " if ids[0] == ids[1] else ""
        return f"{where}{ours[0]} → {ours[1]}", ours[0], ours[1]
    if ids[0] == ids[1]:
        return ids[0], "old", "new"
    return f"{ids[0]} → {ids[1]}", ids[0], ids[1]


def _summary(diff: SessionDiff, fields: Sequence[Change]) -> str:
    stats = diff.stats
    parts = [f"{number:,} {name}" for name, number in stats if number and name != "same"]
    if fields:
        parts.append(count(len(fields), "field") + " changed")
    if stats.same:
        parts.append(count(stats.same, "unchanged message"))
    if not diff:
        parts.insert(0, "no difference")
    return ", ".join(parts)


# -- messages --------------------------------------------------------------------------------------


def _rows(
    ops: Sequence[Op], reader: Reader, *, context: int, limit: int | None
) -> tuple[tuple[MessageRow | Folded, ...], int]:
    changed = [place for place, op in enumerate(ops) if op.kind != "same"]
    near = {
        place
        for middle in changed
        for place in range(max(0, middle - context), min(len(ops), middle + context + 1))
    }
    wanted = sorted(near)
    kept = wanted if limit is None else wanted[:limit]
    rows: list[MessageRow | Folded] = []
    following = 0
    for place in kept:
        if place > following:
            rows.append(_folded(place - following))
        rows.append(_message_row(ops[place], reader))
        following = place + 1
    if len(kept) == len(wanted) and following < len(ops):
        rows.append(_folded(len(ops) - following))
    hidden = sum(ops[place].kind != "same" for place in wanted[len(kept) :])
    return tuple(rows), hidden


def _folded(messages: int) -> Folded:
    return Folded(messages, f"… {count(messages, 'unchanged message')}")


def _message_row(op: Op, reader: Reader) -> MessageRow:
    changes: tuple[Change, ...] = ()
    match op:
        case Edited():
            message, moved = op.new, op.moved
            changes = tuple(_message_changes(op, reader))
        case Moved():
            message, moved = op.message, True
        case Same() | Added() | Removed():
            message, moved = op.message, False
        case _:
            assert_never(op)
    return MessageRow(
        op=op.kind,
        old_index=op.a_index,
        new_index=op.b_index,
        kind=message.kind,
        title=message_title(message, reader),
        moved=moved,
        text=reader.excerpt(message_text(message)),
        changes=changes,
    )


# -- fields ----------------------------------------------------------------------------------------


def _change(
    change: FieldChanged, texts: tuple[str, str], reader: Reader, name: str | None = None
) -> Change:
    before, after = contrast(*texts, masked=reader.masked)
    return Change(
        name=reader.line(name or change.name),
        kind=change.kind,
        old=None if change.kind == "added" else before,
        new=None if change.kind == "removed" else after,
        looks_same=change.kind == "changed" and before.text == after.text,
    )


def _message_changes(op: Edited, reader: Reader) -> Iterator[Change]:
    for change in op.fields:
        texts = (
            _field_text(op.old, change.name, change.old),
            _field_text(op.new, change.name, change.new),
        )
        yield _change(change, texts, reader)


def _field_text(message: ChatMessage, name: str, value: Any) -> str:
    if name == "tool_calls" and isinstance(message, AssistantMessage):
        return calls_text(message.tool_calls or ())
    # Of an unknown field even the type is news: "1" is not 1.
    if isinstance(value, str) and name in type(message).model_fields:
        return value
    return pretty_json(value)


def _session_changes(fields: Sequence[FieldChanged], reader: Reader) -> Iterator[Change]:
    for change in fields:
        if change.name == "run_state":
            for counter in changed_fields(change.old, change.new):
                texts = pretty_json(counter.old), pretty_json(counter.new)
                yield _change(counter, texts, reader, f"run_state.{counter.name}")
        elif change.name == "always_allowed_actions":
            yield from _actions(change, reader)
        elif change.name == "id":
            yield _change(change, (_id_text(change.old), _id_text(change.new)), reader)
        else:
            yield _change(change, (pretty_json(change.old), pretty_json(change.new)), reader)


def _actions(change: FieldChanged, reader: Reader) -> Iterator[Change]:
    """Tell each action that was allowed, and each that is not allowed any more."""
    for action in change.old:
        if action not in change.new:
            gone = FieldChanged(name=change.name, old=action, kind="removed")
            yield _change(gone, (action, ""), reader)
    for action in change.new:
        if action not in change.old:
            come = FieldChanged(name=change.name, new=action, kind="added")
            yield _change(come, ("", action), reader)


def _id_text(value: Any) -> str:
    return "none" if value is None else str(SessionId.from_wire(value))


# -- static forms ----------------------------------------------------------------------------------


def difference_text(diff: SessionDiff, *, names: tuple[str, str] | None = None) -> str:
    """Give a diff as plain text: at most 30 messages, secrets hidden, unchanged runs folded.

    Lines of session text are indented, so that none of them can pass for a heading.

    Args:
        diff: the diff.
        names: what the old and the new session are called; by default their ids.

    >>> from session_lab.diffing import diff
    >>> from session_lab.models import AgentSession, UserMessage
    >>> a = AgentSession(id=1, chat_messages=[UserMessage(content="fix the build")])
    >>> b = AgentSession(id=1, chat_messages=[UserMessage(content="fix the tests")])
    >>> print(difference_text(diff(a, b)))
    session 1 · 1 edited
    <BLANKLINE>
    ~ [0] user
        content
        - fix the build
        + fix the tests
    """
    return text_form(_static(diff, names))


def difference_html(diff: SessionDiff, *, names: tuple[str, str] | None = None) -> SafeHtml:
    """Give a diff as HTML, side by side: at most 30 messages, secrets hidden, all escaped.

    It is readable without its styles, in light and dark.

    Args:
        diff: the diff.
        names: what the old and the new session are called; by default their ids.

    >>> from session_lab.diffing import diff
    >>> from session_lab.models import AgentSession, UserMessage
    >>> b = AgentSession(id=1, chat_messages=[UserMessage(content="<script>")])
    >>> "&lt;script&gt;" in difference_html(diff(AgentSession(id=1), b))
    True
    """
    return html_form(_static(diff, names))


def _static(diff: SessionDiff, names: tuple[str, str] | None) -> Difference:
    return difference(diff, names=names, limit=STATIC_MESSAGES, masked=True)
