"""What holds up an event loop that reads many streams at once, bare and wrapped, in one process.

Every step of the loop is measured three ways: by its thread's own clock, which other people's work
on the machine does not move; how much of that was garbage collection; and how long the thread could
have run but waited for something of this process, most of all for Python's lock.
"""

from __future__ import annotations

import asyncio
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from openai import AsyncOpenAI

from benchmarks.conformance.marker import INSTEAD, WORD, marking
from benchmarks.wrapping.upstream import numbered, upstream
from tests.clients.scripts import MESSAGES

TARGET = 20  # ms
SCHEDULED = "/proc/thread-self/schedstat"  # ns on a core, ns waiting for one, turns


@dataclass(frozen=True, slots=True)
class Step:
    """One callback of the loop, in ms. `waited` is None where the system doesn't tell it."""

    computed: float
    collected: float
    waited: float | None


@dataclass(frozen=True, slots=True)
class Round:
    """All steps of one round, with what it took and how many streams came out wrong."""

    name: str
    steps: Sequence[Step]
    seconds: float
    wrong: int

    def row(self) -> str:
        """As a line of the table."""
        own = [one.computed - one.collected for one in self.steps]
        waited = [one.waited for one in self.steps if one.waited is not None]
        told = f"{_at(waited, 1):9.1f} {_at(waited, 0.999):7.1f}" if waited else "  not told here"
        return (
            f"    {self.name:12} {_at([one.computed for one in self.steps], 1):8.1f} "
            f"{_at([one.computed for one in self.steps], 0.999):7.1f} {_at(own, 1):9.1f} "
            f"{_at([one.collected for one in self.steps], 1):9.1f} {told} "
            f"{sum(one.computed for one in self.steps) / 1000:9.2f} {self.seconds:8.1f}"
        )

    @property
    def longest(self) -> float:
        return max(one.computed for one in self.steps)


def concurrent(streams: int) -> None:
    """So many streams at once: nothing leaks or crosses over, and the loop is never held up."""
    guard = marking(record=lambda _: None, deadline=None)
    rounds = []
    with upstream("numbered") as url:
        for name in ("bare", "wrapped", "bare again", "wrapped again"):
            client = AsyncOpenAI(base_url=url, api_key="k", timeout=300)
            wrapping = name.startswith("wrapped")
            client = guard.wrap(client, streaming="full") if wrapping else client
            rounds.append(_round(name, client, streams, audited=wrapping))
    print(f"{streams} streams at once; steps of the event loop, in ms of its thread's own time "
          f"(target {TARGET}):\n"
          "                  longest   p99.9   without    in one    waited  (p99.9)  loop, s    "
          "wall, s\n"
          "                                  collect.   collect.  for lock")  # fmt: skip
    for one in rounds:
        print(one.row())
    bare = max(one.longest for one in rounds if one.name.startswith("bare"))
    ours = max(one.longest for one in rounds if one.name.startswith("wrapped"))
    wrong = sum(one.wrong for one in rounds)
    print(f"    longest wrapped / longest bare: {ours / bare:.2f}; {wrong} streams wrong; "
          f"{'within' if ours <= TARGET else 'OVER'} the target")  # fmt: skip


def _round(name: str, client: AsyncOpenAI, streams: int, *, audited: bool) -> Round:
    async def one(i: int) -> bool:
        stream: Any = await client.chat.completions.create(  # type: ignore[call-overload]
            model="m", messages=MESSAGES, stream=True, user=str(i)
        )
        got = "".join([c.choices[0].delta.content or "" async for c in stream if c.choices])
        return got == (numbered(i).replace(WORD, INSTEAD) if audited else numbered(i))

    async def run() -> list[bool]:
        async with client:
            await one(1)  # the SDK imports its parts with the first call
            gc.collect()
            gc.freeze()  # as docs/clients.md says
            await asyncio.sleep(0)  # that was a step as well, and is none of those that count
            steps.clear()
            started.append(time.perf_counter())
            right = await asyncio.gather(*(one(i) for i in range(streams)))
            started.append(time.perf_counter())
            return right

    started: list[float] = []
    with _measured() as steps:
        right = asyncio.run(run())
    return Round(name, steps, started[1] - started[0], right.count(False))


@contextmanager
def _measured() -> Iterator[list[Step]]:
    """The steps of all loops that run within."""
    steps: list[Step] = []
    thread = threading.get_ident()
    began, collected = 0.0, 0.0
    queue = os.open(SCHEDULED, os.O_RDONLY) if os.path.exists(SCHEDULED) else None

    def queued() -> float:
        return 0.0 if queue is None else int(os.pread(queue, 80, 0).split()[1]) / 1e9

    def collection(phase: str, _: dict[str, int]) -> None:
        nonlocal began, collected
        if threading.get_ident() == thread:
            if phase == "start":
                began = time.thread_time()
            else:
                collected += time.thread_time() - began

    run: Callable[[asyncio.Handle], None] = asyncio.Handle._run  # type: ignore[attr-defined]

    def counted(self: asyncio.Handle) -> None:
        before, gone = collected, queued()
        wall, start = time.perf_counter(), time.thread_time()
        run(self)
        computed = time.thread_time() - start
        wall = time.perf_counter() - wall
        waited = None if queue is None else 1000 * max(0, wall - computed - (queued() - gone))
        steps.append(Step(1000 * computed, 1000 * (collected - before), waited))

    gc.callbacks.append(collection)
    asyncio.Handle._run = counted  # type: ignore[attr-defined]
    try:
        yield steps
    finally:
        asyncio.Handle._run = run  # type: ignore[attr-defined]
        gc.callbacks.remove(collection)
        if queue is not None:
            os.close(queue)


def _at(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
