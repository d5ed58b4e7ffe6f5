"""The chain of rewriters: who is asked, what is told, and what happens when one fails."""

from __future__ import annotations

import asyncio
import logging

import pytest

from guard import Guard, Report
from guard.repair import Job, Rewritten, second_audit
from guard.report import Attempt, Writer

USER = "My manager presented my slides as hers. I was shaking."
DRAFT = "Don't worry, you've got this! Sending hugs."
GOOD = "She put her name on your slides. What would you want to say to her about it?"


class Fixed:
    """A rewriter that always gives the same text, after a second audit."""

    by: Writer = "model"

    def __init__(self, text: str) -> None:
        self.text = text
        self.jobs: list[Job] = []

    def rewrite(self, job: Job) -> Rewritten:
        self.jobs.append(job)
        second = second_audit(job.report, self.text, job.audit)
        attempt = Attempt(by="model", outcome=second.outcome, reason=second.reason, model="m")
        return Rewritten(self.text if second.outcome == "passed" else None, (attempt,))

    async def arewrite(self, job: Job) -> Rewritten:
        return self.rewrite(job)


class Broken(Fixed):
    def rewrite(self, job: Job) -> Rewritten:
        raise RuntimeError(job.turn.user)


@pytest.fixture(scope="module")
def shared() -> Guard:
    return Guard(deadline=None)


def with_rewriter(rewriter: Fixed, shared: Guard) -> Guard:
    return Guard(mode="rewrite", rewriter=rewriter, deadline=None, encoder=shared.judge.encoder)  # type: ignore[arg-type]


def both(guard: Guard) -> list[Report]:
    return [
        guard.check(user=USER, draft=DRAFT),
        asyncio.run(guard.acheck(user=USER, draft=DRAFT)),
    ]


def test_a_rewrite_that_passes_goes_out(shared: Guard) -> None:
    for report in both(with_rewriter(Fixed(GOOD), shared)):
        assert (report.reply.text, report.reply.by) == (GOOD, "model")
        assert [attempt.outcome for attempt in report.attempts] == ["passed"]


def test_one_that_is_flagged_never_does_and_the_offline_rewriter_is_asked(shared: Guard) -> None:
    for report in both(with_rewriter(Fixed("Don't be sad! Hugs!"), shared)):
        assert report.attempts[0].outcome in ("still_flagged", "worse")
        assert report.attempts[1].by == "offline"
        assert report.reply.text != "Don't be sad! Hugs!"


def test_a_rewriter_that_raises_is_an_attempt_that_failed(
    shared: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        for report in both(with_rewriter(Broken(GOOD), shared)):
            assert report.attempts[0].outcome == "error"
            assert report.attempts[0].reason == "RuntimeError"
            assert report.reply.by == "offline"

    assert "rewrite_failed" in caplog.text
    assert USER not in caplog.text


@pytest.mark.parametrize("mode", ["observe", "annotate", "block"])
def test_only_mode_rewrite_asks_a_rewriter(mode: str, shared: Guard) -> None:
    rewriter = Fixed(GOOD)
    guard = Guard(mode=mode, rewriter=rewriter, deadline=None, encoder=shared.judge.encoder)  # type: ignore[arg-type]

    guard.check(user=USER, draft=DRAFT)

    assert rewriter.jobs == []


def test_a_job_tells_what_the_rule_says_to_whoever_rewrites(shared: Guard) -> None:
    rewriter = Fixed(GOOD)

    with_rewriter(rewriter, shared).check(user=USER, draft=DRAFT)

    job = rewriter.jobs[0]
    assert job.findings[0].rule == "base.soothe-only"
    assert job.guidance(job.findings[0]).startswith("Keep the warmth.")


def test_many_turns_at_once_do_not_mix(shared: Guard) -> None:
    guard = Guard(mode="rewrite", deadline=None, encoder=shared.judge.encoder)  # type: ignore[arg-type]
    names = ["Ines", "Bo", "Amara", "Kofi", "Lena", "Sunil", "Ruth", "Wei"]

    async def all_of_them() -> list[Report]:
        return await asyncio.gather(
            *(
                guard.acheck(user=f"I lost the letter of {name} in the flood.", draft=DRAFT)
                for name in names
            )
        )

    reports = asyncio.run(all_of_them())

    for name, report in zip(names, reports, strict=True):
        others = [other for other in names if other != name]
        assert not any(other in report.reply.text for other in others)
