"""Threads for what must not hold up an event loop: few, shared by all guards of a process, and made
anew after a fork.

An audit is a plain function that takes some tens of milliseconds of one core; `within` and
`awithin` are for those. Records wait for disks and networks; `later` and `to_its_end` are for
those. Neither kind keeps the other waiting.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache, partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
AUDITS = max(2, min(4, os.cpu_count() or 1))
"""Half of an audit holds Python's lock. More threads than cores finish no sooner, and the event
loop gets the lock later, as it has to wait for each of them in turn."""
RECORDS = 4


@cache
def _threads(what: str, how_many: int, _pid: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(how_many, thread_name_prefix=f"guard-{what}")


def _audit(run: Callable[[], T]) -> Future[T]:
    threads = _threads("audit", AUDITS, os.getpid())
    return threads.submit(contextvars.copy_context().run, run)


def _record(run: Callable[[], T]) -> Future[T]:
    threads = _threads("record", RECORDS, os.getpid())
    return threads.submit(contextvars.copy_context().run, run)


def within(seconds: float, run: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run on a thread, in the caller's context, and wait at most so long.

    Raises:
        TimeoutError: it was not done in time. What has begun runs to its end unseen.
    """
    future = _audit(partial(run, *args, **kwargs))
    try:
        return future.result(None if seconds == float("inf") else seconds)
    except TimeoutError:
        future.cancel()
        raise


async def awithin(seconds: float, run: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """The same without blocking the event loop.

    Raises:
        TimeoutError: it was not done in time.
    """
    waiting = asyncio.wrap_future(_audit(partial(run, *args, **kwargs)))
    return await asyncio.wait_for(waiting, None if seconds == float("inf") else seconds)


async def to_its_end(run: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run on one of the threads for records, and wait for it without blocking the event loop.

    Cancelling ends the waiting only: it is run in any case, also where the loop is closed first.
    """
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        if not waiting.done():
            waiting.set_result(None)

    def done(_: Future[T]) -> None:
        with suppress(RuntimeError):  # the loop was closed: nobody waits
            loop.call_soon_threadsafe(wake)

    future = _record(partial(run, *args, **kwargs))
    future.add_done_callback(done)
    await waiting
    return future.result()


def later(run: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> None:
    """Run on one of the threads for records, and wait for nothing."""
    try:
        _record(partial(run, *args, **kwargs))
    except RuntimeError:  # the interpreter is ending, and takes nothing more
        run(*args, **kwargs)
