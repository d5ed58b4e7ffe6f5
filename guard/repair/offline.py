"""The offline rewriter: without a language model, and the same every time for the same turn."""

from __future__ import annotations

import time

from guard.offload import awithin
from guard.repair.compose import candidates
from guard.repair.cut import meets
from guard.repair.job import Job, Rewritten
from guard.repair.second import Second, second_audit
from guard.report import Attempt, Writer

MOST_CANDIDATES = 6  # each costs an audit


class OfflineRewriter:
    """Takes out or replaces the sentences that were found, keeps the rest verbatim and in order,
    and adds at most two. The first candidate that passes a second audit goes out."""

    by: Writer = "offline"

    def rewrite(self, job: Job) -> Rewritten:
        """Rewrite, on the calling thread."""
        started = time.perf_counter()
        tried = _attempt(started, "nothing_sure", "")
        waiting, seen, also = candidates(job), set[str](), set[int]()
        while len(seen) < MOST_CANDIDATES:
            candidate = next((one for one in waiting if one not in seen), None)
            if candidate is None:
                break
            if not job.deadline.left:
                tried = _attempt(started, "timeout", "")
                break
            seen.add(candidate)
            second = second_audit(job.report, candidate, job.audit)
            tried = _attempt(started, second.outcome, second.reason)
            if second.outcome == "passed":
                return Rewritten(candidate, (tried,))
            if found := _pointed_at(job, candidate, second) - also:
                also |= found
                waiting = candidates(job, also)
        return Rewritten(None, (tried,))

    async def arewrite(self, job: Job) -> Rewritten:
        """The same, off the event loop."""
        try:
            return await awithin(job.deadline.left, self.rewrite, job)
        except TimeoutError:
            return Rewritten(None, (Attempt(by="offline", outcome="timeout"),))


def _attempt(started: float, outcome: str, reason: str) -> Attempt:
    ms = 1000 * (time.perf_counter() - started)
    return Attempt.model_validate({"by": "offline", "outcome": outcome, "reason": reason, "ms": ms})


def _pointed_at(job: Job, candidate: str, second: Second) -> set[int]:
    """Sentences of the draft that are in the candidate and that the second audit found wanting."""
    wrong = {
        candidate[one.span.start : one.span.end]
        for finding in second.report.findings
        if finding.span is not None and finding.span.source == "draft" and finding.label != "cold"
        for one in second.report.audit.sentences
        if meets(one.span, finding.span)
    }
    draft = job.turn.draft
    return {
        i
        for i, one in enumerate(job.report.audit.sentences)
        if draft[one.span.start : one.span.end] in wrong
    }
