"""The offline rewriter: without a language model, and the same every time for the same turn."""

from __future__ import annotations

import time

from guard.offload import awithin
from guard.repair.compose import candidates
from guard.repair.job import Job, Rewritten
from guard.repair.second import second_audit
from guard.report import Attempt

MOST_CANDIDATES = 6  # each costs an audit


class OfflineRewriter:
    """Takes out or replaces the sentences that were found, keeps the rest verbatim and in order,
    and adds at most two. The first candidate that passes a second audit goes out."""

    def rewrite(self, job: Job) -> Rewritten:
        """Rewrite, on the calling thread. Does not raise."""
        started = time.perf_counter()
        tried: Attempt | None = None
        for candidate in candidates(job)[:MOST_CANDIDATES]:
            if not job.deadline.left:
                tried = _attempt(started, "timeout", "")
                break
            second = second_audit(job.report, candidate, job.audit)
            tried = _attempt(started, second.outcome, second.reason)
            if second.outcome == "passed":
                return Rewritten(candidate, (tried,))
        return Rewritten(None, (tried or _attempt(started, "nothing_sure", ""),))

    async def arewrite(self, job: Job) -> Rewritten:
        """The same, off the event loop."""
        try:
            return await awithin(job.deadline.left, self.rewrite, job)
        except TimeoutError:
            return Rewritten(None, (Attempt(by="offline", outcome="timeout"),))


def _attempt(started: float, outcome: str, reason: str) -> Attempt:
    ms = 1000 * (time.perf_counter() - started)
    return Attempt.model_validate({"by": "offline", "outcome": outcome, "reason": reason, "ms": ms})
