"""``diff`` and the value it gives, ``SessionDiff``: what changed between two sessions.

A ``SessionDiff`` holds what both sessions contained when they were compared, and which message
belongs to which (``align.py``); the ops are told from these when asked for.  How a diff is shown
is the views' business: the methods for it are thin calls there.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from session_lab.diffing.align import Run, align
from session_lab.diffing.ops import (
    Added,
    DiffStats,
    Edited,
    FieldChanged,
    Moved,
    Op,
    Removed,
    Same,
    changed_fields,
)
from session_lab.errors import DiffError
from session_lab.models import AgentSession, ChatMessage, RunState, SessionId
from session_lab.models.jsonvalue import FrozenDict, freeze
from session_lab.models.wire import SessionValues, updated_envelope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from session_lab.frames import DataFrame

__all__ = ["SessionDiff", "Side", "diff"]


def diff(a: AgentSession, b: AgentSession) -> SessionDiff:
    """Compare two sessions, or two states of one.

    Messages belong together by content, then by tool call id, then by similarity of their text.
    Ephemeral messages are left out: indices count the stored messages.

    Args:
        a: the old one.
        b: the new one; its id may be another.

    Returns:
        What turns ``a`` into ``b``.  Neither is changed, and the diff doesn't change with them.

    Raises:
        TypeError: one of them is no session.

    >>> a, b = AgentSession(id=1), AgentSession(id=1)
    >>> a.push_user("hi")
    >>> b.push_user("hi")
    >>> b.push_assistant("hello")
    >>> diff(a, b)
    SessionDiff(1 same, 1 added)
    >>> diff(a, b).apply(a) == b
    True
    """
    for side in (a, b):
        if not isinstance(side, AgentSession):
            raise TypeError(
                f"diff compares two AgentSessions, not {type(side).__name__} (load gives None "
                "for a session that is not there)"
            )
    old, new = Side.of(a), Side.of(b)
    return SessionDiff(old, new, align(old.messages, new.messages))


@dataclass(frozen=True, repr=False)
class Side:
    """Remember what a session contained.

    Args:
        messages: the stored ones, oldest first.
        fields: the JSON values of everything else that counts, by name; unknown fields too.
        digest: of the session's content.
    """

    messages: tuple[ChatMessage, ...]
    fields: FrozenDict
    digest: str

    @classmethod
    def of(cls, session: AgentSession) -> Side:
        """Take what a session contains now.

        >>> Side.of(AgentSession(id=1)).fields["total_tool_calls"]
        0
        """
        fields = {
            "id": None if session.id is None else session.id.to_wire(),
            "always_allowed_actions": session.always_allowed_actions,
            "total_tool_calls": session.total_tool_calls,
            "run_state": session.run_state.values(),
            **session.unknown_fields,
        }
        return cls(session.stored_messages, freeze(fields), session.digest)

    @property
    def id(self) -> SessionId | None:
        """Give the session's id."""
        value = self.fields["id"]
        return None if value is None else SessionId.from_wire(value)

    def differences(self, other: Side) -> tuple[FieldChanged, ...]:
        """Give the changed fields; the order of the allowed actions doesn't count."""
        return tuple(
            change
            for change in changed_fields(self.fields, other.fields)
            if change.name != _ALLOWED or set(change.old) != set(change.new)
        )


_ALLOWED = "always_allowed_actions"
_VALUES = frozenset({"id", _ALLOWED, "total_tool_calls", "run_state"})


@dataclass(frozen=True, repr=False)
class SessionDiff:
    """Say what turns one session into another.

    It is true where something changed, and equal to another that says the same.

    Args:
        old: what the old session contained.
        new: what the new session contained.
        runs: which messages belong together.

    >>> bool(diff(AgentSession(id=1), AgentSession(id=1)))
    False
    """

    old: Side
    new: Side
    runs: tuple[Run, ...]

    @cached_property
    def ops(self) -> tuple[Op, ...]:
        """Give what happened to each message.

        They come in the order of the new session; removed messages stand where they stood, before
        what came in their place.

        >>> a, b = AgentSession(), AgentSession()
        >>> a.push_user("fix the build")
        >>> b.push_system("Be terse.")
        >>> b.push_user("fix the biuld")
        >>> [op.kind for op in diff(a, b).ops]
        ['added', 'edited']
        """
        return tuple(self._ops())

    def _ops(self) -> Iterator[Op]:
        a, b = self.old.messages, self.new.messages
        moved_away = {run.a + k for run in self.runs if run.moved for k in range(run.length)}

        def removed(start: int, stop: int) -> Iterator[Op]:
            for i in range(start, stop):
                if i not in moved_away:
                    yield Removed(a_index=i, message=a[i])

        # `start` is the first message of `a` behind the last one in order, `following` that of `b`.
        start = following = 0
        gap: list[Op] = []
        for run in (*self.runs, Run(len(a), len(b), 0, edited=False, moved=False)):
            gap += [Added(b_index=j, message=b[j]) for j in range(following, run.b)]
            following = run.b + run.length
            paired = [self._paired(run, k) for k in range(run.length)]
            if run.moved:
                gap += paired
                continue
            yield from removed(start, run.a)
            yield from gap
            yield from paired
            gap = []
            start = run.a + run.length

    def _paired(self, run: Run, k: int) -> Op:
        i, j = run.a + k, run.b + k
        old = self.old.messages[i]
        if run.edited:
            new = self.new.messages[j]
            return Edited(a_index=i, b_index=j, old=old, new=new, moved=run.moved)
        kind = Moved if run.moved else Same
        return kind(a_index=i, b_index=j, message=old)

    @cached_property
    def fields(self) -> tuple[FieldChanged, ...]:
        """Give the changes outside the messages: id, allowed actions, counters, unknown fields.

        >>> [change.name for change in diff(AgentSession(id=1), AgentSession(id=2)).fields]
        ['id']
        """
        return self.old.differences(self.new)

    @cached_property
    def stats(self) -> DiffStats:
        """Count the messages by what happened to them.

        >>> diff(AgentSession(id=1), AgentSession(id=1)).stats.added
        0
        """
        counts = {"same": 0, "edited": 0, "moved": 0}
        for run in self.runs:
            counts["edited" if run.edited else "moved" if run.moved else "same"] += run.length
        paired = sum(counts.values())
        return DiffStats(
            **counts,
            added=len(self.new.messages) - paired,
            removed=len(self.old.messages) - paired,
        )

    def __bool__(self) -> bool:
        """Tell whether anything changed."""
        return self.old.digest != self.new.digest

    # -- use ------------------------------------------------------------------------------------

    def apply(self, a: AgentSession) -> AgentSession:
        """Make the new session from the old one.

        Args:
            a: a session equal to the one the diff was made from.

        Returns:
            A session equal to the new one, in the form that ``a`` has: what the diff leaves alone
            is written as ``a`` writes it.  Ephemeral messages are left out.

        Raises:
            DiffError: ``a`` is another session; the error names the first difference.

        >>> a, b = AgentSession(id=1), AgentSession(id=2)
        >>> diff(a, b).apply(a).id
        SessionId(2)
        """
        stored = a.stored_messages
        if a.digest != self.old.digest:
            raise self._refusal(Side.of(a))
        messages = list(self.new.messages)
        for run in self.runs:
            if not run.edited:
                messages[run.b : run.b + run.length] = stored[run.a : run.a + run.length]
        result = AgentSession.from_parts(self._envelope(a, messages), messages)
        result.origin = a.origin
        return result

    def _envelope(self, a: AgentSession, messages: list[ChatMessage]) -> dict[str, Any]:
        fields = self.new.fields
        values = SessionValues(
            id=self.new.id,
            always_allowed_actions=tuple(fields[_ALLOWED]),
            total_tool_calls=fields["total_tool_calls"],
            run_state=RunState.model_validate(fields["run_state"]),
        )
        changed = self.old.messages != self.new.messages
        envelope = updated_envelope(FrozenDict(a.envelope()), values, messages if changed else None)
        for change in self.fields:
            if change.name in _VALUES:
                continue
            if change.kind == "removed":
                del envelope[change.name]
            else:
                envelope[change.name] = change.new
        return envelope

    def _refusal(self, found: Side) -> DiffError:
        """Name the first thing in which a session is not the one that was compared."""
        expected, messages = self.old.messages, found.messages
        both = range(min(len(expected), len(messages)))
        first = next((i for i in both if expected[i] != messages[i]), None)
        if first is not None:
            role = messages[first].role
            problem = f"stored message {first} ({role}) is not the one that was compared"
        elif len(messages) != len(expected):
            problem = f"it has {len(messages)} stored messages, not {len(expected)}"
        else:
            names = ", ".join(change.name for change in self.old.differences(found))
            problem = f"it is not the one that was compared: {names} changed"
        return DiffError(
            problem,
            where=f"session {found.id}",
            hint="apply the diff to the session it was made from, or make a new one with diff(a, b)",
        )

    def invert(self) -> SessionDiff:
        """Give what turns the new session back into the old one.

        >>> a, b = AgentSession(id=1), AgentSession(id=2)
        >>> diff(a, b).invert().apply(b) == a
        True
        """
        runs = sorted((run.swapped() for run in self.runs), key=lambda run: run.b)
        return SessionDiff(self.new, self.old, tuple(runs))

    # -- show -----------------------------------------------------------------------------------

    def __repr__(self) -> str:
        """Count what happened."""
        names = [change.name for change in self.fields]
        fields = f"; changed: {', '.join(names)}" if names else ""
        return f"SessionDiff({self.stats}{fields})"

    def to_frame(self) -> DataFrame:
        """Give the diff as a DataFrame, one row a message; ``frames.of_diff`` tells the columns.

        Raises:
            ImportError: pandas is not installed.

        >>> list(diff(AgentSession(), AgentSession()).to_frame())[:3]
        ['op', 'a_index', 'b_index']
        """
        from session_lab.frames import of_diff

        return of_diff(self)

    def to_text(self) -> str:
        """Give the diff as text: what changed, with a little around it.

        At most 30 messages are shown, and what looks like a secret is hidden.

        >>> print(diff(AgentSession(id=1), AgentSession(id=1)).to_text())
        session 1 · no difference
        """
        from session_lab.views.difference import difference_text

        return difference_text(self)

    def _repr_html_(self) -> str:
        """Show the diff side by side, as ``to_text`` does in text."""
        from session_lab.views.difference import difference_html

        return difference_html(self)
