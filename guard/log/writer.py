"""Writer: the one thread of a process that writes to the log. It commits what has gathered as one
batch, and answers each caller when its record is durable. Bounded in memory and in time: what
cannot be written in time is spooled, raised or dropped, as the deployment has set it.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Literal

from guard.errors import LogError, LogUnavailableError
from guard.log.events import logger
from guard.log.spool import Spool
from guard.log.store import Receipt, Unsealed

OnError = Literal["raise", "spill", "drop"]
BATCH = 64
MOST_WAITING = 1000
DEADLINE = 0.25  # seconds until a record is spooled or dropped
PATIENCE = 10.0  # seconds until `raise` raises: longer than a lock of SQLite is waited for
ADOPT = 30.0  # seconds between looks for spools of processes that ended
PAUSE, LONGEST_PAUSE = 0.25, 2.0  # seconds without a try, after the log could not be written


@dataclass(slots=True)
class Counts:
    """What has become of the records of this process."""

    written: int = 0
    spooled: int = 0
    replayed: int = 0
    dropped: int = 0
    lost: int = 0
    failures: int = 0
    withheld: int = 0
    waiting: int = 0


@dataclass(slots=True, eq=False)
class _Waiting:
    unsealed: Unsealed
    done: threading.Event = field(default_factory=threading.Event)
    receipt: Receipt | None = None
    error: LogError | None = None


class Writer:
    """Takes records from any thread.

    Args:
        append: makes a batch durable.
        spool: where records wait if it cannot; with `spill` only.
        on_error: what then becomes of a record.
        gap: makes the record that says how many were dropped.
        written: called, on the writing thread, with what has become durable.
    """

    def __init__(
        self,
        append: Callable[[Sequence[Unsealed]], list[Receipt]],
        spool: Spool,
        on_error: OnError,
        gap: Callable[[int, str], Unsealed],
        written: Callable[[Sequence[Unsealed], Sequence[Receipt]], None],
        *,
        deadline: float | None = None,
        most: int = MOST_WAITING,
    ) -> None:
        self._append = append
        self._spool = spool
        self._on_error = on_error
        self._gap = gap
        self._written = written
        self._deadline = deadline or (PATIENCE if on_error == "raise" else DEADLINE)
        self._most = most
        self._queue: deque[_Waiting] = deque()
        self._state = threading.Condition()
        self._counts = Counts()
        self._lost: tuple[int, str] | None = None
        self._down: LogError | None = None
        self._pause = PAUSE
        self._again = 0.0  # when the log may be tried again
        self._adopt = 0.0  # when to look for spools of processes that ended
        self._began: float | None = None  # when the batch in hand was begun
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="guard-log", daemon=True)
        self._thread.start()

    @property
    def counts(self) -> Counts:
        """A copy of what was counted."""
        with self._state:
            self._counts.waiting = len(self._queue) + self._spool.waiting
            return Counts(*(getattr(self._counts, one.name) for one in fields(Counts)))

    @property
    def down(self) -> LogError | None:
        """Why the log could not be written when it was last tried; None if it could."""
        return self._down

    def write(self, unsealed: Unsealed, on_error: OnError | None = None) -> Receipt:
        """Make a record durable, or do with it what `on_error` says.

        Raises:
            LogError: it is not known to be durable, and neither was it dropped on purpose.
        """
        how = on_error or self._on_error
        item = _Waiting(unsealed)
        with self._state:
            error = self._refusal(how)
            if error is None:
                self._queue.append(item)
                self._state.notify_all()
        if error is None:
            usual = PATIENCE if how == "raise" else DEADLINE
            wait = self._deadline if how == self._on_error else usual
            if not item.done.wait(wait):
                error = self._give_up(item, wait)
        error = error or item.error
        if error is None and item.receipt is not None:
            return item.receipt
        return self._otherwise(unsealed, error or LogUnavailableError("the log is closed"), how)

    def _refusal(self, how: OnError) -> LogError | None:
        """Why a record is not even put into the queue."""
        now = time.monotonic()
        if self._closing:
            return LogUnavailableError("the log is closed")
        if len(self._queue) >= self._most:
            return LogUnavailableError(f"{self._most} records are waiting for the log already")
        if how == "raise":
            return None
        if self._down is not None and now < self._again:
            return self._down
        if self._began is not None and now - self._began > self._deadline:
            return LogUnavailableError("the log does not answer")
        return None

    def _give_up(self, item: _Waiting, waited: float) -> LogError | None:
        with self._state:
            if item.done.is_set():
                return None
            if item in self._queue:
                self._queue.remove(item)
        return LogUnavailableError(f"the log did not answer within {waited:g} s")

    def _otherwise(self, unsealed: Unsealed, error: LogError, how: OnError) -> Receipt:
        if how == "raise":
            raise error
        if how == "drop":
            self._count("dropped", 1)
            self._lose("dropped", error)
            return Receipt(unsealed.event_id, dropped=True)
        try:
            self._spool.add(unsealed)
        except LogUnavailableError as full:
            self._count("lost", 1)
            self._lose("spool_unavailable", full)
            raise
        self._count("spooled", 1)
        if self._spool.waiting == 1:  # once for all that gather until the next replay
            logger().warning("log_record_spooled", error=str(error))
        return Receipt(unsealed.event_id, spooled=True)

    def _lose(self, why: str, error: LogError) -> None:
        with self._state:
            self._lost = ((self._lost[0] if self._lost else 0) + 1, why)
            lost = self._lost[0]
        logger().error("log_record_lost", why=why, error=str(error), lost=lost)

    def flush(self, timeout: float = PATIENCE) -> None:
        """Wait until nothing of this process waits any more, neither in memory nor in the spool.

        Raises:
            LogUnavailableError: something still does.
        """
        until = time.monotonic() + timeout
        with self._state:
            self._again = 0.0
            self._state.notify_all()
            while self._queue or self._began is not None or self._spool.waiting:
                if time.monotonic() > until:
                    raise self._down or LogUnavailableError("records are still waiting")
                self._state.wait(0.05)

    def close(self) -> None:
        """Write what is waiting, and end the thread. What cannot be written stays in the spool."""
        with self._state:
            self._closing = True
            self._again = 0.0
            self._state.notify_all()
        self._thread.join(PATIENCE)
        self._spool.close()

    def abandon(self) -> None:
        """In the child of a fork: neither the thread nor the file is there."""
        self._spool.abandon()

    def _run(self) -> None:
        while True:
            with self._state:
                while not (self._queue or self._closing or self._due()):
                    self._state.wait(self._idle())
                batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
                last = self._closing and not batch
                self._began = time.monotonic()
            self._try(batch)
            with self._state:
                self._began = None
                self._state.notify_all()
            if last:
                return

    def _due(self) -> bool:
        return time.monotonic() >= self._next()

    def _idle(self) -> float:
        return max(self._next() - time.monotonic(), 0.01)

    def _next(self) -> float:
        """When there is something to do although nobody writes."""
        waits = self._spool.waiting or self._lost is not None
        return self._again if waits else max(self._adopt, self._again)

    def _try(self, batch: Sequence[_Waiting]) -> None:
        try:
            replayed = self._spool.replay(self._kept) + self._adopted()
            receipts = self._kept([item.unsealed for item in batch])
        except LogError as error:
            self._failed(batch, error)
            return
        except Exception as error:  # nothing may end this thread, or nobody would be answered
            self._failed(batch, LogError(f"the log cannot be written ({type(error).__name__})"))
            return
        self._count("written", len(receipts))
        self._count("replayed", replayed)
        for item, receipt in zip(batch, receipts, strict=True):
            item.receipt = receipt
            item.done.set()
        if self._down is not None or replayed:
            logger().warning("log_recovered", replayed=replayed)
            self._down, self._pause = None, PAUSE
        self._tell_loss()

    def _adopted(self) -> int:
        """What processes that ended have left in their spools, now and then."""
        if time.monotonic() < self._adopt:
            return 0
        count = self._spool.adopt(self._kept)
        self._adopt = time.monotonic() + ADOPT
        return count

    def _tell_loss(self) -> None:
        """Records that were lost leave a record that says so."""
        with self._state:
            lost, self._lost = self._lost, None
        if lost is None:
            return
        try:
            self._kept([self._gap(*lost)])
        except LogError as error:
            with self._state:
                self._lost = (lost[0] + (self._lost[0] if self._lost else 0), lost[1])
            self._failed((), error)

    def _kept(self, unsealed: Sequence[Unsealed]) -> list[Receipt]:
        if not unsealed:
            return []
        receipts = self._append(unsealed)
        self._count("withheld", sum(receipt.withheld for receipt in receipts))
        self._written(unsealed, receipts)
        return receipts

    def _failed(self, batch: Sequence[_Waiting], error: LogError) -> None:
        if self._down is None:
            logger().error("log_unavailable", error=str(error), on_error=self._on_error)
        with self._state:
            self._counts.failures += 1
            self._down = error
            self._again = time.monotonic() + self._pause
            self._pause = min(2 * self._pause, LONGEST_PAUSE)
        for item in batch:
            item.error = error
            item.done.set()

    def _count(self, name: str, number: int) -> None:
        with self._state:
            setattr(self._counts, name, getattr(self._counts, name) + number)
