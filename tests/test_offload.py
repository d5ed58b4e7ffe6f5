"""Threads: what is awaited on them, what runs to its end, and that they never wait in a circle."""

from __future__ import annotations

import asyncio
import threading
from contextvars import ContextVar

import pytest

from guard.offload import AUDITS, RECORDS, awithin, later, to_its_end, within

who: ContextVar[str] = ContextVar("who", default="nobody")


def test_what_runs_sees_the_callers_context_and_leaves_it_alone() -> None:
    def run() -> str:
        seen = who.get()
        who.set("another")
        return seen

    async def main() -> tuple[str, str, str]:
        who.set("somebody")
        return await awithin(5, run), await to_its_end(run), who.get()

    assert asyncio.run(main()) == ("somebody", "somebody", "somebody")


def test_a_record_is_made_though_whoever_waited_was_cancelled() -> None:
    begun, may_end, made = threading.Event(), threading.Event(), threading.Event()

    def record() -> None:
        begun.set()
        may_end.wait(10)
        made.set()

    async def main() -> None:
        task = asyncio.create_task(to_its_end(record))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    may_end.set()

    assert made.wait(10)


def test_a_record_that_waits_for_a_thread_is_made_though_the_loop_is_closed() -> None:
    may_end, made = threading.Event(), threading.Event()

    async def main() -> None:
        for _ in range(RECORDS):
            later(may_end.wait, 10)
        task = asyncio.create_task(to_its_end(made.set))
        await asyncio.sleep(0.01)
        task.cancel()

    asyncio.run(main())
    may_end.set()

    assert made.wait(10)


def test_audits_do_not_wait_for_records() -> None:
    may_end = threading.Event()
    for _ in range(RECORDS):
        later(may_end.wait, 10)

    done = within(5, lambda: "audited")
    may_end.set()

    assert done == "audited"


def test_a_record_that_audits_something_itself_waits_for_no_thread_of_its_own() -> None:
    async def main() -> list[str]:
        nested = [to_its_end(within, 5, lambda: "audited") for _ in range(3 * RECORDS)]
        return await asyncio.gather(*nested)

    assert asyncio.run(main()) == ["audited"] * (3 * RECORDS)


def test_what_fails_is_told_and_what_is_late_is_a_timeout() -> None:
    may_end = threading.Event()

    def fails() -> None:
        raise LookupError

    async def main() -> None:
        with pytest.raises(LookupError):
            await to_its_end(fails)
        with pytest.raises(TimeoutError):
            await awithin(0.01, may_end.wait, 10)

    asyncio.run(main())
    may_end.set()


def test_audits_take_turns_on_few_threads() -> None:
    names: set[str] = set()

    async def main() -> None:
        await asyncio.gather(
            *(awithin(5, lambda: names.add(threading.current_thread().name)) for _ in range(50))
        )

    asyncio.run(main())

    assert 1 <= len(names) <= AUDITS
