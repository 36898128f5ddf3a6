"""Run coroutines from plain code: `run`, and the opt-in `allow_nested_run`.

What lives here: one event loop for the process, on a thread of its own, started by the first call
of `run` and stopped when the interpreter exits.  The caller's own loop is never patched, since that
loses clicks on widgets; `allow_nested_run` is for those who ask for it.

It may not touch: anything else of the package, and anyio or nest_asyncio before they are needed
(they come with the extra ``lab``).
"""

from __future__ import annotations

import asyncio
import atexit
import inspect
import os
import threading
from concurrent.futures import CancelledError as FutureCancelled
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from types import ModuleType

    from anyio.from_thread import BlockingPortal

__all__ = ["allow_nested_run", "run"]

T = TypeVar("T")

_STOP_SECONDS = 2.0
"""How long the interpreter's exit waits for the loop to wind up."""


def run(awaitable: Awaitable[T]) -> T:
    """Give the result of a coroutine from plain code, with an event loop running or not.

    The coroutine runs in the loop of a thread that session_lab keeps, while the calling thread
    waits: in a notebook that holds the cell, and whatever the cell's own loop has to do, until it
    is done.  It sees the caller's context variables; those it sets stay its own.  An interrupt of
    the main thread (Ctrl-C, or Interrupt Kernel) cancels it and waits for its ``finally`` blocks; a
    second one stops waiting.

    Args:
        awaitable: a coroutine, or another object that can be awaited in any loop.

    Returns:
        What the coroutine returns.

    Raises:
        TypeError: for what can't be awaited, or belongs to another loop (a Task, a Future).
        RuntimeError: if called by a coroutine that `run` itself is running: use ``await`` there.
        asyncio.CancelledError: if the coroutine was cancelled from inside.
        ImportError: without anyio, which the extra ``session-lab[lab]`` brings.
        BaseException: whatever the coroutine raises.

    >>> async def double(number: int) -> int:
    ...     return 2 * number
    >>> run(double(21))
    42
    """
    _check(awaitable)
    loop = _loop_thread.started()
    if threading.current_thread() is loop.thread:
        _close(awaitable)
        raise RuntimeError(
            "run() was called by a coroutine that run() itself is running, so it would wait for "
            "itself for ever. Use `await` instead of run() inside of coroutines."
        )
    call = _Call(awaitable)
    try:
        return loop.portal.start_task_soon(call.outcome).result().unwrap()
    except FutureCancelled:
        # What `asyncio.run` raises; concurrent.futures has a class of its own.
        raise asyncio.CancelledError from None
    except KeyboardInterrupt:
        call.cancel_and_wait(loop.portal)
        raise


def allow_nested_run() -> None:
    """Let cells call ``asyncio.run(...)`` although the notebook's loop is already running.

    `run` and ``await`` need nothing of this: it is for code that is full of ``asyncio.run``.  It
    applies nest_asyncio2 where that is installed, else nest_asyncio::

        session_lab.allow_nested_run()
        asyncio.run(main())

    What it costs, for the whole process and until the kernel restarts:

    - asyncio itself is patched; every loop of the same class goes through slower Python code, and
      on Python 3.11 to 3.13 so does every task and future made from then on.
    - While a nested call runs, other callbacks of the same loop run in the middle of it.  A click
      on a widget waits until the call ends (nest_asyncio2) or is lost with the message "cannot
      enter context" (nest_asyncio, which is archived and gets no more releases).
    - Loops that are not asyncio's own, such as uvloop's, can't be patched.

    The first and the last point come from the two packages' documentation; the second was tried
    with ipykernel 7.4 and ipywidgets 8.1.

    Raises:
        ImportError: without either package, which the extra ``session-lab[lab]`` brings.
        ValueError: if the loop is not one of asyncio's own.
    """
    _nesting_module().apply()


def _nesting_module() -> ModuleType:
    """Import the maintained package, else the archived one."""
    try:
        import nest_asyncio2
    except ImportError:
        try:
            import nest_asyncio
        except ImportError as error:
            raise _missing("allow_nested_run()", "nest_asyncio") from error
        return nest_asyncio  # type: ignore[no-any-return]
    return nest_asyncio2  # type: ignore[no-any-return]


def _missing(what: str, module: str) -> ImportError:
    """Name the extra that brings a module."""
    text = f'{what} needs {module}, which is not installed: pip install "session-lab[lab]"'
    return ImportError(text, name=module)


def _check(awaitable: object) -> None:
    """Refuse what `run` can't await in a loop of its own, and say what to give it instead."""
    if asyncio.isfuture(awaitable):
        raise TypeError(
            f"run() can't wait for a {type(awaitable).__name__}, which belongs to the loop that "
            "made it. Use `await` in that loop, or give run() the coroutine itself."
        )
    if not inspect.isawaitable(awaitable):
        hint = " Call it first: run(f()), not run(f)." if callable(awaitable) else ""
        raise TypeError(f"run() needs a coroutine, not a {type(awaitable).__name__}.{hint}")


def _close(awaitable: object) -> None:
    """Close a coroutine that will not run, which would otherwise warn that it never did."""
    if inspect.iscoroutine(awaitable):
        awaitable.close()


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[T]):
    """What an awaitable came to, carried out of the loop as a value."""

    value: T | None
    error: BaseException | None

    def unwrap(self) -> T:
        """Give the value, or raise the error."""
        if self.error is not None:
            raise self.error
        return self.value  # type: ignore[return-value]


class _Call(Generic[T]):
    """One call of `run`: the awaitable, and how to cancel it.

    The task is cancelled itself rather than through the portal's future: that goes by a cancel
    scope, which would cancel every await of the coroutine's ``finally`` blocks too.
    """

    def __init__(self, awaitable: Awaitable[T]) -> None:
        self._awaitable = awaitable
        self._task: asyncio.Task[object] | None = None
        self._ended = threading.Event()

    async def outcome(self) -> _Outcome[T]:
        """Await to the end, in the loop's thread."""
        self._task = asyncio.current_task()
        try:
            return _Outcome(await self._awaitable, None)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - a SystemExit would end everybody's loop
            return _Outcome(None, error)
        finally:
            self._ended.set()

    def cancel_and_wait(self, portal: BlockingPortal) -> None:
        """Cancel the task and wait for its end, in the thread that called `run`."""
        # A task of its own, so it comes after the first step of the one that it cancels. If that
        # one never started, the interrupt came before it was handed over.
        if portal.call(self._cancel):
            self._ended.wait()
        else:
            _close(self._awaitable)

    async def _cancel(self) -> bool:
        """Cancel the task in the loop's thread; give False if it never started."""
        if self._task is None:
            return False
        self._task.cancel()
        return True


@dataclass(frozen=True, slots=True)
class _Loop:
    """A running loop: its thread, its portal and what ends it."""

    thread: threading.Thread
    portal: BlockingPortal
    loop: asyncio.AbstractEventLoop
    stop: asyncio.Event

    def end(self) -> None:
        """Cancel what still runs and wait a moment for the thread."""
        if self.thread.is_alive() and not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self.stop.set)
            self.thread.join(_STOP_SECONDS)


class _LoopThread:
    """The one loop of this process: started when first asked for, again in a forked child."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Start afresh; in a forked child the thread is gone and the lock may be held for ever."""
        self._lock = threading.Lock()
        self._loop: _Loop | None = None

    def started(self) -> _Loop:
        """Give the running loop, starting one if there is none or it has died."""
        with self._lock:
            if self._loop is None or not self._loop.thread.is_alive():
                self._loop = _start()
            return self._loop

    def end(self) -> None:
        """Stop the loop if there is one; `started` would start another."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.end()


def _start() -> _Loop:
    """Start a thread with a loop and a portal into it."""
    try:
        import anyio
        from anyio.from_thread import BlockingPortal
    except ImportError as error:
        raise _missing("run()", "anyio") from error

    ready: Future[_Loop] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with BlockingPortal() as portal:
            thread = threading.current_thread()
            ready.set_result(_Loop(thread, portal, asyncio.get_running_loop(), stop))
            await stop.wait()
            await portal.stop(cancel_remaining=True)

    def work() -> None:
        try:
            anyio.run(serve, backend="asyncio")
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    # A daemon: a coroutine that never ends must not keep the interpreter from exiting.
    threading.Thread(target=work, name="session_lab.run", daemon=True).start()
    return ready.result()


_loop_thread = _LoopThread()
atexit.register(_loop_thread.end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_loop_thread.forget)
