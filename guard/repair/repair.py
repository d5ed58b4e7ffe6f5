"""`repair`: a verdict's action carried out. Which rewriters there are is not decided here."""

from __future__ import annotations

from collections.abc import Sequence

from guard.log.events import logger
from guard.policy import after_failed_rewrite
from guard.repair.annotate import Annotation, annotated
from guard.repair.cut import has_care, is_long
from guard.repair.job import Job, Rewriter, Rewritten
from guard.report import Action, Attempt, Reply

# Faults of what a draft says, and not of how it stands to the person.
_OF_FACT = frozenset({"concedes_false", "flip", "false_contradiction", "cold", "move"})
Repaired = tuple[Reply, tuple[Attempt, ...]]


def repair(
    job: Job,
    action: Action,
    rewriters: Sequence[Rewriter],
    annotation: Annotation = "report",
    if_rewrite_fails: Action = "fallback",
) -> Repaired:
    """Carry out an action on the draft of a turn, and tell what was tried.

    Args:
        job: the turn, its report and what rewriters need.
        action: what was decided.
        rewriters: asked in this order, until one gives a text; used for `rewrite` only.
        annotation: where findings are shown when the draft goes out as it is.
        if_rewrite_fails: what is done where none of the rewriters gave a text.
    """
    attempts: tuple[Attempt, ...] = ()
    for rewriter in rewriters if action == "rewrite" else ():
        try:
            made = rewriter.rewrite(job)
        except Exception as error:
            made = _failed(rewriter, error)
        attempts += made.attempts
        if made.text is not None:
            return _rewritten(job, made.text, made.attempts[-1]), attempts
    if action == "rewrite":
        action = _instead(job, if_rewrite_fails)
    return _without_rewrite(job, action, annotation), attempts


async def arepair(
    job: Job,
    action: Action,
    rewriters: Sequence[Rewriter],
    annotation: Annotation = "report",
    if_rewrite_fails: Action = "fallback",
) -> Repaired:
    """The same, without blocking the event loop."""
    attempts: tuple[Attempt, ...] = ()
    for rewriter in rewriters if action == "rewrite" else ():
        try:
            made = await rewriter.arewrite(job)
        except Exception as error:
            made = _failed(rewriter, error)
        attempts += made.attempts
        if made.text is not None:
            return _rewritten(job, made.text, made.attempts[-1]), attempts
    if action == "rewrite":
        action = _instead(job, if_rewrite_fails)
    return _without_rewrite(job, action, annotation), attempts


def _rewritten(job: Job, text: str, last: Attempt) -> Reply:
    return Reply(text=text, action="rewrite", changed=text != job.turn.draft, by=last.by)


def _failed(rewriter: Rewriter, error: Exception) -> Rewritten:
    """A rewriter's fault is no reason to send nothing. The type alone: a message could quote."""
    reason = type(error).__name__
    logger().error("rewrite_failed", by=rewriter.by, error=reason)
    return Rewritten(None, (Attempt(by=rewriter.by, outcome="error", reason=reason),))


def _instead(job: Job, wanted: Action) -> Action:
    """What is done where no rewrite was good enough. A draft that names help in a crisis goes out:
    a text for any turn would say less than it does. So does a long one on matters of fact, of which
    more would be lost than is wrong."""
    reading = job.report.reading
    of_fact = (
        {belief.type for belief in reading.beliefs} <= {"fact"}
        and {finding.label for finding in job.findings} <= _OF_FACT
        and reading.risk.level == "none"
    )
    long = is_long(job.draft)
    if has_care(job.turn.draft) or (long and of_fact):
        return "annotate"
    return after_failed_rewrite(job.report.mode, {one.pack for one in job.report.packs}, wanted)


def _without_rewrite(job: Job, action: Action, annotation: Annotation) -> Reply:
    if action == "fallback":
        changed = job.fallback != job.turn.draft
        return Reply(text=job.fallback, action="fallback", changed=changed)
    text = annotated(job, annotation) if action == "annotate" else job.turn.draft
    return Reply(text=text, action=action, changed=text != job.turn.draft)
