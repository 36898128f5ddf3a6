"""What a check is, and how a list of them is run.  The promises themselves are in ``calls`` and ``snapshots``."""

from __future__ import annotations

import asyncio
import inspect
import sysconfig
import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from session_lab.stores import SessionStore, SnapshotStore

__all__ = ["Check", "Outcome", "Report", "check_store", "checks_for", "expect_raises"]

MakeStore = Callable[[], Any]
"""Gives a fresh, empty store: the store, an awaitable of it, or an async context manager of it."""


MESSAGE = 300
"""Characters of an error's message in a report."""

_HERE = Path(__file__).parent
_ELSEWHERE = (_HERE, *(Path(sysconfig.get_path(name)) for name in ("stdlib", "purelib")))


def _is_promise(filename: str) -> bool:
    return Path(filename).parent == _HERE and Path(filename) != Path(__file__)


def _is_elsewhere(filename: str) -> bool:
    return any(Path(filename).is_relative_to(folder) for folder in _ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Check:
    """One promise.

    Args:
        name: the promise as a statement.
        body: a coroutine function that is given an empty store, and raises where it is broken.
    """

    name: str
    body: Callable[[Any], Awaitable[None]]

    def __str__(self) -> str:
        return self.name

    async def run(self, make: MakeStore) -> None:
        """Check a fresh store, and close it where it can be closed.

        Raises:
            AssertionError: the promise is broken, and how.
        """
        async with AsyncExitStack() as stack:
            store = make()
            if inspect.isawaitable(store):
                store = await store
            if isinstance(store, AbstractAsyncContextManager) or hasattr(store, "__aenter__"):
                store = await stack.enter_async_context(store)
            await self.body(store)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended: ``problem`` is None where the promise is kept."""

    check: Check
    problem: BaseException | None = None

    def __str__(self) -> str:
        """Tell that it was kept, or what broke it: the promise's line and the store's."""
        if self.problem is None:
            return f"kept: {self.check}"
        text = f"{type(self.problem).__name__}: {self.problem}".removesuffix(": ")
        said = text if len(text) <= MESSAGE else text[: MESSAGE - 1] + "…"
        frames = traceback.extract_tb(self.problem.__traceback__)
        promise = [each for each in frames if _is_promise(each.filename)][-1:]
        store = [each for each in frames if not _is_elsewhere(each.filename)][-1:]
        lines = [f"broken: {self.check} ({said})"]
        lines += [f"    the promise: {each.line}" for each in promise]
        lines += [f"    the store: {each.filename}:{each.lineno}: {each.line}" for each in store]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Report:
    """How all checks ended.

    Args:
        outcomes: in the order the checks ran.
    """

    outcomes: tuple[Outcome, ...]

    @property
    def broken(self) -> tuple[Outcome, ...]:
        """Give the outcomes of the promises that were not kept."""
        return tuple(outcome for outcome in self.outcomes if outcome.problem is not None)

    def __str__(self) -> str:
        """Give each broken promise with the line that shows it, and a count."""
        lines = [str(outcome) for outcome in self.broken]
        kept = len(self.outcomes) - len(self.broken)
        return "\n".join([*lines, f"{kept} of {len(self.outcomes)} promises kept"])

    __repr__ = __str__


def checks_for(store: SessionStore) -> tuple[Check, ...]:
    """Give the checks for a store of this kind: the calls, and snapshots where it keeps them.

    >>> from session_lab import InMemorySessionStore
    >>> len(checks_for(InMemorySessionStore())) > 40
    True
    """
    from session_lab.testing.calls import CALLS
    from session_lab.testing.snapshots import SNAPSHOTS

    return (*CALLS, *SNAPSHOTS) if isinstance(store, SnapshotStore) else CALLS


async def check_store(
    make: MakeStore, checks: Sequence[Check] | None = None, *, seconds: float = 60.0
) -> Report:
    """Run the contract suite on a store and report every promise.

    Args:
        make: gives a fresh, empty store for each check; often the store's class.
        checks: what to run; None for all that the kind of store is to keep.
        seconds: how long one check may take, so that a call that never ends is reported too.

    Returns:
        A report that prints well.

    >>> import asyncio
    >>> from session_lab import InMemorySessionStore
    >>> asyncio.run(check_store(InMemorySessionStore)).broken
    ()
    """
    if checks is None:
        probe: list[SessionStore] = []

        async def look(store: SessionStore) -> None:
            probe.append(store)

        await Check("look", look).run(make)
        checks = checks_for(probe[0])
    outcomes = []
    for check in checks:
        try:
            async with asyncio.timeout(seconds):
                await check.run(make)
        except Exception as error:  # noqa: BLE001 - a report tells all
            outcomes.append(Outcome(check, error))
        else:
            outcomes.append(Outcome(check))
    return Report(tuple(outcomes))


async def expect_raises(kind: type[BaseException], call: Awaitable[object]) -> BaseException:
    """Check that a call raises an error of a kind, and give the error.

    Raises:
        AssertionError: it raised none.
    """
    try:
        await call
    except kind as error:
        return error
    raise AssertionError(f"expected {kind.__name__}, but the call went through")


def check_of(body: Callable[[Any], Awaitable[None]]) -> Check:
    """Make a check of a coroutine function: its name is the statement."""
    return Check(body.__name__.removeprefix("_").replace("_", " "), body)
