"""The errors of session_lab, and the warnings.  This module imports nothing of the package.

Every error says what was wrong, where (file, row, JSON path, line) and what to do::

    SessionLabError
    ├── StoreError                 a store could not do what it was asked
    │   ├── SessionNotFound
    │   ├── SnapshotNotFound
    │   ├── Conflict               somebody else was there first
    │   ├── CorruptData            what is stored is damaged
    │   ├── StoreClosed
    │   └── ReadOnlyStore
    ├── FormatError                input is not in the form that was expected
    ├── DiffError                  a diff does not fit what it is applied to
    └── AgentError                 a run of an agent went wrong
        ├── ModelError
        │   └── RateLimited
        ├── ToolNotFound
        ├── ToolArgumentsInvalid
        ├── ToolFailed
        ├── ToolTimeout
        ├── ToolOutputTooLarge
        ├── ApprovalDenied
        ├── RunCancelled
        └── ConfigError

    SessionLabWarning (a UserWarning)
    ├── DivergedWarning            a save kept beside another writer's newer snapshot
    └── SkippedRowWarning          a listing went on past a row that can't be read
"""

from __future__ import annotations

__all__ = [
    "AgentError",
    "ApprovalDenied",
    "ConfigError",
    "Conflict",
    "CorruptData",
    "DiffError",
    "DivergedWarning",
    "FormatError",
    "ModelError",
    "RateLimited",
    "ReadOnlyStore",
    "RunCancelled",
    "SessionLabError",
    "SessionLabWarning",
    "SessionNotFound",
    "SkippedRowWarning",
    "SnapshotNotFound",
    "StoreClosed",
    "StoreError",
    "ToolArgumentsInvalid",
    "ToolFailed",
    "ToolNotFound",
    "ToolOutputTooLarge",
    "ToolTimeout",
]


class SessionLabError(Exception):
    """Tell what was wrong, where, and what to do.

    Args:
        problem: what was wrong, a clause without a full stop.
        where: file, row, JSON path or line, outermost first.
        hint: what the reader can do about it, a clause without a full stop.

    >>> print(SessionLabError("not a number", where="notes.json, $.id", hint="write digits"))
    notes.json, $.id: not a number. What to do: write digits.
    """

    def __init__(self, problem: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        """Join the parts into one line."""
        line = f"{self.where}: {self.problem}" if self.where else self.problem
        return f"{line}. What to do: {self.hint}." if self.hint else line

    def located(self, outer: str) -> SessionLabError:
        """Give the same error with an outer place put before its own.

        Args:
            outer: the enclosing place, such as a file or a row.

        Returns:
            A new error of the same class; raise it ``from`` this one.

        >>> print(FormatError("expected text", where="$.id").located("a.db, row 3"))
        a.db, row 3, $.id: expected text
        """
        where = f"{outer}, {self.where}" if self.where else outer
        return type(self)(self.problem, where=where, hint=self.hint)


class StoreError(SessionLabError):
    """A store could not do what it was asked."""


class SessionNotFound(StoreError):
    """The store holds no such session."""


class SnapshotNotFound(StoreError):
    """The session has no such snapshot or label."""


class Conflict(StoreError):
    """Somebody else was there first: nothing was written."""


class CorruptData(StoreError):
    """What is stored is damaged: it does not match its digest or can't be decoded."""


class StoreClosed(StoreError):
    """The store was closed before this call."""


class ReadOnlyStore(StoreError):
    """The store was opened for reading only."""


class FormatError(SessionLabError):
    """Input is not in the form that was expected."""


class DiffError(SessionLabError):
    """A diff does not fit the session it is applied to."""


class AgentError(SessionLabError):
    """A run of an agent went wrong."""


class ModelError(AgentError):
    """The chat model failed to answer."""


class RateLimited(ModelError):
    """The chat model's service asks to slow down."""


class ToolNotFound(AgentError):
    """The model called a tool that is not registered."""


class ToolArgumentsInvalid(AgentError):
    """The model called a tool with arguments that don't fit its schema."""


class ToolFailed(AgentError):
    """The tool raised an error."""


class ToolTimeout(AgentError):
    """The tool took longer than it may."""


class ToolOutputTooLarge(AgentError):
    """The tool returned more text than it may."""


class ApprovalDenied(AgentError):
    """The tool call was not approved."""


class RunCancelled(AgentError):
    """The run was cancelled."""


class ConfigError(AgentError):
    """The runtime was set up in a way that can't work."""


class SessionLabWarning(UserWarning):
    """Something worth knowing that stopped nothing."""


class DivergedWarning(SessionLabWarning):
    """A snapshot was kept although another writer had moved the head."""


class SkippedRowWarning(SessionLabWarning):
    """A listing went on past a row that can't be read."""
