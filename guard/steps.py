"""The steps of a check that take no more than a few lines each, in their order."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from guard.delivery import Delivery
from guard.hearing import Heard
from guard.judge import Judge
from guard.log.events import logger
from guard.offload import awithin, within
from guard.packs.firing import NOTHING
from guard.repair import Deadline, Job
from guard.repair.fallback import fallback_for
from guard.repair.job import FOREVER
from guard.report import Attempt, Reply, Report, Timings
from guard.turn import Turn


def unheard(judge: Judge, turn: Turn, delivery: Delivery) -> Report | None:
    """The report on a draft that cannot be judged as a whole; None if it can."""
    return None if delivery.fault is None else judge.unjudged(turn, delivery.fault, "")


def audited(
    judge: Judge,
    turn: Turn,
    lowered: Mapping[str, float] = NOTHING,
    heard: Heard | None = None,
) -> Report:
    """Audit one turn. Nothing is raised: a fault makes the outcome `unknown`. `heard`: what the
    judge heard of it with another draft."""
    try:
        return judge.judged(turn, lowered, heard)
    except Exception as error:
        # Whatever fails in here must not become a pass. The type alone: a message could quote.
        logger().error("audit_failed", error=type(error).__name__)
        return judge.unjudged(turn, "error", type(error).__name__)


def in_time(judge: Judge, turn: Turn, deadline: Deadline) -> Report:
    """The same, on a thread, and waited for until the deadline; late makes it `unknown`, too."""
    if deadline.at == FOREVER:
        return audited(judge, turn)
    try:
        return within(deadline.left, audited, judge, turn)
    except TimeoutError:
        return _late(judge, turn)


async def ain_time(judge: Judge, turn: Turn, deadline: Deadline) -> Report:
    """The same without blocking the event loop."""
    try:
        return await awithin(deadline.left, audited, judge, turn)
    except TimeoutError:
        return _late(judge, turn)


def _late(judge: Judge, turn: Turn) -> Report:
    logger().error("audit_late")
    return judge.unjudged(turn, "timeout", "")


def audits(judge: Judge) -> Callable[[Turn, Mapping[str, float]], Report]:
    """What a second opinion audits with."""
    return lambda turn, lowered: audited(judge, turn, lowered)


def job_of(
    judge: Judge,
    turn: Turn,
    report: Report,
    deadline: Deadline,
    lowered: Mapping[str, float],
    delivery: Delivery,
) -> Job:
    """What rewriters get. A candidate's audit takes up what was heard for the draft's."""
    heard, draft = judge.hearings.of(turn) or (None, None)
    return Job(
        turn=turn,
        report=report,
        rules=judge.rules,
        fallback=fallback_for(judge.rules, report, turn.draft, turn.user),
        audit=lambda text: audited(judge, turn.with_draft(text), lowered, heard),
        deadline=deadline,
        read_user=None if heard is None else heard.user,
        read_draft=draft,
        drafter=delivery.drafter,
    )


def with_reply(
    report: Report,
    done: tuple[Reply, tuple[Attempt, ...]],
    delivery: Delivery,
    started: float,
    done_audit: float,
) -> Report:
    """The report with what goes out, and the times taken. `started` and `done_audit` are those of
    `time.perf_counter`."""
    ended = time.perf_counter()
    reply, attempts = done
    timings = Timings(
        audit_ms=1000 * (done_audit - started),
        repair_ms=1000 * (ended - done_audit),
        total_ms=1000 * (ended - started),
    )
    made = {"reply": reply, "attempts": attempts, "timings": timings}
    return report.model_copy(update={**made, "prevented": delivery.prevented})
