"""Bodies of responses, read through their cores: once sync and once async.

Nothing is raised in here that reading from the upstream hasn't raised. What goes out, and when, the
cores decide.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import suppress
from typing import Any, TypeVar

from guard.clients.held import PORTION
from guard.clients.seam import Plan, Receipt, Seam
from guard.clients.steps import BROKEN, Check, Core, Done, Emit, Known, Need, Pause, Probe
from guard.clients.whole import unread
from guard.log.events import logger
from guard.offload import awithin, later, within
from guard.report import Report

T = TypeVar("T")


class Body:
    """The body of a response: what its core lets through. `dressed` is the response it is in."""

    dressed: Any

    def __init__(
        self,
        upstream: Any,
        core: Core,
        left: Callable[[], tuple[Check, ...]],
        seam: Seam,
        receipt: Receipt,
        plan: Plan,
    ) -> None:
        self.upstream = upstream
        self.core = core
        self.left = left
        self.seam = seam
        self.receipt = receipt
        self.plan = plan
        self.chunks: Any = None  # kept: what is left of a body may be read by another loop

    def _step(self, answer: object) -> Any:
        """The next step of the core; None at its end. Should it fail, the fallback text goes out:
        never what wasn't audited, and never an error of the guard's."""
        try:
            return self.core.send(answer)
        except StopIteration:
            return None
        except Exception as error:
            logger().error("seam_failed", error=type(error).__name__)
            self.core = unread(self.plan.dialect, self.plan.asked, b"", "oversize")
            return self._step(None)

    def _done(self, step: Done) -> None:
        self.receipt.reports += step.reports
        headers = self.dressed.headers
        # All at once: each `headers[...] =` would go through all that are there.
        said = self.receipt.headers().items()
        self.dressed.headers = type(headers)([*headers.multi_items(), *said])

    def _abandoned(self) -> list[Check]:
        """What is to be recorded where the caller goes away before the end; once only."""
        left, self.left = self.left, tuple
        return list(left())


class SyncBody(Body):
    """Read with `for`."""

    def __iter__(self) -> Iterator[bytes]:
        self.chunks = self.chunks or self.upstream.iter_bytes()
        broken: Exception | None = None
        step = self._step(None)
        while step is not None:
            answer: object = None
            match step:
                case Need():
                    try:
                        answer = next(self.chunks, None)
                    except Exception as error:
                        broken, answer = error, BROKEN
                case Emit():
                    if step.content:
                        yield step.content
                case Check():
                    answer = self.seam.check(step)
                case Probe():
                    answer = self._probe(step)
                case Known():
                    self.seam.remember(step)
                case Done():
                    self._done(step)
                case Pause():
                    pass
            step = self._step(answer)
        self.left = tuple
        if broken is not None:
            raise broken

    def _probe(self, step: Probe) -> Report | None:
        try:
            return within(self.seam.patience, self.seam.probe, step)
        except Exception as error:
            _unprobed(error)
            return None

    def close(self) -> None:
        try:
            self.upstream.close()
        finally:
            for step in self._abandoned():
                self.seam.check(step)


class AsyncBody(Body):
    """Read with `async for`."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.chunks = self.chunks or self.upstream.aiter_bytes()
        broken: Exception | None = None
        since = 0  # bytes that went out since others had a turn
        step = self._step(None)
        while step is not None:
            answer: object = None
            match step:
                case Need():
                    try:
                        answer = await self._unless_left(anext(self.chunks, None))
                    except Exception as error:
                        broken, answer = error, BROKEN
                case Emit():
                    if step.content:
                        yield step.content
                        since += len(step.content)
                    if since >= PORTION:  # the SDK above doesn't let go of the loop by itself
                        since = 0
                        await _turn()
                case Pause():
                    await _turn()
                case Check():
                    answer = await self._unless_left(self.seam.acheck(step))
                case Probe():
                    answer = await self._unless_left(self._probe(step))
                case Known():
                    self.seam.remember(step)
                case Done():
                    self._done(step)
            step = self._step(answer)
        self.left = tuple
        if broken is not None:
            raise broken

    async def _unless_left(self, waiting: Awaitable[T]) -> T:
        """Wait. Not every SDK closes its stream when it is cancelled, so it is recorded here."""
        try:
            return await waiting
        except Exception:
            raise
        except BaseException:
            self._leave()
            raise

    async def _probe(self, step: Probe) -> Report | None:
        try:
            return await awithin(self.seam.patience, self.seam.probe, step)
        except Exception as error:
            _unprobed(error)
            return None

    async def aclose(self) -> None:
        try:
            await self.upstream.aclose()
            if self.chunks is not None:
                with suppress(RuntimeError):  # it is being read at this moment, and ends by itself
                    await self.chunks.aclose()
        finally:
            self._leave()

    def _leave(self) -> None:
        for step in self._abandoned():
            # Whoever cancelled waits for nothing more, so a thread records it.
            later(self.seam.check, step)


def _unprobed(error: Exception) -> None:
    """The beginning of a draft that could not be audited is held, as one that has not passed."""
    if not isinstance(error, TimeoutError):
        logger().error("probe_failed", error=type(error).__name__)


async def _turn() -> None:
    """Let others on this event loop have a turn."""
    await asyncio.sleep(0)
