"""`run` and `allow_nested_run`: results, errors, interrupts, threads, forks and missing extras."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NoReturn

import pytest

from session_lab.running import run

if TYPE_CHECKING:
    from collections.abc import Generator

CELL = contextvars.ContextVar("CELL", default="none")


async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


async def fail(error: BaseException) -> NoReturn:
    await asyncio.sleep(0)
    raise error


async def thread() -> threading.Thread:
    return threading.current_thread()


def interrupt_main_thread() -> None:
    """Send the signal of Ctrl-C; a real one, so that it ends a wait for a lock."""
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)


def python(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run code in an interpreter of its own, with a limit in case it would never end."""
    command = [sys.executable, *options, "-c", textwrap.dedent(code)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)


# --- results and errors


def test_plain_code_gets_the_result() -> None:
    assert run(double(21)) == 42


async def test_plain_code_gets_the_result_while_a_loop_is_running() -> None:
    assert run(double(21)) == 42


def test_any_object_that_can_be_awaited_will_do() -> None:
    class Answer:
        def __await__(self) -> Generator[None, None, int]:
            return double(21).__await__()

    assert run(Answer()) == 42


def test_an_error_comes_out_as_it_was_raised() -> None:
    error = LookupError("no such session")
    with pytest.raises(LookupError) as caught:
        run(fail(error))
    assert caught.value is error


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), GeneratorExit()])
def test_an_error_that_ends_programs_reaches_the_caller_and_spares_the_loop(
    error: BaseException,
) -> None:
    before = run(thread())
    with pytest.raises(type(error)) as caught:
        run(fail(error))
    assert caught.value is error
    assert run(thread()) is before


def test_a_coroutine_cancelled_from_inside_raises_what_asyncio_run_raises() -> None:
    with pytest.raises(asyncio.CancelledError):
        run(fail(asyncio.CancelledError()))


def test_the_coroutine_sees_the_callers_context_and_keeps_its_changes_to_itself() -> None:
    async def see_and_change() -> str:
        seen = CELL.get()
        CELL.set("inside")
        return seen

    token = CELL.set("cell 7")
    try:
        assert run(see_and_change()) == "cell 7"
        assert CELL.get() == "cell 7"
    finally:
        CELL.reset(token)


# --- what is refused


def test_a_function_that_was_not_called_is_refused_with_a_hint() -> None:
    with pytest.raises(TypeError, match=r"not a function\. Call it first: run\(f\(\)\)"):
        run(double)  # type: ignore[arg-type]


def test_a_plain_value_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a coroutine, not a int"):
        run(42)  # type: ignore[arg-type]


async def test_a_task_of_another_loop_is_refused_and_not_harmed() -> None:
    task = asyncio.create_task(double(21))
    with pytest.raises(TypeError, match="Use `await` in that loop"):
        run(task)
    assert await task == 42


def test_run_inside_run_raises_instead_of_waiting_for_ever() -> None:
    async def nested() -> int:
        return run(double(21))

    with pytest.raises(RuntimeError, match="Use `await` instead"):
        run(nested())


# --- one loop, many threads


def test_all_calls_share_one_loop_on_a_thread_of_its_own() -> None:
    first = run(thread())
    assert run(thread()) is first
    assert first is not threading.main_thread()


def test_calls_from_two_threads_run_side_by_side() -> None:
    met = asyncio.Event()

    async def wait() -> str:
        await asyncio.wait_for(met.wait(), 10)
        return "met"

    async def meet() -> None:
        met.set()

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(run, wait())
        run(meet())
        assert waiting.result() == "met"


def test_a_worker_thread_of_a_coroutine_may_call_run() -> None:
    async def through_a_worker() -> int:
        return await asyncio.to_thread(run, double(21))

    assert run(through_a_worker()) == 42


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_loop_that_was_stopped_from_inside_is_replaced() -> None:
    async def stop() -> None:
        asyncio.get_running_loop().stop()
        await asyncio.sleep(10)

    stopped = run(thread())
    with pytest.raises(asyncio.CancelledError):
        run(stop())
    stopped.join(10)
    assert run(thread()) is not stopped


# --- interrupts


def test_an_interrupt_cancels_the_coroutine_and_lets_its_finally_block_finish() -> None:
    seen: list[str] = []

    async def work() -> None:
        try:
            interrupt_main_thread()
            await asyncio.sleep(10)
        except asyncio.CancelledError:
            seen.append("cancelled")
            raise
        finally:
            await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
            seen.append("cleaned up")

    with pytest.raises(KeyboardInterrupt):
        run(work())
    assert seen == ["cancelled", "cleaned up"]


def test_a_second_interrupt_stops_waiting_for_the_finally_block() -> None:
    released = threading.Event()

    async def stubborn() -> None:
        try:
            interrupt_main_thread()
            await asyncio.sleep(10)
        finally:
            interrupt_main_thread()
            await asyncio.sleep(10)
            released.set()

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(stubborn())
    assert time.monotonic() - started < 5
    assert not released.is_set()


def test_the_loop_serves_on_after_an_interrupt() -> None:
    async def work() -> None:
        interrupt_main_thread()
        await asyncio.sleep(10)

    before = run(thread())
    with pytest.raises(KeyboardInterrupt):
        run(work())
    assert run(thread()) is before


# --- the process around it


def test_importing_the_module_loads_neither_anyio_nor_a_patch() -> None:
    done = python(
        """
        import sys
        import session_lab.running
        print(sorted({"anyio", "nest_asyncio", "nest_asyncio2"} & sys.modules.keys()))
        """
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_interpreter_exits_although_a_coroutine_never_ends() -> None:
    done = python(
        """
        import asyncio, threading
        from session_lab.running import run

        started = threading.Event()

        async def never():
            started.set()
            await asyncio.Event().wait()

        def call():
            try:
                run(never())
            except asyncio.CancelledError:
                print("cancelled")

        threading.Thread(target=call, daemon=True).start()
        started.wait()
        """,
        "-Werror",
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_a_forked_child_gets_a_loop_of_its_own_and_exits() -> None:
    done = python(
        """
        import os, sys, threading
        from session_lab.running import run

        async def where():
            return os.getpid(), threading.current_thread().ident

        run(where())
        child = os.fork()
        if child == 0:
            sys.exit(0 if run(where())[0] == os.getpid() else 1)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), run(where())[0] == os.getpid())
        """
    )
    assert done.stdout == "0 True\n", done.stderr


def test_without_anyio_the_error_names_the_extra() -> None:
    done = python(
        """
        import sys
        sys.modules["anyio"] = None
        from session_lab.running import run

        async def nothing(): pass
        coroutine = nothing()
        try:
            run(coroutine)
        except ImportError as error:
            print(error.name, error)
        coroutine.close()
        """
    )
    expected = 'anyio run() needs anyio, which is not installed: pip install "session-lab[lab]"\n'
    assert done.stdout == expected, done.stderr


# --- allow_nested_run: each in a process of its own, since nothing takes the patch back

NESTED = """
    import asyncio, sys
    {before}
    from session_lab.running import allow_nested_run, run

    async def double(number):
        await asyncio.sleep(0)
        return 2 * number

    async def cell():
        before = run(double(1))
        try:
            asyncio.run(coroutine := double(1))
        except RuntimeError:
            coroutine.close()
            print("refused")
        allow_nested_run()
        allow_nested_run()
        print(before, asyncio.run(double(2)), run(double(3)), await double(4))

    asyncio.run(cell())
    print(run(double(5)), [m for m in ("nest_asyncio", "nest_asyncio2") if sys.modules.get(m)])
"""


@pytest.mark.parametrize(
    ("before", "applied"),
    [("", "nest_asyncio2"), ("sys.modules['nest_asyncio2'] = None", "nest_asyncio")],
    ids=["nest_asyncio2", "nest_asyncio"],
)
def test_nested_calls_work_once_they_are_allowed(before: str, applied: str) -> None:
    done = python(NESTED.format(before=before))
    assert done.stdout == f"refused\n2 4 6 8\n10 ['{applied}']\n", done.stderr


def test_a_loop_started_after_the_patch_serves_run() -> None:
    done = python(
        """
        import asyncio
        from session_lab.running import allow_nested_run, run

        async def answer():
            await asyncio.sleep(0)
            return 42

        async def cell():
            allow_nested_run()
            return run(answer()), asyncio.run(answer())

        print(asyncio.run(cell()))
        """
    )
    assert done.stdout == "(42, 42)\n", done.stderr


def test_without_a_package_to_patch_with_the_error_names_the_extra() -> None:
    done = python(
        """
        import sys
        sys.modules["nest_asyncio"] = sys.modules["nest_asyncio2"] = None
        from session_lab.running import allow_nested_run
        try:
            allow_nested_run()
        except ImportError as error:
            print(error)
        """
    )
    expected = "allow_nested_run() needs nest_asyncio, which is not installed: "
    assert done.stdout == f'{expected}pip install "session-lab[lab]"\n', done.stderr
