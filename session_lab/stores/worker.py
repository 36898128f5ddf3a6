"""One thread that owns one SQLite connection, and calls that hop to it and back.

The thread holds no event loop: each call brings its own, so several loops may share a store.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, NamedTuple, TypeVar

from session_lab.errors import SessionLabError, StoreClosed, StoreError

__all__ = ["Source", "Worker"]

T = TypeVar("T")
Translate = Callable[[Exception], SessionLabError]
_Job = tuple[Callable[[sqlite3.Connection], Any], "asyncio.Future[Any]"]

DRIVER_ERRORS = (sqlite3.Error, OverflowError, UnicodeEncodeError)
"""What the driver raises: the last two for values that SQLite's columns can't hold."""


class Source(NamedTuple):
    """Where a worker's connection comes from; both are called on its thread.

    Args:
        connect: opens the connection, at the first job; tried again after a failure.
        changed: tells before each later job whether to open it again; may raise.
    """

    connect: Callable[[], sqlite3.Connection]
    changed: Callable[[], bool]


class Worker:
    """Run jobs one after the other on a thread of their own.

    Args:
        source: where the connection comes from.
        translate: makes a driver's error one of ours.
        name: the thread's name, for people who look at stacks.
    """

    def __init__(self, source: Source, translate: Translate, name: str) -> None:
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._translate = translate
        self._thread: threading.Thread | None = None
        self._source = source
        self._name = name
        self._lock = threading.Lock()
        self._closed = False
        self._process = 0

    async def call(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job with the connection and give its result.

        A cancelled call goes on in the thread to its end: a transaction is never half done.

        Raises:
            StoreClosed: the worker was closed.
            StoreError: the process was forked from the one that opened the file.
            SessionLabError: what the job raised; driver errors are translated.
        """
        self._check_process()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            if self._closed:
                raise StoreClosed("this store is closed", hint="open it again with open_store")
            self._start()
            self._queue.put((job, future))
        try:
            return await future
        except DRIVER_ERRORS as error:
            raise self._translate(error) from error

    def _is_forked(self) -> bool:
        return self._thread is not None and self._process != os.getpid()

    def _check_process(self) -> None:
        # The thread stayed behind in the parent, so a call would wait for ever. A connection of our
        # own is no way out: SQLite's locks don't work in the child of a process that has the file
        # open. Source: https://www.sqlite.org/howtocorrupt.html, section 2.6
        if self._is_forked():
            raise StoreError(
                "this store was opened before the process was forked",
                hint="start processes with multiprocessing's method 'spawn', or open the store in "
                "the child only",
            )

    def _start(self) -> None:
        if self._thread is None:
            # A daemon: a store nobody closed must not keep the interpreter from ending.
            self._thread = threading.Thread(
                target=_work, args=(self._source, self._queue), name=self._name, daemon=True
            )
            self._process = os.getpid()
            self._thread.start()
            weakref.finalize(self, self._queue.put, None)

    async def close(self) -> None:
        """Finish what is queued, close the connection and end the thread; twice is no error."""
        if self._is_forked():
            self._closed = True
            return
        with self._lock:
            started, was_closed = self._thread is not None, self._closed
            self._closed = True
            if not started or was_closed:
                return
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.put((_close, future))
            self._queue.put(None)
        await future


def _close(connection: sqlite3.Connection) -> None:
    connection.close()


def _work(source: Source, queue: SimpleQueue[_Job | None]) -> None:
    connection: sqlite3.Connection | None = None
    while (item := queue.get()) is not None:
        job, future = item
        if job is _close:
            _deliver(future, *_outcome(_close, connection))
            connection = None
            continue
        result, failure = None, None
        try:
            if connection is not None and source.changed():
                connection.close()
                connection = None
            if connection is None:
                connection = source.connect()
        except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
            failure = error
        else:
            result, failure = _outcome(job, connection)
        _deliver(future, result, failure)
        # The last job's objects must not live on until the next one.
        del item, job, future, result, failure
    if connection is not None:
        connection.close()


def _outcome(
    job: Callable[[sqlite3.Connection], Any], connection: sqlite3.Connection | None
) -> tuple[Any, BaseException | None]:
    """Run a job; whatever it raises, it leaves no transaction open for the next one."""
    if connection is None:
        return None, None
    try:
        return job(connection), None
    except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        except sqlite3.Error as second:
            error.add_note(f"and rolling back failed: {second}")
        return None, error


def _deliver(future: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    def settle() -> None:
        if future.done():
            return
        if isinstance(failure, StopIteration):
            # A future takes none, and whoever waits for it would wait for ever.
            future.set_exception(RuntimeError(f"a job raised {failure!r}"))
        elif failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)

    try:
        future.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:
        # The caller's loop ended while the job ran: nobody waits for the answer any more.
        return
