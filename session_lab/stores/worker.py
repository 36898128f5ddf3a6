"""One thread that owns one SQLite connection, and calls that hop to it and back.

The thread holds no event loop: each call brings its own, so several loops may share a store.
"""

from __future__ import annotations

import asyncio
import sqlite3
import threading
import weakref
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any, TypeVar

from session_lab.errors import SessionLabError, StoreClosed

__all__ = ["Worker"]

T = TypeVar("T")
Connect = Callable[[], sqlite3.Connection]
Translate = Callable[[sqlite3.Error], SessionLabError]
_Job = tuple[Callable[[sqlite3.Connection], Any], "asyncio.Future[Any]"]


class Worker:
    """Run jobs one after the other on a thread of their own.

    Args:
        connect: opens the connection, on the thread, at the first job; tried again after a failure.
        translate: makes a driver's error one of ours.
        name: the thread's name, for people who look at stacks.
    """

    def __init__(self, connect: Connect, translate: Translate, name: str) -> None:
        self._queue: SimpleQueue[_Job | None] = SimpleQueue()
        self._translate = translate
        self._thread: threading.Thread | None = None
        self._target = (connect, self._queue)
        self._name = name
        self._lock = threading.Lock()
        self._closed = False

    async def call(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run a job with the connection and give its result.

        A cancelled call goes on in the thread to its end: a transaction is never half done.

        Raises:
            StoreClosed: the worker was closed.
            SessionLabError: what the job raised; driver errors are translated.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        with self._lock:
            if self._closed:
                raise StoreClosed("this store is closed", hint="open it again with open_store")
            self._start()
            self._queue.put((job, future))
        try:
            return await future
        except sqlite3.Error as error:
            raise self._translate(error) from error

    def _start(self) -> None:
        if self._thread is None:
            # A daemon: a store nobody closed must not keep the interpreter from ending.
            self._thread = threading.Thread(
                target=_work, args=self._target, name=self._name, daemon=True
            )
            self._thread.start()
            weakref.finalize(self, self._queue.put, None)

    async def close(self) -> None:
        """Finish what is queued, close the connection and end the thread; twice is no error."""
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


def _work(connect: Connect, queue: SimpleQueue[_Job | None]) -> None:
    connection: sqlite3.Connection | None = None
    while (item := queue.get()) is not None:
        job, future = item
        if connection is None and job is _close:
            _deliver(future, None, None)
            continue
        try:
            if connection is None:
                connection = connect()
            result, failure = job(connection), None
        except BaseException as error:  # noqa: BLE001 - it is raised again where it was asked for
            result, failure = None, error
        _deliver(future, result, failure)
        # The last job's objects must not live on until the next one.
        del item, job, future, result, failure
    if connection is not None:
        connection.close()


def _deliver(future: asyncio.Future[Any], result: Any, failure: BaseException | None) -> None:
    def settle() -> None:
        if future.done():
            return
        if failure is not None:
            future.set_exception(failure)
        else:
            future.set_result(result)

    try:
        future.get_loop().call_soon_threadsafe(settle)
    except RuntimeError:
        # The caller's loop ended while the job ran: nobody waits for the answer any more.
        return
