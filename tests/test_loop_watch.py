"""The watch over the event loop sees what it should, in both kinds of loop, and nothing else."""

from __future__ import annotations

import time
from importlib.resources import files
from types import FunctionType
from typing import TYPE_CHECKING, TypeVar

import pytest
from blockbuster import BlockingError

from session_lab.running import run

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def nap() -> None:
    time.sleep(0.001)


async def nap_in_a_coroutine() -> None:
    time.sleep(0.001)  # noqa: ASYNC251 - what is to be found


def wait_for_run() -> int:
    async def answer() -> int:
        return 42

    return run(answer())


def of_session_lab(function: Callable[[], T]) -> Callable[[], T]:
    """Give a function the file name of a module of the package, which is what the watch goes by."""
    assert isinstance(function, FunctionType)
    filename = str(files("session_lab") / "some_module.py")
    return FunctionType(function.__code__.replace(co_filename=filename), globals())


async def test_code_of_session_lab_that_blocks_the_loop_of_a_test_raises() -> None:
    with pytest.raises(BlockingError, match=r"time\.sleep"):
        of_session_lab(nap)()


def test_code_of_session_lab_that_blocks_the_loop_of_run_raises() -> None:
    with pytest.raises(BlockingError, match=r"time\.sleep"):
        run(of_session_lab(nap_in_a_coroutine)())


def test_code_of_session_lab_may_block_where_no_loop_is_running() -> None:
    of_session_lab(nap)()


async def test_a_test_may_block_its_own_loop() -> None:
    nap()


async def test_code_of_session_lab_may_wait_for_run_although_a_loop_is_running() -> None:
    assert of_session_lab(wait_for_run)() == 42
