"""Threads for audits: few, shared by all guards of a process, and made anew after a fork.

An audit is a plain function that takes some tens of milliseconds of one core. Here it gets off the
event loop, and a caller stops waiting for it at a deadline.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
THREADS = min(8, (os.cpu_count() or 1) + 2)  # more would only take turns on the cores


@cache
def _threads(_pid: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="guard")


def submit(run: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
    """Run on one of the threads, in the caller's context."""
    context = contextvars.copy_context()
    return _threads(os.getpid()).submit(lambda: context.run(run, *args, **kwargs))


def within(seconds: float, run: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
    """Run on a thread and wait at most so long.

    Raises:
        TimeoutError: it was not done in time. What has begun runs to its end unseen.
    """
    future = submit(run, *args, **kwargs)
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
    waiting = asyncio.wrap_future(submit(run, *args, **kwargs))
    return await asyncio.wait_for(waiting, None if seconds == float("inf") else seconds)
